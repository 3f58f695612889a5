"""Evidence: the sentence of a passage that answers the question, and how much it says for the passage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.coverage import held_by_sentence, shares
from index.records import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.coverage import Held, SoughtQuery
    from index.embedding import Encoder

# What the share of each channel and the cosine count; swept on XQuAD and ARCD dev (docs/retrieval.md, "Evidence")
WORDS, GRAMS, NAMES, DENSE = 1.0, 0.5, 0.5, 0.5


class Evidence(NamedTuple):
    """What a passage's sentences show.

    Attributes:
        spans: the sentence that holds most of the question, in characters of the article; none when the
            passage holds no sentence.
        cosine: of the question's vector with that of its nearest sentence, 0 to 1; 0 when the encoder is too
            slow to embed sentences for each question.
        share: the largest share of the question's words that one sentence holds, with what 4-grams add
            inside a language and name keys between two, about 0 to 1.5.
    """

    spans: tuple[Span, ...]
    cosine: float
    share: float


class Text(NamedTuple):
    """A passage: its text, where it begins in the article, the article's language."""

    text: str
    start: int
    language: str


def evidence(
    query: SoughtQuery, vector: NDArray[np.float32], passages: Sequence[Text], encoder: Encoder
) -> list[Evidence]:
    """Choose the sentence of each passage that holds most of the question.

    A sentence is scored by the share of the question's terms that stand in it (translations count with their
    probability, 4-grams and name keys beside them) and by its vector's cosine with the question's.

    Args:
        query: its weights multiplied by idf (`index.coverage.weighed`): a word that stands in every sentence
            of the collection tells none from the others.
        vector: (d,), of the question.
        passages: which.
        encoder: made the vectors.
    """
    held = [held_by_sentence(passage.text, passage.language) for passage in passages]
    ends = np.cumsum([len(spans) for spans, _ in held]).tolist()
    cosines = [0.0] * (ends[-1] if ends else 0)
    if encoder.is_light and cosines:
        pieces = [
            passage.text[span.start : span.end]
            for passage, (spans, _) in zip(passages, held, strict=True)
            for span in spans
        ]
        cosines = np.maximum(encoder.encode_passages(pieces) @ vector, 0.0).tolist()
    return [
        _best(query, passage, spans, texts, cosines[end - len(spans) : end])
        for passage, (spans, texts), end in zip(passages, held, ends, strict=True)
    ]


def _best(
    query: SoughtQuery, passage: Text, spans: Sequence[Span], texts: Sequence[Held], cosines: Sequence[float]
) -> Evidence:
    if not spans:
        return Evidence((), 0.0, 0.0)
    found = shares(query, texts, passage.language)
    scores = [
        WORDS * share.words + GRAMS * share.grams + NAMES * share.names + DENSE * cosine
        for share, cosine in zip(found, cosines, strict=True)
    ]
    best = spans[scores.index(max(scores))]
    same = query.language == passage.language
    return Evidence(
        spans=(Span(passage.start + best.start, passage.start + best.end),),
        cosine=max(cosines),
        share=max([s.words + (GRAMS * s.grams if same else 0.3 * s.names) for s in found]),
    )

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
MAX_KNOWN = 2_000
"""Passages whose sentences' vectors are remembered: some 8 MB."""
_known: dict[tuple[Encoder, str], NDArray[np.float32]] = {}


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
    cosines: list[list[float]] = [[0.0] * len(spans) for spans, _ in held]
    if encoder.is_light:
        vectors = _sentence_vectors(
            [passage.text for passage in passages], [spans for spans, _ in held], encoder
        )
        cosines = [np.maximum(own @ vector, 0.0).tolist() for own in vectors]
    return [
        _best(query, passage, spans, texts, own)
        for passage, (spans, texts), own in zip(passages, held, cosines, strict=True)
    ]


def _sentence_vectors(
    passages: Sequence[str], sentences: Sequence[Sequence[Span]], encoder: Encoder
) -> list[NDArray[np.float32]]:
    """Give the vectors of each passage's sentences, (sentences, d); those of the last questions are remembered."""
    global _known  # noqa: PLW0603  # a new table, not an emptied one: another thread may be reading the old
    known = _known
    new = {
        passage: spans
        for passage, spans in zip(passages, sentences, strict=True)
        if (encoder, passage) not in known
    }
    if new:
        if len(known) > MAX_KNOWN:
            known = _known = {}
            new = dict(zip(passages, sentences, strict=True))
        pieces = [passage[span.start : span.end] for passage, spans in new.items() for span in spans]
        vectors = encoder.encode_passages(pieces)
        ends = np.cumsum([len(spans) for spans in new.values()])[:-1]
        known.update(
            {(encoder, passage): own for passage, own in zip(new, np.split(vectors, ends), strict=True)}
        )
    return [known[encoder, passage] for passage in passages]


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

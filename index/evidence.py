"""Evidence: the sentence of a passage that answers the question, and how much it says for the passage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.coverage import held_by_sentence, shares
from index.records import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.coverage import SoughtQuery
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


def evidence(
    query: SoughtQuery,
    vector: NDArray[np.float32],
    passage: str,
    start: int,
    language: str,
    encoder: Encoder,
) -> Evidence:
    """Choose the sentence of a passage that holds most of the question.

    A sentence is scored by the share of the question's terms that stand in it (translations count with their
    probability, 4-grams and name keys beside them) and by its vector's cosine with the question's.

    Args:
        query: its weights multiplied by idf (`index.coverage.weighed`): a word that stands in every sentence
            of the collection tells none from the others.
        vector: (d,), of the question.
        passage: its text.
        start: where it begins in the article.
        language: of the article.
        encoder: made the vectors.
    """
    found, terms = held_by_sentence(passage, language)
    if not found:
        return Evidence((), 0.0, 0.0)
    pieces = [passage[s.start : s.end] for s in found]
    cosines = np.zeros(len(pieces))
    if encoder.is_light:
        cosines = np.maximum(encoder.encode_passages(pieces) @ vector, 0.0)
    held_shares = [shares(query, own, language) for own in terms]
    scores = [
        WORDS * share.words + GRAMS * share.grams + NAMES * share.names + DENSE * cosine
        for share, cosine in zip(held_shares, cosines.tolist(), strict=True)
    ]
    best = found[int(np.argmax(scores))]
    same = query.language == language
    return Evidence(
        spans=(Span(start + best.start, start + best.end),),
        cosine=float(cosines.max()),
        share=max(s.words + (GRAMS * s.grams if same else 0.3 * s.names) for s in held_shares),
    )

"""Evidence: the sentence of a passage that answers the question."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from index.coverage import held, shares
from index.records import Span
from index.sentences import sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.embedding import Encoder
    from index.query import Query

# What the share of each channel and the cosine count; swept on XQuAD and ARCD dev (docs/retrieval.md, "Evidence")
WORDS, GRAMS, NAMES, DENSE = 1.0, 0.5, 0.5, 0.5


def evidence(
    query: Query,
    vector: NDArray[np.float32],
    text: str,
    span: Span,
    language: str,
    encoder: Encoder,
) -> tuple[Span, ...]:
    """Choose the sentence of text[span] that holds most of the question.

    A sentence is scored by the share of the question's terms that stand in it (translations count with their
    probability, 4-grams and name keys beside them) and by its vector's cosine with the question's.

    Args:
        query: its weights multiplied by idf (`index.coverage.weighed`): a word that stands in every sentence
            of the collection tells none from the others.
        vector: (d,), of the question.
        text: of the whole article.
        span: of the passage.
        language: of the article.
        encoder: made the vectors.

    Returns:
        One span inside `span`, or none when the span holds no sentence.
    """
    passage = text[span.start : span.end]
    found = _sentences(passage)
    if len(found) > 1:
        pieces = [passage[s.start : s.end] for s in found]
        cosines = np.maximum(encoder.encode_passages(pieces) @ vector, 0.0)
        scores = [
            _score(query, piece, language, cosine)
            for piece, cosine in zip(pieces, cosines.tolist(), strict=True)
        ]
        found = (found[int(np.argmax(scores))],)
    return tuple(Span(span.start + s.start, span.start + s.end) for s in found)


# Passages are short and the same ones are shown again and again.
@lru_cache(maxsize=4_096)
def _sentences(passage: str) -> tuple[Span, ...]:
    return tuple(sentences(passage))


def _score(query: Query, sentence: str, language: str, cosine: float) -> float:
    share = shares(query, held(sentence, language))
    return WORDS * share.words + GRAMS * share.grams + NAMES * share.names + DENSE * cosine

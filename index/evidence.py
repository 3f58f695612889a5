"""Evidence: the sentence of a passage that answers the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from index.analysis import stemmer_of, word_terms, words
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.embedding import Encoder
    from index.query import Query, QueryTerm
    from index.records import Span

# how much the cosine of a sentence counts beside the share of the question's terms it holds
DENSE_SHARE = 0.3


def evidence(
    query: Query,
    vector: NDArray[np.float32],
    text: str,
    span: Span,
    language: str,
    encoder: Encoder,
) -> tuple[Span, ...]:
    """Choose the sentence of text[span] that holds most of the question.

    A sentence is scored by the share of the question's terms that stand in it (translations and name
    keys count with their probability) and by its vector's cosine with the question's.

    Returns:
        One span inside `span`, or none when the span holds no sentence.
    """
    found = sentences(text, span.start, span.end)
    if len(found) < 2:
        return tuple(found)
    pieces = [text[s.start : s.end] for s in found]
    lexical = np.array([_coverage(query, piece, language) for piece in pieces])
    dense = encoder.encode_passages(pieces) @ vector
    top = lexical.max(initial=0.0)
    scores = DENSE_SHARE * np.maximum(dense, 0) + (1 - DENSE_SHARE) * (lexical / top if top else 0)
    return (found[int(np.argmax(scores))],)


def _coverage(query: Query, sentence: str, language: str) -> float:
    stems, names = set(), set()
    for word in words(sentence):
        terms = word_terms(word.folded, stemmer_of(word.folded, language))
        stems.add(terms.stem)
        if terms.name:
            names.add(terms.name)
    return _share(query.words, stems) + 0.5 * _share(query.names, names)


def _share(terms: Sequence[QueryTerm], held: set[str]) -> float:
    total = sum(term.weight for term in terms)
    if not total:
        return 0.0
    found = sum(
        term.weight * max((p for alternative, p in term.alternatives if alternative in held), default=0)
        for term in terms
    )
    return found / total

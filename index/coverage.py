"""How much of a question stands in a text: its words, translations, 4-grams and name keys, weighed by idf."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import stemmer_of, word_terms, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.lexical import LexicalIndex
    from index.query import Query, QueryTerm


UNSEEN = 0.5
"""In how many passages a term stands that was never seen."""


class Held(NamedTuple):
    """The distinct terms of a text, one set for each lexical channel."""

    words: frozenset[str]
    grams: frozenset[str]
    names: frozenset[str]


class Shares(NamedTuple):
    """How much of a question's weight a text holds in each channel, 0 to 1."""

    words: float
    grams: float
    names: float


@lru_cache(maxsize=8_192)
def held(text: str, language: str) -> Held:
    """Give the terms of a text; those of sentences shown lately are at hand."""
    terms = [word_terms(word.folded, stemmer_of(word.folded, language)) for word in words(text)]
    return Held(
        frozenset(term.stem for term in terms),
        frozenset(gram for term in terms for gram in term.grams),
        frozenset(term.name for term in terms if term.name),
    )


def weighed(query: Query, channels: Mapping[str, LexicalIndex]) -> Query:
    """Give the query with each weight multiplied by how much its term says in the collection.

    That is BM25's idf of f passages, those that hold any alternative, each counted with its probability. A term that
    no passage holds says most: f = UNSEEN.
    """
    return replace(
        query,
        words=_weighed(query.words, channels["words"]),
        grams=_weighed(query.grams, channels["grams"]),
        names=_weighed(query.names, channels["names"]),
    )


def _weighed(terms: Sequence[QueryTerm], index: LexicalIndex) -> tuple[QueryTerm, ...]:
    names = [name for term in terms for name, _ in term.alternatives]
    frequency = dict(zip(names, index.frequencies(names).tolist(), strict=True))
    return tuple(
        term._replace(
            weight=term.weight
            * index.idf_of(max(sum(p * frequency[name] for name, p in term.alternatives), UNSEEN))
        )
        for term in terms
    )


def attainable(asked: Sequence[QueryTerm]) -> float:
    """Give BM25's score of a passage of average length that holds each weighed term once; never 0."""
    return sum(term.weight for term in asked) or 1.0


def shares(query: Query, terms: Held) -> Shares:
    """Give the share of each channel's weight that stands in a text, by the likeliest alternative there."""
    return Shares(
        _share(query.words, terms.words), _share(query.grams, terms.grams), _share(query.names, terms.names)
    )


def _share(wanted: Sequence[QueryTerm], terms: frozenset[str]) -> float:
    total = sum(term.weight for term in wanted)
    if not total:
        return 0.0
    there = sum(
        term.weight * max((p for name, p in term.alternatives if name in terms), default=0.0)
        for term in wanted
    )
    return there / total

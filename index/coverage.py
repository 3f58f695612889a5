"""How much of a question stands in a text: its words, translations, 4-grams and name keys, weighed by idf."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import stemmer_of, word_terms, words
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.analysis import WordTerms
    from index.lexical import LexicalIndex
    from index.query import Query, QueryTerm
    from index.records import Span


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


class Placed(NamedTuple):
    """A word of a text, where it stands, and its terms."""

    start: int
    end: int
    terms: WordTerms


# Passages are short, and the same ones are looked at for evidence, for matches, and by the next question.
@lru_cache(maxsize=4_096)
def placed(text: str, language: str) -> tuple[Placed, ...]:
    """Give the words of a text with their terms, in order."""
    return tuple(
        Placed(word.start, word.end, word_terms(word.folded, stemmer_of(word.folded, language)))
        for word in words(text)
    )


def held(text: str, language: str) -> Held:
    """Give the terms of a text."""
    return _held([word.terms for word in placed(text, language)])


@lru_cache(maxsize=4_096)
def held_by_sentence(passage: str, language: str) -> tuple[tuple[Span, ...], tuple[Held, ...]]:
    """Give a passage's sentences and the terms of each."""
    spans = tuple(sentences(passage))
    own: list[list[WordTerms]] = [[] for _ in spans]
    ends = [span.end for span in spans]
    for word in placed(passage, language):
        place = bisect_right(ends, word.start)
        if place < len(spans):
            own[place].append(word.terms)
    return spans, tuple(_held(terms) for terms in own)


def _held(terms: Sequence[WordTerms]) -> Held:
    return Held(
        frozenset([term.stem for term in terms]),
        frozenset(chain.from_iterable([term.grams for term in terms])),
        frozenset([term.name for term in terms if term.name]),
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


class Sought(NamedTuple):
    """The terms of one channel of a question, turned around so that a text's terms can be looked up.

    Attributes:
        places: for each alternative, which question terms it stands for, with its probability.
        weights: of the question terms.
        names: all alternatives.
        total: of the weights.
    """

    places: dict[str, list[tuple[int, float]]]
    weights: tuple[float, ...]
    names: frozenset[str]
    total: float

    @classmethod
    def of(cls, terms: Sequence[QueryTerm]) -> Sought:
        """Turn weighed terms around."""
        places: dict[str, list[tuple[int, float]]] = {}
        for number, term in enumerate(terms):
            for alternative, probability in term.alternatives:
                places.setdefault(alternative, []).append((number, probability))
        weights = tuple(term.weight for term in terms)
        return cls(places, weights, frozenset(places), sum(weights))

    def share(self, terms: frozenset[str]) -> float:
        """Give the share of the weight that stands in a text, by the likeliest alternative there; 0 to 1."""
        if not self.total:
            return 0.0
        best: dict[int, float] = {}
        for name in terms & self.names:
            for number, probability in self.places[name]:
                best[number] = max(best.get(number, 0.0), probability)
        return sum(self.weights[number] * probability for number, probability in best.items()) / self.total


class SoughtQuery(NamedTuple):
    """A question's terms in each channel, to be looked for in sentences; its language."""

    words: Sought
    grams: Sought
    names: Sought
    language: str
    asked: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: Query) -> SoughtQuery:
        """Turn a query around whose weights were multiplied by idf (`weighed`)."""
        sought = (Sought.of(query.words), Sought.of(query.grams), Sought.of(query.names))
        return cls(*sought, query.language, query.asked, query.named)


def shares(query: SoughtQuery, terms: Held) -> Shares:
    """Give the share of each channel's weight that stands in a text, by the likeliest alternative there."""
    return Shares(
        query.words.share(terms.words), query.grams.share(terms.grams), query.names.share(terms.names)
    )

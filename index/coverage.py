"""How much of a question stands in a text: its words, translations, 4-grams and name keys, weighed by idf."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import name_key, stem_of, stemmer_of, unaccented, words
from index.query import QueryTerm
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from index.lexical import LexicalIndex, Located
    from index.query import Query
    from index.records import Span


UNSEEN = 0.5
"""In how many passages a term stands that was never seen."""


class Held(NamedTuple):
    """What a text holds.

    Attributes:
        words: the distinct stems.
        folded: the words in order.
        bounded: the words without accents, each between two marks of its ends: a gram of a word is a piece of this.
    """

    words: frozenset[str]
    folded: tuple[str, ...]
    bounded: str


class Shares(NamedTuple):
    """How much of a question's weight a text holds in each channel, 0 to 1."""

    words: float
    grams: float
    names: float


class Placed(NamedTuple):
    """A word of a text, where it stands, and its stem."""

    start: int
    end: int
    folded: str
    stem: str


# Passages are short, and the same ones are looked at for evidence, for matches, and by the next question.
@lru_cache(maxsize=4_096)
def placed(text: str, language: str) -> tuple[Placed, ...]:
    """Give the words of a text with their stems, in order."""
    return tuple(
        [
            Placed(start, end, folded, stem_of(folded, stemmer_of(folded, language)))
            for start, end, folded in words(text)
        ]
    )


def held(text: str, language: str) -> Held:
    """Give what a text holds."""
    return _held(placed(text, language))


@lru_cache(maxsize=4_096)
def held_by_sentence(passage: str, language: str) -> tuple[tuple[Span, ...], tuple[Held, ...]]:
    """Give a passage's sentences and what each holds."""
    spans = tuple(sentences(passage))
    own: list[list[Placed]] = [[] for _ in spans]
    ends = [span.end for span in spans]
    for word in placed(passage, language):
        place = bisect_right(ends, word.start)
        if place < len(spans):
            own[place].append(word)
    return spans, tuple(map(_held, own))


def _held(own: Sequence[Placed]) -> Held:
    folded = tuple([word.folded for word in own])
    bounded = "__".join(map(unaccented, folded))
    return Held(frozenset([word.stem for word in own]), folded, f"_{bounded}_")


def weighed(query: Query, located: Mapping[str, Located], channels: Mapping[str, LexicalIndex]) -> Query:
    """Give the query with each weight multiplied by how much its term says in the collection.

    That is BM25's idf of f passages, those that hold any alternative, each counted with its probability. A term that
    no passage holds says most: f = UNSEEN. Alternatives that no passage holds are left out.
    """
    return replace(
        query,
        words=_weighed(located["words"], channels["words"]),
        grams=_weighed(located["grams"], channels["grams"]),
        names=_weighed(located["names"], channels["names"]),
    )


def _weighed(located: Located, index: LexicalIndex) -> tuple[QueryTerm, ...]:
    starts = [0, *located.ends][:-1]
    return tuple(
        QueryTerm(weight * index.idf_of(max(frequency, UNSEEN)), tuple(located.alternatives[start:end]))
        for weight, frequency, start, end in zip(
            located.weights, located.frequencies, starts, located.ends, strict=True
        )
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

    def share(self, terms: Collection[str]) -> float:
        """Give the share of the weight that stands in a text, by the likeliest alternative there; 0 to 1.

        Args:
            terms: those of our alternatives that the text holds, and any others.
        """
        if not self.total:
            return 0.0
        best: dict[int, float] = {}
        for name in terms:
            for number, probability in self.places.get(name, ()):
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


def shares(query: SoughtQuery, text: Held, language: str) -> Shares:
    """Give the share of each channel's weight that stands in a text, by the likeliest alternative there.

    Name keys are compared between two languages only; inside one, words and 4-grams say more.
    """
    keys = [key for word in text.folded if (key := name_key(word))] if query.language != language else []
    return Shares(
        words=query.words.share(text.words & query.words.names),
        grams=query.grams.share([gram for gram in query.grams.places if _stands(gram, text.bounded)]),
        names=query.names.share(keys),
    )


def _stands(gram: str, bounded: str) -> bool:
    # a number is its own and only gram
    return (f"_{gram}_" if gram.isdigit() else gram) in bounded

"""How much of a question stands in a text: its words, translations, 4-grams and name keys, weighed by idf."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import known_surfaces, name_key
from index.analysis.scripts import WORD
from index.query import QueryTerm
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from index.analysis import Surface
    from index.lexical import LexicalIndex, Located
    from index.query import Query
    from index.records import Span


UNSEEN = 0.5
"""In how many passages a term stands that was never seen."""


class Held(NamedTuple):
    """What a text holds.

    Attributes:
        words: the distinct stems.
        folded: the distinct words.
        bounded: the words without accents, each between two marks of its ends: a gram of a word is a piece of this.
    """

    words: frozenset[str]
    folded: frozenset[str]
    bounded: str


class Shares(NamedTuple):
    """How much of a question's weight a text holds in each channel, 0 to 1."""

    words: float
    grams: float
    names: float


def held(text: str, language: str) -> Held:
    """Give what a text holds."""
    surfaces = WORD.findall(text)
    known = known_surfaces(surfaces, language)
    return _held([known[surface] for surface in surfaces])


# Passages are short, and the same ones are looked at again by the next question.
@lru_cache(maxsize=2_048)
def held_by_sentence(passage: str, language: str) -> tuple[tuple[Span, ...], tuple[Held, ...]]:
    """Give a passage's sentences and what each holds."""
    spans = tuple(sentences(passage))
    surfaces = [WORD.findall(passage, span.start, span.end) for span in spans]
    known = known_surfaces(list(chain.from_iterable(surfaces)), language)
    return spans, tuple([_held([known[surface] for surface in own]) for own in surfaces])


def _held(own: Sequence[Surface]) -> Held:
    return Held(
        words=frozenset(chain.from_iterable([surface.stems for surface in own])),
        folded=frozenset(chain.from_iterable([surface.folded for surface in own])),
        bounded="".join([surface.bounded for surface in own]),
    )


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
    # what a term gains at most is its weight times idf, and this (`Located.gains`)
    saturated, unseen = index.k1 + 1, index.idf_of(UNSEEN)
    starts = [0, *located.ends][:-1]
    return tuple(
        [
            QueryTerm(
                gain / saturated if frequency >= UNSEEN else weight * unseen,
                tuple(located.alternatives[start:end]),
            )
            for weight, frequency, gain, start, end in zip(
                located.weights, located.frequencies, located.gains, starts, located.ends, strict=True
            )
        ]
    )


def attainable(asked: Sequence[QueryTerm]) -> float:
    """Give BM25's score of a passage of average length that holds each weighed term once; never 0."""
    return sum([term.weight for term in asked]) or 1.0


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
            terms: those of our alternatives that the text holds.
        """
        if not terms or not self.total:
            return 0.0
        best: dict[int, float] = {}
        for name in terms:
            for number, probability in self.places[name]:
                best[number] = max(best.get(number, 0.0), probability)
        return sum(self.weights[number] * probability for number, probability in best.items()) / self.total


class SoughtQuery(NamedTuple):
    """A question's terms in each channel, to be looked for in sentences.

    Attributes:
        words, grams, names: the terms.
        bounded: for each gram what a text's words between marks of their ends must hold for it to stand there, and
            its share of the weight of all.
        language: of the question.
        asked, named: the question's words; see `Query`.
    """

    words: Sought
    grams: Sought
    names: Sought
    bounded: tuple[tuple[str, float], ...]
    language: str
    asked: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: Query) -> SoughtQuery:
        """Turn a query around whose weights were multiplied by idf (`weighed`)."""
        words, grams, names = (Sought.of(terms) for terms in (query.words, query.grams, query.names))
        total, weights = grams.total or 1.0, grams.weights
        # a number is its own and only gram
        bounded = tuple(
            [
                (f"_{gram}_" if gram.isdigit() else gram, sum([weights[n] * p for n, p in found]) / total)
                for gram, found in grams.places.items()
            ]
        )
        return cls(words, grams, names, bounded, query.language, query.asked, query.named)


def shares(query: SoughtQuery, texts: Sequence[Held], language: str) -> list[Shares]:
    """Give the share of each channel's weight that stands in each text, by the likeliest alternative there.

    Name keys are compared between two languages only; inside one, words and 4-grams say more.

    Args:
        query: what is asked.
        texts: parts of one passage.
        language: of the passage.
    """
    whole = "".join([text.bounded for text in texts])
    grams = [pair for pair in query.bounded if pair[0] in whole]
    names = query.names.names if query.language != language else frozenset()
    return [
        Shares(
            words=query.words.share(query.words.names & text.words),
            grams=sum([share for gram, share in grams if gram in text.bounded]),
            names=query.names.share(names.intersection(map(name_key, text.folded))) if names else 0.0,
        )
        for text in texts
    ]

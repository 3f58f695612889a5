"""How much of a question the sentences of passages hold: its words, translations, 4-grams and name keys, by idf."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.postings import term_hash
from index.query import QueryTerm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from index.lexical import LexicalIndex
    from index.query import Query
    from index.scoring import Located
    from index.vocabulary import Terms


UNSEEN = 0.5
"""In how many passages a term stands that was never seen."""


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


class Held(NamedTuple):
    """What some sentences hold.

    Attributes:
        n_sentences: how many.
        terms: of the words of all.
        of_word: (m,) int64; for each word the number of its sentence, from 0. Sentences may stand in any order.
    """

    n_sentences: int
    terms: Terms
    of_word: NDArray[np.int64]


class Shares(NamedTuple):
    """How much of a question's weight each sentence holds in each channel, 0 to 1, as lists."""

    words: list[float]
    grams: list[float]
    names: list[float]


class Sought(NamedTuple):
    """The terms of one channel of a question, by their hashes.

    Attributes:
        hashes: (a,) uint64, ascending, each once: the alternatives.
        gains: for each the question's terms that it stands for, and what share of the whole weight it then brings.
        plain: (a,) these shares where each is the only one of a term of its own; else None.
    """

    hashes: NDArray[np.uint64]
    gains: list[list[tuple[int, float]]]
    plain: NDArray[np.float64] | None

    @classmethod
    def of(cls, terms: Sequence[QueryTerm]) -> Sought:
        """Turn weighed terms around."""
        whole = attainable(terms)
        gains: dict[int, list[tuple[int, float]]] = {}
        for number, term in enumerate(terms):
            for alternative, probability in term.alternatives:
                gain = (number, probability * term.weight / whole)
                gains.setdefault(term_hash(alternative), []).append(gain)
        hashes = sorted(gains)
        sorted_gains = [gains[each] for each in hashes]
        alone = [own[0][1] for own in sorted_gains if len(own) == 1]
        is_plain = len(alone) == len(gains) == len({own[0][0] for own in sorted_gains})
        return cls(np.array(hashes, dtype=np.uint64), sorted_gains, np.array(alone) if is_plain else None)

    def shares(self, terms: NDArray[np.uint64], of_term: NDArray[np.int64], n_sentences: int) -> list[float]:
        """Give the share of the weight that stands in each sentence, by the likeliest alternative there; 0 to 1.

        Args:
            terms: (t,), of all sentences.
            of_term: (t,), the sentence of each.
            n_sentences: how many there are.
        """
        if not len(self.hashes):
            return [0.0] * n_sentences
        places = self.hashes.searchsorted(terms)
        places[places == len(self.hashes)] = 0
        found = (self.hashes[places] == terms).nonzero()[0]
        # each sentence with each alternative in it, once, in the order of neither its words nor the other passages
        held = np.zeros((n_sentences, len(self.hashes)), dtype=bool)
        held[of_term[found], places[found]] = True
        if self.plain is not None:
            added: list[float] = (held * self.plain).sum(axis=1).tolist()
            return added
        best: dict[tuple[int, int], float] = {}
        for sentence, place in zip(*map(np.ndarray.tolist, held.nonzero()), strict=True):
            for number, gain in self.gains[place]:
                if gain > best.get((sentence, number), 0.0):
                    best[sentence, number] = gain
        shares = [0.0] * n_sentences
        for (sentence, _), gain in best.items():
            shares[sentence] += gain
        return shares


class SoughtQuery(NamedTuple):
    """A question's terms in each channel, to be looked for in sentences; `language` is the question's."""

    words: Sought
    grams: Sought
    names: Sought
    language: str

    @classmethod
    def of(cls, query: Query) -> SoughtQuery:
        """Turn a query around whose weights were multiplied by idf (`weighed`)."""
        words, grams, names = map(Sought.of, (query.words, query.grams, query.names))
        return cls(words, grams, names, query.language)


def shares(query: SoughtQuery, held: Held, languages: Sequence[str]) -> Shares:
    """Give the share of each channel's weight that stands in each sentence.

    Name keys are compared between two languages only; inside one, words and 4-grams say more.

    Args:
        query: what is asked.
        held: what the sentences hold.
        languages: of each sentence.
    """
    terms, of_word, n_sentences = held.terms, held.of_word, held.n_sentences
    foreign = [language != query.language for language in languages]
    names = query.names.shares(terms.names, of_word, n_sentences) if any(foreign) else [0.0] * n_sentences
    return Shares(
        words=query.words.shares(terms.stems, of_word, n_sentences),
        grams=query.grams.shares(terms.grams, np.repeat(of_word, terms.n_grams), n_sentences),
        names=[share * is_foreign for share, is_foreign in zip(names, foreign, strict=True)],
    )

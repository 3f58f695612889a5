"""Compute how much of a question each sentence holds: words, translations, 4-grams and name keys, weighted by idf."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.analysis.hashing import term_hash
from index.ranking.parameters import UNSEEN
from index.records import QueryTerm
from index.segments.vocabulary import Terms
from index.store.blobs import sentences_of, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from index.records import Query
    from index.segments.bm25 import LexicalIndex
    from index.segments.term_lookup import Located
    from index.segments.vocabulary import Vocabulary


def weighed(query: Query, located: Mapping[str, Located], channels: Mapping[str, LexicalIndex]) -> Query:
    """Return the query with each weight multiplied by the idf of its term.

    This is BM25's idf for f passages: those that hold any alternative, each counted with its probability. A term that
    no passage holds has the greatest idf: f = UNSEEN. Alternatives that no passage holds are left out.
    """
    return replace(
        query,
        words=_weighed(located["words"], channels["words"]),
        grams=_weighed(located["grams"], channels["grams"]),
        names=_weighed(located["names"], channels["names"]),
    )


def _weighed(located: Located, index: LexicalIndex) -> tuple[QueryTerm, ...]:
    # `Located.gains` is weight * idf * (k1 + 1): the most that a term can add to a score
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
    """Return BM25's score of a passage of average length that holds each weighed term once; never 0."""
    return sum([term.weight for term in asked]) or 1.0


class Told(NamedTuple):
    """A passage as it is stored.

    Attributes:
        sentences: (s, 3) int32 as bytes: first character, the one after the last, and number of words.
        words: int32 as bytes, the words' numbers in the vocabulary, in the order of the sentences.
        vocabulary: the one that holds all of them.
    """

    sentences: bytes
    words: bytes
    vocabulary: Vocabulary


class Shares(NamedTuple):
    """The share of a question's weight that each sentence holds in each channel, 0 to 1, as lists."""

    words: list[float]
    grams: list[float]
    names: list[float]


class Seeker:
    """Finds a question's terms in the sentences of passages; all terms of all sentences at once."""

    def __init__(self, query: Query) -> None:
        """Take a query whose weights were multiplied by idf (`weighed`)."""
        self._words, self._grams, self._names = (
            _Sought.of(own) for own in (query.words, query.grams, query.names)
        )

    def shares(self, passages: Sequence[Told]) -> tuple[list[float], list[float], list[float]]:
        """Return for each channel the share of the question's weight in each sentence of all passages, 0 to 1.

        A term counts with its likeliest alternative in the sentence.

        Raises:
            ValueError, IndexError: the stored data of a passage is damaged.
        """
        n_sentences, terms, of_word = _terms_of(passages)
        of_gram = np.repeat(of_word, terms.n_grams)
        return (
            self._words.shares(terms.stems, of_word, n_sentences),
            self._grams.shares(terms.grams, of_gram, n_sentences),
            self._names.shares(terms.names, of_word, n_sentences),
        )


def _terms_of(passages: Sequence[Told]) -> tuple[int, Terms, NDArray[np.int64]]:
    """Return the number of sentences, the terms of all words, and the sentence of each word, from 0.

    Words of one vocabulary are looked up together, so the sentences may come in any order.
    """
    sizes = [sentences_of(passage.sentences)[:, 2] for passage in passages]
    ends = [*accumulate(map(len, sizes))]
    terms, of_word = [], []
    order = sorted(range(len(passages)), key=lambda place: id(passages[place].vocabulary))
    for _, group in groupby(order, key=lambda place: id(passages[place].vocabulary)):
        own = list(group)
        words = words_of([passages[place].words for place in own])
        terms.append(passages[own[0]].vocabulary.terms(words))
        numbers = [np.arange(ends[place] - len(sizes[place]), ends[place]) for place in own]
        counts = np.concatenate([sizes[place] for place in own])
        if int(counts.sum(dtype=np.int64)) != len(words):
            raise ValueError("sentences of more or fewer words than there are")
        of_word.append(np.repeat(np.concatenate(numbers), counts))
    return ends[-1], Terms(*map(np.concatenate, zip(*terms, strict=True))), np.concatenate(of_word)


class _Sought(NamedTuple):
    """The terms of one channel of a question, by their hashes.

    Attributes:
        hashes: (a,) uint64, the distinct alternatives, ascending.
        gains: for each alternative, the numbers of the terms it stands for and the share of the whole weight it gains.
        plain: (a,) these shares where alternatives and terms correspond one to one; else None.
    """

    hashes: NDArray[np.uint64]
    gains: list[list[tuple[int, float]]]
    plain: NDArray[np.float64] | None

    @classmethod
    def of(cls, terms: Sequence[QueryTerm]) -> _Sought:
        """Index weighed terms by the hashes of their alternatives."""
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
        """Return the share of the weight that each sentence holds, by its likeliest alternatives; 0 to 1.

        Args:
            terms: (t,), of all sentences.
            of_term: (t,), the sentence of each.
            n_sentences: the number of sentences.
        """
        if not len(self.hashes):
            return [0.0] * n_sentences
        places = self.hashes.searchsorted(terms)
        places[places == len(self.hashes)] = 0
        found = (self.hashes[places] == terms).nonzero()[0]
        # each alternative once a sentence, so that no sum depends on the order of words or on the other passages
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
    """A question's terms, indexed for search in sentences; `language` is the question's."""

    seeker: Seeker
    language: str

    @classmethod
    def of(cls, query: Query) -> SoughtQuery:
        """Index a query whose weights were multiplied by idf (`weighed`)."""
        return cls(Seeker(query), query.language)


def shares(query: SoughtQuery, passages: Sequence[Told], languages: Sequence[str]) -> Shares:
    """Return the share of each channel's weight that each sentence holds.

    Name keys count between two languages only; within one, words and 4-grams are better evidence.

    Args:
        query: the question's terms.
        passages: the passages whose sentences are searched.
        languages: of each sentence.

    Raises:
        ValueError, IndexError: the stored data of a passage is damaged.
    """
    words, grams, names = query.seeker.shares(passages)
    of_others = [
        share if language != query.language else 0.0 for share, language in zip(names, languages, strict=True)
    ]
    return Shares(words, grams, of_others)

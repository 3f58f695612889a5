"""BM25 over postings: a rank-bm25 `BM25Okapi` that grows, shrinks and takes weighted terms.

`LexicalIndex` is a `BM25Okapi` in all that defines a score (k1, b, epsilon, the idf with its floor of
epsilon times the average idf, the length normalisation), and gives the scores of `get_scores` to float
error. What differs is how: it reads only the postings of the question's terms, it is made of parts
that can be added, and it forgets removed rows exactly. Three cases that the library does not survive
are defined here: an empty collection scores nothing; a floor that would not be positive (one article,
or terms that all stand everywhere) becomes `SMALLEST_IDF`, so that a matching row never scores below a
row that does not match.

Source: Robertson et al., TREC-3; the variant with the floor is Trotman, Jia, Crane, SIGIR 2012 workshop.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rank_bm25 import BM25Okapi

from index.postings import Postings, postings_of_tokens, term_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.query import QueryTerm

SMALLEST_IDF = 1e-9


class Part(NamedTuple):
    """Postings of some rows, and what is left of them after removals.

    Attributes:
        postings: never changed.
        frequencies: (t,) int32, rows that still hold each term.
    """

    postings: Postings
    frequencies: NDArray[np.int32]

    @classmethod
    def of(cls, postings: Postings) -> Part:
        """Take postings of which nothing is removed."""
        return cls(postings, postings.frequencies)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What BM25 must know of the whole channel; exact after every change.

    Attributes:
        n_rows: rows that are not removed.
        n_terms: terms of these rows, repeated ones counted.
        spread: how many distinct terms stand in f rows, by f; gives the average idf without a pass
            over the vocabulary.
    """

    n_rows: int = 0
    n_terms: int = 0
    spread: Counter[int] = field(default_factory=Counter)

    @property
    def average_length(self) -> float:
        """Terms in a row on average; 0 in an empty channel."""
        return self.n_terms / self.n_rows if self.n_rows else 0.0

    @property
    def average_idf(self) -> float:
        """Mean idf over the distinct terms, before the floor; 0 in an empty channel."""
        held = {f: n for f, n in self.spread.items() if f > 0 and n > 0}
        total = sum(held.values())
        if not total:
            return 0.0
        return sum(n * _raw_idf(self.n_rows, f) for f, n in held.items()) / total


def _raw_idf(n_rows: int, frequency: float) -> float:
    return math.log(n_rows - frequency + 0.5) - math.log(frequency + 0.5)


class LexicalIndex(BM25Okapi):  # type: ignore[misc]  # rank-bm25 ships no types
    """One channel of the collection; immutable: `with_rows` and `without_rows` give a new one."""

    def __init__(
        self,
        corpus: Sequence[Sequence[str]] = (),
        *,
        k1: float = 1.5,
        b: float = 0.75,
        epsilon: float = 0.25,
    ) -> None:
        """Index token lists, one per row, as rank-bm25 does."""
        self._start((), Statistics(), (k1, b, epsilon))
        if corpus:
            grown = self.with_rows(postings_of_tokens(corpus))
            self._start(grown.parts, grown.statistics, (k1, b, epsilon))

    def _start(
        self, parts: tuple[Part, ...], statistics: Statistics, constants: tuple[float, float, float]
    ) -> None:
        self.k1, self.b, self.epsilon = constants
        self.parts = parts
        self.statistics = statistics
        self.corpus_size = sum(len(part.postings.lengths) for part in parts)
        self.avgdl = statistics.average_length
        self.average_idf = statistics.average_idf

    @classmethod
    def of_parts(
        cls,
        parts: Sequence[Part],
        statistics: Statistics,
        *,
        k1: float,
        b: float,
        epsilon: float = 0.25,
    ) -> LexicalIndex:
        """Join parts whose statistics are known, as from a snapshot."""
        index = cls.__new__(cls)
        index._start(tuple(parts), statistics, (k1, b, epsilon))
        return index

    @property
    def doc_len(self) -> list[int]:
        """Terms of each row, in row order; the name is rank-bm25's."""
        return [int(n) for part in self.parts for n in part.postings.lengths]

    def with_rows(self, postings: Postings) -> LexicalIndex:
        """Give this channel with more rows behind its own; costs what the new rows cost."""
        before = self._frequencies(postings.terms)
        spread = self.statistics.spread.copy()
        spread.subtract(before[before > 0].tolist())
        spread.update((before + postings.frequencies).tolist())
        statistics = Statistics(
            n_rows=self.statistics.n_rows + len(postings.lengths),
            n_terms=self.statistics.n_terms + int(postings.lengths.sum()),
            spread=+spread,
        )
        return self.of_parts(
            (*self.parts, Part.of(postings)), statistics, k1=self.k1, b=self.b, epsilon=self.epsilon
        )

    def without_rows(self, part: int, removed: Postings) -> LexicalIndex:
        """Give this channel with rows of one part out of the statistics.

        The rows keep their places (and their scores mean nothing); the caller leaves them out.

        Args:
            part: which part the rows are in.
            removed: postings of exactly these rows; only terms, frequencies and lengths are read.
        """
        before = self._frequencies(removed.terms)
        spread = self.statistics.spread.copy()
        spread.subtract(before[before > 0].tolist())
        spread.update((before - removed.frequencies).tolist())
        del spread[0]
        old = self.parts[part]
        frequencies = old.frequencies.copy()
        frequencies[old.postings.positions(removed.terms)] -= removed.frequencies
        parts = list(self.parts)
        parts[part] = Part(old.postings, frequencies)
        statistics = replace(
            self.statistics,
            n_rows=self.statistics.n_rows - len(removed.lengths),
            n_terms=self.statistics.n_terms - int(removed.lengths.sum()),
            spread=+spread,
        )
        return self.of_parts(parts, statistics, k1=self.k1, b=self.b, epsilon=self.epsilon)

    def _frequencies(self, terms: NDArray[np.uint64]) -> NDArray[np.int64]:
        total = np.zeros(len(terms), dtype=np.int64)
        for part in self.parts:
            places = part.postings.positions(terms)
            found = places >= 0
            total[found] += part.frequencies[places[found]]
        return total

    def frequency(self, term: str) -> int:
        """In how many rows a term stands."""
        return int(self._frequencies(np.array([term_hash(term)], dtype=np.uint64))[0])

    def frequencies(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """In how many rows each term stands; (m,) int64."""
        return self._frequencies(np.array([term_hash(term) for term in terms], dtype=np.uint64))

    def idf_of(self, frequency: float) -> float:
        """Weight of a term by the (weighted) number of rows it stands in; 0 for none.

        rank-bm25's: log(N - f + 0.5) - log(f + 0.5); where that is negative, epsilon times the
        average idf, here never below SMALLEST_IDF.
        """
        if frequency <= 0 or not self.statistics.n_rows:
            return 0.0
        # several alternatives may together stand in more rows than there are
        raw = _raw_idf(self.statistics.n_rows, min(frequency, self.statistics.n_rows))
        if raw < 0:
            raw = self.epsilon * self.average_idf
        return max(raw, SMALLEST_IDF)

    def get_scores(self, query: Sequence[str]) -> NDArray[np.float64]:
        """Score every row for a list of terms, repeated terms counted again; (n,) float64."""
        weights = Counter(query)
        return self.score([(float(n), ((term, 1.0),)) for term, n in weights.items()])

    def get_batch_scores(self, query: Sequence[str], doc_ids: Sequence[int]) -> list[float]:
        """Score some rows for a list of terms, as rank-bm25 does."""
        return [float(score) for score in self.get_scores(query)[list(doc_ids)]]

    def score(
        self, query: Sequence[QueryTerm | tuple[float, tuple[tuple[str, float], ...]]]
    ) -> NDArray[np.float64]:
        """Score every row for weighted terms.

        A question term stands for all its alternatives at once (probabilistic structured queries):
        tf(row) = sum over alternatives of p * tf(alternative, row), the row frequency likewise, and
        BM25 on those; a plain term is its own only alternative with p = 1.

        Returns:
            (n,) float64, in row order over all parts; >= 0; 0 where no alternative stands.

        Source: Darwish, Oard, SIGIR 2003, https://doi.org/10.1145/860435.860497
        """
        scores = np.zeros(self.corpus_size)
        if not self.avgdl or not query:
            return scores
        pairs = [pair for _, alternatives in query for pair in alternatives]
        terms = np.array([term_hash(term) for term, _ in pairs], dtype=np.uint64)
        shares = np.array([share for _, share in pairs])
        ends = np.cumsum([len(alternatives) for _, alternatives in query]).tolist()
        weights = self._weights(query, terms, shares, ends)
        first = 0
        for part, norm in zip(self.parts, self._norms, strict=True):
            n_rows = len(part.postings.lengths)
            found = _Found(part.postings, part.postings.positions(terms).tolist(), shares.tolist())
            self._add(scores[first : first + n_rows], found, weights, ends, norm)
            first += n_rows
        return scores

    def attainable(self, query: Sequence[QueryTerm]) -> float:
        """Give the score of a passage of average length that holds each term of a question once.

        Terms that stand nowhere are left out: no passage can have them.
        """
        if not query:
            return 0.0
        pairs = [pair for _, alternatives in query for pair in alternatives]
        terms = np.array([term_hash(term) for term, _ in pairs], dtype=np.uint64)
        shares = np.array([share for _, share in pairs])
        ends = np.cumsum([len(alternatives) for _, alternatives in query]).tolist()
        return sum(self._weights(query, terms, shares, ends)) / (self.k1 + 1)

    def _weights(
        self,
        query: Sequence[QueryTerm | tuple[float, tuple[tuple[str, float], ...]]],
        terms: NDArray[np.uint64],
        shares: NDArray[np.float64],
        ends: list[int],
    ) -> list[float]:
        """Give each question term's weight times idf times (k1 + 1)."""
        held = self._frequencies(terms) * shares
        starts = [0, *ends[:-1]]
        return [
            weight * self.idf_of(float(held[start:end].sum())) * (self.k1 + 1)
            for (weight, _), start, end in zip(query, starts, ends, strict=True)
        ]

    @cached_property
    def _norms(self) -> list[NDArray[np.float64]]:
        """Give, for each part, k1 * (1 - b + b * length / average length) by row."""
        scale = self.k1 * self.b / self.avgdl if self.avgdl else 0.0
        base = self.k1 * (1 - self.b)
        return [np.asarray(base + scale * part.postings.lengths) for part in self.parts]

    @staticmethod
    def _add(
        scores: NDArray[np.float64],
        found: _Found,
        weights: list[float],
        ends: list[int],
        norm: NDArray[np.float64],
    ) -> None:
        """Add the scores of one part's rows, reading the postings of the question's terms only."""
        plain: list[tuple[slice, float, float]] = []
        start = 0
        for weight, end in zip(weights, ends, strict=True):
            slices = found.slices(start, end) if weight else []
            start = end
            if len(slices) == 1:
                plain.append((*slices[0], weight))
            elif slices:
                _add_alternatives(scores, found.postings, slices, weight, norm)
        if plain:
            _add_plain(scores, found.postings, plain, norm)


def _add_plain(
    scores: NDArray[np.float64],
    postings: Postings,
    plain: list[tuple[slice, float, float]],
    norm: NDArray[np.float64],
) -> None:
    """Add the scores of terms that stand for themselves only (where, share, weight), all in one pass.

    `bincount` adds up in C what fancy indexing would gather and scatter term by term.
    """
    rows = np.concatenate([postings.rows[where] for where, _, _ in plain])
    sizes = [where.stop - where.start for where, _, _ in plain]
    tf = np.concatenate([postings.counts[where] for where, _, _ in plain]).astype(np.float64)
    shares = [share for _, share, _ in plain]
    if any(share != 1.0 for share in shares):
        tf *= np.repeat(shares, sizes)
    gained = tf / (tf + norm[rows])
    gained *= np.repeat([weight for _, _, weight in plain], sizes)
    scores += np.bincount(rows, weights=gained, minlength=len(scores))


def _add_alternatives(
    scores: NDArray[np.float64],
    postings: Postings,
    slices: list[tuple[slice, float]],
    weight: float,
    norm: NDArray[np.float64],
) -> None:
    """Add the score of one term that stands for several at once; rows are distinct inside one slice."""
    rows, places = np.unique(
        np.concatenate([postings.rows[where] for where, _ in slices]), return_inverse=True
    )
    shared = np.concatenate([share * postings.counts[where] for where, share in slices])
    tf = np.bincount(places, weights=shared, minlength=len(rows))
    scores[rows] += weight * tf / (tf + norm[rows])


class _Found(NamedTuple):
    """Where the terms of a question stand in one part; -1: nowhere."""

    postings: Postings
    places: list[int]
    shares: list[float]

    def slices(self, start: int, end: int) -> list[tuple[slice, float]]:
        """Give the postings of the alternatives [start, end), and their probabilities."""
        offsets = self.postings.offsets
        return [
            (slice(offsets[place], offsets[place + 1]), share)
            for place, share in zip(self.places[start:end], self.shares[start:end], strict=True)
            if place >= 0
        ]

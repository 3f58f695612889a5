"""BM25 over postings: a rank-bm25 `BM25Okapi` that grows, shrinks and takes weighted terms.

`LexicalIndex` is a `BM25Okapi` in all that defines a score (k1, b, epsilon, the idf with its floor of
epsilon times the average idf, the length normalisation), and gives the scores of `get_scores` to float32
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
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rank_bm25 import BM25Okapi

from index.postings import COLUMN_ROWS, Postings, postings_of_tokens, term_hash
from index.spread import Statistics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.query import QueryTerm

SMALLEST_IDF = 1e-9
# Where a term has more postings than this share of the rows, going through all rows is quicker than picking its own.
MOST_SPARSE = 0.1


_Term = tuple[float, tuple[tuple[str, float], ...]]


class Located(NamedTuple):
    """A question's terms as one channel holds them; see `LexicalIndex.locate`.

    Attributes:
        alternatives: what stands in some row, in the order of the question's terms, each with its probability.
        ends: for each term, where its alternatives end.
        weights: of the terms.
        frequencies: for each term, in how many rows its alternatives stand, counted with their probability.
        gains: for each term, the most it can add to a score: its weight times idf times (k1 + 1).
        places: for each part, (a,) places of the alternatives in its postings; -1 where it has none.
        shares: (a,) float32, the probabilities of the alternatives.
        singly: the terms that are scored one after the other, as they have several alternatives, or very many
            postings: number, first alternative, the one after the last.
        together: (2, s), the others, and the one alternative of each.
    """

    alternatives: list[tuple[str, float]]
    ends: list[int]
    weights: list[float]
    frequencies: list[float]
    gains: list[float]
    places: list[NDArray[np.int64]]
    shares: NDArray[np.float32]
    singly: list[tuple[int, int, int]]
    together: NDArray[np.int64]

    def gains_of(self, most_rows: float, *, common: bool) -> NDArray[np.float32]:
        """Give the gains of the terms that stand in more rows (common), or of all others, else 0; (t,) float32."""
        pairs = zip(self.gains, self.frequencies, strict=True)
        chosen = [gain if (frequency > most_rows) is common else 0.0 for gain, frequency in pairs]
        return np.array(chosen, dtype=np.float32)


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

    @cached_property
    def average_idf(self) -> float:
        """Mean idf over the distinct terms, before the floor."""
        return self.statistics.average_idf

    @property
    def doc_len(self) -> list[int]:
        """Terms of each row, in row order; the name is rank-bm25's."""
        return [int(n) for part in self.parts for n in part.postings.lengths]

    def with_rows(self, postings: Postings) -> LexicalIndex:
        """Give this channel with more rows behind its own; costs what the new rows cost."""
        before = self._frequencies(postings.terms)
        statistics = Statistics(
            n_rows=self.statistics.n_rows + len(postings.lengths),
            n_terms=self.statistics.n_terms + int(postings.lengths.sum()),
            spread=self.statistics.spread.moved(before, before + postings.frequencies),
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
        old = self.parts[part]
        frequencies = old.frequencies.copy()
        frequencies[old.postings.positions(removed.terms)] -= removed.frequencies
        parts = list(self.parts)
        parts[part] = Part(old.postings, frequencies)
        statistics = Statistics(
            n_rows=self.statistics.n_rows - len(removed.lengths),
            n_terms=self.statistics.n_terms - int(removed.lengths.sum()),
            spread=self.statistics.spread.moved(before, before - removed.frequencies),
        )
        return self.of_parts(parts, statistics, k1=self.k1, b=self.b, epsilon=self.epsilon)

    def _frequencies(self, terms: NDArray[np.uint64]) -> NDArray[np.int64]:
        return self._held([part.postings.positions(terms) for part in self.parts], len(terms))

    def _held(self, places: list[NDArray[np.int64]], n_terms: int) -> NDArray[np.int64]:
        """Give in how many rows terms stand, by their places in each part."""
        total = np.zeros(n_terms, dtype=np.int64)
        for part, found in zip(self.parts, places, strict=True):
            if len(part.frequencies):
                own = part.frequencies.take(found, mode="wrap")
                own[found < 0] = 0
                total += own
        return total

    def frequency(self, term: str) -> int:
        """In how many rows a term stands."""
        return int(self._frequencies(np.array([term_hash(term)], dtype=np.uint64))[0])

    def locate(self, query: Sequence[QueryTerm | _Term]) -> Located:
        """Find a question's terms, once for all that is asked of them; alternatives of no row are left out."""
        pairs = [pair for _, alternatives in query for pair in alternatives]
        terms = np.array([term_hash(term) for term, _ in pairs], dtype=np.uint64)
        places = [part.postings.positions(terms) for part in self.parts]
        held = self._held(places, len(pairs)).tolist()
        # plain loops: a question has some dozens of terms, and each array operation costs as much as several of them
        kept: list[int] = []
        singly: list[tuple[int, int, int]] = []
        together: tuple[list[int], list[int]] = ([], [])
        most = MOST_SPARSE * self.statistics.n_rows
        ends, frequencies, at = [], [], 0
        for number, (_, alternatives) in enumerate(query):
            first, frequency = len(kept), 0.0
            for _, share in alternatives:
                if held[at]:
                    kept.append(at)
                    frequency += held[at] * share
                at += 1
            last = len(kept)
            if last - first == 1 and frequency <= most:
                together[0].append(number)
                together[1].append(first)
            elif last > first:
                singly.append((number, first, last))
            ends.append(last)
            frequencies.append(frequency)
        weights = [weight for weight, _ in query]
        located = [pairs[place] for place in kept]
        return Located(
            alternatives=located,
            ends=ends,
            weights=weights,
            frequencies=frequencies,
            gains=[
                weight * self.idf_of(frequency) * (self.k1 + 1)
                for weight, frequency in zip(weights, frequencies, strict=True)
            ],
            places=places if len(kept) == len(pairs) else [found[kept] for found in places],
            shares=np.array([share for _, share in located], dtype=np.float32),
            singly=singly,
            together=np.array(together, dtype=np.int64),
        )

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

    def get_scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """Score every row for a list of terms, repeated terms counted again; (n,) float32."""
        weights = Counter(query)
        return self.score(self.locate([(float(n), ((term, 1.0),)) for term, n in weights.items()]))

    def get_batch_scores(self, query: Sequence[str], doc_ids: Sequence[int]) -> list[float]:
        """Score some rows for a list of terms, as rank-bm25 does."""
        return [float(score) for score in self.get_scores(query)[list(doc_ids)]]

    def score(self, located: Located, most_rows: float = math.inf) -> NDArray[np.float32]:
        """Score every row for a question's terms.

        A question term stands for all its alternatives at once (probabilistic structured queries):
        tf(row) = sum over alternatives of p * tf(alternative, row), the row frequency likewise, and
        BM25 on those; a plain term is its own only alternative with p = 1.

        Args:
            located: the terms.
            most_rows: terms that stand in more rows are left to `score_common`.

        Returns:
            (n,) float32, in row order over all parts; >= 0; 0 where no alternative stands.

        Source: Darwish, Oard, SIGIR 2003, https://doi.org/10.1145/860435.860497
        """
        scores = np.zeros(self.corpus_size, dtype=np.float32)
        if not self.avgdl or not located.alternatives:
            return scores
        gains = located.gains_of(most_rows, common=False)
        first = 0
        for part, places, norm in zip(self.parts, located.places, self._norms, strict=True):
            last = first + len(part.postings.lengths)
            _add(scores[first:last], part.postings, located, places, gains, norm)
            first = last
        return scores

    def score_common(
        self, located: Located, most_rows: float, rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score some rows for the terms that `score` left out.

        Their postings are long, and they tell little: looking a few rows up in them is quicker than adding them all.

        Args:
            located: the terms.
            most_rows: as given to `score`.
            rows: (m,) int64, ascending.

        Returns:
            (m,) float32.
        """
        gained = np.zeros(len(rows), dtype=np.float32)
        gains = located.gains_of(most_rows, common=True)
        common = _Common.of(located, gains)
        first = 0
        for part, places, norm in zip(self.parts, located.places, self._norms, strict=True):
            begin, end = np.searchsorted(rows, (first, first + len(norm))).tolist()
            if begin < end and common is not None:
                own = rows[begin:end] - first
                if len(norm) < COLUMN_ROWS:
                    whole = np.zeros(len(norm), dtype=np.float32)
                    _add(whole, part.postings, located, places, gains, norm)
                    gained[begin:end] = whole.take(own)
                else:
                    gained[begin:end] = common.gained(part.postings, places, own, norm)
            first += len(norm)
        return gained

    def attainable(self, located: Located) -> float:
        """Give the score of a passage of average length that holds each term of a question once.

        Terms that stand nowhere are left out: no passage can have them.
        """
        return sum(located.gains) / (self.k1 + 1)

    @cached_property
    def _norms(self) -> list[NDArray[np.float32]]:
        """Give, for each part, k1 * (1 - b + b * length / average length) by row."""
        scale = np.float32(self.k1 * self.b / self.avgdl if self.avgdl else 0.0)
        base = np.float32(max(self.k1 * (1 - self.b), 1e-30))  # a row without terms must not divide by 0
        # lengths are whole numbers far below those that float32 does not hold
        norms = [np.multiply(part.postings.lengths, scale, dtype=np.float32) for part in self.parts]
        return [np.add(norm, base, out=norm) for norm in norms]


class _Common(NamedTuple):
    """Some of a question's terms, to be scored in few rows.

    Attributes:
        alternatives: (a,) which of the located ones; those of one term follow each other.
        shares: (a, 1) float32, their probabilities.
        starts: (t,) where each term's begin. Those that are scored singly come first, as `_add` counts them first:
            so a row's gains are added up in the same order, and its score is the same to the last bit.
        more: for the second alternative, the third and so on: which terms have one.
        gains: (t, 1) float32, of the terms.
    """

    alternatives: NDArray[np.int64]
    shares: NDArray[np.float32]
    starts: NDArray[np.int64]
    more: list[NDArray[np.int64]]
    gains: NDArray[np.float32]

    @classmethod
    def of(cls, located: Located, gains: NDArray[np.float32]) -> _Common | None:
        """Take the terms whose gain is not 0; None if there are none."""
        singly = [term for term in located.singly if gains[term[0]]]
        together = located.together[:, gains[located.together[0]] != 0]
        if not singly and not together.size:
            return None
        sizes = np.array([last - first for _, first, last in singly], dtype=np.int64)
        n_singly = int(sizes.sum())
        alternatives = np.append([i for _, first, last in singly for i in range(first, last)], together[1])
        alternatives = alternatives.astype(np.int64)
        return cls(
            alternatives=alternatives,
            shares=located.shares[alternatives, None],
            starts=np.append(np.cumsum(sizes) - sizes, np.arange(n_singly, len(alternatives))),
            more=[np.flatnonzero(sizes > nth) for nth in range(1, int(sizes.max(initial=1)))],
            gains=gains[np.append([number for number, *_ in singly], together[0]).astype(np.int64), None],
        )

    def gained(
        self,
        postings: Postings,
        places: NDArray[np.int64],
        rows: NDArray[np.int64],
        norm: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Give what some rows of a part, (m,) ascending, gain by these terms; (m,) float32."""
        held = postings.counts_at(places[self.alternatives], rows) * self.shares
        if len(rows) == 1:  # NumPy adds a single row up in another order than one of several
            held = held.repeat(2, axis=1)
        tf = held[self.starts] if self.more else held
        for nth, terms in enumerate(self.more, 1):
            tf[terms] += held[self.starts[terms] + nth]
        gain = tf / (tf + norm.take(rows))
        gain *= self.gains
        total: NDArray[np.float32] = gain.sum(axis=0)
        return total[: len(rows)]


def _add(
    scores: NDArray[np.float32],
    postings: Postings,
    located: Located,
    places: NDArray[np.int64],
    gains: NDArray[np.float32],
    norm: NDArray[np.float32],
) -> None:
    """Add the scores of one part's rows, reading the postings of the question's terms only.

    Whether a term is scored singly is told by the whole channel, not by this part: so a row's gains are added up in
    the same order whatever part it is in, and its score is the same to the last bit.
    """
    scratch: NDArray[np.float32] | None = None
    for number, first, last in located.singly:
        own = np.arange(first, last)[places[first:last] >= 0] if gains[number] else ()
        if len(own):
            if scratch is None:
                scratch = np.zeros(len(scores), dtype=np.float32)
            rows, tf, _ = _read(postings, places[own], located.shares[own])
            if len(own) == 1:
                scratch[rows] = tf
            else:
                np.add.at(scratch, rows, tf)
            _add_one(scores, scratch, rows, gains[number], norm)
    numbers, alternatives = located.together
    is_read = (gains[numbers] != 0) & (places[alternatives] >= 0)
    if is_read.any():
        own = alternatives[is_read]
        rows, gain, sizes = _read(postings, places[own], located.shares[own])
        gain /= gain + norm.take(rows)
        gain *= gains[numbers[is_read]].repeat(sizes)
        np.add.at(scores, rows, gain)


def _add_one(
    scores: NDArray[np.float32],
    scratch: NDArray[np.float32],
    rows: NDArray[np.intp],
    most: np.float32,
    norm: NDArray[np.float32],
) -> None:
    """Add the gains of one term; scratch has its tf by row, and is 0 everywhere after; rows may repeat."""
    if len(rows) > len(scores) * MOST_SPARSE:
        gain = scratch + norm
        np.divide(scratch, gain, out=gain)
        gain *= most
        scores += gain
        scratch.fill(0.0)
        return
    gain = scratch.take(rows)
    scratch[rows] = 0.0
    gain /= gain + norm.take(rows)
    gain *= most
    # a row that stands here twice gets the same sum assigned twice: it is added once
    gain += scores.take(rows)
    scores[rows] = gain


def _read(
    postings: Postings, places: NDArray[np.int64], shares: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.int64]]:
    """Give the rows of some alternatives, one after the other, p * tf for each, and how many each alternative has."""
    starts, stops = postings.offsets[places], postings.offsets[places + 1]
    slices = [*map(slice, starts.tolist(), stops.tolist())]
    # indices of the type that ufunc.at would make of them
    rows = np.concatenate([postings.rows[where] for where in slices], dtype=np.intp)
    tf = np.concatenate([postings.counts[where] for where in slices], dtype=np.float32)
    sizes = stops - starts
    if (shares != 1).any():
        tf *= shares.repeat(sizes)
    return rows, tf, sizes

"""Score BM25 over postings: a rank-bm25 `BM25Okapi` that grows, shrinks and takes weighted terms.

`LexicalIndex` is a `BM25Okapi` in all that defines a score (k1, b, epsilon, the idf with its floor of epsilon times
the average idf, the length normalisation), and returns the scores of `get_scores` to float32 error. Unlike the
library, it reads only the postings of the question's terms, consists of parts that can be added, and removes rows
exactly. It defines three cases that the library does not survive. An empty collection scores nothing. A floor that
would not be positive (one article, or terms that all stand everywhere) becomes `SMALLEST_IDF`, so that a matching row
never scores below a row that does not match.

Source: Robertson et al., TREC-3; the variant with the floor is Trotman, Jia, Crane, SIGIR 2012 workshop.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from rank_bm25 import BM25Okapi

from index.analysis.hashing import term_hash
from index.segments.df_histogram import Statistics
from index.segments.postings import postings_of_tokens
from index.segments.scoring import MOST_SPARSE, Norm, Runs, add, gained
from index.segments.term_lookup import Part, Rarity, frequencies_of, locate
from index.segments.topk import first_rows, pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.segments.postings import Postings
    from index.segments.term_lookup import Located, Term

SMALLEST_IDF = 1e-9


class LexicalIndex(BM25Okapi):  # type: ignore[misc]  # rank-bm25 ships no types
    """One channel of the collection; immutable: `with_rows` and `without_rows` return a new one."""

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
        """Return an index of parts whose statistics are known, as from a snapshot."""
        index = cls.__new__(cls)
        index._start(tuple(parts), statistics, (k1, b, epsilon))
        return index

    @cached_property
    def first_rows(self) -> tuple[int, ...]:
        """The row at which each part starts."""
        return first_rows([len(part.postings.lengths) for part in self.parts])

    @cached_property
    def average_idf(self) -> float:
        """Mean idf over the distinct terms, before the floor."""
        return self.statistics.average_idf

    @property
    def doc_len(self) -> list[int]:
        """Number of terms of each row, in row order; the name is rank-bm25's."""
        return [int(n) for part in self.parts for n in part.postings.lengths]

    def with_rows(self, postings: Postings) -> LexicalIndex:
        """Return this channel with rows appended; the cost depends on the new rows only."""
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
        """Return this channel with rows of one part removed from the statistics.

        The rows keep their places, and their scores mean nothing; the caller leaves them out.

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
        return frequencies_of(self.parts, [part.postings.positions(terms) for part in self.parts], len(terms))

    def frequency(self, term: str) -> int:
        """Return the number of rows that hold a term."""
        return int(self._frequencies(np.array([term_hash(term)], dtype=np.uint64))[0])

    @cached_property
    def rarity(self) -> Rarity:
        """The idf parameters of this channel; the floor is rank-bm25's, epsilon times the average idf."""
        return Rarity(self.statistics.n_rows, self.epsilon * self.average_idf, SMALLEST_IDF)

    def locate(self, query: Sequence[Term]) -> Located:
        """Locate a question's terms, once for all later scoring; alternatives in no row are left out."""
        most = MOST_SPARSE * self.statistics.n_rows
        return locate(query, self.parts, self.rarity, self.k1 + 1, most)

    def idf_of(self, frequency: float) -> float:
        """Return the weight of a term by the (weighted) number of rows it stands in; 0 for none."""
        return self.rarity.idf(frequency)

    def get_scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """Score every row for a list of terms, repeated terms counted again; (n,) float32."""
        weights = Counter(query)
        return self.score(self.locate([(float(n), ((term, 1.0),)) for term, n in weights.items()]))

    def get_batch_scores(self, query: Sequence[str], doc_ids: Sequence[int]) -> list[float]:
        """Score some rows for a list of terms, as rank-bm25 does."""
        return [float(score) for score in self.get_scores(query)[list(doc_ids)]]

    def score(self, located: Located) -> NDArray[np.float32]:
        """Score every row for a question's terms.

        A question term stands for all its alternatives at once (probabilistic structured queries):
        tf(row) = sum over alternatives of p * tf(alternative, row), the row frequency likewise, and
        BM25 on those; a plain term is its own only alternative with p = 1.

        Args:
            located: the terms.

        Returns:
            (n,) float32, in row order over all parts; >= 0; 0 where no alternative stands.

        Source: Darwish, Oard, SIGIR 2003, https://doi.org/10.1145/860435.860497
        """
        scores = np.zeros(self.corpus_size, dtype=np.float32)
        gains, runs = located.gains_of(math.inf, common=False), Runs.one(len(scores))
        for number in range(len(self.parts)):
            self.add_part(scores, number, located, gains, runs)
        return scores

    def add_part(
        self,
        scores: NDArray[np.float32],
        number: int,
        located: Located,
        gains: NDArray[np.float32],
        runs: Runs,
    ) -> None:
        """Add the scores of one part's rows.

        Args:
            scores: (n,), of the rows of all parts.
            number: of the part.
            located: the question's terms.
            gains: (t,), of the terms; 0 for one that is left out.
            runs: the weight of a score, by row.
        """
        if self.avgdl and located.alternatives:
            part, first = self.parts[number], self.first_rows[number]
            own, counted = scores[first : first + len(part.postings.lengths)], runs._replace(begin=first)
            add(own, part.postings, located, located.places[number], gains, self._norm, counted)

    def score_rows(
        self, located: Located, rows: NDArray[np.int64], more_than: float = -math.inf
    ) -> NDArray[np.float32]:
        """Score some rows; faster than `score` where they are few.

        Args:
            located: the terms.
            rows: (m,) int64, ascending.
            more_than: terms that stand in at most so many rows are left out.

        Returns:
            (m,) float32.
        """
        gains = located.gains_of(more_than, common=True)
        if len(self.parts) == 1:
            part, places = self.parts[0], located.places[0]
            return gained(part.postings, located, places, gains, rows, self._norm)
        found = np.zeros(len(rows), dtype=np.float32)
        for number, first, own in pieces(rows, self.first_rows):
            part, places = self.parts[number], located.places[number]
            found[own] = gained(part.postings, located, places, gains, rows[own] - first, self._norm)
        return found

    @cached_property
    def _norm(self) -> Norm:
        scale = self.k1 * self.b / self.avgdl if self.avgdl else 0.0
        base = max(self.k1 * (1 - self.b), 1e-30)  # else a row without terms divides by 0
        return Norm(np.float32(base), np.float32(scale))

"""Count what BM25 needs of a whole channel: rows, terms, and how rare the terms are on average."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """A histogram of row frequencies: the average idf needs no pass over the vocabulary.

    Attributes:
        rows: (s,) int64, ascending, > 0.
        terms: (s,) int64, > 0: how many terms stand in exactly so many rows.
    """

    rows: NDArray[np.int64]
    terms: NDArray[np.int64]

    @classmethod
    def of(cls, pairs: Sequence[Sequence[int]] = ()) -> Self:
        """Return the histogram of pairs of rows and terms, in ascending order of rows."""
        rows, terms = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return cls(rows, terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spread) and self.pairs() == other.pairs()

    __hash__ = None  # type: ignore[assignment]  # arrays have none

    def pairs(self) -> list[tuple[int, int]]:
        """Return the pairs that `of` takes."""
        return list(zip(self.rows.tolist(), self.terms.tolist(), strict=True))

    def moved(self, before: NDArray[np.int64], after: NDArray[np.int64]) -> Spread:
        """Return the histogram after the rows of some terms change from `before`, (m,), to `after`; 0: in no row.

        The cost is linear in the terms, plus a copy of the histogram.
        """
        rows, terms = self.rows, self.terms.copy()
        for step, values in ((-1, before), (1, after)):
            found, counts = np.unique(values[values > 0], return_counts=True)
            places = np.searchsorted(rows, found)
            is_there = rows.take(places, mode="clip") == found if len(rows) else np.zeros(len(found), bool)
            terms[places[is_there]] += step * counts[is_there]
            rows = np.insert(rows, places[~is_there], found[~is_there])
            terms = np.insert(terms, places[~is_there], step * counts[~is_there])
        return Spread(rows[terms != 0], terms[terms != 0])


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics of a whole channel that BM25 needs; exact after every change.

    Attributes:
        n_rows: rows that are not removed.
        n_terms: terms of these rows, repeated ones counted.
        spread: how many distinct terms stand in how many of these rows.
    """

    n_rows: int = 0
    n_terms: int = 0
    spread: Spread = field(default_factory=Spread.of)

    @property
    def average_length(self) -> float:
        """Average number of terms in a row; 0 in an empty channel."""
        return self.n_terms / self.n_rows if self.n_rows else 0.0

    @property
    def average_idf(self) -> float:
        """Mean idf over the distinct terms, before the floor; 0 in an empty channel."""
        rows, terms = self.spread.rows.astype(np.float64), self.spread.terms.astype(np.float64)
        if not len(rows):
            return 0.0
        return float(terms @ (np.log(self.n_rows - rows + 0.5) - np.log(rows + 0.5)) / terms.sum())

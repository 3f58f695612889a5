"""Hold the postings of one lexical channel: which rows hold a term, and how often; immutable, columnar.

A term is identified by a stable 64-bit hash of its text, so processes need not agree on term numbers, and a snapshot
needs no dictionary. At ten million distinct terms the chance that any two share a hash is below 3e-6.

Terms that stand in many rows also have a column in a matrix of counts, for fast lookups of a few rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from index.analysis.hashing import term_hash
from index.native.accelerated import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


# Counts are kept in one byte. Larger ones are capped: passages have a thousand characters, and BM25 hardly
# distinguishes 255 from more.
MAX_COUNT = (1 << 8) - 1
# A term has a column if it stands in more than so many rows and in more than this share of them: a column costs one
# byte a row, a posting five.
MANY_ROWS = 10_000
COLUMN_SHARE = 0.05
# With fewer rows, adding up all postings takes no longer than looking up some rows.
COLUMN_ROWS = 256
# A term with so many times more postings than sought rows is searched for these rows; else all postings are read.
SEARCHED = 16
# columns filled at a time: a cache line of each row
_AT_ONCE = 64
Number = TypeVar("Number", np.uint64, np.int64)


@dataclass(frozen=True, slots=True)
class Postings:
    """Rows and frequencies by term.

    Attributes:
        terms: (t,) uint64, ascending, distinct.
        offsets: (t + 1,) int64; the postings of terms[i] are [offsets[i], offsets[i + 1]).
        rows: (p,) int32; ascending and distinct inside one term.
        counts: (p,) uint8; how often the term stands in the row, > 0, MAX_COUNT for more.
        lengths: (n,) int32; all terms of a row, repeated ones counted.
        columns: (c,) int64, ascending; places in `terms` of those that have a column; none unless `with_columns`.
        matrix: (n, c) uint8; counts of these terms by row, 0 where one does not stand. The same as in the postings.
    """

    terms: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint8]
    lengths: NDArray[np.int32]
    columns: NDArray[np.int64]
    matrix: NDArray[np.uint8]

    @property
    def frequencies(self) -> NDArray[np.int32]:
        """Number of rows that hold each term; (t,) int32, aligned with `terms`."""
        return np.diff(self.offsets).astype(np.int32)

    def positions(self, terms: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the place of each term in `terms`, or -1 where it has no postings; (m,) int64."""
        return positions(self.terms, terms)

    def with_columns(self, share: float = COLUMN_SHARE, many: int = MANY_ROWS) -> Postings:
        """Return the postings with a column for each term in more than `many` rows and in more than a share of them."""
        columns = np.flatnonzero(np.diff(self.offsets) > max(share * len(self.lengths), many))
        matrix = np.zeros((len(self.lengths), len(columns)), dtype=np.uint8)
        fill(matrix, self.offsets, self.rows, self.counts, columns)
        return replace(self, columns=columns, matrix=matrix)

    def counts_at(self, places: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Look up how often terms stand in some rows.

        Args:
            places: (a,) of the terms; -1 for one that has no postings.
            rows: (m,) ascending.

        Returns:
            (a, m) float32.
        """
        at = self.columns.searchsorted(places)
        has_column = (
            self.columns.take(at, mode="clip") == places
            if len(self.columns)
            else np.zeros(len(places), dtype=np.bool_)
        )
        # whole rows first: they are contiguous in memory, single counts are not
        some = self.matrix.take(rows, axis=0).T
        if has_column.all():
            return some[at].astype(np.float32)
        found = np.zeros((len(places), len(rows)), dtype=np.float32)
        found[has_column] = some[at[has_column]]
        self._read_into(found, places, np.flatnonzero((places >= 0) & ~has_column), rows)
        return found

    def _read_into(
        self,
        found: NDArray[np.float32],
        places: NDArray[np.int64],
        which: NDArray[np.int64],
        rows: NDArray[np.int64],
    ) -> None:
        """Look up some of the places in their postings: read short ones together, search long ones for the rows."""
        own = places[which]
        starts, stops = self.offsets[own].tolist(), self.offsets[own + 1].tolist()
        longest = SEARCHED * len(rows)
        together: list[int] = []
        slices: list[slice] = []
        for number, start, stop in zip(which.tolist(), starts, stops, strict=True):
            if stop - start > longest:
                found[number] = self._searched(slice(start, stop), rows)
            else:
                together.append(number)
                slices.append(slice(start, stop))
        if not together:
            return
        nth = np.zeros(len(self.lengths), dtype=np.int32)  # place among the sought rows, from 1
        nth[rows] = np.arange(1, len(rows) + 1, dtype=np.int32)
        columns = nth.take(np.concatenate([self.rows[where] for where in slices]))
        sought = columns.nonzero()[0]
        counts = np.concatenate([self.counts[where] for where in slices])
        numbers = np.repeat(together, [where.stop - where.start for where in slices])
        found[numbers[sought], columns[sought] - 1] = counts[sought]

    def _searched(self, where: slice, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        held = self.rows[where]
        at = np.searchsorted(held, rows.astype(np.int32))
        at[at == len(held)] = 0
        return np.where(held.take(at) == rows, self.counts[where].take(at), np.uint8(0))


def fill_in_numpy(
    matrix: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    rows: NDArray[np.int32],
    counts: NDArray[np.uint8],
    columns: NDArray[np.int64],
) -> None:
    """Write the counts of some terms into a matrix of zeros, (n, c); see `Postings`.

    Raises:
        IndexError: a row does not exist.
    """
    for first in range(0, len(columns), _AT_ONCE):
        own = columns[first : first + _AT_ONCE]
        turned = np.zeros((len(own), len(matrix)), dtype=np.uint8)
        for column, begin, end in zip(turned, offsets[own].tolist(), offsets[own + 1].tolist(), strict=True):
            column[rows[begin:end]] = counts[begin:end]
        matrix[:, first : first + len(own)] = turned.T


fill = fill_in_numpy if compiled is None else compiled.fill


def positions(ascending: NDArray[Number], values: NDArray[Number]) -> NDArray[np.int64]:
    """Return the place of each value, (m,), among ascending, distinct ones, (t,); -1 for a value not among them."""
    if not len(ascending):
        return np.full(len(values), -1, dtype=np.int64)
    places = ascending.searchsorted(values)
    places[ascending.take(places, mode="clip") != values] = -1
    return places


def ranges(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Concatenate arange(start, start + size) for each pair."""
    if not len(starts):
        return np.empty(0, np.int64)
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()), dtype=np.int64)


class Lists(NamedTuple):
    """Lists of numbers, concatenated: list i is numbers[ends[i]:ends[i + 1]].

    Attributes:
        ends: (n + 1,) int64, from 0.
        numbers: (p,) int32; one may stand in a list several times.
    """

    ends: NDArray[np.int64]
    numbers: NDArray[np.int32]


class Held(NamedTuple):
    """The attributes of `Postings` with the same names."""

    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint8]
    lengths: NDArray[np.int32]


def held_in_scipy(rows: Lists, words: Lists, n_terms: int) -> Held:
    """Turn the words of each row and the terms of each word into the rows of each term.

    The result is a product of sparse matrices: counts of words by row, times counts of terms by word. It is linear in
    the postings; a sort is not.

    Raises:
        IndexError: a row has a word, or a word a term, that does not exist.
    """
    from scipy.sparse import csr_array  # imported here: a process that only reads never needs it

    n_rows, n_words = len(rows.ends) - 1, len(words.ends) - 1
    for numbers, n in ((rows.numbers, n_words), (words.numbers, n_terms)):
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < n:
            raise IndexError("a word or term that is none")
    in_rows = csr_array((np.ones_like(rows.numbers), rows.numbers, rows.ends), shape=(n_rows, n_words))
    in_words = csr_array((np.ones_like(words.numbers), words.numbers, words.ends), shape=(n_words, n_terms))
    held = in_rows @ in_words
    by_term = held.tocsc()
    return Held(
        offsets=by_term.indptr.astype(np.int64),
        rows=by_term.indices.astype(np.int32),
        counts=np.minimum(by_term.data, MAX_COUNT).astype(np.uint8),
        lengths=np.asarray(held.sum(axis=1), dtype=np.int32),
    )


def held_compiled(rows: Lists, words: Lists, n_terms: int) -> Held:
    """Do what `held_in_scipy` does."""
    return Held(*compiled.held(rows.ends, rows.numbers, words.ends, words.numbers, n_terms))


held_by = held_in_scipy if compiled is None else held_compiled


def postings_of(terms: NDArray[np.uint64], rows: Lists, words: Lists) -> Postings:
    """Make postings from the words of each row and the terms of each word.

    Args:
        terms: (t,) term hashes, ascending, each in some word that stands in some row.
        rows: the words of each row.
        words: of each word its terms, as places in `terms`.
    """
    held = held_by(rows, words, len(terms))
    return Postings(
        terms=terms,
        **held._asdict(),
        columns=np.empty(0, dtype=np.int64),
        matrix=np.empty((len(held.lengths), 0), dtype=np.uint8),
    )


def postings_of_tokens(corpus: Sequence[Sequence[str]]) -> Postings:
    """Make postings from token lists, one per row, the form that rank-bm25 takes."""
    hashes = np.array([term_hash(token) for tokens in corpus for token in tokens], dtype=np.uint64)
    terms, places = np.unique(hashes, return_inverse=True)
    ends = np.cumsum([0, *(len(tokens) for tokens in corpus)])
    each = np.arange(len(terms) + 1)
    return postings_of(terms, Lists(ends, places.astype(np.int32)), Lists(each, each[:-1].astype(np.int32)))

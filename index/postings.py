"""Postings of one lexical channel: which rows hold a term, and how often; immutable, columnar.

A term is known by a stable 64-bit hash of its text, so no process has to agree with another on term
numbers, and a snapshot needs no dictionary. At ten million distinct terms the chance that any two
share a hash is below 3e-6.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@lru_cache(maxsize=200_000)
def term_hash(term: str) -> int:
    """Give the 64-bit number of a term, the same in every process; 0 is kept for "no term"."""
    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


@dataclass(frozen=True, slots=True)
class Postings:
    """Rows and frequencies by term.

    Attributes:
        terms: (t,) uint64, ascending, distinct.
        offsets: (t + 1,) int64; the postings of terms[i] are [offsets[i], offsets[i + 1]).
        rows: (p,) int32; ascending and distinct inside one term.
        counts: (p,) uint16; how often the term stands in the row, > 0.
        lengths: (n,) int32; all terms of a row, repeated ones counted.
    """

    terms: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]
    lengths: NDArray[np.int32]

    @property
    def frequencies(self) -> NDArray[np.int32]:
        """In how many rows each term stands; (t,) int32, aligned with `terms`."""
        return np.diff(self.offsets).astype(np.int32)

    def positions(self, terms: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Give the place of each term in `terms`, or -1 where it has no postings; (m,) int64."""
        if not len(self.terms):
            return np.full(len(terms), -1, dtype=np.int64)
        places = np.searchsorted(self.terms, terms).astype(np.int64)
        places[places == len(self.terms)] = 0
        places[self.terms[places] != terms] = -1
        return places


# a posting is sorted as one integer: term number, row, count; sorting plain integers is several times
# faster than sorting places by keys
_ROW_BITS, _COUNT_BITS = 20, 16
MAX_ROWS = 1 << _ROW_BITS
MAX_TERMS = 1 << (63 - _ROW_BITS - _COUNT_BITS)
MAX_COUNT = (1 << _COUNT_BITS) - 1


def postings_of(
    distinct: NDArray[np.uint64],
    numbers: NDArray[np.int64],
    rows: NDArray[np.int32],
    counts: NDArray[np.int32],
    n_rows: int,
) -> Postings:
    """Sort (term, row, count) triples into postings; counts of the same term and row are added up.

    Args:
        distinct: (t,) term hashes, ascending; those without a triple are left out of the result.
        numbers, rows, counts: (p,) each, in any order; term number in `distinct`, row in [0, n_rows),
            count > 0 (above MAX_COUNT it counts as that).
        n_rows: how many rows there are, with or without terms; at most MAX_ROWS.

    Raises:
        ValueError: more rows or distinct terms than one segment can hold.
    """
    if n_rows > MAX_ROWS or len(distinct) > MAX_TERMS:
        raise ValueError(f"a segment of {n_rows} rows and {len(distinct)} terms is too large")
    keys = numbers << (_ROW_BITS + _COUNT_BITS)
    keys |= rows.astype(np.int64) << _COUNT_BITS
    keys |= np.minimum(counts, MAX_COUNT)
    keys.sort()
    places = keys >> _COUNT_BITS
    first = np.flatnonzero(np.diff(places, prepend=-1))
    held = places[first]
    summed = np.add.reduceat(keys & MAX_COUNT, first) if len(first) else np.empty(0, np.int64)
    row_of = (held & (MAX_ROWS - 1)).astype(np.int32)
    frequencies = np.bincount(held >> _ROW_BITS, minlength=len(distinct))
    offsets = np.zeros(np.count_nonzero(frequencies) + 1, dtype=np.int64)
    np.cumsum(frequencies[frequencies > 0], out=offsets[1:])
    return Postings(
        terms=distinct[frequencies > 0],
        offsets=offsets,
        rows=row_of,
        counts=np.minimum(summed, MAX_COUNT).astype(np.uint16),
        lengths=np.bincount(row_of, weights=summed, minlength=n_rows).astype(np.int32),
    )


def postings_of_tokens(corpus: Sequence[Sequence[str]]) -> Postings:
    """Make postings from token lists, one per row, the form that rank-bm25 takes."""
    triples = [
        (term_hash(token), row, count)
        for row, tokens in enumerate(corpus)
        for token, count in Counter(tokens).items()
    ]
    hashes = np.array([t for t, _, _ in triples], dtype=np.uint64)
    distinct, numbers = np.unique(hashes, return_inverse=True)
    rows = np.array([r for _, r, _ in triples], dtype=np.int32)
    counts = np.array([c for _, _, c in triples], dtype=np.int32)
    return postings_of(distinct, numbers.astype(np.int64), rows, counts, len(corpus))

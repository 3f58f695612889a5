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
        counts: (p,) int32; how often the term stands in the row, > 0.
        lengths: (n,) int32; all terms of a row, repeated ones counted.
    """

    terms: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.int32]
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


def postings_of_triples(
    terms: NDArray[np.uint64],
    rows: NDArray[np.int32],
    counts: NDArray[np.int32],
    n_rows: int,
) -> Postings:
    """Sort (term, row, count) triples into postings; counts of the same term and row are added up.

    Args:
        terms, rows, counts: (p,) each, in any order; rows in [0, n_rows), counts > 0.
        n_rows: how many rows there are, with or without terms.
    """
    distinct, numbers = np.unique(terms, return_inverse=True)
    keys = numbers.astype(np.int64) * n_rows + rows
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1)) if len(keys) else np.empty(0, np.int64)
    summed = np.add.reduceat(counts, first) if len(first) else np.empty(0, np.int64)
    held, row_of = np.divmod(keys[first], max(n_rows, 1))
    offsets = np.zeros(len(distinct) + 1, dtype=np.int64)
    np.cumsum(np.bincount(held, minlength=len(distinct)), out=offsets[1:])
    lengths = np.bincount(rows, weights=counts_in_order(counts, order), minlength=n_rows)
    return Postings(
        terms=distinct.astype(np.uint64),
        offsets=offsets,
        rows=row_of.astype(np.int32),
        counts=summed.astype(np.int32),
        lengths=lengths.astype(np.int32),
    )


def counts_in_order(counts: NDArray[np.int32], order: NDArray[np.int64]) -> NDArray[np.int32]:
    """Undo a sort: give the counts in the order they had before `order` was applied."""
    original = np.empty_like(counts)
    original[order] = counts
    return original


def postings_of_tokens(corpus: Sequence[Sequence[str]]) -> Postings:
    """Make postings from token lists, one per row, the form that rank-bm25 takes."""
    triples = [
        (term_hash(token), row, count)
        for row, tokens in enumerate(corpus)
        for token, count in Counter(tokens).items()
    ]
    terms = np.array([t for t, _, _ in triples], dtype=np.uint64)
    rows = np.array([r for _, r, _ in triples], dtype=np.int32)
    counts = np.array([c for _, _, c in triples], dtype=np.int32)
    return postings_of_triples(terms, rows, counts, len(corpus))

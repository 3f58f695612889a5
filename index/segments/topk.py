"""The rows with the highest scores, and rows put together."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# rows of which the best one stands for all when the highest scores are sought, at most and at least
BLOCK, SMALLEST_BLOCK = 128, 4
SMALLEST = 1e-12
"""A lower score is none."""


def top(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Give the rows of the k highest scores above 0, (m,) ascending; k > 0."""
    rows = np.flatnonzero(scores >= _bound(scores, k))
    if len(rows) > k:
        rows = np.sort(rows[np.argpartition(-scores[rows], k)[:k]])
    return rows


def union(ascending: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the rows of both, ascending, each once; NumPy's own loads masked arrays, and a first question waits.

    Args:
        ascending: (n,) in this order.
        others: (m,) in any.
    """
    rows = np.sort(np.concatenate([ascending, others]))
    return rows[np.append(True, rows[1:] != rows[:-1])] if len(rows) else rows


def first_rows(sizes: Sequence[int]) -> tuple[int, ...]:
    """Give the row at which each of several pieces of so many rows begins, one behind the other."""
    return tuple(accumulate(sizes[:-1], initial=0))[: len(sizes)]


def pieces(rows: NDArray[np.int64], firsts: Sequence[int]) -> list[tuple[int, int, slice]]:
    """Tell in which pieces some rows lie, (m,) ascending: the number of each, its first row, and which of the rows."""
    ends = [*np.searchsorted(rows, firsts[1:]).tolist(), len(rows)] if len(firsts) > 1 else [len(rows)]
    found = zip(firsts, [0, *ends], ends, strict=False)
    return [(number, first, slice(*own)) for number, (first, *own) in enumerate(found) if own[0] < own[1]]


def _bound(scores: NDArray[np.float32], k: int) -> float:
    """Give a score that at least k rows reach: the k-th highest of the best of each block of rows; never 0."""
    block = min(BLOCK, len(scores) // (4 * k))  # four blocks for each row sought: few rows pass that are not
    if block < SMALLEST_BLOCK:
        return SMALLEST
    n_blocks = len(scores) // block
    # rows far apart: quicker to compare
    best = scores[: n_blocks * block].reshape(block, n_blocks).max(axis=0)
    return max(float(np.partition(best, n_blocks - k)[n_blocks - k]), SMALLEST)

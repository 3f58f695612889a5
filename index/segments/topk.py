"""Select the rows with the highest scores, and combine rows of several pieces."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# maximum and minimum rows of a block, whose best row represents it when the highest scores are sought
BLOCK, SMALLEST_BLOCK = 128, 4
SMALLEST = 1e-12
"""Lower scores count as 0."""


def top(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return the rows of the k highest scores above 0, (m,) ascending; k > 0."""
    rows = np.flatnonzero(scores >= _bound(scores, k))
    if len(rows) > k:
        rows = np.sort(rows[np.argpartition(-scores[rows], k)[:k]])
    return rows


def union(ascending: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct rows of both, ascending; NumPy's own loads masked arrays, which delays a first question.

    Args:
        ascending: (n,) in this order.
        others: (m,) in any order.
    """
    rows = np.sort(np.concatenate([ascending, others]))
    return rows[np.append(True, rows[1:] != rows[:-1])] if len(rows) else rows


def first_rows(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the row at which each of several consecutive pieces of these sizes begins."""
    return tuple(accumulate(sizes[:-1], initial=0))[: len(sizes)]


def pieces(rows: NDArray[np.int64], firsts: Sequence[int]) -> list[tuple[int, int, slice]]:
    """Return the pieces that hold some rows, (m,) ascending: the number of each, its first row, and which rows."""
    ends = [*np.searchsorted(rows, firsts[1:]).tolist(), len(rows)] if len(firsts) > 1 else [len(rows)]
    found = zip(firsts, [0, *ends], ends, strict=False)
    return [(number, first, slice(*own)) for number, (first, *own) in enumerate(found) if own[0] < own[1]]


def _bound(scores: NDArray[np.float32], k: int) -> float:
    """Return a score that at least k rows reach: the k-th highest of the blocks' best scores; never 0."""
    block = min(BLOCK, len(scores) // (4 * k))  # four blocks for each row sought: few other rows pass
    if block < SMALLEST_BLOCK:
        return SMALLEST
    n_blocks = len(scores) // block
    # a block's rows lie far apart: faster to compare
    best = scores[: n_blocks * block].reshape(block, n_blocks).max(axis=0)
    return max(float(np.partition(best, n_blocks - k)[n_blocks - k]), SMALLEST)

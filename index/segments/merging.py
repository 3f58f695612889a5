"""Choose the segments to merge: those of similar size, so that their number stays logarithmic, and worn ones.

Source: the log-structured merge tree of O'Neil et al., Acta Informatica 1996.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# maximum rows of a segment: making one takes memory and time in proportion
SEGMENT_ROWS = 262_144
# maximum rows that are merged while a question waits
JOIN_ROWS = 2_048
# a segment with a smaller share of its rows left is made anew
WORN_SHARE = 0.7

Alive = tuple["NDArray[np.bool_] | None", ...]
"""For each segment a mask of the rows that are left, or None where nothing was removed."""


def mergeable(sizes: Sequence[int], most_rows: int) -> int:
    """Return the index of the first of the last segments that are of similar size and together small enough."""
    first = len(sizes) - 1
    while first > 0 and sizes[first - 1] <= 2 * sum(sizes[first:]) and sum(sizes[first - 1 :]) <= most_rows:
        first -= 1
    return max(first, 0)


def worn(alive: Alive) -> int | None:
    """Return the index of a segment that lost so many rows that it should be made anew, or None."""
    for number, mask in enumerate(alive):
        if mask is not None and np.count_nonzero(mask) < WORN_SHARE * len(mask):
            return number
    return None


def allowed(
    articles: Sequence[NDArray[np.int64]], alive: Alive, wanted: set[int] | None
) -> list[NDArray[np.bool_] | None]:
    """Return, for each segment, the rows that may be found; None where all may.

    Args:
        articles: of each segment the article of each row.
        alive: of each segment the rows that are left.
        wanted: numbers of the articles that pass the filters; None without filters.
    """
    if wanted is None:
        return list(alive)
    ascending = np.array(sorted(wanted), dtype=np.int64)
    masks = [np.isin(own, ascending) for own in articles]
    return [mask if left is None else mask & left for mask, left in zip(masks, alive, strict=True)]


def without(mask: NDArray[np.bool_] | None, n_rows: int, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the mask of a segment with some more rows removed."""
    left = np.ones(n_rows, dtype=bool) if mask is None else mask.copy()
    left[rows] = False
    return left

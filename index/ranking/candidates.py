"""Define candidates: the passages that may become hits, with their scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Scored(NamedTuple):
    """The candidates of one question.

    Attributes:
        rows: (m,) global row numbers, ascending.
        fused: (m,), their scores.
    """

    rows: NDArray[np.int64]
    fused: NDArray[np.float64]

"""Confidence: how likely it is that the collection answers the question, from what was found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ANSWERED = 0.5
"""At this confidence and above, a question counts as answered."""

# provisional logistic model over the best candidate's cosine and term coverage
_INTERCEPT, _DENSE, _COVERAGE = -4.0, 4.0, 9.0


def confidence(
    fused: NDArray[np.float64], dense: NDArray[np.float64], coverage: NDArray[np.float64]
) -> float:
    """Give the probability that one of the best candidates answers the question.

    Args:
        fused, dense, coverage: (m,) scores of the candidates, in the same order.

    Returns:
        0 to 1; 0 without candidates.
    """
    if not len(fused):
        return 0.0
    best = int(np.argmax(fused))
    logit = _INTERCEPT + _DENSE * max(float(dense[best]), 0.0) + _COVERAGE * float(coverage[best])
    return 1 / (1 + math.exp(-logit))

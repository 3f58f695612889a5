"""Estimate how likely it is that the collection answers the question, from what was found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from index.ranking.parameters import (
    BEST,
    DEPTH,
    FOREIGN,
    INTERCEPT,
    LEAD,
    READ_APART,
    READ_INTERCEPT,
    READ_MOST,
    READ_SCORE,
    READ_SEARCH,
    READ_UNNAMED,
)
from index.records import Signs

if TYPE_CHECKING:
    from numpy.typing import NDArray


def signs(fused: NDArray[np.float64], first: float, foreign: float) -> Signs | None:
    """Return the signs of confidence in what was found; None without candidates.

    Args:
        fused: (m,), scores by which the candidates are ranked.
        first: score of the first hit: its fused score, plus what its sentences add.
        foreign: see `Signs`.
    """
    if not len(fused):
        return None
    at_depth = float(np.partition(fused, -DEPTH)[-DEPTH]) if len(fused) >= DEPTH else 0.0
    return Signs(float(fused.max()), first - at_depth, foreign)


def confidence(found: Signs | None) -> float:
    """Return the probability that the first candidates answer the question; 0 without candidates.

    Source: Platt, "Probabilistic outputs for support vector machines", 1999 (a logistic model of a score).
    """
    if found is None:
        return 0.0
    logit = search_logit(found)
    if found.read is not None:
        read = max(-READ_MOST, min(READ_MOST, found.read))
        logit = READ_INTERCEPT + READ_SEARCH * logit + READ_SCORE * read
        logit += READ_APART * found.apart + READ_UNNAMED * found.unnamed
    return 1 / (1 + math.exp(-logit))


def search_logit(found: Signs) -> float:
    """Return the logit of that probability, from the search alone."""
    return INTERCEPT + BEST * found.best + LEAD * found.lead + FOREIGN * found.foreign

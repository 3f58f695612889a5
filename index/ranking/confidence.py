"""Confidence: how likely it is that the collection answers the question, from what was found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from index.records import Signs

if TYPE_CHECKING:
    from numpy.typing import NDArray


ANSWERED = 0.5
"""At this confidence and above, a question counts as answered."""

READ_MOST = 8.0
"""Scores of the reader beyond this say no more: how far it goes depends on the length of the passage."""
DEPTH = 10
"""The first hit is compared with the candidate at this rank: noise, even where news repeats itself."""
# Fitted by `python -m training.confidence --data DIR --every 6 --distractors 3000`
_INTERCEPT, _BEST, _LEAD, _FOREIGN = -6.80, 5.34, 10.91, 2.54
# Fitted by `python -m training.confidence`, but for the first, which is .4 more than fitted: of what is answered .16
# is refused then and not .22, and of what nearly is .23 is answered and not .20 (docs/retrieval.md, "Confidence")
_READ_INTERCEPT, _READ_SEARCH, _READ, _READ_FOREIGN = -1.60, 0.40, 0.17, 2.32


def signs(fused: NDArray[np.float64], first: float, foreign: float) -> Signs | None:
    """Sum up what was found for a question; None without candidates.

    Args:
        fused: (m,), by which the candidates are ranked.
        first: score of the first hit: its fused score, and what its sentences add.
        foreign: see `Signs`.
    """
    if not len(fused):
        return None
    at_depth = float(np.partition(fused, -DEPTH)[-DEPTH]) if len(fused) >= DEPTH else 0.0
    return Signs(float(fused.max()), first - at_depth, foreign)


def confidence(found: Signs | None) -> float:
    """Give the probability that the first candidates answer the question; 0 without candidates.

    Source: Platt, "Probabilistic outputs for support vector machines", 1999 (a logistic model of a score).
    """
    if found is None:
        return 0.0
    logit = search_logit(found)
    if found.read is not None:
        read = max(-READ_MOST, min(READ_MOST, found.read))
        logit = _READ_INTERCEPT + _READ_SEARCH * logit + _READ * read + _READ_FOREIGN * found.foreign
    return 1 / (1 + math.exp(-logit))


def search_logit(found: Signs) -> float:
    """Give the logit of that probability by the search alone."""
    return _INTERCEPT + _BEST * found.best + _LEAD * found.lead + _FOREIGN * found.foreign

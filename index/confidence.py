"""Confidence: how likely it is that the collection answers the question, from what was found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.models.spans import Reading

ANSWERED = 0.5
"""At this confidence and above, a question counts as answered."""

DEPTH = 10
"""The first hit is compared with the candidate at this rank: noise, even where news repeats itself."""
# Fitted by `python -m training.confidence --data DIR --every 6 --distractors 3000`
_INTERCEPT, _BEST, _LEAD, _FOREIGN = -6.80, 5.34, 10.91, 2.54
_READ_INTERCEPT, _READ_SEARCH, _READ = 0.0, 0.5, 0.5


class Signs(NamedTuple):
    """What tells whether a question is answered.

    Attributes:
        best: the highest score of a candidate, about 0 to 1: a share of all that is asked.
        lead: by how much the score of the first hit, its best sentence counted, is above that of the candidate at
            DEPTH. In a large collection something always holds much of any question; then many do, so this does not
            drift as the collection grows.
        foreign: 0 where the first candidate is in the question's language; 0.5 where it is in another, since a
            translation never holds all; 1 where the collection has nothing in the question's language at all.
    """

    best: float
    lead: float
    foreign: float


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


def confidence(found: Signs | None, reading: Reading | None = None) -> float:
    """Give the probability that the first candidates answer the question; 0 without candidates.

    Args:
        found: what the search found.
        reading: the surest of what the reader found in the first passages; None: they were not read.

    Source: Platt, "Probabilistic outputs for support vector machines", 1999 (a logistic model of a score).
    """
    if found is None:
        return 0.0
    logit = _INTERCEPT + _BEST * found.best + _LEAD * found.lead + _FOREIGN * found.foreign
    if reading is not None:
        logit = _READ_INTERCEPT + _READ_SEARCH * logit + _READ * reading.score
    return 1 / (1 + math.exp(-logit))

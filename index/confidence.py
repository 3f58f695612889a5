"""Confidence: how likely it is that the collection answers the question, from what was found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ANSWERED = 0.5
"""At this confidence and above, a question counts as answered."""

DEPTH = 10
"""The first hit is compared with the candidate at this rank: noise, even where news repeats itself."""
# How the parts of a score join here; as chosen for fusion, where they were swept (docs/retrieval.md, "Confidence")
_DENSE, _GRAMS, _NAMES = 0.4, 0.1, 0.1
# Fitted by `python -m training.confidence --data DIR --every 8 --distractors 3000`
_INTERCEPT, _BEST, _LEAD, _FOREIGN = -5.21, 1.52, 7.61, 2.12


class Signs(NamedTuple):
    """What tells whether a question is answered.

    Attributes:
        best: how much of the question the first candidate holds, about 0 to 1.
        lead: by how much the score of the first hit, its best sentence counted, is above that of the candidate at
            DEPTH. In a large collection something always holds much of any question; then many do, so this does not
            drift as the collection grows. It is shrunk by how much of the score stays when words that stand nowhere
            count too: in a small collection a passage leads by the one common word that it shares.
        foreign: 0 where the first candidate is in the question's language; 0.5 where it is in another, since a
            translation never holds all; 1 where the collection has nothing in the question's language at all.
    """

    best: float
    lead: float
    foreign: float


class Parts(NamedTuple):
    """What each channel finds of the question in a candidate: shares of what could be held, and a cosine."""

    words: float
    grams: float
    names: float
    dense: float


def signs(fused: NDArray[np.float64], parts: Parts | None, first: float, foreign: float) -> Signs | None:
    """Sum up what was found for a question; None without candidates.

    Args:
        fused: (m,), by which the candidates are ranked.
        parts: of the first of them; None without.
        first: score of the first hit: its fused score, and what its sentences add.
        foreign: see `Signs`.
    """
    if parts is None:
        return None
    highest = float(fused.max())
    lexical = parts.words + _GRAMS * parts.grams + _NAMES * parts.names
    best = _DENSE * max(parts.dense, 0.0) + (1 - _DENSE) * lexical
    at_depth = float(np.partition(fused, -DEPTH)[-DEPTH]) if len(fused) >= DEPTH else 0.0
    known = min(1.0, best / highest) if highest > 0 else 0.0
    return Signs(best, (first - at_depth) * math.sqrt(known), foreign)


def confidence(found: Signs | None) -> float:
    """Give the probability that the first candidates answer the question; 0 without candidates.

    Source: Platt, "Probabilistic outputs for support vector machines", 1999 (a logistic model of a score).
    """
    if found is None:
        return 0.0
    logit = _INTERCEPT + _BEST * found.best + _LEAD * found.lead + _FOREIGN * found.foreign
    return 1 / (1 + math.exp(-logit))

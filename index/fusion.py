"""Fusion: one score from the dense and the lexical halves, chosen by measurement (docs/retrieval.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Weights(NamedTuple):
    """How much each channel counts.

    Attributes:
        words: stems and their translations.
        names: name keys.
        grams: word-bounded character 4-grams.
        dense: share of the dense half in the fused score, 0 to 1.
    """

    words: float = 1.0
    names: float = 0.5
    grams: float = 0.5
    dense: float = 0.3


DEFAULT = Weights()


def convex(dense: NDArray[np.float64], lexical: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Join two scores of the same candidates: share * dense + (1 - share) * lexical.

    The lexical scores are divided by their largest, the dense ones (cosines) are left as they are but
    never below 0: unlike the min-max of both, a half that finds nothing stays near nothing instead
    of being stretched to 1, so it cannot outvote the half that knows (reciprocal ranks do exactly that).

    Args:
        dense: (m,) cosines, -1 to 1.
        lexical: (m,) BM25 scores, >= 0.
        share: weight of the dense half, 0 to 1.

    Returns:
        (m,), 0 to 1.

    Source: Bruch, Gai, Ingber, TOIS 2023, https://doi.org/10.1145/3596512 (convex combination above
    reciprocal rank fusion).
    """
    top = lexical.max(initial=0.0)
    scaled = lexical / top if top > 0 else lexical
    return share * np.maximum(dense, 0.0) + (1 - share) * scaled

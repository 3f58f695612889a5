"""Fuse the scores of three lexical channels and the vectors into one, as measured in docs/lab/sweeps.md.

The value of a channel depends on the languages of question and passage. 4-grams find inflections and typing errors
within one language and nothing across scripts. Name keys find names across scripts and little else. So each pair of
languages has its own weights, and the lexical score is divided by the attainable score under these. Passages in the
question's own language, which more channels reach, thus get no bonus over an equally good translation. Vectors have
one weight for all models and languages: a cosine counts by how far it is above the mean.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.analysis.languages import language_of
from index.ranking.parameters import (
    EXPECTED,
    FEW,
    MOST,
    OTHER_SCRIPT,
    SAME_LANGUAGE,
    SAME_SCRIPT,
    SMALLEST_DEVIATION,
    STAND_IN,
    WHOLE,
    Beside,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


class Scale(NamedTuple):
    """Mean and standard deviation of a question's cosines with passages of one language."""

    mean: float
    deviation: float


def beside(question: str, passage: str) -> Beside:
    """Return the weights for a question and a passage in these languages (ISO 639-1)."""
    if question == passage:
        return SAME_LANGUAGE
    is_one = language_of(question).script == language_of(passage).script
    return SAME_SCRIPT if is_one else OTHER_SCRIPT


def scales_of(
    samples: Mapping[str, NDArray[np.floating]], stand_ins: Mapping[str, NDArray[np.floating]]
) -> dict[str, Scale]:
    """Return the mean and deviation of a question's cosines, for each language.

    A language with few passages takes its mean mostly from its stand-ins, and its deviation from all languages.

    Args:
        samples: the question's cosines with passages of each language, (n,).
        stand_ins: the same with sentences unrelated to the collection, where there are any.
    """
    counts = {language: len(cosines) for language, cosines in samples.items()}
    own = {language: (float(cosines.mean()), float(cosines.var())) for language, cosines in samples.items()}
    others = [float(cosines.var()) for cosines in stand_ins.values() if len(cosines)]
    spread = [(n, own[language][1]) for language, n in counts.items()] + [(FEW, var) for var in others]
    usual = sum(n * var for n, var in spread) / (sum(n for n, _ in spread) or 1)
    middle = sum(n * own[language][0] for language, n in counts.items()) / (sum(counts.values()) or 1)
    scales = {}
    for language, n in counts.items():
        mean, var = own[language]
        there = stand_ins.get(language)
        prior = float(there.mean()) if there is not None and len(there) else middle
        scales[language] = Scale(
            (n * mean + STAND_IN * prior) / (n + STAND_IN),
            max(math.sqrt((n * var + FEW * usual) / (n + FEW)), SMALLEST_DEVIATION),
        )
    return scales


def fuse(
    lexical: NDArray[np.float64], deviations: NDArray[np.float64], trust: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    """Fuse two scores of the same candidates: share * dense + (1 - share) * lexical.

    A cosine counts by how many deviations it is above the mean, so one weight fits all models and languages. A cosine
    below the mean counts 0, so no vector subtracts from the lexical score. Where there is no vector, or no trust in
    it, the dense score is estimated from the lexical one.

    Args:
        lexical: (m,) lexical scores, about 0 to 1.
        deviations: (m,) how many deviations cosines are above the mean; NaN for a passage that has no vector yet.
        trust: (m,) how far the model can be trusted with the two languages, 0 to 1.
        share: weight of the dense half, 0 to 1.

    Returns:
        (m,), about 0 to 1.

    Source: Bruch, Gai, Ingber, TOIS 2023, https://doi.org/10.1145/3596512 (convex combination above
    reciprocal rank fusion).
    """
    joined: NDArray[np.float64] = share * told(lexical, deviations, trust) + (1 - share) * lexical
    return joined


def told(
    lexical: NDArray[np.float64], deviations: NDArray[np.float64], trust: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the dense scores of candidates, (m,) about 0 to 1 and MOST at most; see `fuse`."""
    known = np.where(np.isnan(deviations), 0.0, trust)
    found = np.clip(np.nan_to_num(deviations) / WHOLE, 0.0, MOST)
    said: NDArray[np.float64] = known * found + (1 - known) * EXPECTED * lexical
    return said

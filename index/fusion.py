"""Fusion: one score from three lexical channels and the vectors, chosen by measurement (docs/retrieval.md).

What a channel is worth depends on the languages of question and passage. 4-grams find inflections and
typing errors inside one language and nothing across scripts; name keys find names across scripts and
little else. So each pair of languages has its own weights, and the lexical score is divided by what is
attainable with them: passages in the question's own language, which more channels can reach, get no
bonus over a translation that holds as much of the question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.language import script_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.embedding import Encoder


class Weights(NamedTuple):
    """How much each channel counts; words, names and grams multiply what the languages give them.

    Attributes:
        words: stems and their translations.
        names: name keys.
        grams: word-bounded character 4-grams.
        dense: share of the dense half in the fused score, 0 to 1.
    """

    words: float = 1.0
    names: float = 1.0
    grams: float = 1.0
    dense: float = 0.3


class Beside(NamedTuple):
    """What name keys and 4-grams count beside words, for one pair of languages."""

    names: float
    grams: float


DEFAULT = Weights()

# Swept on the development sets, one language and nine at once (docs/retrieval.md, "Several languages"): more
# 4-grams in the question's language gain half a point alone and lose several beside other languages.
SAME_LANGUAGE = Beside(names=0.0, grams=0.3)
SAME_SCRIPT = Beside(names=0.2, grams=0.2)
OTHER_SCRIPT = Beside(names=0.3, grams=0.0)


# A transformer's vectors read word order and paraphrase, which ours do not. A convention, not a measurement:
# no such model could be had when the weights were swept; `--dense-share` sets another.
TRANSFORMER_SHARE = 0.6


def weights_for(encoder: Encoder, dense_share: float | None) -> Weights:
    """Give the weights for a model; a share that was asked for stands."""
    if dense_share is None:
        dense_share = DEFAULT.dense if encoder.name == "bundled" else TRANSFORMER_SHARE
    return DEFAULT._replace(dense=dense_share)


def beside(question: str, passage: str) -> Beside:
    """Give the weights for a question and a passage in these languages (ISO 639-1)."""
    if question == passage:
        return SAME_LANGUAGE
    return SAME_SCRIPT if script_of(question) == script_of(passage) else OTHER_SCRIPT


def convex(dense: NDArray[np.float64], lexical: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Join two scores of the same candidates: share * dense + (1 - share) * lexical.

    Both are taken as they are, cosines not below 0: a half that finds nothing stays near nothing instead
    of being stretched to 1, so it cannot outvote the half that knows (reciprocal ranks and min-max do that).

    Args:
        dense: (m,) cosines, -1 to 1.
        lexical: (m,) shares of what is attainable, about 0 to 1.
        share: weight of the dense half, 0 to 1.

    Returns:
        (m,), about 0 to 1.

    Source: Bruch, Gai, Ingber, TOIS 2023, https://doi.org/10.1145/3596512 (convex combination above
    reciprocal rank fusion).
    """
    joined: NDArray[np.float64] = share * np.maximum(dense, 0.0) + (1 - share) * lexical
    return joined

"""The lexical half of a search: three channels, joined by the languages of question and passage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.fusion import beside
from index.vocabulary import Channels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from index.fusion import Weights
    from index.lexical import Located
    from index.view import View


class LexicalScores(NamedTuple):
    """Scores of every row of a view, (n,) float32 each.

    Attributes:
        words, names, grams: BM25 of each channel.
        joined: what the three give together, over what is attainable in the passage's language.
    """

    words: NDArray[np.float32]
    names: NDArray[np.float32]
    grams: NDArray[np.float32]
    joined: NDArray[np.float32]


def lexical_scores(
    view: View, language: str, located: Mapping[str, Located], weights: Weights
) -> LexicalScores:
    """Score every row of a view for a question.

    A passage scores sum over channels of weight * BM25, divided by the same sum for a passage that holds
    each term once (`LexicalIndex.attainable`), the weights being those of the question's and the
    passage's languages: so the scores of passages in several languages can be compared.
    """
    rules = {code: beside(language, code) for segment in view.segments for code in segment.languages}
    words, names, grams = (view.channels[name].score(located[name]) for name in Channels._fields)
    most = {name: index.attainable(located[name]) for name, index in view.channels.items()}
    joined = np.zeros(len(words), dtype=np.float32)
    for code, rows in view.runs():
        rule = rules[code]
        shares = (weights.words, weights.names * rule.names, weights.grams * rule.grams)
        attainable = sum(share * most[name] for share, name in zip(shares, Channels._fields, strict=True))
        if attainable:
            for share, scores in zip(shares, (words, names, grams), strict=True):
                if share:
                    joined[rows] += np.float32(share / attainable) * scores[rows]
    return LexicalScores(words, names, grams, joined)

"""The lexical half of a search: three channels, joined by the languages of question and passage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.fusion import Beside, beside
from index.vocabulary import Channels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.fusion import Weights
    from index.query import Query
    from index.view import View


class LexicalScores(NamedTuple):
    """Scores of every row of a view, (n,) float64 each.

    Attributes:
        words, names, grams: BM25 of each channel.
        joined: what the three give together, over what is attainable in the passage's language.
    """

    words: NDArray[np.float64]
    names: NDArray[np.float64]
    grams: NDArray[np.float64]
    joined: NDArray[np.float64]


def lexical_scores(view: View, query: Query, weights: Weights) -> LexicalScores:
    """Score every row of a view for a question.

    A passage scores sum over channels of weight * BM25, divided by the same sum for a passage that holds
    each term once (`LexicalIndex.attainable`), the weights being those of the question's and the
    passage's languages: so the scores of passages in several languages can be compared.
    """
    rules = {
        language: beside(query.language, language)
        for segment in view.segments
        for language in segment.languages
    }
    rules = {
        language: Beside(weights.names * rule.names, weights.grams * rule.grams)
        for language, rule in rules.items()
    }
    words, names, grams = (view.channels[name].score(getattr(query, name)) for name in Channels._fields)
    most = {name: index.attainable(getattr(query, name)) for name, index in view.channels.items()}
    attainable = {
        language: weights.words * most["words"] + rule.names * most["names"] + rule.grams * most["grams"]
        for language, rule in rules.items()
    }
    joined = weights.words * words + _by_row(view, {k: rule.names for k, rule in rules.items()}) * names
    joined += _by_row(view, {k: rule.grams for k, rule in rules.items()}) * grams
    joined *= _by_row(view, {k: 1 / value if value else 0.0 for k, value in attainable.items()})
    return LexicalScores(words, names, grams, joined)


def _by_row(view: View, values: dict[str, float]) -> NDArray[np.float64] | float:
    """Give each row the value of its language; one number where all languages have the same."""
    if len(set(values.values())) <= 1:
        return next(iter(values.values()), 0.0)
    return np.concatenate(
        [
            np.array([values[language] for language in segment.languages])[segment.language_of]
            for segment in view.segments
        ]
    )

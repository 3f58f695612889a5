"""Score passages by three lexical channels, weighted by the languages of question and passage."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.ranking.fusion import beside
from index.ranking.parameters import COMMON_SHARE, Beside, Weights
from index.segments.postings import MANY_ROWS
from index.segments.scoring import Runs
from index.segments.vocabulary import Channels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from index.ranking.parameters import Beside, Weights
    from index.records import Query
    from index.segments.term_lookup import Located
    from index.segments.view import View


class LexicalScores(NamedTuple):
    """Lexical scores of every row of a view.

    Attributes:
        joined: (n,) float32, weighted sum of the three channels, divided by the attainable sum for the row's language.
        runs: for each channel, the weight of its score in `joined`.
        most_rows: terms of names and grams in more rows than this are not counted yet; see `complete`.
    """

    joined: NDArray[np.float32]
    runs: dict[str, Runs]
    most_rows: float

    @property
    def is_whole(self) -> bool:
        """Whether all terms are counted."""
        return math.isinf(self.most_rows)

    def complete(self, view: View, located: Mapping[str, Located], rows: NDArray[np.int64]) -> None:
        """Add the scores of the terms that were left out, for some rows, (m,) ascending."""
        for name in ("names", "grams"):
            if self.runs[name].shares.any():
                gained = view.channels[name].score_rows(located[name], rows, self.most_rows)
                self.joined[rows] += gained * self.runs[name].of(rows)


def lexical_scores(
    view: View, asked: Query, located: Mapping[str, Located], weights: Weights, *, whole: bool = False
) -> LexicalScores:
    """Score every row of a view for a question.

    The score is the sum over channels of weight * BM25, divided by the same sum for a passage that holds each term
    once. The weights depend on the languages of question and passage, so scores are comparable across languages. A
    word that no passage holds, or that has no translation, counts in the divisor: lexical scores are low where few of
    the words can be found.

    Args:
        view: the view to search.
        asked: the query, its weights multiplied by idf (`index.ranking.coverage.weighed`).
        located: its terms, in each channel.
        weights: of the channels.
        whole: whether to count all terms, however long their posting lists are.
    """
    runs = _runs(view, asked, weights)
    most_rows = max(MANY_ROWS, COMMON_SHARE * view.n_rows)
    counted = [located[name] for name in ("names", "grams") if runs[name].shares.any()]
    if whole or all(max(found.frequencies, default=0.0) <= most_rows for found in counted):
        most_rows = math.inf  # nothing is left out
    gains = {
        name: found.gains_of(math.inf if name == "words" else most_rows, common=False)
        for name, found in located.items()
    }
    joined = np.zeros(view.n_rows, dtype=np.float32)
    for part in range(len(view.segments)):  # segment by segment, so that its rows stay in the CPU cache
        for name in Channels._fields:
            view.channels[name].add_part(joined, part, located[name], gains[name], runs[name])
    return LexicalScores(joined, runs, most_rows)


def _runs(view: View, asked: Query, weights: Weights) -> dict[str, Runs]:
    """Return the weight of each channel's score in each run of rows."""
    ends, rules = _ruled(*view.runs, asked.language)
    most = [sum([term.weight for term in getattr(asked, name)]) for name in Channels._fields]
    shares: dict[Beside, list[float]] = {}
    for rule in set(rules):
        own = (weights.words, weights.names * rule.names, weights.grams * rule.grams)
        whole = sum([share * score for share, score in zip(own, most, strict=True)]) or math.inf
        shares[rule] = [share / whole for share in own]
    by_channel = np.array([shares[rule] for rule in rules], dtype=np.float32).reshape(-1, len(most)).T.copy()
    return {name: Runs(ends, own) for name, own in zip(Channels._fields, by_channel, strict=True)}


@lru_cache(maxsize=256)
def _ruled(
    languages: tuple[str, ...], ends: tuple[int, ...], question: str
) -> tuple[NDArray[np.int64], list[Beside]]:
    """Merge adjacent runs of rows whose names and grams have the same weights.

    Args:
        languages: of runs of rows in one language.
        ends: the row after the last of each.
        question: the question's language.

    Returns:
        For each merged run the row after its last, (r,), and the weights.
    """
    rules = [beside(question, language) for language in languages]
    lasts = [place for place, rule in enumerate(rules) if rules[place + 1 : place + 2] != [rule]]
    return np.array([ends[place] for place in lasts], dtype=np.int64), [rules[place] for place in lasts]

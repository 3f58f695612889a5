"""The lexical half of a search: three channels, joined by the languages of question and passage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.fusion import beside
from index.kernel import compiled
from index.postings import MANY_ROWS
from index.vocabulary import Channels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from index.fusion import Beside, Weights
    from index.locating import Located
    from index.view import View


# Name keys and 4-grams that stand in more than MANY_ROWS, and in a larger share of all rows than this, are counted for
# the first candidates only: their postings are most of all there is to read, and they tell the least
# (docs/retrieval.md). In fewer rows counting them for all takes no longer than looking the candidates up.
COMMON_SHARE = 0.05
CANDIDATES = 500


class LexicalScores(NamedTuple):
    """Scores of every row of a view, (n,) float32 each.

    Attributes:
        words, names, grams: BM25 of each channel.
        joined: what the three give together, over what is attainable in the passage's language.
        runs: rows of one language, and what a score of each channel counts there.
        most_rows: terms of names and grams that stand in more rows are not counted yet; see `complete`.
    """

    words: NDArray[np.float32]
    names: NDArray[np.float32]
    grams: NDArray[np.float32]
    joined: NDArray[np.float32]
    runs: list[tuple[slice, tuple[float, float, float]]]
    most_rows: float

    @property
    def is_whole(self) -> bool:
        """Whether all terms are counted."""
        return math.isinf(self.most_rows)

    def complete(self, view: View, located: Mapping[str, Located], rows: NDArray[np.int64]) -> None:
        """Count the terms that were left out, for some rows, (m,) ascending."""
        for place, name in enumerate(Channels._fields):
            if name == "words":
                continue
            gained = view.channels[name].score_common(located[name], self.most_rows, rows)
            shares = [(run, shares[place]) for run, shares in self.runs]
            count(self.joined, getattr(self, name), rows, gained, shares)


def lexical_scores(
    view: View, language: str, located: Mapping[str, Located], weights: Weights, *, whole: bool = False
) -> LexicalScores:
    """Score every row of a view for a question; whole: with all its terms, whatever there is to read.

    A passage scores sum over channels of weight * BM25, divided by the same sum for a passage that holds
    each term once (`LexicalIndex.attainable`), the weights being those of the question's and the
    passage's languages: so the scores of passages in several languages can be compared.
    """
    most_rows = max(MANY_ROWS, COMMON_SHARE * view.n_rows)
    if whole or all(max(located[name].frequencies, default=0.0) <= most_rows for name in ("names", "grams")):
        most_rows = math.inf  # nothing is left out
    words = view.channels["words"].score(located["words"])
    names, grams = (view.channels[name].score(located[name], most_rows) for name in ("names", "grams"))
    most = [view.channels[name].attainable(located[name]) for name in Channels._fields]
    shares: dict[Beside, tuple[float, float, float]] = {}  # most languages share a rule
    runs: list[tuple[slice, tuple[float, float, float]]] = []
    for code, rows in view.runs():
        rule = beside(language, code)
        if rule not in shares:
            own = (weights.words, weights.names * rule.names, weights.grams * rule.grams)
            attainable = sum(share * score for share, score in zip(own, most, strict=True)) or math.inf
            shares[rule] = own[0] / attainable, own[1] / attainable, own[2] / attainable
        runs.append((rows, shares[rule]))
    joined = join((words, names, grams), runs)
    return LexicalScores(words, names, grams, joined, runs, most_rows)


def join_in_numpy(
    channels: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    runs: Sequence[tuple[slice, tuple[float, float, float]]],
) -> NDArray[np.float32]:
    """Add up the scores of the three channels, (n,) each: in each run of rows by its share of each channel.

    Args:
        channels: their scores.
        runs: of all rows, ascending.
    """
    joined = np.zeros(len(channels[0]), dtype=np.float32)
    for rows, shares in runs:
        for scores, share in zip(channels, shares, strict=True):
            joined[rows] += np.float32(share) * scores[rows]
    return joined


def count_in_numpy(
    joined: NDArray[np.float32],
    scores: NDArray[np.float32],
    rows: NDArray[np.int64],
    gained: NDArray[np.float32],
    runs: Sequence[tuple[slice, float]],
) -> None:
    """Add what some rows, (m,) ascending, have gained in one channel to its scores and to what is joined, (n,) each.

    Args:
        runs: of all rows, ascending, each with what the channel counts there.
    """
    scores[rows] += gained
    for run, share in runs:
        begin, end = np.searchsorted(rows, (run.start, run.stop)).tolist()
        joined[rows[begin:end]] += np.float32(share) * gained[begin:end]


count = count_in_numpy if compiled is None else compiled.count
join = join_in_numpy if compiled is None else compiled.join

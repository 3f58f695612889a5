"""Word translations into English from parallel text: IBM model 1 over the rows of the model.

Source: Brown, Della Pietra, Della Pietra, Mercer, Computational Linguistics 19(2), 1993.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.ragged import Ragged

MAX_WORDS = 40  # longer texts align badly and cost the square
ROUNDS = 5


def learn(foreign: Ragged, english: Ragged, rows: int, weights: NDArray[np.float32]) -> csr_matrix:
    """Learn how often each foreign row is translated by each English row.

    Args:
        foreign: texts; one side of each pair.
        english: their translations, in the same order.
        rows: rows of the model.
        weights: for each pair, how much it counts.

    Returns:
        (rows, rows): expected counts, foreign by English. A row divided by its sum is p(e|f), a
        column by its sum p(f|e).
    """
    short = (foreign.lengths <= MAX_WORDS) & (english.lengths <= MAX_WORDS)
    chosen = np.flatnonzero(short & (foreign.lengths > 0) & (english.lengths > 0))
    left, left_lengths = foreign.take(chosen)
    right, right_lengths = english.take(chosen)
    # Every English word of a pair (an event) is explained by one of the pair's foreign words.
    event_pair = np.repeat(np.arange(len(chosen)), right_lengths)
    spread = left_lengths[event_pair]
    event = np.repeat(np.arange(len(right)), spread)
    ends = np.cumsum(spread)
    begin = np.cumsum(left_lengths) - left_lengths
    inside = np.arange(int(ends[-1])) - np.repeat(ends - spread, spread)
    f = left[np.repeat(begin[event_pair], spread) + inside].astype(np.int64)
    codes, cell = np.unique(f * rows + right[event], return_inverse=True)
    f_of = codes // rows
    weight = weights[chosen][event_pair][event].astype(np.float64)
    counts = np.bincount(cell, weight)
    for _ in range(ROUNDS):
        chance = (counts / np.bincount(f_of, counts, minlength=rows)[f_of])[cell]
        total = np.bincount(event, chance, minlength=len(right))
        counts = np.bincount(cell, weight * chance / total[event], minlength=len(codes))
    keep = counts > 0.01
    return csr_matrix((counts[keep], (f_of[keep], (codes % rows)[keep])), shape=(rows, rows))

"""Draws training examples: a question-like text and the passage that goes with it.

A question is short and leaves words out; a passage holds more than what was asked. So the left side
loses words, and the right side is padded with other sentences of its language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.ragged import Ints, Ragged

if TYPE_CHECKING:
    from training.bitext import Bitext, Side

PADDING = 4  # most sentences beside the one that answers
Rows = NDArray[np.int32]


class Bags(NamedTuple):
    """Texts as bags of rows: all rows end to end, and how many each text has."""

    rows: Rows
    lengths: Ints


class Examples(NamedTuple):
    """Questions and their passages in the same order; `english` numbers what both are about."""

    questions: Bags
    passages: Bags
    english: Ints


class Drawer:
    """Draws from one pair of languages, left the questions', right the passages'."""

    def __init__(self, bitext: Bitext, left: str, right: str) -> None:
        """Find the texts of both languages that say the same."""
        self._left, self._right = bitext.sides[left], bitext.sides[right]
        partner = np.full(len(bitext.english), -1, dtype=np.int64)
        partner[self._right.english] = np.arange(len(self._right.english))
        own = partner[self._left.english]
        filled = (self._left.texts.lengths > 0) & (self._right.texts.lengths[own] > 0)
        self._texts = np.flatnonzero((own >= 0) & filled)
        self._partners = own[self._texts]
        self._steps = np.cumsum(self._left.weights[self._texts].astype(np.float64))
        self._pool = _steps(self._right)
        self._padded = with_empty(self._right.texts)

    def draw(self, number: int, rng: np.random.Generator, *, plain: bool = False) -> Examples:
        """Draw examples, by weight. Plain ones are whole sentences without padding."""
        places = np.searchsorted(self._steps, rng.random(number) * self._steps[-1])
        left, right = self._texts[places], self._partners[places]
        questions = Bags(*self._left.texts.take(left))
        if plain:
            passages = Bags(*self._right.texts.take(right))
        else:
            questions = thin(questions, rng, 0.4)
            passages = thin(self._pad(right, rng), rng, 0.8)
        return Examples(questions, passages, self._left.english[left])

    def _pad(self, texts: Ints, rng: np.random.Generator) -> Bags:
        others = np.searchsorted(self._pool, rng.random((len(texts), PADDING)) * self._pool[-1])
        wanted = rng.integers(0, PADDING + 1, len(texts))
        others[np.arange(PADDING) >= wanted[:, None]] = len(self._padded.starts) - 2
        return join(self._padded, np.concatenate([texts[:, None], others], axis=1))


def join(texts: Ragged, groups: Ints) -> Bags:
    """Give bags of several texts each, `groups` of shape (n, texts in a bag)."""
    rows, lengths = texts.take(groups.ravel())
    return Bags(rows, lengths.reshape(groups.shape).sum(axis=1))


def thin(bags: Bags, rng: np.random.Generator, least: float) -> Bags:
    """Leave out words: each bag keeps a share of `least` to 1 of its words, but at least one."""
    share = np.repeat(rng.uniform(least, 1.0, len(bags.lengths)), bags.lengths)
    keep = rng.random(len(bags.rows)) < share
    starts = np.cumsum(bags.lengths) - bags.lengths
    keep[starts[bags.lengths > 0]] = True
    owner = np.repeat(np.arange(len(bags.lengths)), bags.lengths)
    return Bags(bags.rows[keep], np.bincount(owner[keep], minlength=len(bags.lengths)))


def with_empty(texts: Ragged) -> Ragged:
    """Add an empty text at the end."""
    return Ragged(texts.rows, np.append(texts.starts, texts.starts[-1]))


def _steps(side: Side) -> NDArray[np.float64]:
    return np.cumsum(side.weights.astype(np.float64))

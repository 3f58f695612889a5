"""Limit the queue of questions, and tell refused clients when to retry."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.core.problems import TooBusy

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_RETRY_S = 60
_SMOOTHING = 0.1  # weight of the newest question in the average time


class Line:
    """Counts the questions in the queue, and refuses those beyond its limit.

    Attributes:
        waiting: how many questions are being answered or wait now.
    """

    def __init__(self, at_once: int, max_waiting: int) -> None:
        self._at_once = at_once
        self._most = at_once + max_waiting
        self._average_s = 0.05
        self._refused = 0
        self.waiting = 0

    @property
    def is_long(self) -> bool:
        """Whether more questions wait than are being answered."""
        return self.waiting > 2 * self._at_once

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place in the queue until the question is answered.

        Raises:
            TooBusy: the queue is full.
        """
        if self.waiting >= self._most:
            raise TooBusy(
                "too many questions are being asked at once; try again in a moment", self._retry_s()
            )
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1

    def took(self, seconds: float) -> None:
        """Update the average time of a question."""
        self._average_s += _SMOOTHING * (seconds - self._average_s)

    def _retry_s(self) -> int:
        """Return seconds until the queue should have moved on; varied, or all clients would retry at once."""
        line_s = math.ceil(self.waiting / self._at_once * self._average_s)
        self._refused += 1
        return min(_MAX_RETRY_S, line_s + self._refused % (4 * line_s + 1))

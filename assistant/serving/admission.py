"""The line that questions wait in: how long it may be, and when to come back to one that is full."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.core.problems import TooBusy

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_RETRY_S = 60
_SMOOTHING = 0.1  # share of the newest in the average time of a question


class Line:
    """Counts who is in line, and sends away who finds no place.

    Attributes:
        waiting: how many questions are worked on or wait now.
    """

    def __init__(self, at_once: int, max_waiting: int) -> None:
        self._at_once = at_once
        self._most = at_once + max_waiting
        self._average_s = 0.05
        self._refused = 0
        self.waiting = 0

    @property
    def is_long(self) -> bool:
        """Whether more wait than are worked on."""
        return self.waiting > 2 * self._at_once

    @contextmanager
    def place(self) -> Iterator[None]:
        """Be in line, until the question is answered.

        Raises:
            TooBusy: too many are in line.
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
        """Note how long a question was worked on."""
        self._average_s += _SMOOTHING * (seconds - self._average_s)

    def _retry_s(self) -> int:
        """When the line should have moved on; different for one and the next, or all would come back at once."""
        line_s = math.ceil(self.waiting / self._at_once * self._average_s)
        self._refused += 1
        return min(_MAX_RETRY_S, line_s + self._refused % (4 * line_s + 1))

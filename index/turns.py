"""Turns: how many threads may do something at once, and in which order the others follow.

Python runs one thread at a time. Threads that let go of the interpreter for some microseconds each, as those do that
call NumPy, then wait for each other again and again, which costs more than what they wait for. One after the other
they are quicker, all of them.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Turns:
    """A line in which whoever came first is the next; a plain lock lets the quickest thread in again and again."""

    def __init__(self, at_once: int) -> None:
        """Let so many threads in at once."""
        self._free = at_once
        self._guard = threading.Lock()
        self._line: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait in line, and be in until the block ends."""
        self._come()
        try:
            yield
        finally:
            self._go()

    def _come(self) -> None:
        place = threading.Lock()
        with self._guard:
            if self._free:
                self._free -= 1
                return
            place.acquire()
            self._line.append(place)
        try:
            place.acquire()  # until the one before us lets go of it
        except (
            BaseException
        ):  # an interrupt: nobody may be told that it is our turn, or somebody else must be
            with self._guard:
                is_waiting = place in self._line
                if is_waiting:
                    self._line.remove(place)
            if not is_waiting:
                self._go()
            raise

    def _go(self) -> None:
        with self._guard:
            if self._line:
                self._line.popleft().release()
            else:
                self._free += 1

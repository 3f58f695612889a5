"""Keep child processes that are idle, for the next who needs one."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

from index.processes.child import Child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

C = TypeVar("C", bound=Child)
_IDLE_S = 60.0  # after which an idle child is ended
_MAX_IDLE = 4


class Pool(Generic[C]):
    """Lends children that live from message to message; safe to use from several threads."""

    def __init__(self, start: Callable[[], C]) -> None:
        """Create an empty pool.

        Args:
            start: starts a child, when none is idle.
        """
        self._start = start
        self.forget()

    def forget(self) -> None:
        """Let the idle children be: after a fork they are those of the other process."""
        self._guard = threading.Lock()
        self._idle: list[tuple[C, threading.Timer]] = []

    @contextmanager
    def lent(self) -> Iterator[C]:
        """Lend a child; it is kept for the next unless it has ended.

        Raises:
            OSError: none is idle and no process can be started.
        """
        child = self._taken() or self._start()
        try:
            yield child
        finally:
            self._give_back(child)

    def close(self) -> None:
        """End the idle children."""
        while child := self._taken():
            child.close()

    def _taken(self) -> C | None:
        with self._guard:
            if not self._idle:
                return None
            child, timer = self._idle.pop()
        timer.cancel()
        return child

    def _give_back(self, child: C) -> None:
        if not child.alive:
            return
        timer = threading.Timer(_IDLE_S, self._retire, (child,))
        timer.daemon = True
        with self._guard:
            if len(self._idle) < _MAX_IDLE:
                self._idle.append((child, timer))
                timer.start()
                return
        child.close()

    def _retire(self, child: C) -> None:
        with self._guard:
            mine = [pair for pair in self._idle if pair[0] is child]
            for pair in mine:
                self._idle.remove(pair)
        if mine:
            child.close()

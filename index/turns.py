"""Turns: work that many threads ask for at once is done one after the other, and by one of them.

Python runs one thread at a time. Threads that let go of the interpreter for some microseconds each, as those do that
call NumPy, then wait for each other again and again, which costs more than what they wait for; and what one has read
lies in the cache of its own processor only. One after the other in one thread they are quicker, all of them.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from index.beside import Task

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


class Turns:
    """A line in which whoever came first is the next; to be closed.

    Who finds nobody does the work himself. What others ask for meanwhile is done by a thread of ours.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = self._is_closed = False
        self._line: deque[Task[Any]] = deque()
        self._worker: threading.Thread | None = None
        self._wake = threading.Semaphore(0)

    def do(self, work: Callable[[], Result]) -> Result:
        """Do some work when it is its turn; give what it gives, or raise what it raises."""
        with self._guard:
            task = Task(work) if self._is_taken else None
            if task:
                self._line.append(task)
            self._is_taken = True
        if not task:
            try:
                return work()
            finally:
                self._pass_on()
        try:
            return task.result()
        except BaseException:  # if this thread was interrupted, nobody waits for it any more
            with self._guard:
                if task in self._line:
                    self._line.remove(task)
            raise

    def _pass_on(self) -> None:
        """Leave the line to our thread, if somebody is in it."""
        with self._guard:
            self._is_taken = bool(self._line)
            is_ours = self._is_taken and not self._has_worker()
            if not is_ours and (self._is_taken or self._is_closed):
                self._wake.release()
        if is_ours:
            self._do_all()

    def _has_worker(self) -> bool:
        """Start our thread where there is none, as in a forked process; say whether there is one now."""
        if not (self._worker and self._worker.is_alive()):
            self._wake = threading.Semaphore(0)
            self._worker = threading.Thread(
                target=self._work, args=(self._wake,), name="sanad-turns", daemon=True
            )
            try:
                self._worker.start()
            except RuntimeError:  # the system gives no more threads
                return False
        return True

    def _work(self, wake: threading.Semaphore) -> None:
        while True:
            wake.acquire()
            self._do_all()
            with self._guard:
                if self._is_closed and not self._is_taken:
                    self._worker = None
                    return

    def _do_all(self) -> None:
        while task := self._next():
            task.do()

    def _next(self) -> Task[Any] | None:
        with self._guard:
            self._is_taken = bool(self._line)
            return self._line.popleft() if self._line else None

    def close(self) -> None:
        """End our thread, once nobody is in the line; work is done without it then."""
        with self._guard:
            self._is_closed = True
            if not self._is_taken:
                self._wake.release()

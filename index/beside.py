"""A second thread: what it does while this one goes on."""

from __future__ import annotations

import os
import threading
from functools import cache
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def beside(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begin some work in a second thread, and give what waits for its result, or raises what it raised.

    The work has begun when this comes back. A thread that holds on to the interpreter keeps another from beginning for
    milliseconds, so this one waits for the moment that it takes.
    """
    task = Task(work)
    _tasks().put(task.do)
    task.has_begun.acquire()
    return task.result


class Task(Generic[Result]):
    """Work for another thread; bare locks, because a question has no time for a `Future` and its condition."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._found: list[Result] = []
        self._error: BaseException | None = None
        self.has_begun, self._is_done = threading.Lock(), threading.Lock()
        self.has_begun.acquire()
        self._is_done.acquire()

    def do(self) -> None:
        """Work, whatever comes of it; to be called once, in another thread."""
        self.has_begun.release()
        try:
            self._found.append(self._work())
        except BaseException as error:  # noqa: BLE001  # raised where the result is wanted
            self._error = error
        self._is_done.release()

    def result(self) -> Result:
        """Wait; to be called once."""
        self._is_done.acquire()
        if self._error is not None:
            raise self._error
        return self._found[0]


def _do_all(tasks: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        tasks.get()()


@cache
def _tasks() -> SimpleQueue[Callable[[], None]]:
    """Give the line in front of as many threads as there are cores; they end with the process."""
    tasks: SimpleQueue[Callable[[], None]] = SimpleQueue()
    for number in range(os.cpu_count() or 1):
        threading.Thread(target=_do_all, args=(tasks,), name=f"sanad-beside-{number}", daemon=True).start()
    return tasks


os.register_at_fork(after_in_child=_tasks.cache_clear)  # a child process has none of these threads

"""Admit calls to a bounded queue before a thread pool, and tell those that are refused when to try again."""

from __future__ import annotations

import asyncio
import math
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from assistant.core.problems import TooBusy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from typing import ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")

MAX_WAITING = 64
_MAX_RETRY_S = 60
_SMOOTHING = 0.1  # weight of the newest call in the average
SHORTEST_S = 1e-6
"""Seconds of reading where none are left: 0 would turn reading off."""


def seconds_until(deadline: float) -> float:
    """Return the seconds until a time of the monotonic clock; never 0, which would turn reading off."""
    return max(deadline - time.monotonic(), SHORTEST_S)


class Admission:
    """Runs a few calls at a time in threads, first in, first out; used in one event loop.

    Attributes:
        admitted: how many calls run or wait now.
    """

    def __init__(self, max_concurrent: int | None = None, max_waiting: int = MAX_WAITING) -> None:
        """Start with an empty queue.

        Args:
            max_concurrent: how many calls run at a time; None: as many as there are cores.
            max_waiting: how many more may wait before further ones are refused.
        """
        self._max_concurrent = max_concurrent or os.cpu_count() or 1
        self._max_admitted = self._max_concurrent + max_waiting
        self._executor = ThreadPoolExecutor(self._max_concurrent, thread_name_prefix="sanad-ask")
        self._average_s = 0.0  # from admission to the end
        self._refused = 0
        self.admitted = 0

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Count a call as admitted until it ends.

        Raises:
            TooBusy: the queue is full.
        """
        if self.admitted >= self._max_admitted:
            raise TooBusy(
                "too many questions are being asked at once; try again in a moment", self._retry_s()
            )
        self.admitted += 1
        began = time.monotonic()
        try:
            yield
        finally:
            self.admitted -= 1
            self._average_s += _SMOOTHING * (time.monotonic() - began - self._average_s)

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Return the future result of an admitted call; cancelled while it waits, the call does not start."""
        return asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *args, **kwargs))

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Admit a call and return its result.

        Raises:
            TooBusy: the queue is full.
        """
        with self.admit():
            return await self.submit(work, *args, **kwargs)

    async def stream(
        self, work: Callable[P, Iterator[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> AsyncIterator[T]:
        """Admit a call that yields its result in steps; yield each when it is there.

        Raises:
            TooBusy: the queue is full.
        """
        loop = asyncio.get_running_loop()
        steps: asyncio.Queue[list[T]] = asyncio.Queue()

        def drain() -> None:
            for step in work(*args, **kwargs):
                loop.call_soon_threadsafe(steps.put_nowait, [step])

        with self.admit():
            drained = self.submit(drain)
            drained.add_done_callback(lambda _: steps.put_nowait([]))
            try:
                while step := await steps.get():
                    yield step[0]
                await drained
            finally:
                drained.cancel()

    def close(self) -> None:
        """Cancel the calls that wait."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _retry_s(self) -> int:
        """Return seconds until the calls of now should have ended; varied, or all would be tried again at once."""
        average_s = max(1, math.ceil(self._average_s))
        self._refused += 1
        return min(_MAX_RETRY_S, average_s + self._refused % (4 * average_s + 1))

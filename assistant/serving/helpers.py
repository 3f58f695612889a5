"""Run helpers: processes that answer beside the server while questions wait in the queue.

Python runs one thread at a time, so only another process can use a second core. A helper opens the same home as
any other process, so it gives the answers that the server would give. Helpers cost nothing until they are needed:
they start when a question has to wait, and end after a time without questions.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Any

from assistant.serving.helper import Helper

if TYPE_CHECKING:
    from assistant.core.settings import Settings

log = logging.getLogger(__name__)

_IDLE_S = 300.0
_PATIENCE_S = 10.0


class Helpers:
    """A pool of processes, each with one question at a time; used in one event loop.

    Attributes:
        given_up: whether one could not be started; then no more are tried.
    """

    def __init__(
        self,
        settings: Settings,
        size: int,
        *,
        idle_s: float = _IDLE_S,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """Configure the pool; `start` starts its processes.

        Args:
            settings: the home and the model to open.
            size: how many processes; 0: none, and `start` does nothing.
            idle_s: seconds without a question after which they end.
            patience_s: seconds that an answer may take; then its process is killed.
        """
        self._opened = {
            "home": str(settings.home.absolute()),
            "model": settings.model,
            "dense_share": settings.dense_share,
            "reader": settings.reader,
            "reranker": settings.reranker,
            "device": settings.device,
        }
        self._size = size
        self._idle_s = idle_s
        self._patience_s = patience_s
        self._all: list[Helper] = []
        self._free: list[Helper] = []
        self._wanting: deque[asyncio.Future[Helper | None]] = deque()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._starting: asyncio.Task[None] | None = None
        self._leave: asyncio.TimerHandle | None = None
        self.given_up = False

    @property
    def number(self) -> int:
        """How many processes are ready or answering."""
        return len(self._all)

    def start(self) -> None:
        """Start the missing processes in the background."""
        if self.number < self._size and (self._starting is None or self._starting.done()):
            self._starting = asyncio.create_task(self._start())

    async def _start(self) -> None:
        try:
            for _ in range(self._size - self.number):  # one at a time: questions need the cores too
                helper = await Helper.opened(self._opened)
                self._all.append(helper)
                self._give(helper)
            self._stay()
        except (OSError, EOFError, TimeoutError) as error:
            log.warning("no further helper can be started, the server does without: %r", error)
            self._size = self.number
            self.given_up = True

    async def answer(self, asked: dict[str, Any]) -> bytes:
        """Return the answer as JSON as soon as a helper is free; first come, first served.

        Returns:
            The answer; empty if no helper could answer, so that the server must.
        """
        helper = await self._taken()
        if helper is None:
            return b""
        task = asyncio.create_task(self._answer(asked, helper))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)  # the helper of a cancelled question still sends its answer

    async def _answer(self, asked: dict[str, Any], helper: Helper) -> bytes:
        self._stay()
        try:
            async with asyncio.timeout(self._patience_s):
                content = await helper.answer(asked)
        except (OSError, EOFError) as error:  # TimeoutError is an OSError
            log.warning("a helper ended, or did not answer in time; its question is answered here: %r", error)
            self._lose(helper)
            return b""
        self._give(helper)
        return content

    async def _taken(self) -> Helper | None:
        """Return a helper when one is free; None if there are none at all."""
        if self._free or not self._all:
            return self._free.pop() if self._free else None
        wanted: asyncio.Future[Helper | None] = asyncio.get_running_loop().create_future()
        self._wanting.append(wanted)
        try:
            return await wanted
        except asyncio.CancelledError:
            if wanted.done() and not wanted.cancelled() and (helper := wanted.result()):
                self._give(helper)
            raise

    def _give(self, helper: Helper) -> None:
        while self._wanting:
            wanted = self._wanting.popleft()
            if not wanted.done():
                wanted.set_result(helper)
                return
        self._free.append(helper)

    def _lose(self, helper: Helper) -> None:
        self._all.remove(helper)
        helper.kill()
        while self._wanting and not self._all:  # else they would wait for ever
            wanted = self._wanting.popleft()
            if not wanted.done():
                wanted.set_result(None)

    def _stay(self) -> None:
        if self._leave is not None:
            self._leave.cancel()
        self._leave = asyncio.get_running_loop().call_later(self._idle_s, self._end)

    def _end(self) -> None:
        free, self._free = self._free, []
        for helper in free:
            self._lose(helper)
        if self._all:  # the others are still busy
            self._stay()

    async def close(self) -> None:
        """End all processes; unfinished answers are dropped."""
        for task in (self._starting, *self._tasks):
            if task is not None:
                task.cancel()
        if self._leave is not None:
            self._leave.cancel()
        for helper in list(self._all):
            self._lose(helper)
            await helper.ended()
        self._free.clear()

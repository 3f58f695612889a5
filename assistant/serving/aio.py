"""The assistant for programs that run an event loop: as many questions at once as is fast, the rest in line."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from assistant.core.assistant import CITATIONS, READ_S, Assistant
from assistant.serving.admission import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import ParamSpec, TypeVar

    from assistant.core.answer import Answer
    from index import Filters, Ranking

    P = ParamSpec("P")
    T = TypeVar("T")

WAITING = 64
_SHORTEST_S = 1e-6  # reading that was asked for, and for which no time is left


class AsyncAssistant:
    """`ask` and `search` of an `Assistant` as coroutines; every other method by `run`.

    More questions at once than there are cores make every one of them slower and none of them faster,
    so a few are worked on and the others wait their turn, the oldest first.

    Example:
        >>> async with AsyncAssistant("var") as assistant:  # doctest: +SKIP
        ...     answers = await asyncio.gather(*(assistant.ask(question) for question in questions))

    Attributes:
        assistant: the one behind it.
        line: that the questions wait in.
    """

    def __init__(
        self,
        assistant: Assistant | str | Path | None = None,
        *,
        at_once: int | None = None,
        max_waiting: int = WAITING,
    ) -> None:
        """Stand before an assistant, or open one.

        Args:
            assistant: one that is open (it stays open), or the home folder of one to be opened.
            at_once: how many questions are worked on at once; None: as many as there are cores.
            max_waiting: how many may wait beside them before more are sent away.
        """
        self._owns = not isinstance(assistant, Assistant)
        self.assistant = assistant if isinstance(assistant, Assistant) else Assistant(assistant)
        at_once = at_once or os.cpu_count() or 1
        self._executor = ThreadPoolExecutor(at_once, thread_name_prefix="sanad-ask")
        self.line = Line(at_once, max_waiting)

    @property
    def waiting(self) -> int:
        """How many questions are worked on or wait now."""
        return self.line.waiting

    async def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        k: int = CITATIONS,
        filters: Filters | None = None,
        read_s: float = READ_S,
    ) -> Answer:
        """Answer a question with cited passages, or say that none answers it; see `Assistant.ask`.

        The time that the question waits in line counts as reading time.

        Raises:
            QuestionError: the question, one before it, k or a filter cannot be used.
            TooBusy: too many questions are waiting.
        """
        until = time.monotonic() + read_s

        def ask() -> Answer:
            left_s = until - time.monotonic()
            return self.assistant.ask(question, history, k=k, filters=filters, read_s=left_s)

        return await self.run(ask)

    async def search(
        self, question: str, k: int = 10, filters: Filters | None = None, *, read_s: float = 0.0
    ) -> Ranking:
        """Give the passages nearest to a question; see `Assistant.search`.

        Raises:
            QuestionError: the question, k or a filter cannot be used.
            TooBusy: too many questions are waiting.
        """
        until = time.monotonic() + read_s

        def search() -> Ranking:
            left_s = max(until - time.monotonic(), _SHORTEST_S) if read_s > 0 else 0.0
            return self.assistant.search(question, k, filters, read_s=left_s)

        return await self.run(search)

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do any work in line with the questions.

        One that is cancelled while it waits is not begun.

        Raises:
            TooBusy: too many are waiting.
        """
        with self.line.place():
            return await self.here(work, *args, **kwargs)

    async def here(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do any work that has its place in line already."""

        def timed() -> T:
            began = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                self.line.took(time.perf_counter() - began)

        return await asyncio.get_running_loop().run_in_executor(self._executor, timed)

    def close(self) -> None:
        """Begin nothing that still waits; let go of the files if the assistant was opened here."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        if self._owns:
            self.assistant.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

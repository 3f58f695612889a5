"""How the server answers a program's question: here, or by a helper while others wait."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assistant.serving.helper_child import answered
from assistant.serving.helpers import Helpers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.core.settings import Settings
    from assistant.serving.aio import AsyncAssistant
    from index import Filters

_MOST = 4  # each has what it has read in memory of its own


class Answering:
    """Questions in line, their answers as JSON.

    Attributes:
        asker: who answers here.
        helpers: who answer beside it.
    """

    def __init__(self, asker: AsyncAssistant, settings: Settings) -> None:
        self.asker = asker
        self._read_s = settings.read_s
        number = number_of(settings, os.cpu_count() or 1, is_light=asker.assistant.is_light)
        self.helpers = Helpers(settings, number, asker.line.took)

    async def ask(self, question: str, history: Sequence[str], k: int, filters: Filters | None) -> bytes:
        """What `Assistant.ask` gives, as JSON.

        Raises:
            TooBusy: too many questions are waiting.
        """
        return await self._answer(question, list(history), k, filters, read=True)

    async def search(self, question: str, k: int, filters: Filters | None, *, read: bool = False) -> bytes:
        """What `Assistant.search` gives, as JSON.

        Raises:
            TooBusy: too many questions are waiting.
        """
        return await self._answer(question, None, k, filters, read=read)

    async def _answer(
        self, question: str, history: list[str] | None, k: int, filters: Filters | None, *, read: bool
    ) -> bytes:
        asked: dict[str, Any] = {"question": question, "history": history, "k": k}
        asked["until"] = time.monotonic() + self._read_s if read else None  # the same clock in every process
        asked["filters"] = asdict(filters) if filters else None
        with self.asker.line.place():
            if self.asker.line.is_long:
                self.helpers.start()
            content = await self.helpers.answer(asked)
            return content or await self.asker.here(answered, self.asker.assistant, asked)


def number_of(settings: Settings, cores: int, *, is_light: bool) -> int:
    """How many helpers there may be: as set, else by the cores; none with a model that is large in each of them."""
    if settings.helpers is not None:
        return settings.helpers
    return min(_MOST, cores) if cores > 1 and is_light else 0

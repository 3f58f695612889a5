"""Answer questions as JSON: in a helper process if one runs, else in this process."""

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
    from assistant.serving.async_assistant import AsyncAssistant
    from index import Filters

_MOST = 4  # each holds its own copy of what it has read


class Answering:
    """Answers queued questions as JSON.

    Attributes:
        asker: answers in this process.
        helpers: processes that answer beside it.
    """

    def __init__(self, asker: AsyncAssistant, settings: Settings) -> None:
        self.asker = asker
        self._read_s = settings.read_s
        number = number_of(
            settings, os.cpu_count() or 1, has_bundled_encoder=asker.assistant.has_bundled_encoder
        )
        self.helpers = Helpers(settings, number)

    async def ask(
        self,
        question: str,
        history: Sequence[str],
        k: int,
        filters: Filters | None,
        *,
        gloss: str | None = None,
    ) -> bytes:
        """Return what `Assistant.ask` gives, as JSON.

        Raises:
            TooBusy: too many questions are waiting.
        """
        asked = {"question": question, "history": list(history), "k": k, "gloss": gloss}
        return await self._answer(asked, filters, read=True)

    async def search(self, question: str, k: int, filters: Filters | None, *, read: bool = False) -> bytes:
        """Return what `Assistant.search` gives, as JSON.

        Raises:
            TooBusy: too many questions are waiting.
        """
        return await self._answer({"question": question, "history": None, "k": k}, filters, read=read)

    async def _answer(self, asked: dict[str, Any], filters: Filters | None, *, read: bool) -> bytes:
        asked["until"] = time.monotonic() + self._read_s if read else None  # every process has the same clock
        asked["filters"] = asdict(filters) if filters else None
        admission = self.asker.admission
        with admission.admit():
            if admission.is_congested:
                self.helpers.start()
            content = await self.helpers.answer(asked)
            return content or await admission.submit(answered, self.asker.assistant, asked)


def number_of(settings: Settings, cores: int, *, has_bundled_encoder: bool) -> int:
    """Return how many helpers may run: as set, else by the number of cores, 0 if each would load a large model."""
    if settings.helpers is not None:
        return settings.helpers
    is_small = has_bundled_encoder and settings.reranker is None
    return min(_MOST, cores) if cores > 1 and is_small else 0

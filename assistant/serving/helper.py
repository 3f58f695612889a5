"""Control one helper from the server: a process that receives questions and sends answers."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Any

from assistant.core.serialization import json_bytes
from assistant.core.settings import helper_environment

_ROOT = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from assistant.serving.helper_child import main; main()"
)
_SIZE_BYTES = 4
_START_S = 60.0


class Helper:
    """The server's side of one helper process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise EOFError("no pipes")
        self._process, self._to, self._from = process, process.stdin, process.stdout

    @classmethod
    async def opened(cls, given: dict[str, Any]) -> Helper:
        """Start a process and wait until it has opened its collection.

        Raises:
            OSError: it cannot be started.
            EOFError: it ended instead; the log says why.
            TimeoutError: it is not ready in time.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-c", _START, _ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=helper_environment(),
            start_new_session=True,  # Ctrl-C goes to the server, which ends its helpers
        )  # fmt: skip
        helper = cls(process)
        try:
            await asyncio.wait_for(helper.answer(given), _START_S)
        except BaseException:
            helper.kill()
            raise
        return helper

    async def answer(self, asked: dict[str, Any]) -> bytes:
        """Send a question and receive its answer.

        Raises:
            OSError: the process is gone.
            EOFError: the process ended before it answered.
        """
        content = json_bytes(asked)
        self._to.write(len(content).to_bytes(_SIZE_BYTES) + content)
        size = int.from_bytes(await self._from.readexactly(_SIZE_BYTES))
        return await self._from.readexactly(size)

    def kill(self) -> None:
        """Kill the process."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def ended(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()

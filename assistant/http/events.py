"""Report the progress of long work as server-sent events (WHATWG HTML, 9.2) over one HTTP answer."""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
from typing import TYPE_CHECKING

from assistant.core import problems
from index import SanadError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

MEDIA_TYPE = "text/event-stream"
_QUIET_S = 15.0  # a comment this often keeps proxies from closing a silent connection


async def told(work: Callable[[Callable[[int, int], None]], Mapping[str, object]]) -> AsyncIterator[bytes]:
    """Run work in a thread and yield its events: `progress`, then `done` or `problem`.

    The work goes on after the client disconnects.

    Args:
        work: called with a function to report how many are done, and of how many; returns the data of `done`.
    """
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[tuple[str, Mapping[str, object]]] = asyncio.Queue()

    def tell(name: str, data: Mapping[str, object]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(events.put_nowait, (name, data))

    def run() -> None:
        try:
            tell("done", work(lambda done, total: tell("progress", {"done": done, "total": total})))
        except SanadError as error:
            tell("problem", problems.problem(error))
        except Exception as error:  # noqa: BLE001  # reported to the client
            tell("problem", problems.surprise(error))

    context = contextvars.copy_context()  # the log names the request
    threading.Thread(target=context.run, args=(run,), name="sanad-work", daemon=True).start()
    name = ""
    while name not in ("done", "problem"):
        try:
            name, data = await asyncio.wait_for(events.get(), _QUIET_S)
        except TimeoutError:
            yield b": still at it\n\n"
            continue
        yield f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()

"""Send events over one HTTP answer (WHATWG HTML, 9.2): the progress of long work, or what is being written."""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
from contextlib import aclosing
from typing import TYPE_CHECKING

from assistant.core import problems
from assistant.core.serialization import sentence_dict, translation_dict, written_dict
from assistant.writing.writer import Sentence
from index import SanadError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from assistant.core.answer import Answer
    from assistant.writing.translator import Translation
    from assistant.writing.writer import Written

MEDIA_TYPE = "text/event-stream"
_QUIET_S = 15.0  # a comment this often keeps proxies from closing a silent connection


async def told(work: Callable[[Callable[[int, int], None]], Mapping[str, object]]) -> AsyncGenerator[bytes]:
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
        yield _event(name, data)


def _event(name: str, data: Mapping[str, object]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


async def written(
    answer: Answer,
    writing: AsyncGenerator[Sentence | Written] | None,
    translating: AsyncGenerator[tuple[str, Translation]] | None,
) -> AsyncGenerator[bytes]:
    """Yield the events of an answer and of what a language model writes for it.

    They are `answer`; of one that is written `sentence` for each, then `written`; `translation` of each passage.
    """
    yield _event("answer", answer.to_dict())
    if writing:
        async with aclosing(writing):
            async for each in writing:
                if isinstance(each, Sentence):
                    yield _event("sentence", sentence_dict(each))
                else:
                    yield _event("written", written_dict(each))
    if translating:
        async with aclosing(translating):
            async for passage_id, translation in translating:
                yield _event("translation", {"passage_id": passage_id, **translation_dict(translation)})


async def of(told: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Yield events as they come, and a comment while there is none; if the client leaves, they end.

    An error that comes after the first bytes can have no status of its own: it is the event `problem`.
    """
    events: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def run() -> None:
        try:
            async with aclosing(told):
                async for event in told:
                    events.put_nowait(event)
        except SanadError as error:
            events.put_nowait(_event("problem", problems.problem(error)))
        except Exception as error:  # noqa: BLE001  # reported to the client
            events.put_nowait(_event("problem", problems.surprise(error)))
        events.put_nowait(None)

    task = asyncio.create_task(run())
    try:
        while True:
            try:
                event = await asyncio.wait_for(events.get(), _QUIET_S)
            except TimeoutError:
                yield b": still at it\n\n"
                continue
            if event is None:
                return
            yield event
    finally:
        task.cancel()

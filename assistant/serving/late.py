"""The chat page, made while the API already answers: importing gradio takes seconds."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from assistant.serving.asgi import App, Message, Receive, Send

log = logging.getLogger(__name__)

_GRACE_S = 1


class LatePage:
    """The chat page, made in the background; until it is there, a light page that asks again."""

    def __init__(self, create: Callable[[], Any], opening: bytes) -> None:
        """Nothing happens before `open`.

        Args:
            create: makes the ASGI app of the page; runs in a thread.
            opening: HTML shown until then.
        """
        self._create = create
        self._opening = opening
        self._app: App | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Start making the page; on leaving, end what it started."""
        stop = asyncio.Event()
        task = asyncio.create_task(self._run(stop))
        try:
            yield
        finally:
            stop.set()
            task.cancel()
            await asyncio.wait([task], timeout=_GRACE_S)

    async def _run(self, stop: asyncio.Event) -> None:
        try:
            app = await _in_daemon_thread(self._create)
            async with app.router.lifespan_context(app):
                self._app = app
                await stop.wait()
        except Exception:
            log.exception("the chat page cannot be shown; the API goes on")
            raise

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """The page, or the light one."""
        if self._app is not None:
            await self._app(scope, receive, send)
            return
        found = scope["path"] == "/"
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
        status = 200 if found else 503
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": self._opening if found else b""})


async def _in_daemon_thread(work: Callable[[], Any]) -> Any:  # noqa: ANN401
    # Not asyncio.to_thread: the interpreter would wait for that thread when it is told to stop.
    loop = asyncio.get_running_loop()
    result: asyncio.Future[Any] = loop.create_future()

    def settle(value: Any, error: BaseException | None) -> None:  # noqa: ANN401
        if not result.done():
            result.set_exception(error) if error else result.set_result(value)

    def run() -> None:
        value, error = None, None
        try:
            value = work()
        except Exception as raised:  # noqa: BLE001 - handed on to whoever awaits
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=run, name="chat-page", daemon=True).start()
    return await result

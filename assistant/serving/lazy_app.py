"""An ASGI app that is made in a thread while other requests are served: importing its library takes time and memory."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from assistant.serving.asgi import refuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from assistant.serving.asgi import App, Message, Receive, Send

log = logging.getLogger(__name__)

_GRACE_S = 1


class LazyApp:
    """An app that is made at its first request, or, where another app stands in for it meanwhile, at once."""

    def __init__(self, create: Callable[[], Any], meanwhile: App | None = None) -> None:
        """Nothing is made before `open`.

        Args:
            create: makes the app; runs in a thread.
            meanwhile: serves requests until the app is made, and for good where it cannot be made. None: the first
                request waits for the app, and each is answered with 503 where it cannot be made.
        """
        self._create = create
        self._meanwhile = meanwhile
        self._wanted, self._made = asyncio.Event(), asyncio.Event()
        self._app: App | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Let requests come; on leaving, end what they started."""
        if self._meanwhile:
            self._wanted.set()
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=_GRACE_S)

    async def _run(self) -> None:
        """Make the app when it is wanted, and keep its lifespan open: it must end in the task it began in."""
        await self._wanted.wait()
        try:
            app = await _in_daemon_thread(self._create)
            async with app.router.lifespan_context(app):
                self._app = app
                self._made.set()
                await asyncio.Event().wait()
        except Exception:
            log.exception("a part of the site cannot be served; the rest goes on")
        finally:
            self._app = None
            self._made.set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a request."""
        self._wanted.set()
        if self._meanwhile is None:
            await self._made.wait()
        app = self._app or self._meanwhile
        if app is not None:
            await app(scope, receive, send)
            return
        await refuse(send, 503, "this part of the server is not available")


async def _in_daemon_thread(work: Callable[[], Any]) -> Any:  # noqa: ANN401
    # asyncio.to_thread does not fit: the interpreter joins its threads before it exits.
    result: Future[Any] = Future()

    def run() -> None:
        result.set_running_or_notify_cancel()  # from here on it cannot be cancelled
        try:
            result.set_result(work())
        except Exception as error:  # noqa: BLE001 - handed on to whoever awaits
            result.set_exception(error)

    threading.Thread(target=run, name="lazy-app", daemon=True).start()
    return await asyncio.wrap_future(result)

"""A part of the site that is made when it is first asked for: importing its library takes time and memory."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from assistant.core import problems

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.applications import Starlette

    from assistant.serving.asgi import App, Message, Receive, Send

log = logging.getLogger(__name__)


class OnDemand:
    """An ASGI app that is made at its first request, in a thread, while other requests go on."""

    def __init__(self, create: Callable[[], Starlette]) -> None:
        """Nothing happens before the first request.

        Args:
            create: makes the app.
        """
        self._create = create
        self._wanted = asyncio.Event()
        self._made = asyncio.Event()
        self._app: App | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Let requests come; on leaving, end what they started."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        """Make the app when it is wanted, and keep its lifespan open: it must end in the task it began in."""
        await self._wanted.wait()
        try:
            app = await asyncio.to_thread(self._create)
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
        """Serve a request, after making the app if it is the first."""
        self._wanted.set()
        await self._made.wait()
        if self._app is not None:
            await self._app(scope, receive, send)
            return
        content = problems.body(problems.http_problem(503, "this part of the server is not available"))
        headers = [(b"content-type", problems.MEDIA_TYPE.encode())]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": content})

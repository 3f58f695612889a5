"""Provide what the routes of the HTTP API share: the objects they use, and the check of write access."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from assistant.core.access import Level, level_of

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from assistant.core.assistant import Assistant
    from assistant.core.settings import Settings
    from assistant.serving.async_assistant import AsyncAssistant
    from assistant.serving.watch import Watcher

T = TypeVar("T")

NEEDS_TOKEN = {"WWW-Authenticate": "Bearer"}

_bearer = HTTPBearer(auto_error=False, description="the write token, if the server has one")


def asker_of(request: Request) -> AsyncAssistant:
    """Return the assistant that queues questions."""
    found: AsyncAssistant = request.app.state.asker
    return found


def assistant_of(request: Request) -> Assistant:
    """Return the assistant, for everything else."""
    return asker_of(request).assistant


def settings_of(request: Request) -> Settings:
    """Return the server's settings."""
    found: Settings = request.app.state.settings
    return found


def watched_by(request: Request) -> Watcher:
    """Return the watcher that follows the folders."""
    found: Watcher = request.app.state.watcher
    return found


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return the result of work that goes on for long; it is cancelled if the client goes away."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    done, left = asyncio.ensure_future(work), asyncio.ensure_future(gone())
    try:
        await asyncio.wait({done, left}, return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            raise HTTPException(503, "the client went away")  # nobody reads it
        return await done
    finally:
        left.cancel()
        done.cancel()
        await asyncio.wait({done, left})


def may_write(
    request: Request,
    _: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],  # for the OpenAPI description
) -> None:
    """Let a change through if the server takes changes and the guard granted write access."""
    if settings_of(request).read_only:
        raise HTTPException(403, "this server is read-only")
    if level_of(request.scope) < Level.WRITE:
        detail = "changes need the header 'Authorization: Bearer <write token>'"
        raise HTTPException(401, detail, headers=NEEDS_TOKEN)


Writer = Depends(may_write)

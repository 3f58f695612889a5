"""Define the types of ASGI (https://asgi.readthedocs.io), and refuse a request with a problem."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any

from assistant.core import problems

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


async def refuse(send: Send, status: int, detail: str, headers: Mapping[str, str] = NO_HEADERS) -> None:
    """Answer a request with a problem (RFC 9457), and end its connection: its body may not have been read."""
    content = problems.body(problems.http_problem(status, detail))
    told = {
        "content-type": problems.MEDIA_TYPE,
        "content-length": str(len(content)),
        "connection": "close",
        **headers,
    }
    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})

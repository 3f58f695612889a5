"""Limit open connections to fewer than open files, so that files can still be opened.

At the limit, a new connection replaces one that is slow to send its request or to read its answer.
"""

from __future__ import annotations

import errno
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from assistant.core import problems

if TYPE_CHECKING:
    import asyncio

log = logging.getLogger(__name__)

_COMPLAINT_S = 60.0
_FULL = "the server has as many connections as it can have: try again in a moment"


class Limited(H11Protocol):
    """An HTTP connection that closes a slow one when there are too many."""

    most: ClassVar[int]
    _since = 0.0  # loop time at which it began to wait for the client

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection; above the limit, close another."""
        super().connection_made(transport)
        self._since = self.loop.time()
        if len(self.connections) > self.most:
            self._make_room()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Begin to wait for the client to read what was sent."""
        self._since = self.loop.time()
        super().pause_writing()

    @property
    def _keeps_waiting(self) -> bool:
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY) or self.flow.write_paused

    def _make_room(self) -> None:
        """Close the longest-waiting connection of the address that has the most waiting connections."""
        others: list[Limited] = [one for one in self.connections if isinstance(one, Limited)]
        there = [one for one in others if one is not self and not one.transport.is_closing()]
        if len(there) < self.most:
            return
        waiting = [one for one in there if one._keeps_waiting]
        if not waiting:
            self.transport.write(_refusal())
            self.transport.close()
            return
        ((address, _),) = Counter(one._address for one in waiting).most_common(1)
        min((one for one in waiting if one._address == address), key=lambda one: one._since).transport.abort()

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""


def _refusal() -> bytes:
    content = problems.body(problems.http_problem(503, _FULL))
    head = (
        f"HTTP/1.1 503 Service Unavailable\r\nContent-Type: {problems.MEDIA_TYPE}\r\n"
        f"Content-Length: {len(content)}\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content


class Complaints:
    """Log the event loop's errors. Exhausted file descriptors are logged once a minute.

    Every second, asyncio tries to accept each waiting connection and reports each failure.
    """

    def __init__(self) -> None:
        self._last_s = -_COMPLAINT_S

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Handle an error context of asyncio."""
        error = context.get("exception")
        if not isinstance(error, OSError) or error.errno not in (errno.EMFILE, errno.ENFILE):
            loop.default_exception_handler(context)
        elif time.monotonic() >= self._last_s + _COMPLAINT_S:
            self._last_s = time.monotonic()
            log.error("nobody can be let in: as many files are open as may be (ulimit -n): %s", error)

"""Limit connections: how many there are, and how long the head of a request may take to arrive.

There are fewer than files may be open, so that files can still be opened. At the limit, a new connection replaces one
that is slow to send its request or to read its answer. The guard limits the time for bodies.
"""

from __future__ import annotations

import errno
import logging
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from assistant.core import problems
from assistant.core.limits import LATE
from assistant.serving import heads

if TYPE_CHECKING:
    import asyncio

log = logging.getLogger(__name__)

_COMPLAINT_S = 60.0
_FULL = "the server has as many connections as it can have: try again in a moment"


def protocol(timeout_s: float, most: int) -> type[asyncio.Protocol]:
    """Return the protocol class of connections.

    Args:
        timeout_s: seconds after which a connection without a complete head is closed.
        most: limit of connections.
    """
    return type("LimitedConnection", (_Connection,), {"timeout_s": timeout_s, "most": most})


class _Connection(H11Protocol):
    """An HTTP connection with a limit of time, and of the number of all connections."""

    timeout_s: ClassVar[float]
    most: ClassVar[int]
    _since = 0.0  # loop time at which it began to wait for the client
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection; above the limit, close another."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._start_timer()
        if len(self.connections) > self.most:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Stop the timer when the head is complete; start it with the next head."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_timer()
        elif self._timer is None:
            self._start_timer()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Begin to wait for the client to read what was sent."""
        self._since = self.loop.time()
        super().pause_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Answer a request that is not HTTP with the status of the error being handled."""
        error = sys.exc_info()[1]
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(status, heads.TOO_LARGE if status == 431 else "this is not a request of HTTP/1.1")

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.timeout_s, self._refuse, 408, LATE)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _make_room(self) -> None:
        """Close the longest-waiting connection of the address that has the most waiting connections."""
        others: list[_Connection] = [one for one in self.connections if isinstance(one, _Connection)]
        there = [one for one in others if one is not self and not one.transport.is_closing()]
        if len(there) < self.most:
            return
        waiting = [one for one in there if one._keeps_waiting]
        if not waiting:
            self._refuse(503, _FULL, "Retry-After: 1\r\n")
            return
        ((address, _),) = Counter(one._address for one in waiting).most_common(1)
        min((one for one in waiting if one._address == address), key=lambda one: one._since).transport.abort()

    @property
    def _keeps_waiting(self) -> bool:
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY) or self.flow.write_paused

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def _refuse(self, status: int, detail: str, headers: str = "") -> None:
        """Answer with a problem, unless an answer is being sent already, and close the connection."""
        if self.transport.is_closing():
            return
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            members = problems.http_problem(status, detail)
            content = problems.body(members)
            head = (
                f"HTTP/1.1 {status} {members['title']}\r\nContent-Type: {problems.MEDIA_TYPE}\r\n"
                f"Content-Length: {len(content)}\r\n{headers}Connection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + content)
        self.transport.close()


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

"""Limit the time for the head of a request, and answer requests that are not HTTP.

A client that sends a byte at a time must not hold a connection for ever. The guard limits the time for bodies.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, ClassVar

import h11

from assistant.core import problems
from assistant.core.limits import LATE
from assistant.serving import heads
from assistant.serving.connections import Limited

if TYPE_CHECKING:
    import asyncio


def protocol(timeout_s: float, most: int) -> type[asyncio.Protocol]:
    """Return the protocol class of connections.

    Args:
        timeout_s: seconds after which a connection without a complete head is closed.
        most: limit of connections.
    """
    return type("Hurried", (_Patient,), {"timeout_s": timeout_s, "most": most})


class _Patient(Limited):
    timeout_s: ClassVar[float]
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:  # the head is complete
            self._stop()
        elif self._waiting is None:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._waiting = self.loop.call_later(self.timeout_s, self._late)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _late(self) -> None:
        self._waiting = None
        self._end(408, LATE)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Answer a request that is not HTTP with the status of the error being handled."""
        error = sys.exc_info()[1]
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._end(status, heads.TOO_LARGE if status == 431 else "this is not a request of HTTP/1.1")

    def _end(self, status: int, detail: str) -> None:
        if self.transport.is_closing():
            return
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:  # else an answer is being sent
            self.transport.write(_response(status, detail))
        self.transport.close()


def _response(status: int, detail: str) -> bytes:
    members = problems.http_problem(status, detail)
    content = problems.body(members)
    head = (
        f"HTTP/1.1 {status} {members['title']}\r\nContent-Type: {problems.MEDIA_TYPE}\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content

"""How long the head of a request may take: who sends a byte at a time must not hold a connection for ever.

The guard holds bodies to a time of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import h11

from assistant import problems
from assistant.connections import Limited
from assistant.limits import LATE

if TYPE_CHECKING:
    import asyncio


def protocol(timeout_s: float, most: int) -> type[asyncio.Protocol]:
    """The server's side of connections.

    Args:
        timeout_s: a head that is not whole in so many seconds ends its connection.
        most: connections there may be.
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
        if self.conn.their_state is not h11.IDLE:  # the head is here
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
        if not self.transport.is_closing():
            self.transport.write(_response())
            self.transport.close()


def _response() -> bytes:
    content = problems.body(problems.http_problem(408, LATE))
    head = (
        f"HTTP/1.1 408 Request Timeout\r\nContent-Type: {problems.MEDIA_TYPE}\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content

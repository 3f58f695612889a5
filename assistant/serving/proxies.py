"""Take the client's address, the host and the scheme of a request from the headers of trusted proxies.

These headers are ignored from anyone else: they could be forged.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.serving.asgi import App, Message, Receive, Send

_MAX_HOPS = 20


class Proxied:
    """An ASGI layer that replaces what the connection shows by what trusted proxies forward."""

    def __init__(self, app: App, trusted: Sequence[str]) -> None:
        """Wrap an app.

        Args:
            app: the app behind this layer.
            trusted: addresses or networks (10.0.0.0/8) of proxies.
        """
        self._app = app
        self._trusted = [ipaddress.ip_network(one, strict=False) for one in trusted]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on; one from a trusted proxy as its client sent it."""
        if scope["type"] == "http" and self._is_trusted((scope.get("client") or ("",))[0]):
            scope.update(self._as_asked(scope))  # in place: `Measured` reads the route from this object
        await self._app(scope, receive, send)

    def _as_asked(self, scope: Message) -> Message:
        told = {name: _joined(scope, name) for name in ("for", "proto", "host")}
        changed = dict(scope)
        client = self._client(told["for"])
        if client:
            changed["client"] = (client, 0)
        scheme = _last(told["proto"]).lower()
        if scheme in ("http", "https"):
            changed["scheme"] = scheme
        host = _last(told["host"])
        if host:
            others = [(name, value) for name, value in scope["headers"] if name != b"host"]
            changed["headers"] = [*others, (b"host", host.encode("latin-1"))]
        return changed

    def _client(self, forwarded: str) -> str:
        """Return the nearest address that is no trusted proxy; those before it may be forged."""
        hops = [hop.strip().strip("[]") for hop in forwarded.split(",")][-_MAX_HOPS:]
        for hop in reversed(hops):
            if not _is_address(hop):
                return ""
            if not self._is_trusted(hop):
                return hop
        return hops[0]

    def _is_trusted(self, client: str) -> bool:
        return _is_address(client) and any(ipaddress.ip_address(client) in one for one in self._trusted)


def _joined(scope: Message, name: str) -> str:
    """Return all values of a header; a proxy appends its own line or value, so the last is the nearest."""
    wanted = b"x-forwarded-" + name.encode()
    return ", ".join(
        value.decode("latin-1") for given, value in scope["headers"] if given == wanted and value
    )


def _last(values: str) -> str:
    return values.rpartition(",")[2].strip()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

"""What stands before every request: host, origin, size, a list of open doors, security headers.

A plain ASGI layer, so that it covers the API, the page and whatever the page's library would offer
by itself.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant import problems

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from assistant.settings import Settings

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Message, Receive, Send], Awaitable[None]]

QUESTION_BYTES = 64 * 1024
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

# The page's own needs; everything else Gradio serves (upload, proxy, file, monitoring, run history,
# profiling, ...) is closed, including what a later version may add.
_PAGE_PATHS = ("/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt")
_PAGE_PREFIXES = (
    "/ui/",
    "/assets/",
    "/static/",
    "/svelte/",
    "/gradio_api/queue/join",
    "/gradio_api/queue/data",
    "/gradio_api/heartbeat/",
    "/gradio_api/startup-events",
    "/gradio_api/theme.css",
    "/gradio_api/info",
    "/gradio_api/app_id",
    "/gradio_api/cancel",
    "/gradio_api/reset",
)

_COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Gradio's page has inline scripts; what it must not have is eval, frames, or anything from elsewhere.
_PAGE_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_API_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def in_api(path: str) -> bool:
    """Whether a path belongs to the HTTP API."""
    return path == "/api" or path.startswith("/api/")


class Guard:
    """Refuses what must not come in, and puts security headers on what goes out."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._local = is_loopback(settings.host)
        self._names = {"localhost", *settings.allow_host}
        if not self._local:
            self._names |= {settings.host.lower(), socket.gethostname().lower()}
        # JSON may write one character of two bytes as six (\uXXXX).
        self._article_bytes = 4 * settings.max_article_bytes + QUESTION_BYTES

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection; anything but HTTP and the server's own lifespan is refused."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _with_headers(scope["path"], send))
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        limit = self._limit(scope)
        if refusal := self._refusal(scope, headers, limit):
            await _refuse(send, *refusal)
            return
        body = _Body(receive, limit)
        started = False

        async def relay(message: Message) -> None:
            nonlocal started
            if body.exceeded and not started:
                return
            started = True
            await send(message)

        await self._app(scope, body.receive, relay)
        if body.exceeded and not started:
            await _refuse(send, 413, _too_large(limit))

    def _limit(self, scope: Message) -> int:
        return self._article_bytes if scope["path"] == "/api/articles" else QUESTION_BYTES

    def _refusal(self, scope: Message, headers: dict[str, str], limit: int) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not self._is_our_name(host):
            return 400, f"this server does not answer to the name {host[:100]!r}: see --allow-host"
        if scope["method"] not in _SAFE_METHODS and not _is_same_origin(headers, host):
            return 403, "a page of another origin may not do this"
        if not _is_open(scope["path"]):
            return 404, "there is nothing at this address"
        length = headers.get("content-length", "")
        if length and (not length.isdecimal() or int(length) > limit):
            return 413, _too_large(limit)
        return None

    def _is_our_name(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        # A page of a stranger reaches us under a name it controls, never under a bare address.
        return address.is_loopback or not self._local


class _Body:
    """Counts a request's body as it comes in; beyond the limit the rest is withheld."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self.exceeded = False

    async def receive(self) -> Message:
        """The next message; a disconnect once the limit is passed."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.exceeded = True
        return {"type": "http.disconnect"} if self.exceeded else message


def _is_open(path: str) -> bool:
    return in_api(path) or path in _PAGE_PATHS or path.startswith(_PAGE_PREFIXES)


def _is_same_origin(headers: dict[str, str], host: str) -> bool:
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin.split("://", 1)[-1].lower() == host.lower()


def _too_large(limit: int) -> str:
    return f"the request's body is larger than the limit of {limit:,} bytes"


def _with_headers(path: str, send: Send) -> Send:
    policy = _API_CSP if in_api(path) else _PAGE_CSP
    ours = {**_COMMON_HEADERS, "Content-Security-Policy": policy}
    extra = [(name.lower().encode(), value.encode()) for name, value in ours.items()]

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *extra]
        await send(message)

    return wrapped


async def _refuse(send: Send, status: int, detail: str) -> None:
    content = problems.body(problems.http_problem(status, detail))
    headers = [
        (b"content-type", problems.MEDIA_TYPE.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})

"""Check host, origin, size, rate, token and path of every request, and add security headers to every answer.

A plain ASGI layer, so that it covers the API, the page and whatever the page's library would serve by itself.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import re
import secrets
import socket
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from assistant.core import problems
from assistant.core.access import Access, Level, is_loopback, session_of
from assistant.core.limits import LATE, Buckets, ConcurrencyLimit, most_connections
from assistant.http import gradio_door, login
from assistant.presenting import urls as places
from assistant.serving import heads
from assistant.serving.asgi import NO_HEADERS, refuse
from index import SanadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.core.settings import Settings
    from assistant.serving.asgi import App, Message, Receive, Send

QUESTION_BYTES = 64 * 1024
_RATE = 10  # requests a second from one client, if other machines can reach the server; unless set
_STREAMS = 64  # answers of any length that one client may receive at once
_REQUEST_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_ARTICLES = re.compile(r"/api(/v1)?/articles(/|$)")
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

# Paths of the page. Besides, only the API, MCP and the Gradio routes of gradio_door.py are open.
_OURS = ("/ui/", places.ARTICLES, "/page/")

_COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # none to other sites; without one to our own, browsers would send the login form with an unknown origin
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Gradio's page has inline scripts. It must not have eval, frames, or anything from other origins.
_PAGE_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# A script or style sheet opened by itself shows and loads nothing. Short, as a page has fifty of them.
_FILE_CSP = "default-src 'none'; frame-ancestors 'none'"
# An article's own page has no inline script or style; its script asks this server for the gloss of words.
_ARTICLE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
_API_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


def in_api(path: str) -> bool:
    """Return whether a path belongs to the HTTP API."""
    return path == "/api" or path.startswith("/api/")


def in_mcp(path: str) -> bool:
    """Return whether a path is the MCP endpoint for LLM agents."""
    return path.rstrip("/") == "/mcp"


class Guard:
    """Refuses requests that are not allowed, and adds security headers to answers."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._access = Access(settings)
        self._local = is_loopback(settings.host)
        self._names = {"localhost", *settings.allow_host}
        if not self._local:
            self._names |= {settings.host.lower(), socket.gethostname().lower()}
        # JSON may write a character of two bytes as six (\uXXXX).
        self._article_bytes = 4 * settings.max_article_bytes + QUESTION_BYTES
        self._upload_bytes = settings.max_upload_bytes
        self._timeout_s = settings.body_timeout_s
        rate = settings.rate if settings.rate is not None else 0 if self._local else _RATE
        self._buckets = Buckets(rate)
        most = most_connections()
        self._streams = ConcurrencyLimit(min(_STREAMS, most // 4), most // 2)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve HTTP requests and the server's own lifespan; refuse anything else."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and (fault := heads.fault(scope)):
            await refuse(_with_headers(_API_CSP, secrets.token_hex(8), send), *fault)
        elif scope["type"] == "http":
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            given = headers.get("x-request-id", "")
            number = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
            problems.request_id.set(number)
            if await self._http(scope, headers, receive, _with_headers(_policy(scope["path"]), number, send)):
                await self._log_in(scope, receive, _with_headers(_PAGE_CSP, number, send))
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Message, headers: dict[str, str], receive: Receive, send: Send) -> bool:
        """Answer a request; return True instead if the login form is to answer it."""
        limit = self._limit(scope)
        if refusal := self._refusal(scope, headers, limit):
            await refuse(send, *refusal)
            return False
        level = self._access.level(headers)
        scope.setdefault("state", {}).update(access=level, session=session_of(headers))
        if scope["path"] == login.PATH and self._access.has_login:
            return True
        if level < Level.READ:
            if _is_person(scope, headers):
                return True
            detail = "this server needs the header 'Authorization: Bearer <token>'"
            await refuse(send, 401, detail, {"www-authenticate": "Bearer"})
        elif not _is_open(scope["method"], scope["path"]):
            await refuse(send, 404, "there is nothing at this address")
        else:
            await self._pass_on(scope, headers, _Body(receive, limit, self._timeout_s), send)
        return False

    async def _pass_on(self, scope: Message, headers: dict[str, str], body: _Body, send: Send) -> None:
        if not _is_stream(scope, headers):
            await self._relay(scope, body, send)
            return
        with self._streams.acquire(_client(scope)) as is_acquired:
            if is_acquired:
                await self._relay(scope, body, send)
            else:
                detail = "too many answers are being sent to this address: let some of them end"
                await refuse(send, 429, detail, {"retry-after": "1"})

    async def _relay(self, scope: Message, body: _Body, send: Send) -> None:
        started = False

        async def relay(message: Message) -> None:
            nonlocal started
            if body.refusal and not started:
                return
            started = True
            await send(message)

        # The app needs no cookie, and the library that parses one may take quadratic time (CVE-2024-7592).
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
        await self._app(scope, body.receive, relay)
        if body.refusal and not started:
            await refuse(send, *body.refusal)

    async def _log_in(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve the login form, at the requested address or its own, and take the token that it sends."""
        if scope["path"] != login.PATH:
            query = scope["query_string"].decode("latin-1")
            await _send_page(send, 401, login.page(scope["path"] + (f"?{query}" if query else "")))
            return
        then = login.target(scope["query_string"])
        if scope["method"] != "POST":
            await _send_page(send, 200, login.page(then))
            return
        body = _Body(receive, login.MAX_BYTES, self._timeout_s)
        content = await body.whole()
        if body.refusal:
            await refuse(send, *body.refusal)
            return
        given, before, secure = login.token(content), scope["state"]["session"], scope["scheme"] == "https"
        try:
            cookie = await asyncio.to_thread(self._access.log_in, given, before, secure=secure)
        except SanadError as error:  # such as a full disk
            await refuse(send, problems.outcome(error).status, problems.public_message(error))
            return
        if cookie is None:
            await _send_page(send, 401, login.page(then, wrong=True))
            return
        headers = [(b"location", then.encode()), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _limit(self, scope: Message) -> int:
        path = scope["path"]
        if path == login.PATH:
            return login.MAX_BYTES
        if not _ARTICLES.match(path):
            return QUESTION_BYTES
        return self._upload_bytes if path.endswith("/articles/files") else self._article_bytes

    def _refusal(self, scope: Message, headers: dict[str, str], limit: int) -> _Refusal | None:
        host = headers.get("host", "")
        if not self._is_our_name(host):
            return _Refusal(400, f"this server does not answer to the name {host[:100]!r}: see --allow-host")
        if scope["method"] not in _SAFE_METHODS and not _is_same_origin(headers, host):
            return _Refusal(403, "a page of another origin may not do this")
        length = headers.get("content-length", "")
        if length and (not length.isdecimal() or int(length) > limit):
            return _Refusal(413, _too_large(limit))
        if _is_work(scope) and (wait_s := self._buckets.take(_client(scope), time.monotonic())):
            seconds = str(math.ceil(wait_s))
            detail = f"too many requests from this address: try again in {seconds} s"
            return _Refusal(429, detail, {"retry-after": seconds})
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
        # A foreign page reaches the server under a name that it controls, never under a bare address.
        return address.is_loopback or not self._local


class _Refusal(NamedTuple):
    """An answer that the guard gives itself."""

    status: int
    detail: str
    headers: Mapping[str, str] = NO_HEADERS


class _Body:
    """Counts a request's body as it arrives; beyond the limit of size or time, withholds the rest."""

    def __init__(self, receive: Receive, limit: int, timeout_s: float) -> None:
        self._receive = receive
        self._limit = limit
        self._timeout_s = timeout_s
        self._began = time.monotonic()
        self._size = 0
        self._whole = False
        self.refusal: _Refusal | None = None

    async def receive(self) -> Message:
        """Return the next message; a disconnect once a limit is exceeded."""
        if self._whole:
            return await self._receive()
        until = self._began + self._timeout_s * (1 + self._size / QUESTION_BYTES)
        try:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                message = await self._receive()
        except TimeoutError:
            self.refusal = _Refusal(408, LATE)
            return {"type": "http.disconnect"}
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body")
        if self._size > self._limit:
            self.refusal = _Refusal(413, _too_large(self._limit))
        return {"type": "http.disconnect"} if self.refusal else message

    async def whole(self) -> bytes:
        """Return the whole body, or what came before a disconnect or the limit."""
        content = b""
        while (message := await self.receive())["type"] == "http.request":
            content += message.get("body", b"")
            if not message.get("more_body"):
                break
        return content


def _is_work(scope: Message) -> bool:
    """Return whether a request does more than fetch a file of the page."""
    path = scope["path"]
    return (
        in_api(path)
        or in_mcp(path)
        or path.startswith(places.ARTICLES)
        or scope["method"] not in _SAFE_METHODS
    )


def _is_stream(scope: Message, headers: dict[str, str]) -> bool:
    """Return whether an answer may last as long as its client listens: events, and articles in parts."""
    if scope["path"] == gradio_door.ANSWERS or scope["path"].startswith(places.ARTICLES):
        return True
    return "text/event-stream" in headers.get("accept", "")


def _client(scope: Message) -> str:
    """Return the client's address."""
    return str((scope.get("client") or ("",))[0])


def _is_open(method: str, path: str) -> bool:
    if _CONTROLS.search(path):  # no path here has any, and routers take a newline for the end of the path
        return False
    return in_api(path) or in_mcp(path) or path.startswith(_OURS) or gradio_door.is_open(method, path)


def _is_same_origin(headers: dict[str, str], host: str) -> bool:
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin.split("://", 1)[-1].lower() == host.lower()


def _too_large(limit: int) -> str:
    return f"the request's body is larger than the limit of {limit:,} bytes"


def _policy(path: str) -> str:
    if path.startswith(("/ui/", "/assets/")):
        return _FILE_CSP
    return _API_CSP if in_api(path) else _ARTICLE_CSP if path.startswith(places.ARTICLES) else _PAGE_CSP


def _with_headers(policy: str, request_id: str, send: Send) -> Send:
    ours = {**_COMMON_HEADERS, "Content-Security-Policy": policy, "X-Request-Id": request_id}
    extra = [(name.lower().encode(), value.encode()) for name, value in ours.items()]

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *extra]
        await send(message)

    return wrapped


def _is_person(scope: Message, headers: dict[str, str]) -> bool:
    """Return whether the client can use the login form; a program receives a problem instead."""
    return scope["method"] == "GET" and "text/html" in headers.get("accept", "") and not in_api(scope["path"])


async def _send_page(send: Send, status: int, content: bytes) -> None:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})

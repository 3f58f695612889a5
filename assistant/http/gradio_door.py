"""Limit, in a layer before Gradio, which of its routes can be reached and what it receives.

Only the routes that the page and gradio_client need are open. Gradio sees no cookie, token, origin or query
of a request, and only bodies that `gradio_bodies.py` accepts. Answers that no client fetches are dropped, or
they would stay in memory.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from assistant.http.gradio_bodies import checked, is_session
from assistant.serving.asgi import refuse
from index import QuestionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from assistant.serving.asgi import App, Message, Receive, Send

JOIN = "/gradio_api/queue/join"
ANSWERS = "/gradio_api/queue/data"
_READ = ("/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt")
_ROUTES = {
    **dict.fromkeys(_READ, "GET"),
    "/gradio_api/info": "GET",
    "/gradio_api/app_id": "GET",  # the page polls it until a lost server is back
    JOIN: "POST",
    ANSWERS: "GET",
}
_FILES = re.compile(r"/(?:assets|static)(?:/[\w@~-][\w.@~-]*)+", re.ASCII)
_MAX_PATH_CHARS = 300
_HEADERS = (b"host", b"accept", b"accept-encoding", b"if-none-match", b"if-modified-since")
_MAX_UNREAD = 256


def is_open(method: str, path: str) -> bool:
    """Return whether Gradio may answer a request."""
    if method == "HEAD" and path == "/":
        return True
    if path in _ROUTES:
        return method == _ROUTES[path]
    return method == "GET" and len(path) <= _MAX_PATH_CHARS and _FILES.fullmatch(path) is not None


class GradioDoor:
    """An ASGI layer before Gradio."""

    def __init__(
        self,
        app: App,
        functions: Mapping[int, Sequence[tuple[type, ...]]],
        forget: Callable[[str], Awaitable[None]],
        unread_s: float,
    ) -> None:
        """Wrap an app.

        Args:
            app: Gradio.
            functions: by number, the types that each value may have, in order.
            forget: called with a session whose answers no client fetches.
            unread_s: seconds that an answer waits to be fetched.
        """
        self._app = app
        self._functions = functions
        self._sessions = _Sessions(forget, unread_s)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on requests that are allowed, and always the server's own lifespan."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http" or not is_open(scope["method"], scope["path"]):
            await refuse(send, 404, "there is nothing at this address")
        elif scope["path"] == JOIN:
            await self._join(scope, receive, send)
        elif scope["path"] == ANSWERS:
            await self._answers(scope, receive, send)
        else:
            await self._app(_bare(scope), receive, send)

    async def _join(self, scope: Message, receive: Receive, send: Send) -> None:
        """Check a question and pass it on."""
        content = await _whole(receive)
        if content is None:  # the client is gone, or the guard has refused the body
            return
        try:
            call = checked(content, self._functions)
        except QuestionError as error:
            await refuse(send, 422, str(error))
            return

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300:
                self._sessions.asked(call.session)
            await send(message)

        length = str(len(call.body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await self._app(_bare(scope, headers), _given(call.body, receive), noted)

    async def _answers(self, scope: Message, receive: Receive, send: Send) -> None:
        """Send the events of a session's questions until all are answered."""
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        session = query.get("session_hash", [""])[0]
        if query.keys() != {"session_hash"} or len(query["session_hash"]) > 1 or not is_session(session):
            await refuse(send, 422, "session_hash must be given, once, and nothing else")
        elif session not in self._sessions:
            await refuse(send, 404, "nothing was asked in this session, or too long ago")
        elif self._sessions.is_listening(session):
            await refuse(send, 409, "the answers of this session are being sent already")
        else:
            told = {**_bare(scope), "query_string": urlencode({"session_hash": session}).encode()}
            with self._sessions.listening(session):
                await self._app(told, receive, send)


class _Sessions:
    """The sessions with questions; each is kept while a client listens, and for `unread_s` after."""

    def __init__(self, forget: Callable[[str], Awaitable[None]], unread_s: float) -> None:
        self._forget = forget
        self._unread_s = unread_s
        self._listening: set[str] = set()
        self._unread: OrderedDict[str, asyncio.TimerHandle] = OrderedDict()
        self._tasks: set[asyncio.Future[None]] = set()

    def __contains__(self, session: str) -> bool:
        return session in self._listening or session in self._unread

    def is_listening(self, session: str) -> bool:
        """Return whether a client listens for its answers now."""
        return session in self._listening

    def asked(self, session: str) -> None:
        """Note that something was asked in a session."""
        if session not in self._listening:
            self._wait(session)

    @contextmanager
    def listening(self, session: str) -> Iterator[None]:
        """Keep a session while its answers are sent."""
        self._unread.pop(session).cancel()
        self._listening.add(session)
        try:
            yield
        finally:
            self._listening.discard(session)
            self._wait(session)

    def _wait(self, session: str) -> None:
        if session in self._unread:
            self._unread.pop(session).cancel()
        loop = asyncio.get_running_loop()
        self._unread[session] = loop.call_later(self._unread_s, self._end, session)
        if len(self._unread) > _MAX_UNREAD:
            self._end(next(iter(self._unread)))

    def _end(self, session: str) -> None:
        self._unread.pop(session).cancel()
        task = asyncio.ensure_future(self._forget(session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _bare(scope: Message, more: Sequence[tuple[bytes, bytes]] = ()) -> Message:
    """Return the request without query, cookies, tokens, origin and headers of proxies."""
    kept = [(name, value) for name, value in scope["headers"] if name in _HEADERS]
    return {**scope, "headers": [*kept, *more], "query_string": b""}


async def _whole(receive: Receive) -> bytes | None:
    content: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        content += message.get("body", b"")
        if not message.get("more_body"):
            return content


def _given(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body first."""
    rest = [body]

    async def given() -> Message:
        return {"type": "http.request", "body": rest.pop(), "more_body": False} if rest else await receive()

    return given

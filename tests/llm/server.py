"""A small server that speaks OpenAI's chat completions to the byte, as well and as badly as a test wants."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

KEY = "sk-of-the-tests-0123456789"
Play = "Callable[[Wire], None]"


@dataclass
class Wire:
    """One request, and the bytes that answer it.

    Attributes:
        body: of the request.
        headers: of the request, by lower-case name.
    """

    body: dict[str, Any]
    headers: dict[str, str]
    _handler: BaseHTTPRequestHandler

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()

    def raw(self, content: bytes) -> None:
        self._handler.wfile.write(content)
        self._handler.wfile.flush()

    def event(self, data: object) -> None:
        self.raw(b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n")

    def delta(self, text: str | None, reason: str | None = None) -> None:
        delta = {} if text is None else {"content": text}
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        self.event(
            {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        )

    def done(self, reason: str = "stop") -> None:
        self.delta(None, reason)
        self.raw(b"data: [DONE]\n\n")

    def cut(self) -> None:
        """Drop the connection."""
        self._handler.connection.shutdown(socket.SHUT_RDWR)

    def is_left(self, timeout_s: float = 10.0) -> bool:
        """Whether the client closes its end in time."""
        self._handler.connection.settimeout(timeout_s)
        try:
            return self._handler.connection.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


@dataclass
class Server:
    """What was asked of a server, and how it answers next.

    Attributes:
        url: where it is.
        play: answers a request.
        asked: the bodies of the requests.
        keys: the values of their header Authorization.
        left: set when a client went away before the end.
    """

    url: str = ""
    play: Callable[[Wire], None] = field(default_factory=lambda: says(""))
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)

    @property
    def prompt(self) -> str:
        """The text of the newest request."""
        return "\n".join(message["content"] for message in self.asked[-1]["messages"])


@contextmanager
def speaking() -> Iterator[Server]:
    """Run a server on a free port of this machine."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(body)
            state.keys.append(self.headers.get("Authorization"))
            self.close_connection = True
            wire = Wire(body, {name.lower(): value for name, value in self.headers.items()}, self)
            try:
                if self.path == "/v1/chat/completions":
                    state.play(wire)
                else:
                    wire.begin(404, "application/json")
            except OSError:
                state.left.set()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def says(text: str, pieces: int = 7) -> Callable[[Wire], None]:
    """Write a text in pieces of some characters, as a model does."""

    def play(wire: Wire) -> None:
        wire.begin()
        for start in range(0, len(text), pieces):
            wire.delta(text[start : start + pieces])
        wire.done()

    return play


def refuses(status: int, body: object = None, **headers: str) -> Callable[[Wire], None]:
    """Answer with an error, in the form that servers use. Its text must not be shown."""

    def play(wire: Wire) -> None:
        wire.begin(status, "application/json", **headers)
        wire.raw(json.dumps(body or {"error": {"message": f"Incorrect API key provided: {KEY}"}}).encode())

    return play


def sends(*events: object) -> Callable[[Wire], None]:
    """Send events as they are."""

    def play(wire: Wire) -> None:
        wire.begin()
        for event in events:
            wire.event(event)

    return play


def begins(text: str, then: Callable[[Wire], None]) -> Callable[[Wire], None]:
    """Write a text, then do something else than end."""

    def play(wire: Wire) -> None:
        wire.begin()
        wire.delta(text)
        then(wire)

    return play


def waits(released: threading.Event, pieces: Sequence[str] = ()) -> Callable[[Wire], None]:
    """Begin, then wait until a test releases it, then write the pieces."""

    def play(wire: Wire) -> None:
        wire.begin()
        released.wait(30)
        for piece in pieces:
            wire.delta(piece)
        wire.done()

    return play


def drips(every_s: float) -> Callable[[Wire], None]:
    """Go on writing for ever, some words at a time."""

    def play(wire: Wire) -> None:
        while True:
            wire.delta("and so on ")
            time.sleep(every_s)

    return play

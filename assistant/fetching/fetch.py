"""Fetch one address over HTTP, with limits on redirects, seconds, bytes and types; no proxy, cookie or cache."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from assistant.fetching.addresses import BlockedAddress, Target, checked
from index import ArticleTooLarge, UnreadableArticle, UnsupportedFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.fetching.addresses import Resolve

    Connect = Callable[[str, int, float], socket.socket]

AGENT = "Sanad"
MAX_BYTES = 5_000_000  # after inflating
MAX_REDIRECTS = 3
STEP_S, TOTAL_S = 10.0, 30.0

_BLOCK = 1 << 16
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_NOT_READ = ("image/", "video/", "audio/", "font/", "model/")


class Validators(NamedTuple):
    """The response headers by which a server can later tell that nothing has changed."""

    etag: str = ""
    modified: str = ""


NOTHING_KNOWN = Validators()


class Fetched(NamedTuple):
    """A response: its address after redirects, its data (None: unchanged), and the validators for the next request."""

    url: str
    data: bytes | None
    validators: Validators


def resolve(host: str, port: int) -> Sequence[str]:
    """Return all addresses of a host, as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def connect(address: str, port: int, timeout_s: float) -> socket.socket:
    """Open a connection to an address that was checked."""
    return socket.create_connection((address, port), timeout=timeout_s)


class Fetcher:
    """Fetches addresses; each is checked first, and again at every redirect.

    Example:
        >>> Fetcher().fetch("https://example.org/").data  # doctest: +SKIP
    """

    def __init__(
        self, resolve: Resolve = resolve, connect: Connect = connect, total_s: float = TOTAL_S
    ) -> None:
        """Take the functions that resolve names and open connections, and the time limit of a fetch."""
        self._resolve = resolve
        self._connect = connect
        self._total_s = total_s

    def fetch(
        self,
        url: str,
        known: Validators = NOTHING_KNOWN,
        max_bytes: int = MAX_BYTES,
        *,
        absent: bytes | None = None,
        permit: Callable[[str], None] | None = None,
    ) -> Fetched:
        """Fetch an address, following redirects.

        Args:
            url: http or https.
            known: validators of an earlier response, so that an unchanged one need not be sent.
            max_bytes: largest body, after inflating.
            absent: data to return if the server answers with 4xx; None: raise an error.
            permit: called with the address and each that it redirects to; what it raises ends the fetch.

        Raises:
            BlockedAddress: it, or an address it redirects to, may not be fetched.
            UnreadableArticle: no response in time, or an unsuccessful one.
            UnsupportedFormat: pictures, sound, video.
            ArticleTooLarge: above `max_bytes`.
        """
        deadline = time.monotonic() + self._total_s
        target = checked(url, self._resolve)
        for _ in range(MAX_REDIRECTS + 1):
            if permit:
                permit(target.url)
            answer = _Exchange(target, self._connect, deadline).run(_Asked(known, max_bytes, absent))
            if isinstance(answer, Fetched):
                return answer
            target = checked(answer, self._resolve, target)
        raise BlockedAddress(f"{url[:120]}: it redirects more than {MAX_REDIRECTS} times")


class _Asked(NamedTuple):
    """The arguments of `Fetcher.fetch` that each request needs."""

    known: Validators
    max_bytes: int
    absent: bytes | None


class _Exchange:
    """One request and its response, over one connection that a timer shuts down."""

    def __init__(self, target: Target, connect: Connect, deadline: float) -> None:
        self._target = target
        self._connect = connect
        self._left_s = max(0.1, deadline - time.monotonic())
        self._late = threading.Event()
        self._stream: socket.socket

    def run(self, asked: _Asked) -> Fetched | str:
        """Return the response, or the address that it redirects to."""
        try:
            self._stream = self._opened()
        except OSError as error:
            raise UnreadableArticle(
                f"{self._target.url}: it cannot be reached ({_reason(error)}); check the address, or try later"
            ) from error
        timer = threading.Timer(self._left_s, self._stop)
        timer.daemon = True
        timer.start()
        try:
            self._secure()
            answer = self._request(asked)
            if self._late.is_set():  # a connection that was shut down looks like one that ended normally
                raise TimeoutError
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            why = f"no whole answer in {self._left_s:.0f} s" if self._late.is_set() else _reason(error)
            raise UnreadableArticle(
                f"{self._target.url}: it cannot be read ({why}); try later, or save the page and add the file"
            ) from error
        finally:
            timer.cancel()
            self._stream.close()
        return answer

    def _stop(self) -> None:
        self._late.set()
        with suppress(OSError):
            self._stream.shutdown(socket.SHUT_RDWR)

    def _opened(self) -> socket.socket:
        problem: OSError = OSError("no address")
        for address in self._target.addresses[:2]:
            try:
                return self._connect(address, self._target.port, min(STEP_S, self._left_s))
            except OSError as error:
                problem = error
        raise problem

    def _secure(self) -> None:
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self._stream = context.wrap_socket(
                self._stream, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self._stream.do_handshake()

    def _request(self, asked: _Asked) -> Fetched | str:
        connection = http.client.HTTPConnection(self._target.host)
        connection.sock = self._stream
        headers = {
            "User-Agent": AGENT,
            "Accept": "text/html, application/xml, */*;q=0.5",
            "Accept-Encoding": "gzip",
        }
        headers |= {"Connection": "close"}
        if asked.known.etag:
            headers["If-None-Match"] = asked.known.etag
        if asked.known.modified:
            headers["If-Modified-Since"] = asked.known.modified
        connection.request("GET", self._target.path, headers=headers)
        with connection.getresponse() as response:
            return self._answered(response, asked)

    def _answered(self, response: http.client.HTTPResponse, asked: _Asked) -> Fetched | str:
        url = self._target.url
        if response.status in _REDIRECTS and response.headers.get("Location"):
            return str(response.headers["Location"])
        said = Validators(_header(response, "ETag"), _header(response, "Last-Modified"))
        if response.status == http.client.NOT_MODIFIED:
            return Fetched(url, None, said)
        if asked.absent is not None and response.status // 100 == 4:
            return Fetched(url, asked.absent, said)
        if response.status != http.client.OK:
            raise UnreadableArticle(
                f"{url}: the server answers {response.status} {response.reason[:60]}; check the address in a browser"
            )
        if _header(response, "Content-Type").strip().lower().startswith(_NOT_READ):
            raise UnsupportedFormat(
                f"{url}: {_header(response, 'Content-Type')[:60]}, which holds no text; give the page around it"
            )
        return Fetched(url, _body(response, asked.max_bytes, url), said)


def _body(response: http.client.HTTPResponse, max_bytes: int, url: str) -> bytes:
    packing = _header(response, "Content-Encoding").strip().lower()
    if packing not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise UnreadableArticle(f"{url}: packed as {packing[:20]}, which was not asked for")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32) if packing not in {"", "identity"} else None
    pieces, size = [], 0
    while piece := response.read(_BLOCK):
        if inflater:
            piece = inflater.decompress(piece, max_bytes + 1 - size)
        pieces.append(piece)
        size += len(piece)
        if size > max_bytes:
            raise ArticleTooLarge(f"{url}: more than {max_bytes} bytes; save it and add its parts")
    if response.length:  # `read` with a size does not report a premature end
        raise UnreadableArticle(f"{url}: the answer breaks off, {response.length} bytes before its end")
    if inflater and pieces and not inflater.eof:
        raise UnreadableArticle(f"{url}: the answer breaks off before the end of what is packed in it")
    return b"".join(pieces)


def _header(response: http.client.HTTPResponse, name: str) -> str:
    return str(response.headers.get(name) or "")[:500]


def _reason(error: Exception) -> str:
    return " ".join(str(getattr(error, "strerror", None) or error or type(error).__name__).split())[:120]

"""Refuse invalid heads of requests before anything reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from assistant.serving.asgi import Message

MAX_BYTES = 16 * 1024
"""Limit of all headers together, and of the address."""

MAX_INCOMPLETE_BYTES = 2 * MAX_BYTES
"""Limit of a head that is still arriving; a larger one is refused before its end."""

TOO_LARGE = f"the headers are larger than the limit of {MAX_BYTES // 1024} KB: send fewer or shorter ones"
TOO_LONG = f"the address is longer than the limit of {MAX_BYTES // 1024} KB: ask with POST instead"


class Fault(NamedTuple):
    """A fault of a head, as an HTTP status and in words."""

    status: int
    detail: str


def fault(scope: Message) -> Fault | None:
    """Return the fault of a request's head, if any, in linear time.

    Request smuggling needs two lengths of one body (RFC 9112, 6.1): a proxy may believe one
    and this server the other.
    """
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_BYTES:
        return Fault(414, TOO_LONG)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_BYTES:
        return Fault(431, TOO_LARGE)
    names = {name for name, _ in scope["headers"]}
    if b"transfer-encoding" in names:
        if b"content-length" in names:
            return Fault(400, "Content-Length and Transfer-Encoding contradict each other: send one of them")
        if scope["http_version"] == "1.0":
            return Fault(400, "HTTP/1.0 has no Transfer-Encoding: send Content-Length")
    return None

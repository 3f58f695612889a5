"""Exchange messages between parent and child process: two lengths, then JSON, then bytes."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

from index import errors
from index.records import Added, Article

_LENGTH = struct.Struct(">QQ")
_FIELDS = ("text", "title", "source", "url", "author", "published", "language", "origin")


class Broken(Exception):
    """The other side has ended, or sent an invalid message."""


def send(stream: IO[bytes], message: dict[str, Any], payload: bytes = b"") -> None:
    """Write a message and its payload."""
    head = json.dumps(message, ensure_ascii=True).encode()
    stream.write(_LENGTH.pack(len(head), len(payload)))
    stream.write(head)
    stream.write(payload)
    stream.flush()


def receive(stream: IO[bytes], max_bytes: int) -> tuple[dict[str, Any], bytes]:
    """Read a message and its payload.

    Raises:
        Broken: the stream ended, more than `max_bytes` are announced, or the message is invalid.
    """
    sizes = stream.read(_LENGTH.size)
    if len(sizes) < _LENGTH.size:
        raise Broken("ended")
    head_size, payload_size = _LENGTH.unpack(sizes)
    if head_size + payload_size > max_bytes:
        raise Broken("too much")
    head, payload = stream.read(head_size), stream.read(payload_size)
    if len(head) + len(payload) < head_size + payload_size:
        raise Broken("ended")
    try:
        message = json.loads(head)
    except ValueError as error:
        raise Broken("not JSON") from error
    if not isinstance(message, dict):
        raise Broken("not a message")
    return message, payload


def packed(parts: list[Article | Added]) -> list[dict[str, str | None]]:
    """Return parts as JSON objects."""
    return [
        {"skipped": each.name, "reason": each.reason}
        if isinstance(each, Added)
        else {name: getattr(each, name) for name in _FIELDS if getattr(each, name) is not None}
        for each in parts
    ]


def unpacked(items: list[dict[str, Any]]) -> list[Article | Added]:
    """Return the parts that `packed` encoded; a compromised child can send nothing else.

    Raises:
        Broken: the items are not parts.
    """
    try:
        return [
            Added("skipped", str(item["skipped"]), None, str(item["reason"]))
            if "skipped" in item
            else Article(**{name: str(value) for name, value in item.items() if name in _FIELDS})
            for item in items
        ]
    except (TypeError, KeyError, AttributeError) as error:
        raise Broken("no parts") from error


def error_named(name: str, message: str) -> errors.ArticleError:
    """Return the article error of that name; an unknown name gives an UnreadableArticle."""
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, errors.ArticleError):
        return kind(message)
    return errors.UnreadableArticle(message)

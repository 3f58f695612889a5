"""Frame a message between parent and child process: two lengths, then JSON, then bytes."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Bytes = TypeVar("Bytes", bytes, bytearray)
_LENGTHS = struct.Struct(">QQ")


class Broken(Exception):
    """The other side has ended, or sent an invalid message."""


def send(write: Callable[[bytes], object], message: dict[str, Any], payload: bytes = b"") -> None:
    """Write a message and its payload."""
    head = json.dumps(message, ensure_ascii=True).encode()
    write(_LENGTHS.pack(len(head), len(payload)) + head)
    write(payload)


def receive(read: Callable[[int], Bytes], max_bytes: int) -> tuple[dict[str, Any], Bytes]:
    """Read a message and its payload.

    Args:
        read: returns as many bytes as it is asked for; fewer at the end of the stream.
        max_bytes: of message and payload together.

    Raises:
        Broken: the stream ended, more than `max_bytes` are announced, or the message is invalid.
    """
    lengths = read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        raise Broken("ended")
    head_size, payload_size = _LENGTHS.unpack(lengths)
    if head_size + payload_size > max_bytes:
        raise Broken("too much")
    head, payload = read(head_size), read(payload_size)
    if len(head) + len(payload) < head_size + payload_size:
        raise Broken("ended")
    try:
        message = json.loads(head)
    except (ValueError, RecursionError) as error:
        raise Broken("not JSON") from error
    if not isinstance(message, dict):
        raise Broken("not a message")
    return message, payload

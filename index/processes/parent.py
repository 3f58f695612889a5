"""The side of the child: receive messages from standard input, send replies to standard output."""

from __future__ import annotations

import os
from typing import Any

from index.processes.frames import receive, send


class Parent:
    """The process that started this one."""

    def __init__(self) -> None:
        """Take standard input and output, and redirect their descriptors so that library output is discarded."""
        self._from, self._to = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)

    def receive(self, max_bytes: int) -> tuple[dict[str, Any], bytes]:
        """Return the next message and its payload.

        Raises:
            Broken: the parent is done, or dead.
        """
        return receive(self._from.read, max_bytes)

    def send(self, message: dict[str, Any], payload: bytes = b"") -> None:
        """Send the reply to a message."""
        send(self._to.write, message, payload)
        self._to.flush()

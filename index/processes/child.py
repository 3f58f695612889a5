"""The side of the parent: a child process that answers one message at a time, each before a deadline."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

from index.processes.frames import Broken, receive, send

_ROOT = str(Path(__file__).resolve().parents[2])
_IMPORTABLE = "import sys; sys.path.insert(0, sys.argv[1])\n"
_MAX_READ = 1 << 16  # a pipe holds no more
_EXIT_S = 0.2  # to end by itself, with the status that says why


class TimedOut(Broken):
    """The other side did not answer in time."""


class Child:
    """A child process; used by one thread at a time.

    It has no environment and a session of its own, so that Ctrl-C goes to its parent. It sees the end of its input
    when the parent dies.

    Attributes:
        alive: whether it takes another message.
    """

    def __init__(self, code: str) -> None:
        """Start it; it is ready once it answers the first message.

        Args:
            code: the Python that it runs; it answers through `processes.parent`.

        Raises:
            OSError: no process can be started.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _IMPORTABLE + code, _ROOT], bufsize=0, env={}, cwd="/",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._to, self._from = _pipe(self._process.stdin), _pipe(self._process.stdout)
        os.set_blocking(self._to.fileno(), False)
        self.alive = True

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ask(
        self, message: dict[str, Any], payload: bytes = b"", *, within_s: float, max_bytes: int
    ) -> tuple[dict[str, Any], bytearray]:
        """Send a message and return the reply with its payload; the child is ended when it fails.

        Args:
            message: what is asked.
            payload: bytes that go with it.
            within_s: seconds that sending, answering and receiving may take together.
            max_bytes: of the reply.

        Raises:
            TimedOut: it took longer, whatever the child does or leaves undone.
            Broken: the child ended, or its reply is invalid.
        """
        ends = time.monotonic() + within_s
        try:
            send(partial(self._write, ends), message, payload)
            return receive(partial(self._read, ends), max_bytes)
        except OSError as error:
            self.close()
            raise Broken("ended") from error
        except BaseException:
            self.close()
            raise

    def _write(self, ends: float, data: bytes) -> None:
        left = memoryview(data)
        while left:
            _await(self._to, select.POLLOUT, ends)
            left = left[os.write(self._to.fileno(), left) :]

    def _read(self, ends: float, size: int) -> bytearray:
        got = bytearray()
        while len(got) < size:
            _await(self._from, select.POLLIN, ends)
            part = os.read(self._from.fileno(), min(size - len(got), _MAX_READ))
            if not part:
                break
            got += part
        return got

    def close(self) -> int:
        """End the child and every process that it started; return its exit status, as `subprocess` gives it."""
        if self.alive:
            self.alive = False
            self._to.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_EXIT_S)
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._from.close()
        return self._process.wait()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise OSError("no pipe")
    return stream


def _await(pipe: IO[bytes], event: int, ends: float) -> None:
    """Wait until a pipe can be read or written, or its other end is closed."""
    poll = select.poll()
    poll.register(pipe, event)
    if not poll.poll(1000 * max(0.0, ends - time.monotonic())):
        raise TimedOut("took too long")

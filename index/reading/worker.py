"""Run the child processes that parse files; each is reused, and replaced when a file kills it."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from index.errors import StoreUnavailable, UnreadableArticle
from index.reading.confinement import ONLY_LIMITS
from index.reading.frames import Broken, error_named, receive, send, unpacked
from index.reading.limits import LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.records import Added, Article

_ROOT = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from index.reading.child import main; main(*map(int, sys.argv[2:]))"
)
_IDLE_S = 60.0  # after which an idle child is ended
_MAX_IDLE = 4


class Worker:
    """One child process and its limits for each file. Not thread-safe."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        """Start the child; it is ready once it answers the first file.

        Raises:
            StoreUnavailable: no process can be started.
        """
        self._limits = limits
        numbers = (limits.memory_bytes, limits.cpu_s, limits.output_bytes)
        command = [sys.executable, "-P", "-c", _START, _ROOT, *map(str, numbers)]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={}, cwd="/", start_new_session=True, close_fds=True,
            )  # fmt: skip
        except OSError as error:
            raise StoreUnavailable(f"no process can be started to parse files ({error.strerror})") from error
        self.alive = True

    def parse(self, data: bytes, name: str, columns: Mapping[str, str]) -> list[Article | Added]:
        """Return the articles of a file; see `parsers.parse`.

        Raises:
            ArticleError: nothing in it can be read, or the child process died.
        """
        timed_out = threading.Event()

        def stop() -> None:
            timed_out.set()
            self.close()

        timer = threading.Timer(self._limits.wall_s, stop)
        timer.daemon = True
        timer.start()
        try:
            reply = self._ask(data, {"name": name, "columns": dict(columns)})
            if "error" in reply:
                raise error_named(*map(str, reply["error"]))
            return unpacked(reply["parts"])
        except (Broken, OSError, TypeError, KeyError, ValueError) as error:
            self.close()
            reason = f"took more than {self._limits.wall_s:g} s" if timed_out.is_set() else self._end()
            raise UnreadableArticle(f"{name}: its parser {reason}; save it in another format") from error
        finally:
            timer.cancel()

    def held(self) -> str:
        """Return what confines the child, as it finds by trying; see `confinement.in_force`."""
        try:
            return str(self._ask(b"", {})["held"])
        except (Broken, OSError, KeyError):
            self.close()
            return ONLY_LIMITS

    def _ask(self, data: bytes, job: dict[str, Any]) -> dict[str, Any]:
        send(_pipe(self._process.stdin), job, data)
        reply, _ = receive(_pipe(self._process.stdout), self._limits.output_bytes * 2)
        if reply.get("last", True):
            self.close()
        return reply

    def _end(self) -> str:
        """Return how the child ended."""
        code = -(self._process.returncode or 0)
        if code == signal.SIGXCPU:
            return f"took more than {self._limits.cpu_s} s of processor time"
        megabytes = self._limits.memory_bytes >> 20
        called = signal.Signals(code).name if code in set(signal.Signals) else f"exit {-code}"
        return f"crashed ({called}), perhaps for want of memory (limit {megabytes} MB)"

    def close(self) -> None:
        """End the child and every process that it started."""
        self.alive = False
        if self._process.poll() is None:
            with suppress(BrokenPipeError, OSError):
                _pipe(self._process.stdin).close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=0.2)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with suppress(OSError):
            _pipe(self._process.stdout).close()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise Broken("no pipe")
    return stream


_guard = threading.Lock()
_idle: list[tuple[Worker, threading.Timer]] = []


def parse_apart(data: bytes, name: str, columns: Mapping[str, str]) -> list[Article | Added]:
    """Parse a file in an idle child process or a new one; safe to call from several threads.

    Raises:
        ArticleError: nothing in it can be read, or the child process died.
        StoreUnavailable: no process can be started.
    """
    worker = _take()
    try:
        return worker.parse(data, name, columns)
    finally:
        _give_back(worker)


def confinement() -> str:
    """Return what confines the parsing processes: `seccomp`, or only `limits` of memory and time."""
    try:
        return _held()
    except StoreUnavailable:  # no process can be started now
        return ONLY_LIMITS


@cache
def _held() -> str:
    worker = _take()
    try:
        return worker.held()
    finally:
        _give_back(worker)


def close_all() -> None:
    """End the idle children."""
    while True:
        with _guard:
            if not _idle:
                return
            worker, timer = _idle.pop()
        timer.cancel()
        worker.close()


def _take() -> Worker:
    with _guard:
        if _idle:
            worker, timer = _idle.pop()
            timer.cancel()
            return worker
    return Worker()


def _give_back(worker: Worker) -> None:
    if not worker.alive:
        return
    timer = threading.Timer(_IDLE_S, _retire, (worker,))
    timer.daemon = True
    with _guard:
        if len(_idle) < _MAX_IDLE:
            _idle.append((worker, timer))
            timer.start()
            return
    worker.close()


def _retire(worker: Worker) -> None:
    with _guard:
        mine = [pair for pair in _idle if pair[0] is worker]
        for pair in mine:
            _idle.remove(pair)
    if mine:
        worker.close()


atexit.register(close_all)

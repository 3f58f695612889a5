"""Have files parsed by child processes; each is used again, and replaced when a file kills it."""

from __future__ import annotations

import atexit
import os
import signal
from functools import cache
from typing import TYPE_CHECKING, Any

from index.errors import StoreUnavailable, UnreadableArticle
from index.processes.child import Child, TimedOut
from index.processes.frames import Broken
from index.processes.pool import Pool
from index.reading.confinement import ONLY_LIMITS
from index.reading.limits import LIMITS, Limits
from index.reading.parts import error_named, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.records import Added, Article


class Worker(Child):
    """One child process and its limits for each file."""

    code = "from index.reading.child import main"

    def __init__(self, limits: Limits = LIMITS) -> None:
        """Start the child; it is ready once it answers the first file.

        Raises:
            StoreUnavailable: no process can be started.
        """
        self._limits = limits
        try:
            super().__init__(
                f"{self.code}; main({limits.memory_bytes}, {limits.cpu_s}, {limits.output_bytes})"
            )
        except OSError as error:
            raise StoreUnavailable(f"no process can be started to parse files ({error.strerror})") from error

    def parse(self, data: bytes, name: str, columns: Mapping[str, str]) -> list[Article | Added]:
        """Return the articles of a file; see `parsers.parse`.

        Raises:
            ArticleError: nothing in it can be read, or the child process died.
        """
        try:
            reply = self._reply({"name": name, "columns": dict(columns)}, data)
            if "error" in reply:
                raise error_named(*map(str, reply["error"]))
            return unpacked(reply["parts"])
        except (Broken, TypeError, KeyError, ValueError) as error:
            reason = self._reason(self.close(), error)
            raise UnreadableArticle(f"{name}: its parser {reason}; save it in another format") from error

    def held(self) -> str:
        """Return what confines the child, as it finds by trying; see `confinement.in_force`."""
        try:
            return str(self._reply({})["held"])
        except (Broken, KeyError):
            self.close()
            return ONLY_LIMITS

    def _reply(self, job: dict[str, Any], data: bytes = b"") -> dict[str, Any]:
        most = self._limits.output_bytes * 2
        reply, _ = self.ask(job, data, within_s=self._limits.wall_s, max_bytes=most)
        if reply.get("last", True):
            self.close()
        return reply

    def _reason(self, status: int, error: Exception) -> str:
        """Return how the child ended."""
        if isinstance(error, TimedOut):
            return f"took more than {self._limits.wall_s:g} s"
        if -status == signal.SIGXCPU:
            return f"took more than {self._limits.cpu_s} s of processor time"
        megabytes = self._limits.memory_bytes >> 20
        called = signal.Signals(-status).name if -status in set(signal.Signals) else f"exit {status}"
        return f"crashed ({called}), perhaps for want of memory (limit {megabytes} MB)"


_pool = Pool(Worker)


def parse_apart(data: bytes, name: str, columns: Mapping[str, str]) -> list[Article | Added]:
    """Parse a file in an idle child process or a new one; safe to call from several threads.

    Raises:
        ArticleError: nothing in it can be read, or the child process died.
        StoreUnavailable: no process can be started.
    """
    with _pool.lent() as worker:
        return worker.parse(data, name, columns)


def confinement() -> str:
    """Return what confines the parsing processes: `seccomp`, or only `limits` of memory and time."""
    try:
        return _held()
    except StoreUnavailable:  # no process can be started now
        return ONLY_LIMITS


@cache
def _held() -> str:
    with _pool.lent() as worker:
        return worker.held()


def close_all() -> None:
    """End the idle children."""
    _pool.close()


atexit.register(close_all)
os.register_at_fork(after_in_child=_pool.forget)

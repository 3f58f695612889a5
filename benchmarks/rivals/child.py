"""A program at work in a process of its own: told what to do, timed, and stopped when it takes too much."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rivals.rivals import Rival

INSIDE = Path(__file__).parent / "inside"
ROOT = Path(__file__).parents[2]
POLL_S = 0.2
_CHUNK = 1 << 22
QUIET = {
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "LANCEDB_LOG": "error",  # else LanceDB warns twice a question
    "TOKENIZERS_PARALLELISM": "false",
}


class TooMuch(Exception):
    """A verb took more than it may, or failed; the message is for the table."""


class Child:
    """One program's process; a context manager that leaves nothing running."""

    def __init__(self, rival: Rival, python: Path | str, material: Path, home: Path, limits: Limits) -> None:
        """Start it.

        Args:
            rival: which program.
            python: the interpreter that has it.
            material: the folder of `material.make`.
            home: the folder the program works in; its log stands beside it.
            limits: what a verb may take.
        """
        environment = {**os.environ, **QUIET}
        environment.pop("PYTHONPATH", None)
        if not rival.packages:
            environment["PYTHONPATH"] = str(ROOT)
        self._limits = limits
        self._log = home.with_suffix(".log").open("ab")
        self.peak_mb = 0.0
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            [python, INSIDE / "worker.py", rival.name, material, home],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            cwd=home,
            start_new_session=True,
        )

    def do(self, verb: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401
        """Have a verb done; give what the worker reports.

        Raises:
            TooMuch: it took too long or too much memory, and the process is gone; or it failed.
        """
        pipe = _open(self._process.stdin)
        until = time.perf_counter() + self._limits.seconds
        try:
            pipe.write(json.dumps({"verb": verb, **given}).encode() + b"\n")
            pipe.flush()
            self._await(until)
        except BrokenPipeError:
            pass
        line = _open(self._process.stdout).readline()
        if not line:
            raise TooMuch(f"ended by itself ({self._process.wait()})")
        reply = json.loads(line)
        if "error" in reply:
            raise TooMuch(reply["error"])
        return reply

    def _await(self, until: float) -> None:
        """Wait for a line, and watch the memory meanwhile."""
        while True:
            ready, _, _ = select.select([self._process.stdout], [], [], POLL_S)
            self.peak_mb = max(self.peak_mb, memory_mb(self._process.pid))
            if ready:
                return
            if self.peak_mb > self._limits.memory_mb:
                self.close()
                raise TooMuch(f"over {self._limits.memory_mb / 1000:.0f} GB")
            if time.perf_counter() > until:
                self.close()
                raise TooMuch(f"over {self._limits.seconds:.0f} s")

    def close(self) -> None:
        """End it and all it started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            _open(stream).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Limits:
    """What one verb may take: seconds, and megabytes of resident memory."""

    def __init__(self, seconds: float, memory_mb: float) -> None:
        self.seconds, self.memory_mb = seconds, memory_mb


def memory_mb(pid: int) -> float:
    """Give the peak resident memory of a process and those it started, their own peaks added up (Linux)."""
    return sum(_peak_mb(one) for one in _family(pid))


def disk_mb(folder: Path) -> float:
    """Give what a folder's files take on the disk."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 1e6


def warm(folder: Path) -> None:
    """Read a folder's files once, so that the system's cache holds them, as far as there is room."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb", buffering=0) as file:
                while file.read(_CHUNK):
                    pass


def _peak_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmHWM:"))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in children.read_text("ascii").split():
                yield from _family(int(child))
        except OSError:  # it ended meanwhile
            continue


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the process was started without this stream")
    return stream

"""Prepare articles in a pool of worker processes, when there are very many.

Python runs one thread at a time, so only another process can use a second core. The results are those of
`preparing.prepare`. A process that dies costs only time, as its batch is prepared in this process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self, TypeVar

from index.analysis import unpacked_keys
from index.ingest.preparing import prepare
from index.reading.frames import Broken, receive, send
from index.store.passages import NewPassage, Prepared

if TYPE_CHECKING:
    from index.records import Article

Prepare = Callable[[Sequence["Article"]], list[Prepared]]
Result = TypeVar("Result")
_ROOT = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from index.ingest.prepare_worker_child import main; main()"
)
_MAX_REPLY = 1 << 30
_MAX_WORKERS = 3


class WorkerPool:
    """A pool of one worker process per core, up to three, so that none idles while this process reads and writes."""

    def __init__(self) -> None:
        """Create the pool; each process starts with its first batch."""
        self._own = threading.local()
        self._workers: list[_Worker] = []
        self.size = min(_MAX_WORKERS, _cores())
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="prepare")

    @staticmethod
    def is_of_use() -> bool:
        """Return whether more than one core is available."""
        return _cores() > 1

    def run(self, work: Callable[[Prepare], Result]) -> Future[Result]:
        """Run some work in a thread; its argument is the function that prepares articles."""
        return self._threads.submit(work, self._prepare)

    def _prepare(self, articles: Sequence[Article]) -> list[Prepared]:
        worker = getattr(self._own, "worker", None)
        try:
            if worker is None:
                worker = self._own.worker = _Worker()
                self._workers.append(worker)
            return worker.prepare(articles)
        except (OSError, Broken, ValueError, KeyError, TypeError):
            return prepare_all(articles)

    def close(self) -> None:
        """Stop the worker processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Worker:
    """The parent's side of one worker process; used by one thread."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, _ROOT],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, close_fds=True,
        )  # fmt: skip

    @property
    def _to(self) -> IO[bytes]:
        if self._process.stdin is None:
            raise Broken("no pipe")
        return self._process.stdin

    @property
    def _from(self) -> IO[bytes]:
        if self._process.stdout is None:
            raise Broken("no pipe")
        return self._process.stdout

    def prepare(self, articles: Sequence[Article]) -> list[Prepared]:
        send(self._to, {"articles": [[article.text, article.language or "und"] for article in articles]})
        reply, payload = receive(self._from, _MAX_REPLY)
        take = BytesIO(payload).read
        made = [
            Prepared(
                unpacked_keys(take(keys)),
                [NewPassage(start, end, *(take(size) for size in sizes)) for start, end, *sizes in passages],
                take(sketch),
            )
            for keys, passages, sketch in reply["articles"]
        ]
        of_words, sizes = reply["words"]
        hashes = {key: take(size) for key, size in zip(unpacked_keys(take(of_words)), sizes, strict=True)}
        return [one._replace(hashes=hashes) for one in made]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def prepare_all(articles: Sequence[Article]) -> list[Prepared]:
    """Prepare some articles in this process."""
    return [prepare(article) for article in articles]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

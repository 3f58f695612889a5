"""Prepare articles in a pool of worker processes, when there are very many.

Python runs one thread at a time, so only another process can use a second core. The results are those of
`preparing.prepare`. A process that dies or hangs costs only time, as its batch is prepared in this process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Self, TypeVar

from index.analysis import unpacked_keys
from index.ingest.preparing import prepare
from index.processes.child import Child
from index.processes.frames import Broken
from index.processes.pool import Pool
from index.store.passages import NewPassage, Prepared

if TYPE_CHECKING:
    from index.records import Article

Prepare = Callable[[Sequence["Article"]], list[Prepared]]
Result = TypeVar("Result")
_MAX_REPLY = 1 << 30
_MAX_WORKERS = 3


class WorkerPool:
    """A pool of one worker process per core, up to three, so that none idles while this process reads and writes."""

    def __init__(self) -> None:
        """Create the pool; each process starts with its first batch."""
        self.size = min(_MAX_WORKERS, _cores())
        self._workers = Pool(Worker)
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="prepare")

    @staticmethod
    def is_of_use() -> bool:
        """Return whether more than one core is available."""
        return _cores() > 1

    def run(self, work: Callable[[Prepare], Result]) -> Future[Result]:
        """Run some work in a thread; its argument is the function that prepares articles."""
        return self._threads.submit(work, self._prepare)

    def _prepare(self, articles: Sequence[Article]) -> list[Prepared]:
        try:
            with self._workers.lent() as worker:
                return worker.prepare(articles)
        except (OSError, Broken):
            return prepare_all(articles)

    def close(self) -> None:
        """Stop the worker processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._workers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Worker(Child):
    """One worker process."""

    patience_s = 120.0  # for a batch, which takes less than one

    def __init__(self) -> None:
        """Start the process.

        Raises:
            OSError: no process can be started.
        """
        super().__init__("from index.ingest.prepare_worker_child import main; main()")

    def prepare(self, articles: Sequence[Article]) -> list[Prepared]:
        """Return what is stored of each article, and learn the term hashes of new words.

        Raises:
            Broken: the process died, took too long, or its reply is invalid.
        """
        asked = {"articles": [[article.text, article.language or "und"] for article in articles]}
        reply, payload = self.ask(asked, within_s=self.patience_s, max_bytes=_MAX_REPLY)
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


def prepare_all(articles: Sequence[Article]) -> list[Prepared]:
    """Prepare some articles in this process."""
    return [prepare(article) for article in articles]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

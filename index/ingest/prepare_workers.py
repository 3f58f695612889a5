"""A crew: processes that cut and analyse articles beside this one, when there are very many.

Python runs one thread at a time, so a second core is of use to another process only. What comes back is what
`preparing.prepare` gives; a process that dies costs nothing but time, as its batch is prepared here.
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
from index.analysis.hashing import forget, learn
from index.ingest.preparing import prepare
from index.reading.frames import Broken, receive, send
from index.store.writer import NewPassage, Prepared

if TYPE_CHECKING:
    from index.records import Article

Prepare = Callable[[Sequence["Article"]], list[Prepared]]
Result = TypeVar("Result")
_ROOT = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from index.ingest.prepare_worker_child import main; main()"
)
_MAX_REPLY = 1 << 30
_MAX_HANDS = 3


class Crew:
    """One process for each core, so that none is idle while we read and write what two of them say; to be closed."""

    def __init__(self) -> None:
        """Get ready; processes start with the first batch of each."""
        self._own = threading.local()
        self._hands: list[_Hand] = []
        self.size = min(_MAX_HANDS, _cores())
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="crew")

    @staticmethod
    def is_of_use() -> bool:
        """Whether there are cores to spare."""
        return _cores() > 1

    def run(self, work: Callable[[Prepare], Result]) -> Future[Result]:
        """Do some work in a thread, which is given what it prepares articles with."""
        return self._threads.submit(work, self._prepare)

    def _prepare(self, articles: Sequence[Article]) -> list[Prepared]:
        hand = getattr(self._own, "hand", None)
        try:
            if hand is None:
                hand = self._own.hand = _Hand()
                self._hands.append(hand)
            return hand.prepare(articles)
        except (OSError, Broken, ValueError, KeyError, TypeError):
            return prepare_all(articles)

    def close(self) -> None:
        """End the processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for hand in self._hands:
            hand.close()
        forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Hand:
    """Our side of one process; used by one thread."""

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
        learn({key: take(size) for key, size in zip(unpacked_keys(take(of_words)), sizes, strict=True)})
        return made

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

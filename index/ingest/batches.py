"""Prepare articles for writing batch by batch, in order, ahead of the writing when there are many."""

from __future__ import annotations

from collections import deque
from contextlib import ExitStack
from functools import partial
from itertools import count, islice
from typing import TYPE_CHECKING

from index.ingest.adding import ready_all
from index.ingest.prepare_workers import WorkerPool, prepare_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from index.ingest.adding import Ready
    from index.ingest.preparing import Identified
    from index.reading.sources import Parts, Sources
    from index.records import Added, Article

    Looked = list[tuple[Identified | Added, bool]]

# articles in one transaction: enough that fsync does not dominate, few enough that other writers wait only briefly
BATCH = 64
# batches before worker processes start: in a smaller addition they would not be ready in time
MANY = 8


def batches(
    stream: Sources, look_up: Callable[[Sequence[Article | Added]], Looked]
) -> Iterator[tuple[list[Ready | Added], list[Parts]]]:
    """Yield what is to be written, in the order of the stream, and the files that ended with each batch.

    From the MANY-th batch on, worker processes prepare the next ones while one is written.

    Args:
        stream: articles, and what was skipped while reading.
        look_up: identifies articles, and tells which are stored with the same text.
    """
    with ExitStack() as stack:
        pool: WorkerPool | None = None
        begun: deque[tuple[Future[list[Ready | Added]], list[Parts]]] = deque()
        for number in count():
            batch = look_up(list(islice(stream, BATCH)))
            finished = stream.finished()
            if not batch and not finished:
                break
            if number == MANY and WorkerPool.is_of_use():
                pool = stack.enter_context(WorkerPool())
            if pool is None:
                yield ready_all(batch, prepare_all), finished
                continue
            begun.append((pool.run(partial(ready_all, batch)), finished))
            if len(begun) > pool.size + 1:
                making, ended = begun.popleft()
                yield making.result(), ended
        for making, ended in begun:
            yield making.result(), ended

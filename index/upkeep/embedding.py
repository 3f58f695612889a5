"""Embed stored passages in the background, each in a later transaction than the one that stored it.

The queue is in the database, so a killed process loses at most the batch that it was encoding. One process embeds
for a home at a time. It holds a lock that the kernel releases when it dies, and another process takes over.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.errors import ModelError, SanadError
from index.store.blobs import vector_blob
from index.store.passages import texts_of
from index.store.vectors import has_unembedded, n_unembedded, store_vectors, unembedded

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from index.models.encoder import Encoder
    from index.store.database import Store
    from index.store.home import Home
    from index.store.reader import Reader

log = logging.getLogger(__name__)

# passages in one transaction: one second of work on two cores, which is what a killed process loses
BATCH = 64
# delay before a process that found another embedding looks again
TAKEOVER_S = 1.0
# delay before a batch that failed is tried again
RETRY_S = 5.0
# on Linux: a thread that answers gets nine tenths of a core that both compete for
NICENESS = 10


class Embedding(NamedTuple):
    """The progress of embedding.

    Attributes:
        waiting: passages without a vector.
        per_second: passages that this process embeds a second; None: it does not embed.
        seconds_left: until none waits at this speed; None: unknown.
        problem: why the last try failed; None if it did not.
    """

    waiting: int
    per_second: float | None
    seconds_left: float | None
    problem: str | None


class Embedder:
    """Embeds the waiting passages of one database, in a thread that ends when none waits."""

    def __init__(self, home: Home, store: Store, encoder: Encoder, is_current: Callable[[], bool]) -> None:
        """Take a database.

        Args:
            home: whose lock says that this process embeds.
            store: the database.
            encoder: makes the vectors.
            is_current: whether the database is still the home's.
        """
        self._home, self._store, self._encoder, self._is_current = home, store, encoder, is_current
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_wanted = False
        self._stop = threading.Event()
        self._problem: str | None = None
        self._speed: float | None = None

    def wake(self, begin: Callable[[], bool], end: Callable[[], None]) -> None:
        """Start embedding unless it is running.

        Args:
            begin: keeps the database open for the thread; False: it is closed.
            end: releases it, in the thread.
        """
        with self._guard:
            self._is_wanted = True
            if self._thread is not None or self._stop.is_set() or not begin():
                return
            # a daemon: its output is derived data, so the process may end at any time
            self._thread = threading.Thread(target=self._run, args=(end,), name="sanad-embed", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float | None = None) -> None:
        """Stop embedding after the batch that is being encoded."""
        self._stop.set()
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    @property
    def problem(self) -> str | None:
        """Why the last try failed; None: it did not."""
        return self._problem

    def progress(self, reader: Reader) -> Embedding:
        """Return the progress of embedding, as a transaction sees it."""
        waiting = n_unembedded(reader)
        speed = self._speed if waiting else None
        return Embedding(
            waiting, speed, waiting / speed if speed else None, self._problem if waiting else None
        )

    def _run(self, end: Callable[[], None]) -> None:
        with suppress(AttributeError, OSError):  # only Linux has thread priorities
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        try:
            while not self._is_done():
                with self._home.embedding_lock() as is_ours:
                    if is_ours:
                        self._embed_all()
                if self._waits():
                    self._stop.wait(TAKEOVER_S)
        finally:
            self._speed = None
            end()

    def _is_done(self) -> bool:
        with self._guard:
            is_done = not self._is_wanted or self._stop.is_set() or not self._is_current()
            if is_done:
                self._thread = None
            return is_done

    def _waits(self) -> bool:
        """Return whether passages still wait, which another process may be embedding."""
        self._is_wanted = False
        try:
            with self._store.reading() as reader:
                self._is_wanted |= has_unembedded(reader)
        except SanadError:
            self._is_wanted = True
        return self._is_wanted

    def _embed_all(self) -> None:
        started, done = time.monotonic(), 0
        while not self._stop.is_set() and self._is_current():
            try:
                count = embed_batch(self._store, self._encoder, self._is_current)
                self._problem = None
            except SanadError as error:
                self._problem = str(error).replace(f"{self._home.path}/", "")  # health shows no paths
                log.warning("embedding is tried again (articles are found by their words): %s", error)
                self._stop.wait(RETRY_S)
                continue
            if not count:
                return
            done += count
            self._speed = done / (time.monotonic() - started)


def embed_batch(store: Store, encoder: Encoder, is_current: Callable[[], bool] = lambda: True) -> int:
    """Embed the passages that have waited longest; return how many there were, 0 if none waits.

    Raises:
        ModelError: the model gave vectors that cannot be used.
        StoreError: they cannot be stored.
    """
    with store.reading() as reader:
        waiting = texts_of(reader, unembedded(reader, BATCH))
    if not waiting:
        return 0
    vectors = usable(encoder.encode_passages([*waiting.values()]), encoder)
    with store.writing() as writer:
        if is_current():
            store_vectors(
                writer,
                {number: vector_blob(vector) for number, vector in zip(waiting, vectors, strict=True)},
            )
    return len(waiting)


def usable(vectors: NDArray[np.float32], encoder: Encoder) -> NDArray[np.float32]:
    """Return vectors if they can be searched.

    Raises:
        ModelError: wrong shape or values that are not finite.
    """
    if vectors.ndim != 2 or vectors.shape[1] != encoder.dimension:
        raise ModelError(
            f"the model {encoder.name} gave vectors of shape {vectors.shape}, "
            f"expected (n, {encoder.dimension}); use another with --model"
        )
    if not np.isfinite(vectors).all():
        raise ModelError(f"the model {encoder.name} gave vectors that are not finite; use another")
    return np.ascontiguousarray(vectors, dtype=np.float32)

"""A database in use: its store, snapshots and current view, shared by threads, closed by the last one."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from index.errors import StoreError
from index.segments.snapshot import Snapshots
from index.segments.view import View
from index.store import leftovers
from index.store.database import Store
from index.upkeep.compatibility import settings_of
from index.upkeep.embedding import Embedder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.models.encoder import Encoder
    from index.segments.sealed_files import Ahead
    from index.store.home import Home
    from index.store.reader import Reader

log = logging.getLogger(__name__)

# rows (of words, of vectors) added since the last snapshot, absolutely and as a share, before another is written
SNAPSHOT_ROWS = 2_000
SNAPSHOT_SHARE = 0.25


class Opened:
    """One database, open.

    Attributes:
        stamp: of the home's pointer when this was opened; another stamp, another database.
        encoder: made the vectors in it.
        saved_rows: rows in the newest snapshot that this process knows of.
    """

    def __init__(
        self, path: Path, home: Home, encoder: Encoder, ahead: Ahead | None = None, *, embeds: bool = True
    ) -> None:
        """Open a database.

        Args:
            path: of the database.
            home: the folder it lies in.
            encoder: makes the vectors in it.
            ahead: what it has verified of the snapshots just now is not verified again.
            embeds: whether passages that wait for their vectors get them from this process.
        """
        self.stamp = home.stamp()
        self._home = home
        self.encoder = encoder
        self.store = Store(path, wal=True)
        self.embedder = Embedder(home, self.store, encoder, lambda: self.stamp == home.stamp())
        self._embeds = embeds
        self.snapshots = Snapshots(home.snapshots / path.name, settings_of(encoder))
        self._is_clear = False
        self.saved_rows = 0
        self._ahead = ahead
        self._view: View | None = None
        self._updating = threading.Lock()
        self._upkeep: threading.Thread | None = None
        self._users = 1
        self._guard = threading.Lock()

    def drop_what_is_ahead(self) -> None:
        """Delete snapshots of changes that the database does not hold: it has lost them, or is an older file."""
        # first the snapshots, then the database, which is ahead of them or where they are
        saved = self.snapshots.last()
        with self.store.reading() as reader:
            if saved > reader.sequence:
                self.snapshots.discard()

    def enter(self) -> bool:
        """Begin to use it in this thread; False: it was closed, or another took its place, meanwhile."""
        with self._guard:
            self._users += self._users > 0
            if not self._users:
                return False
        usable = False
        try:
            usable = self._joined()
        finally:
            if not usable:
                self.leave()
        return usable

    def stays(self) -> bool:
        """Whether this is the current database still, though the pointer was written anew."""
        stamp = self._home.stamp()
        same = self._home.current() == self.store.path and self.store.is_in_place
        if same and stamp == self._home.stamp():
            self.stamp = stamp
        return self.stamp == stamp

    def _joined(self) -> bool:
        """Connect this thread, but not to files that are being deleted.

        A database is deleted after the pointer has changed. If it has not changed once file and journal are open,
        they are those that all others have open.
        """
        try:
            return not self.store.join() or self.stamp == self._home.stamp()
        except StoreError:
            if self.stamp == self._home.stamp():
                raise
            return False

    def leave(self) -> None:
        """End using it."""
        with self._guard:
            self._users -= 1
            if self._users:
                return
        if self._ahead:
            self._ahead.stop()
        self.store.close()

    @contextmanager
    def viewing(self) -> Iterator[tuple[View, Reader]]:
        """Read the collection as it is now: a view, and the transaction that it is the view of."""
        with self.store.reading() as reader:
            view = self._view
            if view is not None and view.sequence == reader.sequence:
                yield view, reader
                return
        with ExitStack() as stack:
            with self._updating:
                # A transaction that begins with the lock held is as new as the view or newer, so however fast
                # others commit and other threads follow them, this one never has to begin again.
                reader = stack.enter_context(self.store.reading())
                view = self._brought_to(reader)
            if self._wants_upkeep(view):
                self._start_upkeep()
            if reader.has_unembedded:
                self.embed()
            yield view, reader

    def _brought_to(self, reader: Reader) -> View:
        """Make the view that of a transaction; to be called with the lock held."""
        if self._view is None:
            dimension = self.encoder.dimension
            ahead, self._ahead = self._ahead, None  # it speaks for the moment of opening only
            self._view = self.snapshots.newest(dimension, reader.sequence, ahead) or View.empty(dimension)
            self.saved_rows = self._view.n_kept
        if self._view.sequence < reader.sequence:
            self._view = _updated(self._view, reader)
        return self._view

    def embed(self) -> None:
        """Begin to give passages their vectors, in the background."""
        if self._embeds:
            self.embedder.wake(self._enter_quietly, self._leave_quietly)

    def _enter_quietly(self) -> bool:
        with self._guard:
            self._users += self._users > 0
            return self._users > 0

    def _leave_quietly(self) -> None:
        self.store.part()
        self.leave()

    # -- upkeep: joining segments, saving snapshots and clearing up, beside the questions -----------

    def _wants_upkeep(self, view: View) -> bool:
        if not self._is_clear:
            self._is_clear = not leftovers.are_left(self._home) and not self.snapshots.are_left()
        return view.needs_compaction or self._has_grown(view) or not self._is_clear

    def _has_grown(self, view: View) -> bool:
        grown = abs(view.n_kept - self.saved_rows)
        return grown >= max(SNAPSHOT_ROWS, SNAPSHOT_SHARE * view.n_kept)

    def _start_upkeep(self) -> None:
        with self._guard:
            if self._upkeep is not None and self._upkeep.is_alive():
                return
            if not self._users:
                return
            self._users += 1
            # a daemon: what it makes is derived, so the process may end at any point of it
            self._upkeep = threading.Thread(target=self._run_upkeep, name="sanad-upkeep", daemon=True)
            self._upkeep.start()

    def settle(self, timeout_s: float | None = None) -> bool:
        """Wait until the upkeep that has begun is done; False: it takes longer."""
        thread = self._upkeep
        if thread is not None:
            thread.join(timeout_s)
        return thread is None or not thread.is_alive()

    def _run_upkeep(self) -> None:
        try:
            self._clear()
            view = self._compact() if self._joined() else None
            if view is not None and self._has_grown(view):
                self.snapshots.save(view)
                self.saved_rows = view.n_kept
        except StoreError as error:
            log.warning("upkeep was put off (the collection itself is safe): %s", error)
        finally:
            self.store.part()
            self.leave()

    def _clear(self) -> None:
        """Remove what processes that died have left; what is left now is being written by others."""
        if not self._is_clear:
            leftovers.clear(self._home)
            self.snapshots.clear()
            self._is_clear = True

    def _compact(self) -> View:
        """Make the compact view of one transaction, then bring it up to date in the place of the other."""
        with self.viewing() as (view, reader):
            compact = view.compacted(reader)
        with self._updating, self.store.reading() as reader:
            self._view = _updated(compact, reader)
            return self._view

    def save(self) -> None:
        """Write a snapshot of the current view now, if it is worth one."""
        with self.viewing() as (view, _):
            if self._has_grown(view):
                self.snapshots.save(view)
                self.saved_rows = view.n_kept


def _updated(view: View, reader: Reader) -> View:
    """Give the view of a reader's transaction.

    Raises:
        StoreDamaged: the rows of the database contradict each other, or are not what was written.
    """
    try:
        return view.updated(reader)
    except (KeyError, IndexError, ValueError) as error:
        raise reader.damaged(f"its rows cannot be read: {type(error).__name__} {error}") from error

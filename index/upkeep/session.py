"""Share an open database among threads: its store, snapshots and current view; the last thread closes it."""

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
from index.store.vectors import has_unembedded
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
    """A session: one open database.

    Attributes:
        stamp: of the home's pointer when this was opened; another stamp means another database.
        encoder: the model that made its vectors.
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
            ahead: the snapshots that it has just verified are not verified again.
            embeds: whether this process embeds waiting passages.
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
        """Delete snapshots that are ahead of the database, which has lost changes or is an older file."""
        # read the snapshots before the database: a sound database is then never behind them
        saved = self.snapshots.last()
        with self.store.reading() as reader:
            if saved > reader.sequence:
                self.snapshots.discard()

    def enter(self) -> bool:
        """Join the session in this thread; return False if it was closed or replaced meanwhile."""
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
        """Return whether this is still the current database, though the pointer was written again."""
        stamp = self._home.stamp()
        same = self._home.current() == self.store.path and self.store.is_in_place
        if same and stamp == self._home.stamp():
            self.stamp = stamp
        return self.stamp == stamp

    def _joined(self) -> bool:
        """Connect this thread, but not to files that are being deleted.

        A database is deleted after the pointer has changed. If the pointer is unchanged once file and journal are
        open, they are those that all others have open.
        """
        try:
            return not self.store.join() or self.stamp == self._home.stamp()
        except StoreError:
            if self.stamp == self._home.stamp():
                raise
            return False

    def leave(self) -> None:
        """Leave the session; the last user closes the database."""
        with self._guard:
            self._users -= 1
            if self._users:
                return
        if self._ahead:
            self._ahead.stop()
        self.store.close()

    @contextmanager
    def viewing(self) -> Iterator[tuple[View, Reader]]:
        """Read the collection as it is now: yield a view, and the transaction that it shows."""
        with self.store.reading() as reader:
            view = self._view
            if view is not None and view.sequence == reader.sequence:
                yield view, reader
                return
        with ExitStack() as stack:
            with self._updating:
                # A transaction that begins with the lock held is at least as new as the view, so this thread
                # never has to retry, however fast others commit and other threads follow them.
                reader = stack.enter_context(self.store.reading())
                view = self._brought_to(reader)
            if self._wants_upkeep(view):
                self._start_upkeep()
            if has_unembedded(reader):
                self.embed()
            yield view, reader

    def _brought_to(self, reader: Reader) -> View:
        """Bring the view to a transaction's sequence number; call this with the lock held."""
        if self._view is None:
            dimension = self.encoder.dimension
            ahead, self._ahead = self._ahead, None  # valid at opening only
            self._view = self.snapshots.newest(dimension, reader.sequence, ahead) or View.empty(dimension)
            self.saved_rows = self._view.n_kept
        if self._view.sequence < reader.sequence:
            self._view = _updated(self._view, reader)
        return self._view

    def embed(self) -> None:
        """Start to embed waiting passages in the background."""
        if self._embeds:
            self.embedder.wake(self._enter_quietly, self._leave_quietly)

    def _enter_quietly(self) -> bool:
        with self._guard:
            self._users += self._users > 0
            return self._users > 0

    def _leave_quietly(self) -> None:
        self.store.part()
        self.leave()

    # -- upkeep in the background: merging segments, saving snapshots, removing leftovers -----------

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
            # a daemon: its output is derived data, so the process may end at any time
            self._upkeep = threading.Thread(target=self._run_upkeep, name="sanad-upkeep", daemon=True)
            self._upkeep.start()

    def settle(self, timeout_s: float | None = None) -> bool:
        """Wait until running upkeep is done; return False if it takes longer."""
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
        """Remove what dead processes have left; anything that remains is being written by others."""
        if not self._is_clear:
            leftovers.clear(self._home)
            self.snapshots.clear()
            self._is_clear = True

    def _compact(self) -> View:
        """Compact the view of one transaction, update the result, and make it the current view."""
        with self.viewing() as (view, reader):
            compact = view.compacted(reader)
        with self._updating, self.store.reading() as reader:
            self._view = _updated(compact, reader)
            return self._view

    def save(self) -> None:
        """Write a snapshot of the current view now, if it has grown enough."""
        with self.viewing() as (view, _):
            if self._has_grown(view):
                self.snapshots.save(view)
                self.saved_rows = view.n_kept


def _updated(view: View, reader: Reader) -> View:
    """Return the view of a reader's transaction.

    Raises:
        StoreDamaged: the rows of the database contradict each other, or are not what was written.
    """
    try:
        return view.updated(reader)
    except (KeyError, IndexError, ValueError) as error:
        raise reader.damaged(f"its rows cannot be read: {type(error).__name__} {error}") from error

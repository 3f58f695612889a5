"""A database in use: its store, snapshots and current view, shared by threads, closed by the last one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from index.compatibility import settings_of
from index.snapshot import Snapshots
from index.store import Store
from index.view import View

if TYPE_CHECKING:
    from pathlib import Path

    from index.embedding import Encoder
    from index.home import Home
    from index.reader import Reader


class Opened:
    """One database, open.

    Attributes:
        stamp: of the home's pointer when this was opened; another stamp, another database.
        encoder: made the vectors in it.
        saved_rows: rows in the newest snapshot that this process knows of.
    """

    def __init__(self, path: Path, home: Home, encoder: Encoder) -> None:
        self.stamp = home.stamp()
        self.encoder = encoder
        self.store = Store(path)
        self.snapshots = Snapshots(home.snapshots / path.name, settings_of(encoder))
        self.view: View | None = None
        self.saved_rows = 0
        self.updating = threading.Lock()
        self._users = 1
        self._guard = threading.Lock()

    def enter(self) -> bool:
        """Begin to use it; False: it was closed meanwhile."""
        with self._guard:
            self._users += self._users > 0
            return self._users > 0

    def leave(self) -> None:
        """End using it."""
        with self._guard:
            self._users -= 1
            if self._users:
                return
        self.store.close()

    def view_at(self, reader: Reader) -> View:
        """Give the view of the reader's transaction, or a later one if another thread was first."""
        view = self.view
        if view is not None and view.sequence == reader.sequence:
            return view
        with self.updating:
            if self.view is None:
                dimension = self.encoder.dimension
                saved = self.snapshots.newest(dimension, reader.sequence)
                self.view = saved or View.empty(dimension)
                self.saved_rows = self.view.n_rows
            if self.view.sequence < reader.sequence:
                self.view = self.view.updated(reader)
            return self.view

"""Manage the folder that holds a collection: its current database, and the right to replace it.

home/
  current                 the name of the current database and, one a line, of those that it replaced
  collection-1.sqlite     a database (beside it SQLite's own -wal and -shm, and the number of its last acknowledged
                          change, see `index.store.acknowledged`); its name is never reused for other content
  rebuild.sqlite          the database of an unfinished rebuild
  begun/                  which other files are being written at the moment, see `index.store.leftovers`
  snapshots/              data derived from databases; may be deleted at any time
  lock                    held while a database is made or replaced
  embedding.lock          held by the process that makes vectors

A database is deleted only if the pointer lists it as one whose articles the current one took over.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from index.errors import StoreDamaged, StoreError, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")

SUFFIXES = ("", "-journal", "-wal", "-shm", "-acknowledged")
"""Suffixes of the files that belong to a database, the database itself first."""

_NAME = re.compile(r"collection-(\d+)\.sqlite")


class Home:
    """A home folder; created if it does not exist."""

    def __init__(self, path: Path) -> None:
        """Open or create the folder.

        Raises:
            StoreUnavailable: it cannot be made, or is not a folder one may write to.
        """
        self.path = path.resolve()
        self._pointer = self.path / "current"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / "lock").touch()
        except OSError as error:
            raise StoreUnavailable(
                f"cannot write to the home folder {path}: {error.strerror}; "
                "choose another with --home or SANAD_HOME"
            ) from error

    @property
    def snapshots(self) -> Path:
        """The folder of derived data, with one folder for each database."""
        return self.path / "snapshots"

    @property
    def begun(self) -> Path:
        """The folder that records which files are being written; see `index.store.leftovers`."""
        return self.path / "begun"

    @property
    def unfinished(self) -> Path:
        """The database of a rebuild until it is complete."""
        return self.path / "rebuild.sqlite"

    def current(self) -> Path | None:
        """Return the current database, or None where there is no pointer.

        Raises:
            StoreDamaged: the pointer does not name a database.
        """
        try:
            names = self._pointer.read_text("ascii", errors="replace").split()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"cannot read {self._pointer}: {error.strerror}") from error
        if not _are_names(names) or not (self.path / names[0]).is_file():
            raise StoreDamaged(
                f"{self._pointer} names no database of this folder ({' '.join(names)[:80]!r}); {self.remedy()}"
            )
        return self.path / names[0]

    def remedy(self) -> str:
        """Return what a person can do where the current database is gone or unknown."""
        back = f"restore a backup: `sanad restore --home {self.path} FILE`"
        names = [path.name for path in self.databases()]
        if not names:
            return back
        use = f"`sanad restore --home {self.path} --use {names[-1]}`"
        return f"take up a database that is there ({', '.join(names[-5:])}): {use}, or {back}"

    def databases(self) -> list[Path]:
        """Return the databases in this folder, in use or not, in the order in which they were made."""
        found = [path for path in self.path.iterdir() if _NAME.fullmatch(path.name)]
        return sorted(found, key=lambda path: _number(path.name))

    def stamp(self) -> tuple[int, int]:
        """Return a value that changes whenever the current database is replaced; costs one stat."""
        try:
            state = self._pointer.stat()
        except FileNotFoundError:
            return (0, 0)
        return (state.st_mtime_ns, state.st_ino)

    def steadily(self, act: Callable[[], T], undo: Callable[[T], object] | None = None) -> T:
        """Call a function on the current database; repeat the call if another process replaced it meanwhile.

        Args:
            act: reads `current`; what it raises counts only if nothing was replaced.
            undo: releases a result that came too late.
        """
        while True:
            before = self.stamp()
            try:
                result = act()
            except StoreError:
                if self.stamp() == before:
                    raise
                continue
            if self.stamp() == before:
                return result
            if undo:
                undo(result)

    def owns(self, path: Path) -> bool:
        """Return whether a path is a file of the home itself, which nothing else may write to."""
        own = {self._pointer.name, "lock", self.unfinished.name}
        return path.resolve().parent == self.path and (path.name in own or bool(_NAME.match(path.name)))

    def put_in_place(self, fresh: Path, replaced: Path | None = None) -> None:
        """Make a new database the current one, durably and atomically; the caller holds the lock.

        Args:
            fresh: complete, and closed; gets a name of its own.
            replaced: the previous database, if all its articles are in the new one: it may be deleted then.

        Raises:
            StoreUnavailable: the disk refuses; the pointer names the old database or the new one, whole.
        """
        current, history = self._read()
        target = self.path / f"collection-{self._largest() + 1}.sqlite"
        if current:  # if this process dies before the end, the new database is listed as replaced
            self._point_to(current, [target.name, *history])
        with writing_to(target):
            number = fresh.with_name(fresh.name + SUFFIXES[-1])
            number.replace(target.with_name(target.name + SUFFIXES[-1]))
            fresh.replace(target)
            sync_folder(self.path)
        self._point_to(target.name, [replaced.name, *history] if replaced else history)

    def use(self, database: Path) -> None:
        """Make a database of this folder the current one; the caller holds the lock.

        Raises:
            StoreUnavailable: the disk refuses.
        """
        self._point_to(database.name, self._read()[1])

    def replaced(self) -> list[Path]:
        """Return the databases that the pointer lists as replaced and that still exist."""
        return [self.path / name for name in self._read()[1]]

    def discard_replaced(self) -> None:
        """Delete the replaced databases; the caller holds the lock."""
        for path in self.replaced():
            self.discard(path)

    def discard(self, database: Path) -> None:
        """Delete a database and its derived data; a process that has it open keeps reading it."""
        for suffix in reversed(SUFFIXES):  # the database last: after a crash before that, it is found again
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        shutil.rmtree(self.snapshots / database.name, ignore_errors=True)

    def _read(self) -> tuple[str | None, list[str]]:
        """Return the names of the current database and of the replaced ones that still exist."""
        try:
            names = self._pointer.read_text("ascii", errors="replace").split()
        except OSError:
            return None, []
        if not _are_names(names):
            return None, []
        return names[0], [name for name in names[1:] if name != names[0] and (self.path / name).exists()]

    def _point_to(self, name: str, history: list[str]) -> None:
        """Replace the pointer."""
        fresh = self._pointer.with_suffix(".new")
        with writing_to(self._pointer):
            with fresh.open("w", encoding="ascii") as file:
                file.write("\n".join([name, *(old for old in history if old != name)]) + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._pointer)
            sync_folder(self.path)

    def _largest(self) -> int:
        """Return the largest number of a database that ever left a trace here.

        The journal or derived data of a deleted database must not be taken for another's.
        """
        folders = [folder for folder in (self.path, self.snapshots) if folder.is_dir()]
        names = [path.name for folder in folders for path in folder.iterdir()]
        return max(map(_number, [*names, self._read()[0] or ""]))

    @contextmanager
    def lock(self, *, wait: bool = True) -> Iterator[bool]:
        """Hold the lock for making or replacing the database; the kernel releases it when the process dies.

        Args:
            wait: until nobody else holds it; if False, do not wait, and yield whether the lock is held.
        """
        path = self.path / "lock"
        with writing_to(path):
            file = path.open("w")
        with file:
            held = True
            with writing_to(path):
                try:
                    fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    held = False
            yield held

    @contextmanager
    def embedding_lock(self) -> Iterator[bool]:
        """Hold the lock for making vectors and yield whether it is held; the kernel frees it when the process dies."""
        path = self.path / "embedding.lock"
        with writing_to(path):
            file = path.open("w")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True


def _number(name: str) -> int:
    """Return the number in the name of a database, or of a file that belongs to one; 0: it is none."""
    match = _NAME.match(name)
    return int(match[1]) if match else 0


def _are_names(names: list[str]) -> bool:
    return bool(names) and all(map(_NAME.fullmatch, names))


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turn an OSError into an error that names what was being written.

    Raises:
        StoreUnavailable: instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"cannot write {path}: {error.strerror}; what was there before is unchanged: make room, or check "
            "the disk and its permissions, and try again"
        ) from error


def sync_folder(path: Path) -> None:
    """Make renames and new names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

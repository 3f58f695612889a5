"""The folder that holds a collection: which database is the current one, and who may replace it.

home/
  current                 one line, the name of the current database; replaced atomically
  collection-1.sqlite     the database (beside it SQLite's own -wal and -shm)
  snapshots/              what is derived from it; may be deleted at any time
  lock                    held while a database is made or replaced
  embedding.lock          held by the process that makes vectors
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

_NAME = re.compile(r"collection-(\d+)\.sqlite")


class Home:
    """A home folder; made when it does not exist."""

    def __init__(self, path: Path) -> None:
        """Open or make the folder.

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
        """Where derived data lies, one folder for each database."""
        return self.path / "snapshots"

    def current(self) -> Path | None:
        """Give the current database, or None before the first one is made.

        Raises:
            StoreDamaged: the pointer does not name a database.
        """
        try:
            name = (self.path / "current").read_text("ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"cannot read {self.path / 'current'}: {error.strerror}") from error
        if not _NAME.fullmatch(name) or not (self.path / name).is_file():
            raise StoreDamaged(
                f"{self.path / 'current'} names no database of this folder ({name[:80]!r}); "
                f"write one of {self._databases() or 'none left'} into it"
            )
        return self.path / name

    def stamp(self) -> tuple[int, int]:
        """Give a value that changes whenever the current database is replaced; costs one stat."""
        try:
            state = self._pointer.stat()
        except FileNotFoundError:
            return (0, 0)
        return (state.st_mtime_ns, state.st_ino)

    def steadily(self, act: Callable[[], T], undo: Callable[[T], object] | None = None) -> T:
        """Do something with the current database, once more if another process replaced it meanwhile.

        Args:
            act: reads `current`; what it raises counts only if nothing was replaced.
            undo: lets go of a result that came too late.
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

    def next_database(self) -> Path:
        """Give the path of a database that does not exist yet."""
        largest = max(map(_number, self._databases()), default=0)
        return self.path / f"collection-{largest + 1}.sqlite"

    def switch(self, database: Path) -> None:
        """Make a database the current one, durably and atomically.

        Raises:
            StoreUnavailable: the disk refuses; the pointer names the old database or the new one, whole.
        """
        pointer = self.path / "current"
        fresh = pointer.with_suffix(".new")
        with writing_to(pointer):
            with fresh.open("w", encoding="ascii") as file:
                file.write(database.name + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(pointer)
            sync_folder(self.path)

    def others(self, current: Path | None) -> list[Path]:
        """Give the databases that are not the current one: with the lock held, leftovers."""
        return [self.path / name for name in self._databases() if current is None or name != current.name]

    def begun(self, current: Path) -> list[Path]:
        """Give the databases that were begun after the current one, and never were it: with the lock held, unfinished.

        An older one was in use: if it became the current one again, the next would be named as one that was in use
        too, and might find what was derived from that.
        """
        return [path for path in self.others(current) if _number(path.name) > _number(current.name)]

    def discard(self, database: Path) -> None:
        """Delete a database and what is derived from it; who has it open keeps reading it."""
        for suffix in ("", "-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        shutil.rmtree(self.snapshots / database.name, ignore_errors=True)

    def discard_others(self) -> None:
        """Delete the databases that are not the current one; to be called with the lock held."""
        for path in self.others(self.current()):
            self.discard(path)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the right to make or replace the database; the kernel frees it when we die."""
        path = self.path / "lock"
        with writing_to(path):
            file = path.open("w")
        with file:
            with writing_to(path):
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def embedding_lock(self) -> Iterator[bool]:
        """Hold the right to make vectors, unless another process does; the kernel frees it when we die."""
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

    def _databases(self) -> list[str]:
        return sorted(p.name for p in self.path.iterdir() if _NAME.fullmatch(p.name))


def _number(name: str) -> int:
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else 0


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turn a refusal of the disk into an error of ours that names what was being written.

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

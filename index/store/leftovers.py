"""Find and remove the files that killed processes leave in a home and beside it.

A process that writes a file records its path in a small file of `begun/` until the file is complete. It holds the
record locked; the kernel releases the lock when the process dies. Only files whose record nobody holds are removed.
Derived data of databases that are not in use is removed too: it can always be made again.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from index.errors import StoreError
from index.store.home import SUFFIXES, writing_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from index.store.home import Home

log = logging.getLogger(__name__)


@contextmanager
def being_written(home: Home, folder: Path | None = None) -> Iterator[Path]:
    """Yield the path of a file that is removed when the block ends, unless it was renamed.

    Args:
        home: where the path is recorded, so that the file is removed even if the process dies in the block.
        folder: where the file lies; None: in the home.

    Raises:
        StoreUnavailable: the home cannot be written.
    """
    number = uuid4().hex
    path = (folder or home.path).absolute() / f".sanad-{number}"
    with writing_to(home.begun), _alone(home):
        said = home.begun / number
        file = said.open("x+", encoding="utf-8", errors="surrogateescape")
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(str(path))
        file.flush()
    try:
        yield path
    finally:
        _remove(path)
        said.unlink(missing_ok=True)
        file.close()


def are_left(home: Home) -> bool:
    """Return whether there may be something to clear; cheap, and also true while others write."""
    if _names(home.begun) or home.replaced():
        return True
    current = _current(home)
    return any(name != current for name in _names(home.snapshots))


def clear(home: Home) -> None:
    """Remove the files that dead processes have left.

    Raises:
        StoreUnavailable: the home cannot be written.
    """
    with writing_to(home.begun), _alone(home):
        for name in _names(home.begun):
            with suppress(FileNotFoundError):  # its writer has just ended
                _clear(home.begun / name)
    with home.lock(wait=False) as held:
        if held:
            home.discard_replaced()
    derived = _names(home.snapshots)  # listed before the pointer is read, so without new folders
    current = _current(home)
    for name in derived:
        if current and name != current:
            shutil.rmtree(home.snapshots / name, ignore_errors=True)


def _clear(said: Path) -> None:
    with said.open(encoding="utf-8", errors="surrogateescape") as file:
        if _is_free(file):
            if path := file.read():
                _remove(Path(path))
            said.unlink()


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Hold the lock of `begun/`, waiting for others that add or read records."""
    home.begun.mkdir(exist_ok=True)
    descriptor = os.open(home.begun, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_free(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(path: Path) -> None:
    for suffix in SUFFIXES:
        try:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            log.warning("cannot remove %s: %s", path, error.strerror)


def _current(home: Home) -> str | None:
    try:
        path = home.current()
    except StoreError:
        return None
    return path.name if path else None


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []

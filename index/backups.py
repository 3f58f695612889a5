"""Backups: the database as one file, taken while it is in use, and put back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from index.checking import unsound
from index.errors import StoreDamaged, StoreUnavailable
from index.home import Home, sync_folder
from index.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def backup(store: Store, target: Path) -> None:
    """Write a collection to one file, as it is at one moment, while others go on reading and writing.

    Args:
        store: of the collection.
        target: replaced when the copy is whole; its folder must exist.

    Raises:
        StoreUnavailable: the file cannot be written; what was there before is untouched.
    """
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)
        store.copy_to(fresh)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(target)
        sync_folder(target.resolve().parent)
    except OSError as error:
        raise StoreUnavailable(
            f"cannot write the backup {target}: {error.strerror}; name another file"
        ) from error
    finally:
        fresh.unlink(missing_ok=True)


def restore(home: Path, source: Path) -> None:
    """Put a backup in the place of a home's collection; who has the old one open follows.

    Args:
        home: made when it does not exist; its collection, if any, is replaced.
        source: what `backup` wrote; verified before anything is replaced.

    Raises:
        StoreUnavailable: the file or the home cannot be read or written.
        StoreDamaged: the file is not a sound collection; the home is left as it was.
    """
    if not source.is_file():
        raise StoreUnavailable(f"no backup file {source}; name the file that `sanad backup` wrote")
    saved = Store(source)
    place = Home(home)
    try:
        with saved.reading() as reader:
            problems = reader.problems() + unsound(reader)
        if problems:
            raise StoreDamaged(f"the backup {source} is not sound ({problems[0]}); use another one")
        with place.lock():
            before = place.current()
            target = place.next_database()
            saved.copy_to(target)
            _continue_after(target, before)
            place.switch(target)
            place.discard_others()
    finally:
        saved.close()


def _continue_after(target: Path, before: Path | None) -> None:
    """Let the sequence numbers go on from those of the database that is replaced, and check them in."""
    sequence = 0
    if before is not None:
        old = Store(before)
        with old.reading() as reader:
            sequence = reader.sequence
        old.close()
    restored = Store(target, wal=True)
    with restored.writing() as writer:
        writer.start_after(sequence)
    restored.close()

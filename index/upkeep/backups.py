"""Back up the database to one file with its own digest, while it is in use, and restore it.

The file is an SQLite database followed by one line that SQLite does not read: the BLAKE3 digest of all before it. The
header says that the line must be there, so a file that was truncated, or changed by another program, is refused too.
"""

from __future__ import annotations

import logging
import mmap
import os
import re
from typing import TYPE_CHECKING

from blake3 import blake3

from index.errors import StoreDamaged, StoreUnavailable
from index.store.acknowledged import Acknowledged
from index.store.database import FORMAT, Store
from index.store.home import Home, sync_folder
from index.store.leftovers import being_written
from index.upkeep.checking import unsound
from index.upkeep.compatibility import refuse_newer

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

APPLICATION_ID = int.from_bytes(b"Sanb")
"""In the header of a backup: https://www.sqlite.org/fileformat2.html#application_id."""

_ID_AT, _JOURNAL_AT = slice(68, 72), slice(18, 20)
_LINE = re.compile(rb"\nSanad backup, BLAKE3 ([0-9a-f]{64})\n")
_LINE_BYTES = 87


def backup(home: Home, store: Store, target: Path) -> None:
    """Write a consistent copy of a collection to one file, while others go on reading and writing.

    Args:
        home: of the collection.
        store: its database.
        target: replaced when the copy is complete; its folder must exist.

    Raises:
        StoreUnavailable: the file cannot be written; what was there before is untouched.
    """
    if home.owns(target):
        raise StoreUnavailable(f"{target} is a file of the collection itself; name another file")
    if not target.parent.is_dir():
        raise StoreUnavailable(f"cannot write the backup {target}: there is no folder {target.parent}")
    with being_written(home, target.parent) as fresh:
        try:
            store.copy_to(fresh, APPLICATION_ID)
            _seal(fresh)
            fresh.replace(target)
            sync_folder(target.resolve().parent)
        except OSError as error:
            raise StoreUnavailable(
                f"cannot write the backup {target}: {error.strerror}; name another file"
            ) from error


def _seal(path: Path) -> None:
    """Append the digest of a file to it, and make both durable."""
    digest = blake3().update_mmap(path).hexdigest()
    with path.open("ab") as file:
        file.write(f"\nSanad backup, BLAKE3 {digest}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def restore(home: Path, source: Path) -> list[Path]:
    """Replace a home's collection by a backup; processes that have the old one open switch to it.

    Args:
        home: created if it does not exist. Its content is neither opened, so it may be damaged, nor deleted.
        source: the file that `backup` wrote; read whole and verified before anything is replaced.

    Returns:
        The databases of the home that are no longer in use.

    Raises:
        StoreUnavailable: the file or the home cannot be read or written.
        StoreDamaged: the file is not a sound collection; the home is left as it was.
        StoreIncompatible: a newer version of this program made it.
    """
    if not source.is_file():
        raise StoreUnavailable(f"no backup file {source}; name the file that `sanad backup` wrote")
    _verify(source)
    place = Home(home)
    with being_written(place) as fresh:
        _copy(source, fresh)
        with place.lock():
            _go_on_after(place, fresh)
            place.put_in_place(fresh)
            place.discard_replaced()
    return [path for path in place.databases() if path != place.current()]


def _verify(source: Path) -> None:
    """Compare a backup with its digest.

    Raises:
        StoreUnavailable: it cannot be read.
        StoreDamaged: it is not what was written.
    """
    try:
        with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            said = _LINE.fullmatch(content[-_LINE_BYTES:])
            if not said and not _must_be_sealed(content[:100]):
                log.warning("%s carries no digest: it was made by an older version, or is no backup", source)
                return
            with memoryview(content)[:-_LINE_BYTES] as rest:
                digest = blake3(rest).hexdigest().encode()
    except OSError as error:
        raise StoreUnavailable(f"cannot read the backup {source}: {error.strerror}") from error
    except ValueError as error:  # an empty file cannot be mapped
        raise StoreDamaged(f"the backup {source} is empty; use another one") from error
    if not said or said[1] != digest:
        raise StoreDamaged(f"the backup {source} is not what was written (its digest differs); use another")


def _must_be_sealed(header: bytes) -> bool:
    """Return whether a header is that of a backup that was not put to use since (with a write-ahead log)."""
    return header[_ID_AT] == APPLICATION_ID.to_bytes(4) and header[_JOURNAL_AT] != b"\2\2"


def _copy(source: Path, fresh: Path) -> None:
    """Copy a backup, and verify that the copy is a sound collection."""
    saved = Store(source)
    try:
        saved.copy_to(fresh)
    finally:
        saved.close()
    copy = Store(fresh, wal=True)
    try:
        with copy.reading() as reader:
            made = reader.settings()
            refuse_newer(made, source)
            problems = reader.problems()
            if made.get("format") == str(FORMAT):  # one of an older format is rebuilt before it is used
                problems += unsound(reader)
    finally:
        copy.close()
    if problems:
        raise StoreDamaged(f"the backup {source} is not sound ({problems[0]}); use another one")


def _go_on_after(place: Home, fresh: Path) -> None:
    """Continue the sequence numbers after those known to be used here, and close the database as one file."""
    known = (Acknowledged(path).read() or 0 for path in place.databases())
    restored = Store(fresh)
    with restored.writing() as writer:
        writer.start_after(max(known, default=0))
    restored.close_whole()

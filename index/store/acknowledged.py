"""Keep the sequence number of the last acknowledged change in a file beside its database.

SQLite takes a truncated write-ahead log for a shorter one: it replays the rest and reports nothing. The number beside
the database shows which changes were there before. It is written durably after a change is committed and before its
caller is told. If a process dies in between, the number is behind the database, but it is never ahead of it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from typing import TYPE_CHECKING

from index.store.home import SUFFIXES, sync_folder, writing_to

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

SUFFIX = SUFFIXES[-1]

_CONTENT = re.compile(rb"\d{20}\n")


class Acknowledged:
    """The number beside one database; all processes that change the database share it."""

    def __init__(self, database: Path) -> None:
        """Set the path of the file; nothing is read or written yet."""
        self.path = database.with_name(database.name + SUFFIX)

    def read(self) -> int | None:
        """Return the number; None: there is none, or it cannot be read."""
        try:
            with self.path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                return _number(file.read())
        except OSError:
            return None

    def begin(self, sequence: int) -> None:
        """Write a first number, unless one is kept; the caller holds the database's write lock.

        Raises:
            StoreUnavailable: the disk refuses.
        """
        if self.read() is not None:
            return
        with writing_to(self.path):
            with self.path.open("wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(b"%020d\n" % sequence)
                file.flush()
                os.fsync(file.fileno())
            sync_folder(self.path.parent)

    def note(self, sequence: int) -> None:
        """Keep the number of a committed change, unless that of a later one is kept.

        If the disk refuses, this is logged: the change itself is durable, but its loss would not be noticed.
        """
        try:
            with self.path.open("r+b", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                kept = _number(file.read())
                if kept is not None and kept < sequence:
                    os.pwrite(file.fileno(), b"%020d\n" % sequence, 0)
                    os.fsync(file.fileno())
        except FileNotFoundError:
            pass  # the database was replaced meanwhile; or somebody deleted the file, which `check` reports
        except OSError as error:
            text = "cannot write %s (%s): if change %d is lost, that will not be noticed"
            log.warning(text, self.path, error.strerror, sequence)


def _number(content: bytes) -> int | None:
    return int(content) if _CONTENT.fullmatch(content) else None

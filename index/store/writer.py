"""Change the database in one transaction with one sequence number: all of it or nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.store.reader import Reader
from index.store.vocabulary import WordNumbers

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from index.analysis import WordKey


class Writer(Reader):
    """One write transaction; everything done through it becomes visible at once, or not at all.

    Attributes:
        now: when it began; UTC, ISO 8601.
        has_changed: whether it has changed the collection, so that it gets a sequence number.
        words: the vocabulary.
    """

    def __init__(self, connection: sqlite3.Connection, words: Mapping[WordKey, int]) -> None:
        """Begin to write.

        Args:
            connection: in a write transaction.
            words: numbers of vocabulary words that need not be looked up.
        """
        super().__init__(connection)
        self.sequence += 1
        self.now = datetime.now(UTC).isoformat(timespec="seconds")
        self.has_changed = False
        self.words = WordNumbers(self, words)

    def close(self) -> None:
        """Record the sequence number if the transaction changed the collection."""
        if self.has_changed:
            sql = "INSERT INTO changes (seq, at) VALUES (?, ?)"
            self.db.execute(sql, (self.sequence, self.now))

    def set(self, settings: Mapping[str, str], canaries: Mapping[str, bytes]) -> None:
        """Replace the settings and canaries that the collection was made with."""
        self.db.execute("DELETE FROM settings")
        self.db.execute("DELETE FROM canaries")
        self.db.executemany("INSERT INTO settings VALUES (?, ?)", settings.items())
        self.db.executemany("INSERT INTO canaries VALUES (?, ?)", canaries.items())

    def start_after(self, sequence: int) -> None:
        """Make this transaction's number follow another database's."""
        self.sequence = max(self.sequence, sequence + 1)
        self.has_changed = True

    def go_on_after(self, last: int) -> None:
        """Record that the changes up to a number are lost, and never reuse their numbers."""
        self.note_lost([(self.sequence, last, self.now)])
        self.start_after(last)

    def note_lost(self, lost: Sequence[tuple[int, int, str]]) -> None:
        """Record which acknowledged changes are lost; see `lost`."""
        if lost:
            self.db.execute("CREATE TABLE IF NOT EXISTS lost (first INTEGER, last INTEGER, noticed TEXT)")
            self.db.executemany("INSERT INTO lost VALUES (?, ?, ?)", lost)

    def forget_lost(self) -> None:
        """Delete the record of lost changes."""
        self.db.execute("DROP TABLE IF EXISTS lost")

"""Read the database in one transaction: the collection at one sequence number, whatever others do.

What is stored of each subject is read and changed by functions over a transaction: `index.store.articles`, `origins`,
`files`, `likeness`, `passages`, `vectors`, `vocabulary`. They alone, and `listing`, know the tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import StoreDamaged

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence


class Reader:
    """One read transaction, and what it sees of the collection as a whole.

    Attributes:
        db: the connection, in the transaction; for the modules of this room only.
        sequence: number of the last change.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db = connection
        self.sequence: int = self.one("SELECT coalesce(max(seq), 0) FROM changes")

    def one(self, sql: str, *values: object) -> int:
        """Return the number that a SELECT finds: one row of one column."""
        return int(self.db.execute(sql, values).fetchone()[0])

    def damaged(self, what: str) -> StoreDamaged:
        """Return the error for rows that contradict each other, which SQLite itself cannot detect."""
        file = Path(self.db.execute("PRAGMA database_list").fetchone()[2])
        return StoreDamaged(
            f"{file} is damaged ({what}); run `sanad check --home {file.parent}`, restore a backup"
        )

    def settings(self) -> dict[str, str]:
        """Return the settings that the collection was made with, by name."""
        return dict(self.db.execute("SELECT name, value FROM settings"))

    def canaries(self) -> dict[str, bytes]:
        """Return sentences with the vectors that the model gave them when the collection was made."""
        return dict(self.db.execute("SELECT text, vector FROM canaries"))

    @property
    def is_numbered(self) -> bool:
        """Whether the number of the last acknowledged change is kept beside the database."""
        return self.one("PRAGMA user_version") > 0

    def lost(self) -> list[tuple[int, int, str]]:
        """Return the acknowledged changes known to be lost: first, last, and when it was noticed (UTC)."""
        if not self.one("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'lost')"):
            return []
        return list(self.db.execute("SELECT first, last, noticed FROM lost ORDER BY first"))

    def counts(self) -> dict[str, int]:
        """Return how many articles, passages and words the collection holds."""
        return {
            "articles": self.one("SELECT count(*) FROM articles"),
            "passages": self.one("SELECT coalesce(sum(n_passages), 0) FROM articles"),
            "words": self.one("SELECT count(*) FROM vocabulary"),
        }

    def languages(self) -> dict[str, int]:
        """Return the number of passages by language."""
        counts: dict[str, int] = {}
        for language, n in self.db.execute(
            "SELECT language, sum(n_passages) FROM articles GROUP BY language"
        ):
            counts[language or "und"] = counts.get(language or "und", 0) + n
        return counts

    def last_change(self) -> str:
        """Return when the collection was last changed; UTC, to the minute; empty: never."""
        row = self.db.execute("SELECT at FROM changes ORDER BY seq DESC LIMIT 1").fetchone()
        return str(row[0])[:16].replace("T", " ") if row else ""

    @property
    def is_empty(self) -> bool:
        """Whether there is neither an article nor a passage; reads one row at most."""
        return not self.one("SELECT EXISTS (SELECT 1 FROM articles) OR EXISTS (SELECT 1 FROM passages)")

    def select(
        self,
        sql: str,
        values: Sequence[object] = (),
        functions: Mapping[str, Callable[..., str | int]] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT, which may call the given functions by their names."""
        for name, function in (functions or {}).items():
            self.db.create_function(name, -1, function, deterministic=True)
        return self.db.execute(sql, tuple(values)).fetchall()

    def problems(self) -> list[str]:
        """Verify the whole file by SQLite; return one line for each fault, none when it is sound."""
        rows = [row[0] for row in self.db.execute("PRAGMA integrity_check(20)")]
        rows += [f"row without its article: {row}" for row in self.db.execute("PRAGMA foreign_key_check")]
        return [row for row in rows if row != "ok"]

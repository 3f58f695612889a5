"""Open, read and change the database: one SQLite file that is the truth about a collection.

Everything else (FAISS, postings, snapshots) is derived from it. A change is one transaction with one sequence number;
SQLite (WAL, synchronous=FULL) makes it durable and atomic. A reader at sequence s finds new passages by their numbers,
which only grow and are never reused, and removed ones by `removed.seq > s`. Vectors follow in transactions of their
own, numbered the same way: a passage is in `embedding_queue` until its vector is in `vectors`.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from index.errors import SanadError, StoreDamaged, StoreUnavailable
from index.store.acknowledged import Acknowledged
from index.store.reader import Reader
from index.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.analysis import WordKey

FORMAT = 4
BUSY_TIMEOUT_S = 30
# three passages of usual length fill a page; half of the next smaller size would stay empty
PAGE_BYTES = 8_192
# pages of the journal before a checkpoint, 16 MB: adding many articles rewrites the same pages repeatedly
JOURNAL_PAGES = 2_000
# user_version of a database that keeps its last acknowledged number in a file beside it
NUMBERED = 1
# words whose numbers a process that adds articles caches: about 200 bytes each
WORDS_AT_HAND = 1_000_000

_SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE canaries (text TEXT PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL);
CREATE TABLE articles (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
  text_digest TEXT NOT NULL, seq INTEGER NOT NULL, added TEXT NOT NULL, n_passages INTEGER NOT NULL,
  title TEXT, source TEXT, url TEXT, author TEXT, published TEXT, language TEXT, text TEXT NOT NULL);
CREATE INDEX articles_by_text ON articles (text_digest);
CREATE INDEX articles_by_url ON articles (url);
CREATE INDEX articles_by_source ON articles (source);
CREATE INDEX articles_by_language ON articles (language);
CREATE TABLE origins (
  origin TEXT PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX origins_by_article ON origins (article);
CREATE TABLE files (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
  looked_ns INTEGER NOT NULL, digest BLOB NOT NULL, reading TEXT NOT NULL, refused TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sketches (
  article INTEGER PRIMARY KEY REFERENCES articles ON DELETE CASCADE, sketch BLOB NOT NULL);
CREATE TABLE sketch_keys (
  key INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (key, article)) WITHOUT ROWID;
CREATE TABLE alike (
  article INTEGER NOT NULL, other INTEGER NOT NULL, overlap REAL NOT NULL, PRIMARY KEY (article, other)
) WITHOUT ROWID;
CREATE TABLE passages (
  number INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles,
  ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, seq INTEGER NOT NULL,
  sentences BLOB NOT NULL, words BLOB NOT NULL);
CREATE INDEX passages_by_article ON passages (article);
CREATE TABLE vectors (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  passage INTEGER NOT NULL UNIQUE REFERENCES passages ON DELETE CASCADE, vector BLOB NOT NULL);
CREATE TABLE embedding_queue (passage INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE);
CREATE TABLE removed (passage INTEGER PRIMARY KEY, seq INTEGER NOT NULL, words BLOB NOT NULL);
CREATE INDEX removed_by_seq ON removed (seq);
CREATE TABLE vocabulary (
  number INTEGER PRIMARY KEY, stemmer TEXT NOT NULL, word TEXT NOT NULL, terms BLOB NOT NULL,
  UNIQUE (stemmer, word));
"""

# Older databases get these tables and indexes with their next change.
_LATER = """
CREATE INDEX IF NOT EXISTS articles_by_date ON articles (published, id);
CREATE INDEX IF NOT EXISTS articles_by_language_and_id ON articles (language, id, n_passages);
CREATE INDEX IF NOT EXISTS articles_by_title ON articles (title, source, id);
-- origins whose files are not there, whose articles are kept until a person decides
CREATE TABLE IF NOT EXISTS missing (
  origin TEXT PRIMARY KEY REFERENCES origins ON DELETE CASCADE, why TEXT NOT NULL, since TEXT NOT NULL
) WITHOUT ROWID;
-- origins whose articles a person removed, so that their files do not bring them back (mark: of the text alone)
CREATE TABLE IF NOT EXISTS withheld (
  origin TEXT PRIMARY KEY, mark TEXT NOT NULL, article TEXT NOT NULL, digest TEXT NOT NULL, text_digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS withheld_by_mark ON withheld (mark);
-- what was edited of articles that went with their files, by the digest that the file gave
CREATE TABLE IF NOT EXISTS edits (
  digest TEXT PRIMARY KEY, title TEXT, source TEXT, url TEXT, author TEXT, published TEXT, language TEXT
) WITHOUT ROWID;
-- the device that each folder was on when it was last looked through
CREATE TABLE IF NOT EXISTS folders (path TEXT PRIMARY KEY, device INTEGER NOT NULL) WITHOUT ROWID;
"""


class Store:
    """An open database file, with one connection per thread; a new connection closes those of ended threads."""

    def __init__(self, path: Path, *, create: bool = False, wal: bool = False) -> None:
        """Open a database, or create an empty one.

        Args:
            path: of the file.
            create: create an empty one; there must be none.
            wal: switch to the write-ahead log, with which readers and a writer run concurrently; a copy has none.

        Raises:
            StoreUnavailable: it cannot be opened or written.
            StoreDamaged: it is not a database of ours.
        """
        self.path = path
        self._local = threading.local()
        self._connections: dict[sqlite3.Connection, threading.Thread] = {}
        self._guard = threading.Lock()
        self._words: dict[WordKey, int] = {}
        self._has_begun = False
        self._acknowledged = Acknowledged(path)
        self._files: tuple[_File, ...] | None = None
        with translated(path):
            if create or wal:
                connection = self._connect(create=create)
                connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # applies to a new file only
                connection.execute("PRAGMA journal_mode = WAL")
            if create:
                self._connection().executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
            elif (
                not path.is_file() or not self._connection().execute("SELECT 1 FROM sqlite_master").fetchone()
            ):
                raise StoreDamaged(f"{path} is not a collection; restore it from a backup")

    def _connect(self, *, create: bool = False) -> sqlite3.Connection:
        # mode rw does not create: a file that another process deleted would come back empty
        address = f"{self.path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
        connection = sqlite3.connect(
            address, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -16000")
        connection.execute(f"PRAGMA wal_autocheckpoint = {JOURNAL_PAGES}")
        with self._guard:
            self._connections[connection] = threading.current_thread()
            self._close_left()
        self._local.connection = connection
        return connection

    def _close_left(self) -> None:
        """Close the connections of ended threads: a server's threads come and go, and few of them call `part`."""
        for connection in [one for one, thread in self._connections.items() if not thread.is_alive()]:
            del self._connections[connection]
            connection.close()

    @property
    def is_in_place(self) -> bool:
        """Whether the files that this process has open are those that others find at their paths."""
        if self._files is None:
            return True
        return self._files[0] is not None and self._files == self._present_files()

    def _present_files(self) -> tuple[_File, ...]:
        names = (self.path.name + suffix for suffix in ("", "-wal", "-shm"))
        return tuple(_file(self.path.with_name(name)) for name in names)

    def _know_files(self) -> None:
        """Record which files are open, once a connection has read: they stay open until the last connection closes."""
        if self._files is None:
            self._files = self._present_files()

    def _connection(self) -> sqlite3.Connection:
        return getattr(self._local, "connection", None) or self._connect()

    def join(self) -> bool:
        """Connect this thread, so that it has the file and its journal open; return False if it was connected.

        Raises:
            StoreUnavailable: the file is gone.
        """
        if getattr(self._local, "connection", None):
            return False
        with translated(self.path):
            self._connect().execute("SELECT max(seq) FROM changes").fetchone()
            self._know_files()
        return True

    def part(self) -> None:
        """Close this thread's connection; for a thread that will not use it again."""
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        with self._guard:
            if connection in self._connections:
                del self._connections[connection]
                connection.close()
                self._files = self._files if self._connections else None

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Read the collection in one transaction: as it is now, unchanged until the block ends."""
        with translated(self.path):
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                reader = Reader(connection)
                self._know_files()
                yield reader
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Change the collection in one transaction, the whole block or nothing; wait for other writers.

        When the block ends, the change is durable, and so is its number beside the database.
        """
        with translated(self.path):
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                writer = Writer(connection, self._words)
                self._know_files()
                if not self._has_begun:
                    self._begin(connection, writer)
                yield writer
                writer.close()
                connection.execute("COMMIT")
                self._has_begun = True
                self._remember(writer.words.new)
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            if writer.has_changed:
                self._acknowledged.note(writer.sequence)

    def _begin(self, connection: sqlite3.Connection, writer: Writer) -> None:
        """Create what an older database lacks, and continue the numbers after any lost changes."""
        for sql in _LATER.split(";"):
            connection.execute(sql)
        kept = self._acknowledged.read() or 0
        if kept >= writer.sequence:
            writer.go_on_after(kept)
        if self.is_in_place:
            self._acknowledged.begin(writer.sequence - 1)
        if not writer.is_numbered:
            connection.execute(f"PRAGMA user_version = {NUMBERED}")

    def missing(self) -> list[str]:
        """Return which acknowledged changes are lost, or that a loss could not be noticed; empty when all is well."""
        kept = self._acknowledged.read()  # read before the database, which may be ahead, but never behind
        with self.reading() as reader:
            lost, sequence, is_numbered = reader.lost(), reader.sequence, reader.is_numbered
        if kept is not None and kept > sequence:
            lost.append((sequence + 1, kept, "now"))
        home = self.path.parent
        found = [
            f"{self.path} has lost the changes {first} to {last}, which were acknowledged (noticed: {noticed}): "
            "its journal was cut, or an older file put in its place; restore a backup, or go on without them: "
            f"`sanad check --repair --home {home}`"
            for first, last, noticed in lost
        ]
        if kept is None and is_numbered:
            found.append(
                f"{self._acknowledged.path} is gone or cannot be read: if changes were lost, that was not noticed; "
                f"`sanad check --repair --home {home}` makes it anew"
            )
        return found

    def _remember(self, words: dict[WordKey, int]) -> None:
        """Cache the numbers of committed words: the database never deletes or renumbers one."""
        if len(self._words) + len(words) > WORDS_AT_HAND:
            self._words = {}
        self._words.update(words)

    def copy_to(self, target: Path, application_id: int = 0) -> None:
        """Copy the database, as it is at one moment, to a file that does not exist yet.

        Args:
            target: the file; one file, without a journal beside it.
            application_id: written to the copy's header, by which programs tell files apart.
        """
        with translated(target):
            copy = sqlite3.connect(target)
            try:
                self._connection().backup(copy, pages=4096)
                copy.execute("PRAGMA journal_mode = DELETE")
                copy.execute(f"PRAGMA application_id = {application_id}")
            finally:
                copy.close()

    def close_whole(self) -> None:
        """Write the journal back into the database file and close it, so that the file can be renamed.

        Raises:
            StoreUnavailable: somebody else has it open.
        """
        with translated(self.path):
            busy, _, _ = self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreUnavailable(f"another process has {self.path} open; end it, and try again")
        self.close()

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
            self._files = None
        self._local = threading.local()


_File = tuple[int, int] | None
"""Device and inode number of a file; None where there is none."""


def _file(path: Path) -> _File:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into those of `index.errors`, which name the file and what to do."""
    try:
        yield
    except SanadError:
        raise
    except (sqlite3.Error, UnicodeDecodeError) as error:  # messages about a damaged page may not be UTF-8
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise _translation(path, code, error) from error


def _translation(path: Path, code: int, error: Exception) -> SanadError:
    if code == sqlite3.SQLITE_BUSY:
        return StoreUnavailable(
            f"another process has been writing to {path} for more than {BUSY_TIMEOUT_S} s; try again"
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreUnavailable(f"the disk that holds {path} is full; nothing was changed; make room")
    if code == sqlite3.SQLITE_CANTOPEN and not path.exists():
        return StoreUnavailable(f"{path} is gone; put it back, or restore a backup: sanad restore FILE")
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return StoreUnavailable(f"{path} cannot be opened for writing ({error}); check its permissions")
    if code == sqlite3.SQLITE_IOERR:
        return StoreUnavailable(f"the disk reported an error on {path} ({error}); nothing was changed")
    reason = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(error))
    return StoreDamaged(f"{path} is damaged ({reason}); run `sanad check`, restore a backup")

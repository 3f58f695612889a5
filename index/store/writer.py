"""Write the database: one transaction with one sequence number, all of it or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.analysis import parts_of
from index.analysis.hashing import term_hashes
from index.records import EDITED, GIVEN, files_of
from index.store.minhash import keys_of
from index.store.reader import Reader

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from index.analysis import WordKey
    from index.records import Article, Seen


class NewPassage(NamedTuple):
    """A passage that is to be stored.

    Attributes:
        start, end: characters [start, end) of the article.
        sentences: (s, 3) int32 as bytes: each one's characters [first, last) in the passage, and number of words.
        words: int32s as bytes: for each word, in order, its place among the article's words (`Prepared.keys`).
    """

    start: int
    end: int
    sentences: bytes
    words: bytes


class Prepared(NamedTuple):
    """What is stored of an article beside its text.

    Attributes:
        keys: its distinct words.
        passages: in order of the text.
        sketch: MinHash sketch of their words, by which near-duplicates are found (`index.store.minhash`).
    """

    keys: Sequence[WordKey]
    passages: Sequence[NewPassage]
    sketch: bytes


class Writer(Reader):
    """One write transaction; everything done through it becomes visible at once, or not at all."""

    def __init__(self, connection: sqlite3.Connection, words: Mapping[WordKey, int]) -> None:
        """Begin to write.

        Args:
            connection: in a write transaction.
            words: numbers of vocabulary words that need not be looked up.
        """
        super().__init__(connection)
        self.sequence += 1
        self._words = words
        self.new_words: dict[WordKey, int] = {}
        self._next_word = 0  # number of the next new word; 0: not known yet
        self._now = datetime.now(UTC).isoformat(timespec="seconds")
        self._changed = False

    def close(self) -> None:
        """Record the sequence number if the transaction changed the collection."""
        if self._changed:
            sql = "INSERT INTO changes (seq, at) VALUES (?, ?)"
            self._db.execute(sql, (self.sequence, self._now))

    def set(self, settings: Mapping[str, str], canaries: Mapping[str, bytes]) -> None:
        """Replace the settings and canaries that the collection was made with."""
        self._db.execute("DELETE FROM settings")
        self._db.execute("DELETE FROM canaries")
        self._db.executemany("INSERT INTO settings VALUES (?, ?)", settings.items())
        self._db.executemany("INSERT INTO canaries VALUES (?, ?)", canaries.items())

    def start_after(self, sequence: int) -> None:
        """Make this transaction's number follow another database's."""
        self.sequence = max(self.sequence, sequence + 1)
        self._changed = True

    @property
    def has_changed(self) -> bool:
        """Whether the collection was changed by this transaction."""
        return self._changed

    def go_on_after(self, last: int) -> None:
        """Record that the changes up to a number are lost, and never reuse their numbers."""
        self.note_lost([(self.sequence, last, self._now)])
        self.start_after(last)

    def note_lost(self, lost: Sequence[tuple[int, int, str]]) -> None:
        """Record which acknowledged changes are lost; see `lost`."""
        if lost:
            self._db.execute("CREATE TABLE IF NOT EXISTS lost (first INTEGER, last INTEGER, noticed TEXT)")
            self._db.executemany("INSERT INTO lost VALUES (?, ?, ?)", lost)

    def forget_lost(self) -> None:
        """Delete the record of lost changes."""
        self._db.execute("DROP TABLE IF EXISTS lost")

    def insert(
        self,
        article: Article,
        digests: tuple[str, str],
        prepared: Prepared,
        added: str | None = None,
        vectors: Mapping[str, bytes] | None = None,
    ) -> int:
        """Add an article (its id set and unused) with its passages; return its number.

        Args:
            article: as it is to be stored.
            digests: of the whole and of the text.
            prepared: what is stored beside the text.
            added: when it was added; None: now.
            vectors: those of its passages that are known already, by the passage's text.
        """
        self._changed = True
        cursor = self._db.execute(
            "INSERT INTO articles (id, digest, text_digest, seq, added, n_passages, title, source,"  # noqa: S608
            f" url, author, published, language, text) VALUES ({','.join('?' * 13)})",
            (article.id, *digests, self.sequence, added or self._now, len(prepared.passages),
             article.title, article.source, article.url, article.author, article.published,
             article.language, article.text),
        )  # fmt: skip
        number = int(cursor.lastrowid or 0)
        self._insert_passages(number, article.text, prepared, vectors or {})
        if article.origin:
            self.link(article.origin, number)
        return number

    def replace(
        self,
        number: int,
        article: Article,
        digests: tuple[str, str],
        prepared: Prepared | None,
    ) -> None:
        """Replace an article's text and metadata; `prepared` is None if the text is the same.

        A passage whose text is among the old ones keeps its vector.
        """
        self._changed = True
        vectors = self.vectors_by_text(number) if prepared is not None else {}  # read before the text changes
        self._db.execute(
            "UPDATE articles SET digest=?, text_digest=?, seq=?, title=?, source=?, url=?, author=?,"
            " published=?, language=?, text=? WHERE number=?",
            (*digests, self.sequence, article.title, article.source, article.url, article.author,
             article.published, article.language, article.text, number),
        )  # fmt: skip
        if prepared is not None:
            self._remove_passages(number)
            self._insert_passages(number, article.text, prepared, vectors)
            sql = "UPDATE articles SET n_passages = ? WHERE number = ?"
            self._db.execute(sql, (len(prepared.passages), number))

    def remove(self, number: int) -> None:
        """Remove an article, its passages, its origins and its links to others."""
        self._changed = True
        self.unlike(number)
        for origin in self.origins(number):
            self.forget_file(origin)
        self._remove_passages(number)
        self._db.execute("DELETE FROM articles WHERE number = ?", (number,))

    def link(self, origin: str, number: int) -> None:
        """Record that an origin holds an article."""
        sql = "INSERT INTO origins VALUES (?, ?) ON CONFLICT DO UPDATE SET article = excluded.article"
        self._db.execute(sql, (origin, number))

    def own(self, number: int) -> str:
        """Record that an article was also given directly, so that it stays when its files go; return its id."""
        article_id = self.digests(number)[0]
        self.link(f"{GIVEN}{article_id}", number)
        return article_id

    def liken(self, number: int, sketch: bytes, alike: Mapping[int, float]) -> None:
        """Store an article's MinHash sketch (`index.store.minhash`), and link it both ways with others, by overlap."""
        self._db.execute("INSERT INTO sketches VALUES (?, ?)", (number, sketch))
        self._db.executemany(
            "INSERT INTO sketch_keys VALUES (?, ?)", [(key, number) for key in keys_of(sketch)]
        )
        pairs = [(number, other, overlap) for other, overlap in alike.items()]
        pairs += [(other, number, overlap) for number, other, overlap in pairs]
        if pairs:
            self._db.executemany("INSERT INTO alike VALUES (?, ?, ?)", pairs)

    def unlike(self, number: int) -> None:
        """Delete an article's sketch and its links with others."""
        found = [(key, number) for key in keys_of(self.sketch(number))]
        self._db.executemany("DELETE FROM sketch_keys WHERE key = ? AND article = ?", found)
        self._db.execute("DELETE FROM sketches WHERE article = ?", (number,))
        sql = (
            "DELETE FROM alike WHERE (article, other) IN (SELECT other, article FROM alike WHERE article = ?)"
        )
        self._db.execute(sql, (number,))
        self._db.execute("DELETE FROM alike WHERE article = ?", (number,))

    def copy_origins(self, origins: Iterable[tuple[str, str]]) -> None:
        """Replace all origins by (origin, article id) pairs."""
        self._db.execute("DELETE FROM origins")
        sql = "INSERT INTO origins SELECT ?, number FROM articles WHERE id = ?"
        self._db.executemany(sql, origins)

    def unlink(self, origin: str) -> None:
        """Delete an origin and the record that its file was read."""
        self.forget_file(origin)
        self._db.execute("DELETE FROM origins WHERE origin = ?", (origin,))

    def remember(self, path: str, seen: Seen) -> None:
        """Record the state of a file when it was read; no change of the collection."""
        refused = json.dumps(seen.refused)
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?,?)", (path, *seen[:-1], refused))

    def forget_file(self, origin: str) -> None:
        """Delete the record that a file was read, so that it is read again."""
        paths = [(path,) for path in files_of(origin)]
        self._db.executemany("DELETE FROM files WHERE path = ?", paths)

    def note_missing(self, whys: Mapping[str, str]) -> None:
        """Record origins whose files are missing, and why their articles are kept; no change of the collection."""
        rows = [(origin, why, self._now) for origin, why in whys.items()]
        self._db.executemany("INSERT OR REPLACE INTO missing VALUES (?, ?, ?)", rows)

    def found(self, origins: Iterable[str]) -> None:
        """Record that origins are no longer missing."""
        if self._one("SELECT EXISTS (SELECT 1 FROM missing)"):
            self._db.executemany("DELETE FROM missing WHERE origin = ?", [(origin,) for origin in origins])

    @cached_property
    def is_withholding(self) -> bool:
        """Whether any origin is withheld; evaluated once in a transaction."""
        return bool(self._one("SELECT EXISTS (SELECT 1 FROM withheld)"))

    def withhold(self, number: int, mark: str) -> None:
        """Record that a person removed an article, for each of its origins.

        Args:
            number: of the article.
            mark: of its text (`index.ingest.adding`).
        """
        article = self.digests(number)
        rows = [(origin, mark, *article) for origin in self.origins(number)]
        self._db.executemany("INSERT OR REPLACE INTO withheld VALUES (?, ?, ?, ?, ?)", rows)

    def withhold_as(self, origin: str, before: str) -> None:
        """Replace a withheld origin by another, because its file was renamed."""
        self._db.execute("UPDATE OR REPLACE withheld SET origin = ? WHERE origin = ?", (origin, before))
        self.forget_file(before)

    def welcome(self, origins: Iterable[str]) -> None:
        """Delete the record that a person removed the articles of these origins."""
        self._db.executemany("DELETE FROM withheld WHERE origin = ?", [(origin,) for origin in origins])

    def set_digests(self, number: int, digest: str, text_digest: str) -> None:
        """Set an article's digests to those that its file gave it, whatever was edited since."""
        sql = "UPDATE articles SET digest = ?, text_digest = ? WHERE number = ?"
        self._db.execute(sql, (digest, text_digest, number))

    @cached_property
    def has_edits(self) -> bool:
        """Whether edits of articles that went with their files are kept; evaluated once in a transaction."""
        return bool(self._one("SELECT EXISTS (SELECT 1 FROM edits)"))

    def keep_edit(self, digest: str, article: Article) -> None:
        """Keep what a person edited of an article that goes with its file.

        Args:
            digest: that the file gave it.
            article: as it was edited.
        """
        values = [getattr(article, name) for name in EDITED]
        self._db.execute("INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?, ?, ?)", (digest, *values))

    def take_edit(self, digest: str) -> dict[str, str | None]:
        """Return and delete what was edited of an article that went with its file; empty if there is nothing."""
        sql = f"DELETE FROM edits WHERE digest = ? RETURNING {', '.join(EDITED)}"  # noqa: S608
        return {
            name: value
            for row in self._db.execute(sql, (digest,)).fetchall()
            for name, value in zip(EDITED, row, strict=True)
        }

    def set_folders(self, folder: str, devices: Mapping[str, int]) -> None:
        """Record the devices that a folder and those below it are on; no change of the collection."""
        path = folder.rstrip("/")
        sql = "DELETE FROM folders WHERE path = ? OR (path > ? AND path < ?)"
        self._db.execute(sql, (folder, f"{path}/", f"{path}0"))
        self._db.executemany("INSERT INTO folders VALUES (?, ?)", devices.items())

    def copy_memory(self, memory: Mapping[str, Sequence[Sequence[object]]]) -> None:
        """Replace what is recorded about files beside the articles by the records of another database."""
        for table, rows in memory.items():
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608
            if rows:
                marks = ",".join("?" * len(rows[0]))
                self._db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608

    def _remove_passages(self, number: int) -> None:
        sql = "INSERT INTO removed SELECT number, ?, words FROM passages WHERE article = ?"
        self._db.execute(sql, (self.sequence, number))
        self._db.execute("DELETE FROM passages WHERE article = ?", (number,))

    def _insert_passages(
        self, number: int, text: str, prepared: Prepared, vectors: Mapping[str, bytes]
    ) -> None:
        numbers = self._word_numbers(prepared.keys)
        self._db.executemany(
            "INSERT INTO passages (article, ordinal, start, end, seq, sentences, words)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    number,
                    ordinal,
                    p.start,
                    p.end,
                    self.sequence,
                    p.sentences,
                    numbers[np.frombuffer(p.words, dtype=np.int32)].tobytes(),
                )
                for ordinal, p in enumerate(prepared.passages, start=1)
            ],
        )
        self._db.execute(
            "INSERT INTO embedding_queue SELECT number FROM passages WHERE article = ?", (number,)
        )
        if vectors:
            sql = "SELECT number, start, end FROM passages WHERE article = ?"
            places = self._db.execute(sql, (number,)).fetchall()
            known = ((passage, vectors.get(text[start:end])) for passage, start, end in places)
            self.embed({passage: vector for passage, vector in known if vector is not None})

    def embed(self, vectors: Mapping[int, bytes]) -> None:
        """Store the vectors, (d,) float32 as bytes, of passages still in the queue; skip others, which may be gone."""
        self._changed = True
        sql = "INSERT INTO vectors (passage, vector) SELECT passage, ? FROM embedding_queue WHERE passage = ?"
        self._db.executemany(sql, [(vector, passage) for passage, vector in vectors.items()])
        self._db.executemany(
            "DELETE FROM embedding_queue WHERE passage = ?", [(passage,) for passage in vectors]
        )

    def embed_again(self, passages: Sequence[int]) -> None:
        """Delete the vectors of some passages, and queue the passages for new ones."""
        self._changed = True
        numbers = [(passage,) for passage in passages]
        self._db.executemany("DELETE FROM vectors WHERE passage = ?", numbers)
        self._db.executemany("INSERT OR IGNORE INTO embedding_queue VALUES (?)", numbers)

    def _word_numbers(self, keys: Sequence[WordKey]) -> NDArray[np.int32]:
        """Return the numbers of an article's words; those not cached are looked up, or inserted."""
        numbers = list(map(self._words.get, keys))
        places = [place for place, number in enumerate(numbers) if number is None]
        new = self.new_words
        self._meet([keys[place] for place in places if keys[place] not in new])
        for place in places:
            numbers[place] = new[keys[place]]
        return np.array(numbers, dtype=np.int32)

    def _meet(self, keys: Sequence[WordKey]) -> None:
        """Look up words that are new to this transaction in the vocabulary, or insert them."""
        if not keys:
            return
        if not self._next_word:
            self._next_word = self._one("SELECT coalesce(max(number), 0) + 1 FROM vocabulary")
        # numbers start at 1 and are never freed: if every word of the vocabulary is cached, any other is new
        if len(self._words) + len(self.new_words) + 1 < self._next_word:
            self.new_words.update(self._find_words(keys))
        absent = [key for key in keys if key not in self.new_words]
        parts = enumerate(map(parts_of, absent), self._next_word)
        rows = [(number, stemmer, word, term_hashes(word, stemmer)) for number, (stemmer, word) in parts]
        self._db.executemany("INSERT INTO vocabulary VALUES (?, ?, ?, ?)", rows)
        self.new_words.update(zip(absent, count(self._next_word)))
        self._next_word += len(absent)

    def _find_words(self, keys: Sequence[WordKey]) -> dict[WordKey, int]:
        """Return the numbers of those words that the vocabulary holds."""
        # CROSS JOIN looks up each word by the index; else the planner might read the whole vocabulary
        sql = (
            "SELECT key, number FROM (SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS s,"
            " json_extract(value, '$[2]') AS w FROM json_each(?))"
            " CROSS JOIN vocabulary ON stemmer = s AND word = w"
        )
        asked = json.dumps([(key, *parts_of(key)) for key in keys])
        return dict(self._db.execute(sql, (asked,)))

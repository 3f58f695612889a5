"""Writing the database: one transaction, one sequence number, all of it or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.analysis import parts_of
from index.analysis.hashing import hashes_of
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
    """A passage on its way in.

    Attributes:
        start, end: characters [start, end) of the article.
        sentences: (s, 3) int32 as bytes: of each its characters [first, last) in the passage, and how many words.
        words: int32s as bytes: for each word, in order, its place among the words of the article.
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
        sketch: of their words, by which articles that are nearly the same are found (`index.store.minhash`).
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
        self._next_word = 0  # number of the next one that is entered; 0: not known yet
        self._now = datetime.now(UTC).isoformat(timespec="seconds")
        self._changed = False

    def close(self) -> None:
        """Give the transaction its sequence number if it changed the collection."""
        if self._changed:
            sql = "INSERT INTO changes (seq, at) VALUES (?, ?)"
            self._db.execute(sql, (self.sequence, self._now))

    def set(self, settings: Mapping[str, str], canaries: Mapping[str, bytes]) -> None:
        """Replace what the collection says it was made with."""
        self._db.execute("DELETE FROM settings")
        self._db.execute("DELETE FROM canaries")
        self._db.executemany("INSERT INTO settings VALUES (?, ?)", settings.items())
        self._db.executemany("INSERT INTO canaries VALUES (?, ?)", canaries.items())

    def start_after(self, sequence: int) -> None:
        """Let this transaction's number come after another database's."""
        self.sequence = max(self.sequence, sequence + 1)
        self._changed = True

    @property
    def has_changed(self) -> bool:
        """Whether the collection was changed by this transaction."""
        return self._changed

    def go_on_after(self, last: int) -> None:
        """Say that the changes up to a number are lost, and never give their numbers again."""
        self.note_lost([(self.sequence, last, self._now)])
        self.start_after(last)

    def note_lost(self, lost: Sequence[tuple[int, int, str]]) -> None:
        """Say which acknowledged changes are lost; see `lost`."""
        if lost:
            self._db.execute("CREATE TABLE IF NOT EXISTS lost (first INTEGER, last INTEGER, noticed TEXT)")
            self._db.executemany("INSERT INTO lost VALUES (?, ?, ?)", lost)

    def forget_lost(self) -> None:
        """Go on without them."""
        self._db.execute("DROP TABLE IF EXISTS lost")

    def insert(
        self,
        article: Article,
        digests: tuple[str, str],
        prepared: Prepared,
        added: str | None = None,
        vectors: Mapping[str, bytes] | None = None,
    ) -> int:
        """Add an article (its id set and unused) with its passages; give its number.

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
        """Replace an article's text and metadata; prepared None: the text is the same.

        A passage whose text is among the old ones keeps its vector.
        """
        self._changed = True
        vectors = self.vectors_by_text(number) if prepared is not None else {}  # before the text is another
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
        """Remove an article, its passages, what it was read from and its links to others."""
        self._changed = True
        self.unlike(number)
        for origin in self.origins(number):
            self.forget_file(origin)
        self._remove_passages(number)
        self._db.execute("DELETE FROM articles WHERE number = ?", (number,))

    def link(self, origin: str, number: int) -> None:
        """Say that an origin holds an article."""
        sql = "INSERT INTO origins VALUES (?, ?) ON CONFLICT DO UPDATE SET article = excluded.article"
        self._db.execute(sql, (origin, number))

    def own(self, number: int) -> str:
        """Say that an article was given directly too, so that it stays when its files go; give its id."""
        article_id = self.digests(number)[0]
        self.link(f"{GIVEN}{article_id}", number)
        return article_id

    def liken(self, number: int, sketch: bytes, alike: Mapping[int, float]) -> None:
        """Keep an article's sketch (`index.store.minhash`), and link it with articles, by their overlap, both ways."""
        self._db.execute("INSERT INTO sketches VALUES (?, ?)", (number, sketch))
        self._db.executemany(
            "INSERT INTO sketch_keys VALUES (?, ?)", [(key, number) for key in keys_of(sketch)]
        )
        pairs = [(number, other, overlap) for other, overlap in alike.items()]
        pairs += [(other, number, overlap) for number, other, overlap in pairs]
        if pairs:
            self._db.executemany("INSERT INTO alike VALUES (?, ?, ?)", pairs)

    def unlike(self, number: int) -> None:
        """Forget an article's sketch and its links with others."""
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
        """Forget an origin, and that its file was read."""
        self.forget_file(origin)
        self._db.execute("DELETE FROM origins WHERE origin = ?", (origin,))

    def remember(self, path: str, seen: Seen) -> None:
        """Keep what a file was when it was read; no change of the collection."""
        refused = json.dumps(seen.refused)
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?,?)", (path, *seen[:-1], refused))

    def forget_file(self, origin: str) -> None:
        """Forget that a file was read, so that it is read again."""
        paths = [(path,) for path in files_of(origin)]
        self._db.executemany("DELETE FROM files WHERE path = ?", paths)

    def note_missing(self, whys: Mapping[str, str]) -> None:
        """Note origins whose files are not there, and why their articles are kept; no change of the collection."""
        rows = [(origin, why, self._now) for origin, why in whys.items()]
        self._db.executemany("INSERT OR REPLACE INTO missing VALUES (?, ?, ?)", rows)

    def found(self, origins: Iterable[str]) -> None:
        """Note that origins are there again."""
        if self._one("SELECT EXISTS (SELECT 1 FROM missing)"):
            self._db.executemany("DELETE FROM missing WHERE origin = ?", [(origin,) for origin in origins])

    @cached_property
    def is_withholding(self) -> bool:
        """Whether a person removed an article that was read from somewhere, as this transaction began."""
        return bool(self._one("SELECT EXISTS (SELECT 1 FROM withheld)"))

    def withhold(self, number: int, mark: str) -> None:
        """Remember that a person removed an article, for everything that it was read from.

        Args:
            number: of the article.
            mark: of its text (`index.ingest.adding`).
        """
        article = self.digests(number)
        rows = [(origin, mark, *article) for origin in self.origins(number)]
        self._db.executemany("INSERT OR REPLACE INTO withheld VALUES (?, ?, ?, ?, ?)", rows)

    def withhold_as(self, origin: str, before: str) -> None:
        """Let an origin take the place of another whose article a person removed: its file has another name."""
        self._db.execute("UPDATE OR REPLACE withheld SET origin = ? WHERE origin = ?", (origin, before))
        self.forget_file(before)

    def welcome(self, origins: Iterable[str]) -> None:
        """Forget that a person removed what was read from these."""
        self._db.executemany("DELETE FROM withheld WHERE origin = ?", [(origin,) for origin in origins])

    def set_digests(self, number: int, digest: str, text_digest: str) -> None:
        """Let an article be known by the digests that its file gave it, whatever was edited since."""
        sql = "UPDATE articles SET digest = ?, text_digest = ? WHERE number = ?"
        self._db.execute(sql, (digest, text_digest, number))

    @cached_property
    def has_edits(self) -> bool:
        """Whether edits of articles that went with their files were kept, as this transaction began."""
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
        """Give what was edited of an article that went with its file, and forget it; empty if there is nothing."""
        sql = f"DELETE FROM edits WHERE digest = ? RETURNING {', '.join(EDITED)}"  # noqa: S608
        return {
            name: value
            for row in self._db.execute(sql, (digest,)).fetchall()
            for name, value in zip(EDITED, row, strict=True)
        }

    def set_folders(self, folder: str, devices: Mapping[str, int]) -> None:
        """Remember the devices that a folder and those below it are on; no change of the collection."""
        path = folder.rstrip("/")
        sql = "DELETE FROM folders WHERE path = ? OR (path > ? AND path < ?)"
        self._db.execute(sql, (folder, f"{path}/", f"{path}0"))
        self._db.executemany("INSERT INTO folders VALUES (?, ?)", devices.items())

    def copy_memory(self, memory: Mapping[str, Sequence[Sequence[object]]]) -> None:
        """Replace what is remembered of files beside the articles by what another database remembers."""
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
        """Give passages that are in the queue their vectors, (d,) float32 as bytes; others may be gone by now."""
        self._changed = True
        sql = "INSERT INTO vectors (passage, vector) SELECT passage, ? FROM embedding_queue WHERE passage = ?"
        self._db.executemany(sql, [(vector, passage) for passage, vector in vectors.items()])
        self._db.executemany(
            "DELETE FROM embedding_queue WHERE passage = ?", [(passage,) for passage in vectors]
        )

    def embed_again(self, passages: Sequence[int]) -> None:
        """Drop the vectors of some passages, and let them wait for new ones."""
        self._changed = True
        numbers = [(passage,) for passage in passages]
        self._db.executemany("DELETE FROM vectors WHERE passage = ?", numbers)
        self._db.executemany("INSERT OR IGNORE INTO embedding_queue VALUES (?)", numbers)

    def _word_numbers(self, keys: Sequence[WordKey]) -> NDArray[np.int32]:
        """Give the numbers of an article's words; those not met before are looked up, or entered."""
        numbers = list(map(self._words.get, keys))
        places = [place for place, number in enumerate(numbers) if number is None]
        new = self.new_words
        self._meet([keys[place] for place in places if keys[place] not in new])
        for place in places:
            numbers[place] = new[keys[place]]
        return np.array(numbers, dtype=np.int32)

    def _meet(self, keys: Sequence[WordKey]) -> None:
        """Find words that this transaction has not met in the vocabulary, or enter them."""
        if not keys:
            return
        if not self._next_word:
            self._next_word = self._one("SELECT coalesce(max(number), 0) + 1 FROM vocabulary")
        # numbers are given from 1 on and never taken back: with as many words at hand as there are, others are new
        if len(self._words) + len(self.new_words) + 1 < self._next_word:
            self.new_words.update(self._find_words(keys))
        absent = [key for key in keys if key not in self.new_words]
        rows = [
            (number, *parts_of(key), hashes_of(key)) for number, key in enumerate(absent, self._next_word)
        ]
        self._db.executemany("INSERT INTO vocabulary VALUES (?, ?, ?, ?)", rows)
        self.new_words.update(zip(absent, count(self._next_word)))
        self._next_word += len(absent)

    def _find_words(self, keys: Sequence[WordKey]) -> dict[WordKey, int]:
        """Give the numbers of those words that the vocabulary has."""
        # CROSS JOIN: word by word through the index, where the planner might read the whole vocabulary
        sql = (
            "SELECT key, number FROM (SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS s,"
            " json_extract(value, '$[2]') AS w FROM json_each(?))"
            " CROSS JOIN vocabulary ON stemmer = s AND word = w"
        )
        asked = json.dumps([(key, *parts_of(key)) for key in keys])
        return dict(self._db.execute(sql, (asked,)))

"""Read the database: what one transaction sees, as named tuples."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from index.errors import StoreDamaged
from index.records import ROWS, Alike, Article, Known, Missing, Seen

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from index.records import Filters

_ALIKE = "SELECT l.article, o.id, l.overlap, o.title FROM alike l JOIN articles o ON o.number = l.other"
_METADATA = "title, source, url, author, published, language"
# tables of what is recorded about files beside the articles; an older database lacks them
_MEMORY = ("missing", "withheld", "edits", "folders")


class StoredPassage(NamedTuple):
    """A passage as it is stored.

    Attributes:
        words: int32s as bytes: the vocabulary number of each word, in order of the text.
        language: of its article.
    """

    number: int
    article: int
    words: bytes
    language: str


class StoredVector(NamedTuple):
    """A passage's vector as it is stored.

    Attributes:
        number: of the vector; numbers only grow.
        passage: its number.
        article: its article's number.
        vector: (d,) float32 as bytes.
        language: of its article.
    """

    number: int
    passage: int
    article: int
    vector: bytes
    language: str


class Place(NamedTuple):
    """The position of a passage, and what is stored of its text for questions.

    Attributes:
        ordinal: number in the article, from 1.
        start, end: characters [start, end) of the article.
        sentences, words: see `index.store.writer.NewPassage`; words are vocabulary numbers here.
        article: the number of its article.
    """

    ordinal: int
    start: int
    end: int
    sentences: bytes
    words: bytes
    article: int


class Withheld(NamedTuple):
    """An origin whose article a person removed.

    Attributes:
        article: its id.
        digest, text_digest: of the article.
    """

    origin: str
    article: str
    digest: str
    text_digest: str


class ArticleInfo(NamedTuple):
    """An article without its text, as a list shows it.

    Attributes:
        added: UTC, ISO 8601.
        origins: what it was read from; `given:` and its id among them if it was also given directly.
        alike: its near-duplicates, the most alike first.
    """

    id: str
    title: str | None
    source: str | None
    url: str | None
    author: str | None
    published: str | None
    language: str | None
    added: str
    passages: int
    origins: tuple[str, ...]
    alike: tuple[Alike, ...]


class CheckedArticle(NamedTuple):
    """An article for `index.upkeep.checking`; the text as the stored bytes, which may not be UTF-8."""

    number: int
    id: str
    language: str | None
    n_passages: int
    text_digest: str
    text: bytes


class CheckedPassage(NamedTuple):
    """A passage for `index.upkeep.checking`: characters [start, end) of the text; the rest as stored."""

    ordinal: int
    start: int
    end: int
    sentences: bytes
    words: bytes


class CheckedVector(NamedTuple):
    """A vector for `index.upkeep.checking`, with its passage's number, article id and ordinal."""

    passage: int
    article: str
    ordinal: int
    vector: bytes


def _inside(file: str) -> tuple[str, tuple[str, ...]]:
    """Return the SQL condition that an origin is a file or a part of it, with its values."""
    sql = "(origin = ? OR (origin > ? AND origin < ?) OR (origin > ? AND origin < ?))"
    return sql, (file, f"{file}!", f'{file}"', f"{file}#", f"{file}$")


def _at(path: str) -> tuple[str, tuple[str, ...]]:
    """Return the SQL condition that an origin is a file, a part of it, or below a folder, with its values."""
    sql, values = _inside(path.rstrip("/"))
    # "0" comes after "/", and nothing between
    return f"({sql} OR (origin > ? AND origin < ?))", (
        *values,
        f"{path.rstrip('/')}/",
        f"{path.rstrip('/')}0",
    )


def conditions(filters: Filters) -> tuple[str, tuple[str, ...]]:
    """Return the filters as the text of a WHERE clause over articles, with its values."""
    asked = {
        "source = ?": filters.source,
        "language = ?": filters.language,
        "id = ?": filters.article,
        "substr(published, 1, 10) >= ?": (filters.published_from or "")[:10],
        "substr(published, 1, 10) <= ?": (filters.published_to or "")[:10],
    }
    used = {sql: value for sql, value in asked.items() if value}
    return " AND ".join(used) or "1", tuple(used.values())


class Reader:
    """What one read transaction sees: the collection at one sequence number, whatever others do."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self.sequence: int = self._one("SELECT coalesce(max(seq), 0) FROM changes")

    def _one(self, sql: str, *values: object) -> int:
        return int(self._db.execute(sql, values).fetchone()[0])

    def damaged(self, what: str) -> StoreDamaged:
        """Return the error for rows that contradict each other, which SQLite itself cannot detect."""
        file = Path(self._db.execute("PRAGMA database_list").fetchone()[2])
        return StoreDamaged(
            f"{file} is damaged ({what}); run `sanad check --home {file.parent}`, restore a backup"
        )

    def settings(self) -> dict[str, str]:
        """Return the settings that the collection was made with, by name."""
        return dict(self._db.execute("SELECT name, value FROM settings"))

    @property
    def is_numbered(self) -> bool:
        """Whether the number of the last acknowledged change is kept beside the database."""
        return self._one("PRAGMA user_version") > 0

    def lost(self) -> list[tuple[int, int, str]]:
        """Return the acknowledged changes known to be lost: first, last, and when it was noticed (UTC)."""
        if not self._one("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'lost')"):
            return []
        return list(self._db.execute("SELECT first, last, noticed FROM lost ORDER BY first"))

    def canaries(self) -> dict[str, bytes]:
        """Return sentences with the vectors that the model gave them when the collection was made."""
        return dict(self._db.execute("SELECT text, vector FROM canaries"))

    def counts(self) -> dict[str, int]:
        """Return how many articles, passages and words the collection holds."""
        return {
            "articles": self._one("SELECT count(*) FROM articles"),
            "passages": self._one("SELECT coalesce(sum(n_passages), 0) FROM articles"),
            "words": self._one("SELECT count(*) FROM vocabulary"),
        }

    def last_change(self) -> str:
        """Return when the collection was last changed; UTC, to the minute; empty: never."""
        row = self._db.execute("SELECT at FROM changes ORDER BY seq DESC LIMIT 1").fetchone()
        return str(row[0])[:16].replace("T", " ") if row else ""

    @property
    def n_unembedded(self) -> int:
        """How many passages wait for their vectors."""
        return self._one("SELECT count(*) FROM embedding_queue")

    @property
    def n_vectors(self) -> int:
        """How many passages have a vector."""
        return self._one("SELECT count(*) FROM vectors")

    @property
    def has_unembedded(self) -> bool:
        """Whether a passage waits for its vector; reads one row at most."""
        return bool(self._one("SELECT EXISTS (SELECT 1 FROM embedding_queue)"))

    @property
    def oldest_unembedded(self) -> int | None:
        """The number of the passage that has waited longest for its vector; None: none waits."""
        number: int | None = self._db.execute("SELECT min(passage) FROM embedding_queue").fetchone()[0]
        return number

    @property
    def newest_passage(self) -> int:
        """The largest number that a passage has had; 0: there was none. Numbers are never reused."""
        return self._one("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'passages'")

    def unembedded(self, most: int) -> list[tuple[int, str]]:
        """Return the passages that have waited longest for their vectors: number and text."""
        sql = (
            "SELECT p.number, CAST(substr(a.text, p.start + 1, p.end - p.start) AS BLOB)"
            " FROM (SELECT passage FROM embedding_queue ORDER BY passage LIMIT ?) q"
            " JOIN passages p ON p.number = q.passage JOIN articles a ON a.number = p.article"
        )
        return [(number, text.decode(errors="replace")) for number, text in self._db.execute(sql, (most,))]

    @property
    def is_empty(self) -> bool:
        """Whether there is neither an article nor a passage; reads one row at most."""
        return not self._one("SELECT EXISTS (SELECT 1 FROM articles) OR EXISTS (SELECT 1 FROM passages)")

    def languages(self) -> dict[str, int]:
        """Return the number of passages by language."""
        counts: dict[str, int] = {}
        for language, n in self._db.execute(
            "SELECT language, sum(n_passages) FROM articles GROUP BY language"
        ):
            counts[language or "und"] = counts.get(language or "und", 0) + n
        return counts

    def number_by_id(self, article_id: str) -> int | None:
        """Return an article's number."""
        row = self._db.execute("SELECT number FROM articles WHERE id = ?", (article_id,)).fetchone()
        return row[0] if row else None

    def number_by_origin(self, origin: str) -> int | None:
        """Return the number of the article read from an origin."""
        sql = "SELECT article FROM origins WHERE origin = ?"
        row = self._db.execute(sql, (origin,)).fetchone()
        return row[0] if row else None

    def number_by_text(self, text_digest: str) -> int | None:
        """Return the number of the oldest article with exactly this text."""
        sql = "SELECT min(number) FROM articles WHERE text_digest = ?"
        number: int | None = self._db.execute(sql, (text_digest,)).fetchone()[0]
        return number

    def digests(self, number: int) -> tuple[str, str, str]:
        """Return an article's id, digest and text digest."""
        sql = "SELECT id, digest, text_digest FROM articles WHERE number = ?"
        row: tuple[str, str, str] = self._db.execute(sql, (number,)).fetchone()
        return row

    def origins(self, number: int) -> tuple[str, ...]:
        """Return the origins of an article."""
        sql = "SELECT origin FROM origins WHERE article = ? ORDER BY origin"
        return tuple(row[0] for row in self._db.execute(sql, (number,)))

    def origins_in(self, file: str) -> list[str]:
        """Return the origins that are a file or a part of it: `file`, `file#row`, `file!member`."""
        where, values = _inside(file)
        found = self._db.execute(f"SELECT origin FROM origins WHERE {where}", values)  # noqa: S608
        return [row[0] for row in found]

    def origins_below(self, folder: str) -> list[tuple[str, int]]:
        """Return the origins that start with a folder's path, and their articles' numbers."""
        sql = "SELECT origin, article FROM origins WHERE origin > ? AND origin < ?"
        path = folder.rstrip("/")
        return list(
            self._db.execute(sql, (f"{path}/", f"{path}0"))
        )  # "0" comes after "/", and nothing between

    def file(self, path: str) -> Known | None:
        """Return what is known of a file that was read; None: nothing, so that it must be read."""
        sql = "SELECT size, mtime_ns, ctime_ns, looked_ns, digest, reading, refused FROM files WHERE path = ?"
        row = self._db.execute(sql, (path,)).fetchone()
        return Known(_seen(row), tuple(self._held_in(path)), self.withheld_in(path)) if row else None

    def files(self) -> Iterator[tuple[str, Seen]]:
        """Return every file that was read, with what is recorded of it."""
        sql = "SELECT path, size, mtime_ns, ctime_ns, looked_ns, digest, reading, refused FROM files"
        return ((path, _seen(row)) for path, *row in self._db.execute(sql))

    def _held_in(self, path: str) -> list[tuple[str, str]]:
        """Return the origins that are a file or are in it, except other files, with their articles' ids."""
        sql = (
            "SELECT o.origin, a.id FROM origins o JOIN articles a ON a.number = o.article WHERE o.origin = ?"
            " AND (o.origin = ? OR NOT EXISTS (SELECT 1 FROM files WHERE path = o.origin))"
        )
        noted = self.missing_at(path)
        origins = [origin for origin in self.origins_in(path) if noted.get(origin) != ROWS]
        return [row for origin in origins for row in self._db.execute(sql, (origin, path))]

    def holds(self, path: str) -> bool:
        """Return whether an article was read from a file, or from one below a folder."""
        where, values = _at(path)
        return bool(self._one(f"SELECT EXISTS (SELECT 1 FROM origins WHERE {where})", *values))  # noqa: S608

    def memory(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return what is recorded about files beside the articles: the rows of each table."""
        return {table: self._later(table, f"SELECT * FROM {table}") for table in _MEMORY}  # noqa: S608

    def _later(self, table: str, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT from a table that an older database lacks until its next change."""
        known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return (
            self._db.execute(sql, values).fetchall() if self._db.execute(known, (table,)).fetchone() else []
        )

    def withheld_in(self, file: str) -> tuple[str, ...]:
        """Return the origins in a file, except other files, whose articles a person removed."""
        where, values = _inside(file)
        sql = (
            f"SELECT origin FROM withheld WHERE {where} AND (origin = ? OR NOT EXISTS"  # noqa: S608
            " (SELECT 1 FROM files WHERE path = origin))"
        )
        return tuple(origin for (origin,) in self._later("withheld", sql, *values, file))

    def withheld_as(self, mark: str) -> list[Withheld]:
        """Return the origins whose articles a person removed and whose text had this mark (`index.ingest.adding`)."""
        sql = "SELECT origin, article, digest, text_digest FROM withheld WHERE mark = ? ORDER BY origin"
        return [Withheld._make(row) for row in self._later("withheld", sql, mark)]

    def missing_at(self, path: str) -> dict[str, str]:
        """Return the origins at a path that were noted as missing, and why they are kept."""
        where, values = _at(path)
        sql = f"SELECT origin, why FROM missing WHERE {where} ORDER BY origin"  # noqa: S608
        return dict(self._later("missing", sql, *values))

    def missing(self, path: str, most: int | None = None) -> list[Missing]:
        """Return the articles whose origins are all missing at a path, oldest first."""
        where, values = _at(path)
        sql = (
            "SELECT a.id, a.title, min(m.why), min(m.since), json_group_array(m.origin)"  # noqa: S608
            f" FROM (SELECT * FROM missing WHERE {where}) m"
            " JOIN origins o ON o.origin = m.origin JOIN articles a ON a.number = o.article GROUP BY a.number"
            " HAVING count(*) = (SELECT count(*) FROM origins WHERE article = a.number) ORDER BY a.number LIMIT ?"
        )
        rows = self._later("missing", sql, *values, -1 if most is None else most)
        return [Missing._make((*row, tuple(json.loads(origins)))) for *row, origins in rows]

    def n_missing(self, path: str) -> int:
        """Return the number of articles that `missing` returns."""
        where, values = _at(path)
        sql = (
            "SELECT count(*) FROM (SELECT o.article AS number FROM (SELECT * FROM missing"  # noqa: S608
            f" WHERE {where}) m JOIN origins o ON o.origin = m.origin GROUP BY o.article"
            " HAVING count(*) = (SELECT count(*) FROM origins WHERE article = o.article))"
        )
        return int(next(iter(self._later("missing", sql, *values)), (0,))[0])

    def folders(self, folder: str) -> dict[str, int]:
        """Return the devices that a folder and those below it were on when they were last scanned."""
        sql = "SELECT path, device FROM folders WHERE path = ? OR (path > ? AND path < ?)"
        path = folder.rstrip("/")
        return dict(self._later("folders", sql, folder, f"{path}/", f"{path}0"))

    def article(self, article_id: str) -> Article | None:
        """Return an article with its text."""
        number = self.number_by_id(article_id)
        return None if number is None else self.articles_of([number]).get(number)

    def articles_of(self, numbers: Sequence[int]) -> dict[int, Article]:
        """Return the articles that exist, with their texts, by number."""
        marks = ",".join("?" * len(numbers))
        sql = f"SELECT number, id, text, {_METADATA} FROM articles WHERE number IN ({marks})"  # noqa: S608  # constants
        return {row[0]: _article(row[1:]) for row in self._db.execute(sql, numbers)}

    def ids_of(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the ids of the articles that exist, by number."""
        marks = ",".join("?" * len(numbers))
        return dict(self._db.execute(f"SELECT number, id FROM articles WHERE number IN ({marks})", numbers))  # noqa: S608

    def articles(self) -> list[ArticleInfo]:
        """Return all articles without their texts, oldest first."""
        origins: dict[int, list[str]] = {}
        for origin, number in self._db.execute("SELECT origin, article FROM origins ORDER BY 1"):
            origins.setdefault(number, []).append(origin)
        alike: dict[int, list[Alike]] = {}
        for number, *other in self._db.execute(_ALIKE + " ORDER BY l.overlap DESC, l.other"):
            alike.setdefault(number, []).append(Alike._make(other))
        sql = f"SELECT number, id, {_METADATA}, added, n_passages FROM articles ORDER BY number"  # noqa: S608
        return [
            ArticleInfo._make((*row, tuple(origins.get(number, ())), tuple(alike.get(number, ()))))
            for number, *row in self._db.execute(sql)
        ]

    def sharing(self, keys: Sequence[int], most: int) -> Counter[int]:
        """Count how many of these keys articles share; of each key, only the `most` articles added last."""
        one = "SELECT article FROM (SELECT article FROM sketch_keys WHERE key = ? ORDER BY article DESC LIMIT ?)"
        sql = " UNION ALL ".join([one] * len(keys)) or "SELECT 0 WHERE 0"
        values = [value for key in keys for value in (key, most)]
        return Counter([number for (number,) in self._db.execute(sql, values)])

    def sketch(self, number: int) -> bytes:
        """Return an article's MinHash sketch (`index.store.minhash`); b"" if it has none."""
        row = self._db.execute("SELECT sketch FROM sketches WHERE article = ?", (number,)).fetchone()
        return bytes(row[0]) if row else b""

    def prose(self, number: int) -> list[str]:
        """Return the texts of an article's passages, in order."""
        sql = (
            "SELECT substr(a.text, p.start + 1, p.end - p.start) FROM passages p"
            " JOIN articles a ON a.number = p.article WHERE p.article = ? ORDER BY p.ordinal"
        )
        return [row[0] for row in self._db.execute(sql, (number,))]

    def of_url(self, url: str, most: int) -> list[tuple[int, str | None]]:
        """Return the `most` newest articles with a URL: number and date of publication."""
        sql = "SELECT number, published FROM articles WHERE url = ? ORDER BY number DESC LIMIT ?"
        return list(self._db.execute(sql, (url, most)))

    def added(self, article_id: str) -> str:
        """Return when an article was added; UTC, ISO 8601; empty for an unknown one."""
        row = self._db.execute("SELECT added FROM articles WHERE id = ?", (article_id,)).fetchone()
        return str(row[0]) if row else ""

    def all_digests(self) -> dict[str, str]:
        """Return every article's digest by id, in the order in which they were added."""
        return dict(self._db.execute("SELECT id, digest FROM articles ORDER BY number"))

    def sizes(self) -> dict[str, int]:
        """Return every article's number of passages by id."""
        return dict(self._db.execute("SELECT id, n_passages FROM articles"))

    def all_origins(self) -> list[tuple[str, str]]:
        """Return every origin with the id of its article."""
        sql = "SELECT o.origin, a.id FROM origins o JOIN articles a ON a.number = o.article"
        return list(self._db.execute(sql))

    def ids_by_source(self, source: str) -> list[str]:
        """Return the ids of the articles of a source."""
        sql = "SELECT id FROM articles WHERE source = ? ORDER BY number"
        return [row[0] for row in self._db.execute(sql, (source,))]

    def article_numbers(self, filters: Filters) -> set[int]:
        """Return the numbers of the articles that pass the filters."""
        where, values = conditions(filters)
        found = self._db.execute(f"SELECT number FROM articles WHERE {where}", values)  # noqa: S608
        return {number for (number,) in found}

    def select(
        self,
        sql: str,
        values: Sequence[object] = (),
        functions: Mapping[str, Callable[..., str | int]] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT, which may call the given functions by their names."""
        for name, function in (functions or {}).items():
            self._db.create_function(name, -1, function, deterministic=True)
        return self._db.execute(sql, tuple(values)).fetchall()

    def infos(self, numbers: Sequence[int]) -> list[ArticleInfo]:
        """Return articles without their texts, in the order of the numbers."""
        sql = f"SELECT id, {_METADATA}, added, n_passages FROM articles WHERE number = ?"  # noqa: S608
        rows = (self._db.execute(sql, (number,)).fetchone() for number in numbers)
        return [
            ArticleInfo._make((*row, self.origins(number), self.alike(number)))
            for number, row in zip(numbers, rows, strict=True)
        ]

    def alike(self, number: int) -> tuple[Alike, ...]:
        """Return the near-duplicates of an article, the most alike first."""
        sql = _ALIKE + " WHERE l.article = ? ORDER BY l.overlap DESC, l.other"
        return tuple(Alike._make(other) for _, *other in self._db.execute(sql, (number,)))

    def passages(self, after: int, upto: int | None = None) -> Iterator[StoredPassage]:
        """Return passages with numbers above `after` (and not above `upto`), in order of number."""
        sql = (
            "SELECT p.number, p.article, p.words, coalesce(a.language, 'und') FROM passages p"
            " JOIN articles a ON a.number = p.article WHERE p.number > ? AND p.number <= ? ORDER BY p.number"
        )
        rows = self._db.execute(sql, (after, 2**62 if upto is None else upto))
        return (StoredPassage(*row) for row in rows)

    def vectors(self, after: int, upto: int | None = None) -> Iterator[StoredVector]:
        """Return vectors with numbers above `after` (and not above `upto`), in order of number."""
        sql = (
            "SELECT v.number, v.passage, p.article, v.vector, coalesce(a.language, 'und') FROM vectors v"
            " JOIN passages p ON p.number = v.passage JOIN articles a ON a.number = p.article"
            " WHERE v.number > ? AND v.number <= ? ORDER BY v.number"
        )
        rows = self._db.execute(sql, (after, 2**62 if upto is None else upto))
        return (StoredVector(*row) for row in rows)

    def removed(self, after: int) -> list[tuple[int, bytes]]:
        """Return numbers and words of passages removed after a sequence number."""
        sql = "SELECT passage, words FROM removed WHERE seq > ? ORDER BY passage"
        return list(self._db.execute(sql, (after,)))

    def places(self, numbers: Sequence[int]) -> dict[int, Place]:
        """Return the places of passages, by passage number."""
        marks = ",".join("?" * len(numbers))
        sql = (
            "SELECT number, ordinal, start, end, sentences, words, article"  # noqa: S608
            f" FROM passages WHERE number IN ({marks})"
        )
        return {row[0]: Place(*row[1:]) for row in self._db.execute(sql, tuple(numbers))}

    def spans(self, article_id: str) -> list[tuple[int, int]]:
        """Return the offsets [start, end) of an article's passages, in the order of the text."""
        sql = (
            "SELECT p.start, p.end FROM passages p JOIN articles a ON a.number = p.article"
            " WHERE a.id = ? ORDER BY p.ordinal"
        )
        return list(self._db.execute(sql, (article_id,)))

    def vectors_by_text(self, number: int) -> dict[str, bytes]:
        """Return the vectors of an article's passages, by the passage's text."""
        sql = (
            "SELECT substr(a.text, p.start + 1, p.end - p.start), v.vector FROM passages p"
            " JOIN vectors v ON v.passage = p.number JOIN articles a ON a.number = p.article"
            " WHERE p.article = ?"
        )
        return dict(self._db.execute(sql, (number,)))

    def words(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Yield the term hashes of vocabulary words: (number, uint64s as bytes)."""
        step = 30_000  # below SQLite's limit on the number of values in a statement
        for first in range(0, len(numbers), step):
            some = tuple(numbers[first : first + step])
            marks = ",".join("?" * len(some))
            sql = f"SELECT number, terms FROM vocabulary WHERE number IN ({marks})"  # noqa: S608
            yield from self._db.execute(sql, some)

    def words_among(self, stemmer: str, words: Collection[str]) -> list[str]:
        """Return those words that the vocabulary has for a stemmer; some may occur in no passage now."""
        marks = ",".join("?" * len(words))
        sql = f"SELECT word FROM vocabulary WHERE stemmer = ? AND word IN ({marks})"  # noqa: S608
        return [word for (word,) in self._db.execute(sql, (stemmer, *words))]

    def words_from(self, stemmer: str, begin: str) -> list[str]:
        """Return the vocabulary's words for a stemmer with a prefix; some may occur in no passage now."""
        sql = "SELECT word FROM vocabulary WHERE stemmer = ? AND word >= ? AND word < ?"
        return [word for (word,) in self._db.execute(sql, (stemmer, begin, begin + "\U0010ffff"))]

    def checked_articles(self) -> Iterator[CheckedArticle]:
        """Return every article, one after the other, with what its text must agree with.

        On a damaged page any column may hold NULL or a value of another type. Here and below such a value is
        returned as one of the right type, which agrees with nothing.
        """
        sql = (
            "SELECT number, id, language, n_passages, text_digest, coalesce(CAST(text AS BLOB), x'')"
            " FROM articles ORDER BY number"
        )
        return map(CheckedArticle._make, self._db.execute(sql))

    def checked_passages(self, number: int) -> list[CheckedPassage]:
        """Return the passages of an article in the order of its text."""
        sql = (
            "SELECT ordinal, coalesce(CAST(start AS INTEGER), -1), coalesce(CAST(end AS INTEGER), -1),"
            " coalesce(CAST(sentences AS BLOB), x''), coalesce(CAST(words AS BLOB), x'')"
            " FROM passages WHERE article = ? ORDER BY ordinal"
        )
        return [CheckedPassage._make(row) for row in self._db.execute(sql, (number,))]

    def vocabulary(self) -> Iterator[tuple[int, str, str, bytes]]:
        """Yield every word: its number, stemmer, spelling and term hashes (uint64s as bytes)."""
        sql = (
            "SELECT number, coalesce(stemmer, ''), coalesce(word, ''), coalesce(CAST(terms AS BLOB), x'')"
            " FROM vocabulary ORDER BY number"
        )
        yield from self._db.execute(sql)

    def without_vectors(self) -> list[int]:
        """Return the numbers of passages that have no vector and do not wait for one."""
        sql = (
            "SELECT number FROM passages WHERE number NOT IN (SELECT passage FROM vectors)"
            " AND number NOT IN (SELECT passage FROM embedding_queue)"
        )
        return [number for (number,) in self._db.execute(sql)]

    def checked_vectors(self) -> Iterator[CheckedVector]:
        """Return every vector, one after the other."""
        sql = (
            "SELECT p.number, a.id, p.ordinal, coalesce(CAST(v.vector AS BLOB), x'') FROM vectors v"
            " JOIN passages p ON p.number = v.passage JOIN articles a ON a.number = p.article ORDER BY v.number"
        )
        return map(CheckedVector._make, self._db.execute(sql))

    def text_of(self, passage: int) -> str:
        """Return the text of a passage; empty if it is gone."""
        sql = (
            "SELECT CAST(substr(a.text, p.start + 1, p.end - p.start) AS BLOB) FROM passages p"
            " JOIN articles a ON a.number = p.article WHERE p.number = ?"
        )
        row = self._db.execute(sql, (passage,)).fetchone()
        return row[0].decode(errors="replace") if row else ""

    def problems(self) -> list[str]:
        """Verify the whole file by SQLite; return one line for each fault, none when it is sound."""
        rows = [row[0] for row in self._db.execute("PRAGMA integrity_check(20)")]
        rows += [f"row without its article: {row}" for row in self._db.execute("PRAGMA foreign_key_check")]
        return [row for row in rows if row != "ok"]


def _article(row: Sequence[Any]) -> Article:
    """Return the article of a row of id, text and _METADATA."""
    article_id, text, title, source, url, author, published, language = row
    return Article(
        id=article_id,
        text=text,
        title=title,
        source=source,
        url=url,
        author=author,
        published=published,
        language=language,
    )


def _seen(row: Sequence[Any]) -> Seen:
    *facts, refused = row
    return Seen._make((*facts, tuple((name, reason) for name, reason in json.loads(refused))))

"""Store what is known of files beside their articles: what was read, is missing, was removed, or was edited."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from index.records import EDITED, ROWS, Known, Missing, Seen, files_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from index.records import Article
    from index.store.reader import Reader
    from index.store.writer import Writer

# the tables that a rebuild copies as they are; an older database lacks them
_MEMORY = ("missing", "withheld", "edits", "folders")


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


def where_inside(file: str) -> tuple[str, tuple[str, ...]]:
    """Return the SQL condition that an origin is a file or a part of it, with its values."""
    sql = "(origin = ? OR (origin > ? AND origin < ?) OR (origin > ? AND origin < ?))"
    return sql, (file, f"{file}!", f'{file}"', f"{file}#", f"{file}$")


def where_at(path: str) -> tuple[str, tuple[str, ...]]:
    """Return the SQL condition that an origin is a file, a part of it, or below a folder, with its values."""
    sql, values = where_inside(path.rstrip("/"))
    # "0" comes after "/", and nothing between
    return f"({sql} OR (origin > ? AND origin < ?))", (
        *values,
        f"{path.rstrip('/')}/",
        f"{path.rstrip('/')}0",
    )


def known_file(reader: Reader, path: str) -> Known | None:
    """Return what is known of a file that was read; None: nothing, so that it must be read."""
    sql = "SELECT size, mtime_ns, ctime_ns, looked_ns, digest, reading, refused FROM files WHERE path = ?"
    row = reader.db.execute(sql, (path,)).fetchone()
    return Known(_seen(row), tuple(_held_in(reader, path)), withheld_in(reader, path)) if row else None


def all_files(reader: Reader) -> Iterator[tuple[str, Seen]]:
    """Return every file that was read, with what is recorded of it."""
    sql = "SELECT path, size, mtime_ns, ctime_ns, looked_ns, digest, reading, refused FROM files"
    return ((path, _seen(row)) for path, *row in reader.db.execute(sql))


def _held_in(reader: Reader, path: str) -> list[tuple[str, str]]:
    """Return the origins that are a file or are in it, except other files, with their articles' ids."""
    where, values = where_inside(path)
    sql = (
        f"SELECT origin, id FROM origins CROSS JOIN articles ON number = article WHERE {where}"  # noqa: S608
        " AND (origin = ? OR NOT EXISTS (SELECT 1 FROM files WHERE path = origin))"
    )
    noted = missing_at(reader, path)
    return [row for row in reader.db.execute(sql, (*values, path)) if noted.get(row[0]) != ROWS]


def memory(reader: Reader) -> dict[str, list[tuple[Any, ...]]]:
    """Return what is recorded about files beside the articles: the rows of each table."""
    return {table: _later(reader, table, f"SELECT * FROM {table}") for table in _MEMORY}  # noqa: S608


def _later(reader: Reader, table: str, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Return the rows of a SELECT from a table that an older database lacks until its next change."""
    known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return reader.db.execute(sql, values).fetchall() if reader.db.execute(known, (table,)).fetchone() else []


def withheld_in(reader: Reader, file: str) -> tuple[str, ...]:
    """Return the origins in a file, except other files, whose articles a person removed."""
    where, values = where_inside(file)
    sql = (
        f"SELECT origin FROM withheld WHERE {where} AND (origin = ? OR NOT EXISTS"  # noqa: S608
        " (SELECT 1 FROM files WHERE path = origin))"
    )
    return tuple(origin for (origin,) in _later(reader, "withheld", sql, *values, file))


def withheld_as(reader: Reader, mark: str) -> list[Withheld]:
    """Return the origins whose articles a person removed and whose text had this mark (`index.ingest.adding`)."""
    sql = "SELECT origin, article, digest, text_digest FROM withheld WHERE mark = ? ORDER BY origin"
    return [Withheld._make(row) for row in _later(reader, "withheld", sql, mark)]


def missing_at(reader: Reader, path: str) -> dict[str, str]:
    """Return the origins at a path that were noted as missing, and why they are kept."""
    where, values = where_at(path)
    sql = f"SELECT origin, why FROM missing WHERE {where} ORDER BY origin"  # noqa: S608
    return dict(_later(reader, "missing", sql, *values))


def missing_articles(reader: Reader, path: str, most: int | None = None) -> list[Missing]:
    """Return the articles whose origins are all missing at a path, oldest first."""
    where, values = where_at(path)
    sql = (
        "SELECT a.id, a.title, min(m.why), min(m.since), json_group_array(m.origin)"  # noqa: S608
        f" FROM (SELECT * FROM missing WHERE {where}) m"
        " JOIN origins o ON o.origin = m.origin JOIN articles a ON a.number = o.article GROUP BY a.number"
        " HAVING count(*) = (SELECT count(*) FROM origins WHERE article = a.number) ORDER BY a.number LIMIT ?"
    )
    rows = _later(reader, "missing", sql, *values, -1 if most is None else most)
    return [Missing._make((*row, tuple(json.loads(origins)))) for *row, origins in rows]


def n_missing_articles(reader: Reader, path: str) -> int:
    """Return the number of articles that `missing` returns."""
    where, values = where_at(path)
    sql = (
        "SELECT count(*) FROM (SELECT o.article AS number FROM (SELECT * FROM missing"  # noqa: S608
        f" WHERE {where}) m JOIN origins o ON o.origin = m.origin GROUP BY o.article"
        " HAVING count(*) = (SELECT count(*) FROM origins WHERE article = o.article))"
    )
    return int(next(iter(_later(reader, "missing", sql, *values)), (0,))[0])


def devices_below(reader: Reader, folder: str) -> dict[str, int]:
    """Return the devices that a folder and those below it were on when they were last scanned."""
    sql = "SELECT path, device FROM folders WHERE path = ? OR (path > ? AND path < ?)"
    path = folder.rstrip("/")
    return dict(_later(reader, "folders", sql, folder, f"{path}/", f"{path}0"))


def remember_file(writer: Writer, path: str, seen: Seen) -> None:
    """Record the state of a file when it was read; no change of the collection."""
    refused = json.dumps(seen.refused)
    writer.db.execute("INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?,?)", (path, *seen[:-1], refused))


def forget_file(writer: Writer, origin: str) -> None:
    """Delete the record that a file was read, so that it is read again."""
    paths = [(path,) for path in files_of(origin)]
    writer.db.executemany("DELETE FROM files WHERE path = ?", paths)


def note_missing(writer: Writer, whys: Mapping[str, str]) -> None:
    """Record origins whose files are missing, and why their articles are kept; no change of the collection."""
    rows = [(origin, why, writer.now) for origin, why in whys.items()]
    writer.db.executemany("INSERT OR REPLACE INTO missing VALUES (?, ?, ?)", rows)


def note_found(writer: Writer, origins: Iterable[str]) -> None:
    """Record that origins are no longer missing."""
    if writer.one("SELECT EXISTS (SELECT 1 FROM missing)"):
        writer.db.executemany("DELETE FROM missing WHERE origin = ?", [(origin,) for origin in origins])


def is_withholding(reader: Reader) -> bool:
    """Return whether any origin is withheld."""
    return bool(reader.one("SELECT EXISTS (SELECT 1 FROM withheld)"))


def withhold(writer: Writer, number: int, mark: str) -> None:
    """Record that a person removed an article, for each of its origins.

    Args:
        number: of the article.
        mark: of its text (`index.ingest.adding`).
    """
    sql = (
        "INSERT OR REPLACE INTO withheld SELECT o.origin, ?, a.id, a.digest, a.text_digest FROM origins o"
        " JOIN articles a ON a.number = o.article WHERE a.number = ?"
    )
    writer.db.execute(sql, (mark, number))


def withhold_as(writer: Writer, origin: str, before: str) -> None:
    """Replace a withheld origin by another, because its file was renamed."""
    writer.db.execute("UPDATE OR REPLACE withheld SET origin = ? WHERE origin = ?", (origin, before))
    forget_file(writer, before)


def welcome(writer: Writer, origins: Iterable[str]) -> None:
    """Delete the record that a person removed the articles of these origins."""
    writer.db.executemany("DELETE FROM withheld WHERE origin = ?", [(origin,) for origin in origins])


def has_edits(reader: Reader) -> bool:
    """Return whether edits of articles that went with their files are kept."""
    return bool(reader.one("SELECT EXISTS (SELECT 1 FROM edits)"))


def keep_edit(writer: Writer, digest: str, article: Article) -> None:
    """Keep what a person edited of an article that goes with its file.

    Args:
        digest: that the file gave it.
        article: as it was edited.
    """
    values = [getattr(article, name) for name in EDITED]
    writer.db.execute("INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?, ?, ?)", (digest, *values))


def take_edit(writer: Writer, digest: str) -> dict[str, str | None]:
    """Return and delete what was edited of an article that went with its file; empty if there is nothing."""
    sql = f"DELETE FROM edits WHERE digest = ? RETURNING {', '.join(EDITED)}"  # noqa: S608
    return {
        name: value
        for row in writer.db.execute(sql, (digest,)).fetchall()
        for name, value in zip(EDITED, row, strict=True)
    }


def set_devices(writer: Writer, folder: str, devices: Mapping[str, int]) -> None:
    """Record the devices that a folder and those below it are on; no change of the collection."""
    path = folder.rstrip("/")
    sql = "DELETE FROM folders WHERE path = ? OR (path > ? AND path < ?)"
    writer.db.execute(sql, (folder, f"{path}/", f"{path}0"))
    writer.db.executemany("INSERT INTO folders VALUES (?, ?)", devices.items())


def copy_memory(writer: Writer, memory: Mapping[str, Sequence[Sequence[object]]]) -> None:
    """Replace what is recorded about files beside the articles by the records of another database."""
    for table, rows in memory.items():
        writer.db.execute(f"DELETE FROM {table}")  # noqa: S608
        if rows:
            marks = ",".join("?" * len(rows[0]))
            writer.db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _seen(row: Sequence[Any]) -> Seen:
    *facts, refused = row
    return Seen._make((*facts, tuple((name, reason) for name, reason in json.loads(refused))))

"""Store origins: what each article was read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.store.files import forget_file, where_at, where_inside

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.store.reader import Reader
    from index.store.writer import Writer


def number_by_origin(reader: Reader, origin: str) -> int | None:
    """Return the number of the article read from an origin."""
    sql = "SELECT article FROM origins WHERE origin = ?"
    row = reader.db.execute(sql, (origin,)).fetchone()
    return row[0] if row else None


def origins_of(reader: Reader, number: int) -> tuple[str, ...]:
    """Return the origins of an article."""
    sql = "SELECT origin FROM origins WHERE article = ? ORDER BY origin"
    return tuple(row[0] for row in reader.db.execute(sql, (number,)))


def origins_in(reader: Reader, file: str) -> list[str]:
    """Return the origins that are a file or a part of it: `file`, `file#row`, `file!member`."""
    where, values = where_inside(file)
    found = reader.db.execute(f"SELECT origin FROM origins WHERE {where}", values)  # noqa: S608
    return [row[0] for row in found]


def origins_below(reader: Reader, folder: str) -> list[tuple[str, int]]:
    """Return the origins that start with a folder's path, and their articles' numbers."""
    sql = "SELECT origin, article FROM origins WHERE origin > ? AND origin < ?"
    path = folder.rstrip("/")
    return list(reader.db.execute(sql, (f"{path}/", f"{path}0")))  # "0" comes after "/", and nothing between


def is_origin_at(reader: Reader, path: str) -> bool:
    """Return whether an article was read from a file, or from one below a folder."""
    where, values = where_at(path)
    return bool(reader.one(f"SELECT EXISTS (SELECT 1 FROM origins WHERE {where})", *values))  # noqa: S608


def all_origins(reader: Reader) -> list[tuple[str, str]]:
    """Return every origin with the id of its article."""
    sql = "SELECT o.origin, a.id FROM origins o JOIN articles a ON a.number = o.article"
    return list(reader.db.execute(sql))


def link_origin(writer: Writer, origin: str, number: int) -> None:
    """Record that an origin holds an article."""
    sql = "INSERT INTO origins VALUES (?, ?) ON CONFLICT DO UPDATE SET article = excluded.article"
    writer.db.execute(sql, (origin, number))


def unlink_origin(writer: Writer, origin: str) -> None:
    """Delete an origin and the record that its file was read."""
    forget_file(writer, origin)
    writer.db.execute("DELETE FROM origins WHERE origin = ?", (origin,))


def copy_origins(writer: Writer, origins: Iterable[tuple[str, str]]) -> None:
    """Replace all origins by (origin, article id) pairs."""
    writer.db.execute("DELETE FROM origins")
    sql = "INSERT INTO origins SELECT ?, number FROM articles WHERE id = ?"
    writer.db.executemany(sql, origins)

"""Store the vectors of passages, and the queue of those that wait for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from index.store.reader import Reader
    from index.store.writer import Writer


class StoredVector(NamedTuple):
    """A passage's vector as it is stored.

    Attributes:
        number: of the vector; numbers only grow.
        passage: its number.
        article: its article's number.
        vector: see `index.store.blobs.vectors_of`.
        language: of its article.
    """

    number: int
    passage: int
    article: int
    vector: bytes
    language: str


def n_unembedded(reader: Reader) -> int:
    """Return how many passages wait for their vectors."""
    return reader.one("SELECT count(*) FROM embedding_queue")


def n_vectors(reader: Reader) -> int:
    """Return how many passages have a vector."""
    return reader.one("SELECT count(*) FROM vectors")


def has_unembedded(reader: Reader) -> bool:
    """Return whether a passage waits for its vector; reads one row at most."""
    return bool(reader.one("SELECT EXISTS (SELECT 1 FROM embedding_queue)"))


def oldest_unembedded(reader: Reader) -> int | None:
    """Return the number of the passage that has waited longest for its vector; None: none waits."""
    number: int | None = reader.db.execute("SELECT min(passage) FROM embedding_queue").fetchone()[0]
    return number


def unembedded(reader: Reader, most: int) -> list[int]:
    """Return the numbers of the passages that have waited longest for their vectors, in order."""
    sql = "SELECT passage FROM embedding_queue ORDER BY passage LIMIT ?"
    return [number for (number,) in reader.db.execute(sql, (most,))]


def vectors_after(reader: Reader, after: int, upto: int | None = None) -> Iterator[StoredVector]:
    """Return vectors with numbers above `after` (and not above `upto`), in order of number."""
    sql = (
        "SELECT v.number, v.passage, p.article, v.vector, coalesce(a.language, 'und') FROM vectors v"
        " JOIN passages p ON p.number = v.passage JOIN articles a ON a.number = p.article"
        " WHERE v.number > ? AND v.number <= ? ORDER BY v.number"
    )
    rows = reader.db.execute(sql, (after, 2**62 if upto is None else upto))
    return (StoredVector(*row) for row in rows)


def vectors_by_text(reader: Reader, number: int) -> dict[str, bytes]:
    """Return the vectors of an article's passages, by the passage's text."""
    sql = (
        "SELECT substr(a.text, p.start + 1, p.end - p.start), v.vector FROM passages p"
        " JOIN vectors v ON v.passage = p.number JOIN articles a ON a.number = p.article"
        " WHERE p.article = ?"
    )
    return dict(reader.db.execute(sql, (number,)))


def store_vectors(writer: Writer, vectors: Mapping[int, bytes]) -> None:
    """Store the vectors, as encoded, of passages still in the queue; skip others, which may be gone."""
    writer.has_changed = True
    sql = "INSERT INTO vectors (passage, vector) SELECT passage, ? FROM embedding_queue WHERE passage = ?"
    writer.db.executemany(sql, [(vector, passage) for passage, vector in vectors.items()])
    writer.db.executemany(
        "DELETE FROM embedding_queue WHERE passage = ?", [(passage,) for passage in vectors]
    )


def embed_again(writer: Writer, passages: Sequence[int]) -> None:
    """Delete the vectors of some passages, and queue the passages for new ones."""
    writer.has_changed = True
    numbers = [(passage,) for passage in passages]
    writer.db.executemany("DELETE FROM vectors WHERE passage = ?", numbers)
    writer.db.executemany("INSERT OR IGNORE INTO embedding_queue VALUES (?)", numbers)

"""Read what `index.upkeep.checking` compares, from a database that may be damaged.

On a damaged page any column may hold NULL or a value of another type. Here such a value is returned as one of the
right type, which agrees with nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.store.reader import Reader


class CheckedArticle(NamedTuple):
    """An article; the text as the stored bytes, which may not be UTF-8."""

    number: int
    id: str
    language: str | None
    n_passages: int
    text_digest: str
    text: bytes


class CheckedPassage(NamedTuple):
    """A passage: characters [start, end) of the text; the rest as stored."""

    ordinal: int
    start: int
    end: int
    sentences: bytes
    words: bytes


class CheckedVector(NamedTuple):
    """A vector, with its passage's number, article id and ordinal."""

    passage: int
    article: str
    ordinal: int
    vector: bytes


def without_vectors(reader: Reader) -> list[int]:
    """Return the numbers of passages that have no vector and do not wait for one."""
    sql = (
        "SELECT number FROM passages WHERE number NOT IN (SELECT passage FROM vectors)"
        " AND number NOT IN (SELECT passage FROM embedding_queue)"
    )
    return [number for (number,) in reader.db.execute(sql)]


def checked_words(reader: Reader) -> Iterator[tuple[int, str, str, bytes]]:
    """Return every word: its number, stemmer, spelling and term hashes, as stored."""
    sql = (
        "SELECT number, coalesce(stemmer, ''), coalesce(word, ''), coalesce(CAST(terms AS BLOB), x'')"
        " FROM vocabulary ORDER BY number"
    )
    return reader.db.execute(sql)


def checked_articles(reader: Reader) -> Iterator[CheckedArticle]:
    """Return every article, one after the other, with what its text must agree with."""
    sql = (
        "SELECT number, id, language, n_passages, text_digest, coalesce(CAST(text AS BLOB), x'')"
        " FROM articles ORDER BY number"
    )
    return map(CheckedArticle._make, reader.db.execute(sql))


def checked_passages(reader: Reader, number: int) -> list[CheckedPassage]:
    """Return the passages of an article in the order of its text."""
    sql = (
        "SELECT ordinal, coalesce(CAST(start AS INTEGER), -1), coalesce(CAST(end AS INTEGER), -1),"
        " coalesce(CAST(sentences AS BLOB), x''), coalesce(CAST(words AS BLOB), x'')"
        " FROM passages WHERE article = ? ORDER BY ordinal"
    )
    return [CheckedPassage._make(row) for row in reader.db.execute(sql, (number,))]


def checked_vectors(reader: Reader) -> Iterator[CheckedVector]:
    """Return every vector, one after the other."""
    sql = (
        "SELECT p.number, a.id, p.ordinal, coalesce(CAST(v.vector AS BLOB), x'') FROM vectors v"
        " JOIN passages p ON p.number = v.passage JOIN articles a ON a.number = p.article ORDER BY v.number"
    )
    return map(CheckedVector._make, reader.db.execute(sql))

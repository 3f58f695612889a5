"""Store passages: where they are in their articles, their sentences and words."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from index.store.blobs import words_blob, words_of
from index.store.vectors import store_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from index.analysis import WordKey
    from index.store.reader import Reader
    from index.store.writer import Writer


class NewPassage(NamedTuple):
    """A passage that is to be stored.

    Attributes:
        start, end: characters [start, end) of the article.
        sentences: see `index.store.blobs.sentences_of`.
        words: see `index.store.blobs.words_of`: the place of each word among the article's words (`Prepared.keys`).
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
        hashes: the term hashes of words, as stored, where another process computed them; of others they are computed
            when the word enters the vocabulary.
    """

    keys: Sequence[WordKey]
    passages: Sequence[NewPassage]
    sketch: bytes
    hashes: Mapping[WordKey, bytes] = MappingProxyType({})


class StoredPassage(NamedTuple):
    """A passage as it is stored.

    Attributes:
        words: the vocabulary number of each; see `index.store.blobs.words_of`.
        language: of its article.
    """

    number: int
    article: int
    words: bytes
    language: str


class Place(NamedTuple):
    """The position of a passage, and what is stored of its text for questions.

    Attributes:
        ordinal: number in the article, from 1.
        start, end: characters [start, end) of the article.
        sentences, words: see `index.store.blobs`; words are vocabulary numbers here.
        article: the number of its article.
    """

    ordinal: int
    start: int
    end: int
    sentences: bytes
    words: bytes
    article: int


def prose_of(reader: Reader, number: int) -> list[str]:
    """Return the texts of an article's passages, in order."""
    sql = (
        "SELECT substr(a.text, p.start + 1, p.end - p.start) FROM passages p"
        " JOIN articles a ON a.number = p.article WHERE p.article = ? ORDER BY p.ordinal"
    )
    return [row[0] for row in reader.db.execute(sql, (number,))]


def passages_after(reader: Reader, after: int, upto: int | None = None) -> Iterator[StoredPassage]:
    """Return passages with numbers above `after` (and not above `upto`), in order of number."""
    sql = (
        "SELECT p.number, p.article, p.words, coalesce(a.language, 'und') FROM passages p"
        " JOIN articles a ON a.number = p.article WHERE p.number > ? AND p.number <= ? ORDER BY p.number"
    )
    rows = reader.db.execute(sql, (after, 2**62 if upto is None else upto))
    return (StoredPassage(*row) for row in rows)


def removed_after(reader: Reader, after: int) -> list[tuple[int, bytes]]:
    """Return numbers and words of passages removed after a sequence number."""
    sql = "SELECT passage, words FROM removed WHERE seq > ? ORDER BY passage"
    return list(reader.db.execute(sql, (after,)))


def places_of(reader: Reader, numbers: Sequence[int]) -> dict[int, Place]:
    """Return the places of passages, by passage number."""
    marks = ",".join("?" * len(numbers))
    sql = (
        "SELECT number, ordinal, start, end, sentences, words, article"  # noqa: S608
        f" FROM passages WHERE number IN ({marks})"
    )
    return {row[0]: Place(*row[1:]) for row in reader.db.execute(sql, tuple(numbers))}


def spans_of(reader: Reader, article_id: str) -> list[tuple[int, int]]:
    """Return the offsets [start, end) of an article's passages, in the order of the text."""
    sql = (
        "SELECT p.start, p.end FROM passages p JOIN articles a ON a.number = p.article"
        " WHERE a.id = ? ORDER BY p.ordinal"
    )
    return list(reader.db.execute(sql, (article_id,)))


def newest_passage(reader: Reader) -> int:
    """Return the largest number that a passage has had; 0: there was none. Numbers are never reused."""
    return reader.one("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'passages'")


def texts_of(reader: Reader, numbers: Sequence[int]) -> dict[int, str]:
    """Return the texts of the passages that exist, by passage number, in order of number."""
    marks = ",".join("?" * len(numbers))
    sql = (
        "SELECT p.number, CAST(substr(a.text, p.start + 1, p.end - p.start) AS BLOB) FROM passages p"  # noqa: S608
        f" JOIN articles a ON a.number = p.article WHERE p.number IN ({marks}) ORDER BY p.number"
    )
    found = reader.db.execute(sql, tuple(numbers))
    return {number: text.decode(errors="replace") for number, text in found}


def insert_passages(
    writer: Writer, number: int, text: str, prepared: Prepared, vectors: Mapping[str, bytes]
) -> None:
    """Add the passages of an article, and queue them for their vectors, except those whose text has one already."""
    numbers = writer.words.of(prepared.keys, prepared.hashes)
    writer.db.executemany(
        "INSERT INTO passages (article, ordinal, start, end, seq, sentences, words)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number,
                ordinal,
                p.start,
                p.end,
                writer.sequence,
                p.sentences,
                words_blob(map(numbers.__getitem__, words_of([p.words]).tolist())),
            )
            for ordinal, p in enumerate(prepared.passages, start=1)
        ],
    )
    writer.db.execute("INSERT INTO embedding_queue SELECT number FROM passages WHERE article = ?", (number,))
    if vectors:
        sql = "SELECT number, start, end FROM passages WHERE article = ?"
        places = writer.db.execute(sql, (number,)).fetchall()
        known = ((passage, vectors.get(text[start:end])) for passage, start, end in places)
        store_vectors(writer, {passage: vector for passage, vector in known if vector is not None})


def remove_passages(writer: Writer, number: int) -> None:
    """Remove the passages of an article, and record their words, so that views take them out of their statistics."""
    sql = "INSERT INTO removed SELECT number, ?, words FROM passages WHERE article = ?"
    writer.db.execute(sql, (writer.sequence, number))
    writer.db.execute("DELETE FROM passages WHERE article = ?", (number,))

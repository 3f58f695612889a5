"""Store articles: their texts, metadata and digests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from index.records import GIVEN, Alike, Article
from index.store.files import forget_file
from index.store.likeness import ALIKE, alike_to, unlike
from index.store.origins import link_origin, origins_of
from index.store.passages import insert_passages, remove_passages
from index.store.vectors import vectors_by_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.records import Filters
    from index.store.passages import Prepared
    from index.store.reader import Reader
    from index.store.writer import Writer

_METADATA = "title, source, url, author, published, language"


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


def number_by_id(reader: Reader, article_id: str) -> int | None:
    """Return an article's number."""
    row = reader.db.execute("SELECT number FROM articles WHERE id = ?", (article_id,)).fetchone()
    return row[0] if row else None


def number_by_text(reader: Reader, text_digest: str) -> int | None:
    """Return the number of the oldest article with exactly this text."""
    sql = "SELECT min(number) FROM articles WHERE text_digest = ?"
    number: int | None = reader.db.execute(sql, (text_digest,)).fetchone()[0]
    return number


def digests_of(reader: Reader, number: int) -> tuple[str, str, str]:
    """Return an article's id, digest and text digest."""
    sql = "SELECT id, digest, text_digest FROM articles WHERE number = ?"
    row: tuple[str, str, str] = reader.db.execute(sql, (number,)).fetchone()
    return row


def article_by_id(reader: Reader, article_id: str) -> Article | None:
    """Return an article with its text."""
    number = number_by_id(reader, article_id)
    return None if number is None else articles_by_number(reader, [number]).get(number)


def articles_by_number(reader: Reader, numbers: Sequence[int]) -> dict[int, Article]:
    """Return the articles that exist, with their texts, by number."""
    marks = ",".join("?" * len(numbers))
    sql = f"SELECT number, id, text, {_METADATA} FROM articles WHERE number IN ({marks})"  # noqa: S608  # constants
    return {row[0]: _article(row[1:]) for row in reader.db.execute(sql, numbers)}


def ids_by_number(reader: Reader, numbers: Sequence[int]) -> dict[int, str]:
    """Return the ids of the articles that exist, by number."""
    marks = ",".join("?" * len(numbers))
    return dict(reader.db.execute(f"SELECT number, id FROM articles WHERE number IN ({marks})", numbers))  # noqa: S608


def all_infos(reader: Reader) -> list[ArticleInfo]:
    """Return all articles without their texts, oldest first."""
    origins: dict[int, list[str]] = {}
    for origin, number in reader.db.execute("SELECT origin, article FROM origins ORDER BY 1"):
        origins.setdefault(number, []).append(origin)
    alike: dict[int, list[Alike]] = {}
    for number, *other in reader.db.execute(ALIKE + " ORDER BY l.overlap DESC, l.other"):
        alike.setdefault(number, []).append(Alike._make(other))
    sql = f"SELECT number, id, {_METADATA}, added, n_passages FROM articles ORDER BY number"  # noqa: S608
    return [
        ArticleInfo._make((*row, tuple(origins.get(number, ())), tuple(alike.get(number, ()))))
        for number, *row in reader.db.execute(sql)
    ]


def infos_by_number(reader: Reader, numbers: Sequence[int]) -> list[ArticleInfo]:
    """Return articles without their texts, in the order of the numbers."""
    sql = f"SELECT id, {_METADATA}, added, n_passages FROM articles WHERE number = ?"  # noqa: S608
    rows = (reader.db.execute(sql, (number,)).fetchone() for number in numbers)
    return [
        ArticleInfo._make((*row, origins_of(reader, number), alike_to(reader, number)))
        for number, row in zip(numbers, rows, strict=True)
    ]


def versions_at(reader: Reader, url: str, most: int) -> list[tuple[int, str | None]]:
    """Return the `most` newest articles with a URL: number and date of publication."""
    sql = "SELECT number, published FROM articles WHERE url = ? ORDER BY number DESC LIMIT ?"
    return list(reader.db.execute(sql, (url, most)))


def added_at(reader: Reader, article_id: str) -> str:
    """Return when an article was added; UTC, ISO 8601; empty for an unknown one."""
    row = reader.db.execute("SELECT added FROM articles WHERE id = ?", (article_id,)).fetchone()
    return str(row[0]) if row else ""


def all_digests(reader: Reader) -> dict[str, str]:
    """Return every article's digest by id, in the order in which they were added."""
    return dict(reader.db.execute("SELECT id, digest FROM articles ORDER BY number"))


def ids_by_source(reader: Reader, source: str) -> list[str]:
    """Return the ids of the articles of a source."""
    sql = "SELECT id FROM articles WHERE source = ? ORDER BY number"
    return [row[0] for row in reader.db.execute(sql, (source,))]


def numbers_matching(reader: Reader, filters: Filters) -> set[int]:
    """Return the numbers of the articles that pass the filters."""
    where, values = conditions(filters)
    found = reader.db.execute(f"SELECT number FROM articles WHERE {where}", values)  # noqa: S608
    return {number for (number,) in found}


def insert_article(
    writer: Writer,
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
    writer.has_changed = True
    cursor = writer.db.execute(
        "INSERT INTO articles (id, digest, text_digest, seq, added, n_passages, title, source,"  # noqa: S608
        f" url, author, published, language, text) VALUES ({','.join('?' * 13)})",
        (article.id, *digests, writer.sequence, added or writer.now, len(prepared.passages),
         article.title, article.source, article.url, article.author, article.published,
         article.language, article.text),
    )  # fmt: skip
    number = int(cursor.lastrowid or 0)
    insert_passages(writer, number, article.text, prepared, vectors or {})
    if article.origin:
        link_origin(writer, article.origin, number)
    return number


def replace_article(
    writer: Writer,
    number: int,
    article: Article,
    digests: tuple[str, str],
    prepared: Prepared | None,
) -> None:
    """Replace an article's text and metadata; `prepared` is None if the text is the same.

    A passage whose text is among the old ones keeps its vector.
    """
    writer.has_changed = True
    vectors = vectors_by_text(writer, number) if prepared is not None else {}  # read before the text changes
    writer.db.execute(
        "UPDATE articles SET digest=?, text_digest=?, seq=?, title=?, source=?, url=?, author=?,"
        " published=?, language=?, text=? WHERE number=?",
        (*digests, writer.sequence, article.title, article.source, article.url, article.author,
         article.published, article.language, article.text, number),
    )  # fmt: skip
    if prepared is not None:
        remove_passages(writer, number)
        insert_passages(writer, number, article.text, prepared, vectors)
        sql = "UPDATE articles SET n_passages = ? WHERE number = ?"
        writer.db.execute(sql, (len(prepared.passages), number))


def remove_article(writer: Writer, number: int) -> None:
    """Remove an article, its passages, its origins and its links to others."""
    writer.has_changed = True
    unlike(writer, number)
    for origin in origins_of(writer, number):
        forget_file(writer, origin)
    remove_passages(writer, number)
    writer.db.execute("DELETE FROM articles WHERE number = ?", (number,))


def own_article(writer: Writer, number: int) -> str:
    """Record that an article was also given directly, so that it stays when its files go; return its id."""
    article_id = digests_of(writer, number)[0]
    link_origin(writer, f"{GIVEN}{article_id}", number)
    return article_id


def set_digests(writer: Writer, number: int, digest: str, text_digest: str) -> None:
    """Set an article's digests to those that its file gave it, whatever was edited since."""
    sql = "UPDATE articles SET digest = ?, text_digest = ? WHERE number = ?"
    writer.db.execute(sql, (digest, text_digest, number))


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

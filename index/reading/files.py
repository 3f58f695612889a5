"""Read a file, or the bytes of one, into articles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from index.errors import ArticleTooLarge, EmptyArticle, UnsupportedFormat
from index.reading.decoding import decode
from index.reading.disk import load, place_of, shown
from index.reading.formats import HEAD_BYTES, Format, is_foreign, max_bytes_of, sniff
from index.reading.limits import MAX_TEXT_BYTES
from index.reading.texts import articles_in_text
from index.records import Added, Article

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

READ = "text, Markdown, HTML, MHTML, DOCX, ODT, PDF, EPUB, EML, JSON, JSON lines, CSV, XLSX, XLS, ODS, RSS, Atom, ZIP"


def read(
    path: Path, *, columns: Mapping[str, str] | None = None, max_bytes: int = MAX_TEXT_BYTES
) -> list[Article | Added]:
    """Read a file of any supported format; its content decides the format.

    Args:
        path: of a regular file.
        columns: for tables, which column holds which field (`{"text": "body"}`).
        max_bytes: limit for text and pages; files that hold more than text may have `MAX_FILE_BYTES`.

    Returns:
        The articles in it. `origin` is the absolute path if the file is one article, else the path and the part
        (`#3` or `#id` of a row or an entry, `!name` of a member). Parts that cannot be read are returned as skipped,
        each with its reason. Plain text is returned as decoded, with newlines unchanged. Only the line ("read also")
        above a pasted article is dropped; that article's origin is the path and `#2`, the first one's the path.

    Raises:
        UnreadableArticle: missing, a folder, a link, no regular file, not permitted, not decodable.
        UnsupportedFormat: the content is of no supported format, or the name is that of code or style.
        ArticleTooLarge: above the limit; not read.
        EmptyArticle: no text in it.
    """
    return articles_in(content(path, columns, max_bytes), path, columns, max_bytes)


def content(path: Path, columns: Mapping[str, str] | None = None, max_bytes: int = MAX_TEXT_BYTES) -> bytes:
    """Return a file's bytes if its format is supported; arguments as `read`.

    Raises:
        UnreadableArticle, UnsupportedFormat, ArticleTooLarge: as `read`.
    """
    name = shown(path)
    known = frozenset((columns or {}).values())
    if is_foreign(path.name):
        raise UnsupportedFormat(f"{name}: not a format we read; give it as {READ}")

    def limit(head: bytes) -> int:
        return max_bytes_of(sniff(head, path.name, known), max_bytes)

    return load(path, HEAD_BYTES, limit)


def articles_in(
    data: bytes, path: Path, columns: Mapping[str, str] | None = None, max_bytes: int = MAX_TEXT_BYTES
) -> list[Article | Added]:
    """Return the articles in the bytes of a file; arguments as `read`.

    Raises:
        ArticleError: nothing in it can be read.
    """
    found = read_bytes(data, shown(path), columns=columns, max_bytes=max_bytes)
    place = place_of(path)
    return [_placed(each, place) for each in found]


def read_bytes(
    data: bytes, name: str, *, columns: Mapping[str, str] | None = None, max_bytes: int = MAX_TEXT_BYTES
) -> list[Article | Added]:
    """Read the bytes of an uploaded or fetched file; `name` is never opened.

    Returns:
        As `read`, but `origin` is only the part of the file that holds the article, or None.

    Raises:
        ArticleError: nothing in it can be read.
    """
    columns = columns or {}
    kind = sniff(data[:HEAD_BYTES], name, frozenset(columns.values()))
    limit = max_bytes_of(kind, max_bytes)
    if len(data) > limit:
        raise ArticleTooLarge(f"{name}: {len(data)} bytes, above the limit of {limit}; split the file")
    if kind is not Format.TEXT:
        from index.reading.worker import parse_apart

        return parse_apart(data, name, columns)
    text = decode(data, name)
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise EmptyArticle(f"{name}: the file is empty; add some text to it or leave it out")
    return [*articles_in_text(text)]


def _placed(each: Article | Added, origin: str) -> Article | Added:
    if isinstance(each, Added):
        return each._replace(name=origin + each.name)
    return replace(each, origin=origin + (each.origin or ""))

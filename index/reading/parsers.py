"""Parse bytes into articles by a table of parsers; runs in the child process only."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from index.errors import ArticleError, ArticleTooLarge, EmptyArticle, UnsupportedFormat
from index.reading import metadata
from index.reading.books import parse_epub
from index.reading.containers import Content, in_ole, in_zip
from index.reading.decoding import decode
from index.reading.documents import parse_docx
from index.reading.feeds import parse_feed
from index.reading.formats import HEAD_BYTES, Format, is_foreign, max_bytes_of, sniff
from index.reading.limits import MAX_FILE_BYTES, MAX_TEXT_BYTES
from index.reading.mails import parse_mail
from index.reading.opendocument import parse_odt
from index.reading.packed import unpacked
from index.reading.pages import parse_html, parse_mhtml
from index.reading.pdfs import parse_pdf
from index.reading.spreadsheets import parse_sheets
from index.reading.tables import parse_csv, parse_json, parse_jsonl
from index.reading.texts import articles_in_text
from index.records import Added, Article

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from index.reading.packed import Packed

    Parts = Sequence[Article | Added]
    Member = tuple[str, Callable[[], bytes]]

_ALONE: dict[Format, Callable[[bytes, str], Parts]] = {
    Format.HTML: parse_html,
    Format.MHTML: parse_mhtml,
    Format.PDF: parse_pdf,
    Format.FEED: parse_feed,
}
_TABLES: dict[Format, Callable[[bytes, str, Mapping[str, str]], Parts]] = {
    Format.JSON: parse_json,
    Format.JSONL: parse_jsonl,
    Format.CSV: parse_csv,
}
_DOCUMENTS: dict[Content, Callable[[Packed, str], Parts]] = {
    Content.WORD: parse_docx,
    Content.TEXT: parse_odt,
    Content.BOOK: parse_epub,
}
_MAX_INSIDE = 3  # of files inside files, such as an attachment of a message in a ZIP
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def parse(data: bytes, name: str, columns: Mapping[str, str]) -> list[Article | Added]:
    """Return the articles in a file's bytes.

    Args:
        data: the whole file.
        name: its name in error messages; never a path that is opened.
        columns: for tables, field -> column as given by the user.

    Returns:
        Articles whose `origin` is None, or the part of the file that holds each (`#3`, `!a.html`);
        parts that cannot be read as skipped, named by their part.

    Raises:
        ArticleError: nothing in the file can be read.
    """
    seen: Counter[str] = Counter()
    return [_finished(_told_apart(each, seen), name) for each in _parts(data, name, columns, ())]


def _parts(data: bytes, name: str, columns: Mapping[str, str], around: tuple[Format, ...]) -> Parts:
    """Return the parts of a file; `around` holds the formats of the enclosing files, the outermost first."""
    kind = sniff(data[:HEAD_BYTES], name, frozenset(columns.values()))
    if len(data) > max_bytes_of(kind):
        raise ArticleTooLarge(f"{name}: {len(data)} bytes, above the limit of {max_bytes_of(kind)}; split it")
    if kind is Format.FLAT:
        raise UnsupportedFormat(f"{name}: {kind.value}, which is not read; save it as DOCX, ODT or XLSX")
    if kind is Format.PACKED:
        return _packed(data, name, columns, around)
    if kind is Format.OLE:
        in_ole(data, name)
        return parse_sheets(data, name, columns)
    if kind is Format.MAIL:
        return _mail(data, name, columns, around)
    if kind in _TABLES:
        return _TABLES[kind](data, name, columns)
    if kind in _ALONE:
        return _ALONE[kind](data, name)
    return [*articles_in_text(decode(data, name))]


def _packed(data: bytes, name: str, columns: Mapping[str, str], around: tuple[Format, ...]) -> Parts:
    with unpacked(data, name) as packed:
        content = in_zip(packed, name)
        if content in _DOCUMENTS:
            return _DOCUMENTS[content](packed, name)
        if content is Content.SHEETS:
            return parse_sheets(data, name, columns)
        if Format.PACKED in around:
            raise UnsupportedFormat(f"{name}: a ZIP inside a ZIP, which is not opened; unpack it first")
        members = [
            (entry.filename, partial(packed.read, entry, MAX_FILE_BYTES))
            for entry in packed.members
            if not _is_hidden(metadata.cleaned(entry.filename) or "?")
        ]
        found = _inside(members, name, columns, (*around, Format.PACKED))
    if not found:
        raise EmptyArticle(f"{name}: nothing in the ZIP that could be an article")
    return found


def _mail(data: bytes, name: str, columns: Mapping[str, str], around: tuple[Format, ...]) -> Parts:
    if len(around) >= _MAX_INSIDE:
        raise UnsupportedFormat(f"{name}: a message inside too many others; save it by itself")
    mail = parse_mail(data, name)
    members = [(each.name, partial(bytes, each.data)) for each in mail.attached]
    attached = _inside(members, name, columns, (*around, Format.MAIL))
    found = [mail.article, *attached] if mail.article else attached
    if not found:
        raise EmptyArticle(f"{name}: a message with nothing in it that could be an article; leave it out")
    return found


def _inside(
    members: Iterable[Member], name: str, columns: Mapping[str, str], around: tuple[Format, ...]
) -> list[Article | Added]:
    """Read files inside another, each by its own content; a file that cannot be read is skipped alone."""
    found: list[Article | Added] = []
    seen: Counter[str] = Counter()
    for filename, content in members:
        member = metadata.cleaned(filename) or "?"
        seen[member] += 1
        part = f"!{member}" if seen[member] == 1 else f"!{member} ({seen[member]})"
        called = f"{name}{part}"
        try:
            if is_foreign(member):
                raise UnsupportedFormat(
                    f"{called}: code, style or settings, which are not read; leave it out"
                )
            found.extend(_below(part, each) for each in _parts(content(), called, columns, around))
        except ArticleError as error:
            found.append(Added("skipped", part, None, str(error)))
    return found


def _told_apart(each: Article | Added, seen: Counter[str]) -> Article | Added:
    """Number parts of one name, such as rows that share an id: each would replace the one before."""
    part = each.name if isinstance(each, Added) else each.origin
    if part is None:
        return each
    seen[part] += 1
    if seen[part] == 1:
        return each
    numbered = f"{part} ({seen[part]})"
    return each._replace(name=numbered) if isinstance(each, Added) else replace(each, origin=numbered)


def _is_hidden(member: str) -> bool:
    parts = member.replace("\\", "/").split("/")
    return any(part.startswith((".", "__MACOSX")) and part != ".." for part in parts)


def _below(part: str, each: Article | Added) -> Article | Added:
    if isinstance(each, Added):
        return each._replace(name=part + each.name)
    return replace(each, origin=part + (each.origin or ""))


def _finished(each: Article | Added, name: str) -> Article | Added:
    """Refuse a part that is empty or too large, and remove characters that no text contains."""
    if isinstance(each, Added):
        return each
    part = each.origin or ""
    text = _UNSEEN.sub("", each.text)
    size = len(text.encode())
    if size > MAX_TEXT_BYTES:
        problem: ArticleError = ArticleTooLarge(
            f"{name}{part}: {size} bytes of text, above the limit of {MAX_TEXT_BYTES}; split it"
        )
    elif not text.strip("\ufeff \t\r\n\f\v"):
        problem = EmptyArticle(f"{name}{part}: no text in it; add some or leave it out")
    else:
        return replace(each, text=text)
    if not part:
        raise problem
    return Added("skipped", part, None, str(problem))

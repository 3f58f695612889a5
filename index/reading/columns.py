"""Map the columns or keys of a table to fields, by known names and by what the user says."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMN_FIELDS = ("text", "title", "source", "url", "author", "published", "language", "key")

# field -> names, the likeliest first; compared without case, spaces, hyphens and underscores
_NAMES = {
    "text": (
        "text", "body", "content", "articlebody", "articletext", "fulltext", "maintext", "article", "story",
        "contenthtml", "contenttext", "paragraph", "النص", "نص", "المحتوى", "متن", "текст", "metin", "texte",
        "texto", "inhalt", "正文", "内容", "本文", "पाठ", "description", "summary",
    ),
    "title": ("title", "headline", "heading", "العنوان", "عنوان", "заголовок", "başlık", "titre", "título",
              "titel", "标题", "タイトル", "शीर्षक"),
    "source": ("source", "publisher", "site", "sitename", "outlet", "newspaper", "domain", "المصدر", "منبع",
               "источник", "kaynak", "来源"),
    "url": ("url", "link", "href", "canonicalurl", "externalurl", "address", "uri", "الرابط", "ссылка", "链接"),
    "author": ("author", "authors", "byline", "creator", "writer", "الكاتب", "نویسنده", "автор", "yazar", "作者"),
    "published": ("published", "publishedat", "datepublished", "publicationdate", "publishdate", "pubdate",
                  "date", "datetime", "timestamp", "created", "createdat", "التاريخ", "تاریخ", "дата", "tarih",
                  "日期"),
    "language": ("language", "lang", "inlanguage", "اللغة", "زبان", "язык"),
    "key": ("id", "guid", "uuid", "key", "articleid", "docid", "_id"),
}  # fmt: skip
_DELIMITERS = (",", "\t", ";", "|")
_MAX_NAME_CHARS = 40


def mapping(names: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return which column of a table holds which field.

    Args:
        names: the columns of the table.
        given: field -> column as given by the user; takes precedence over known names.

    Returns:
        field -> column, for the fields that were found.
    """
    plain = {_plain(name): name for name in reversed(list(names))}
    found = {
        field: plain[known]
        for field in COLUMN_FIELDS
        if (known := next((name for name in _NAMES[field] if name in plain), None)) is not None
    }
    found.update({field: plain[_plain(name)] for field, name in given.items() if _plain(name) in plain})
    return found


def looks_like_header(line: str, columns: frozenset[str] = frozenset()) -> bool:
    """Return whether a first line names the columns of a table, one of which holds text."""
    line = line.strip("\r\n\ufeff")
    if len(line) > 2_000 or not line.replace("\t", "").isprintable():
        return False
    names = next(csv.reader([line], delimiter=delimiter_of(line)), [])
    if len(names) < 2 or any(not name.strip() or len(name) > _MAX_NAME_CHARS for name in names):
        return False
    known = {plain for field in COLUMN_FIELDS for plain in _NAMES[field]}
    plain = {_plain(name) for name in names}
    texts = {*_NAMES["text"], *map(_plain, columns)}
    return bool(plain & texts) and len(plain & known) >= 2 - bool(columns)


def delimiter_of(line: str) -> str:
    """Return the delimiter of a header's names: the candidate that occurs most."""
    return max(_DELIMITERS, key=line.count)


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char not in " _-\ufeff").strip()

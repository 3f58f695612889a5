"""Parse JSON, JSON lines and CSV: a row or an object becomes an article."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from index.errors import ArticleTooLarge, EmptyArticle, UnreadableArticle
from index.reading import metadata
from index.reading.columns import delimiter_of, mapping
from index.reading.dates import parse, parse_any
from index.reading.decoding import decode
from index.reading.limits import MAX_PARTS, MAX_TEXT_BYTES
from index.reading.markup import plain
from index.records import Added, Article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SHOWN_NAMES = 12
_MAX_KEY_CHARS = 200


def parse_json(data: bytes, name: str, columns: Mapping[str, str]) -> list[Article | Added]:
    """Return the articles of a JSON file: an object, a list of objects, or an object that holds such a list.

    Raises:
        UnreadableArticle: it is not JSON, or no object in it has a text.
    """
    try:
        value = json.loads(decode(data, name))
    except (ValueError, RecursionError) as error:
        raise UnreadableArticle(f"{name}: no JSON that can be read ({_reason(error)}); mend it") from error
    return articles_of(_objects(value, columns), name, columns)


def parse_jsonl(data: bytes, name: str, columns: Mapping[str, str]) -> list[Article | Added]:
    """Return the articles of a file with a JSON object on each line; a damaged line is skipped alone."""

    def rows() -> Iterator[dict[str, Any] | str]:
        for at, line in enumerate(decode(data, name).split("\n"), start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield f"line {at}: no JSON that can be read ({_reason(error)})"
                continue
            yield value if isinstance(value, dict) else f"line {at}: not an object"

    return articles_of(rows(), name, columns)


def parse_csv(data: bytes, name: str, columns: Mapping[str, str]) -> list[Article | Added]:
    """Return the articles of a table whose first line names its columns.

    Raises:
        UnreadableArticle: it is not a table, or has no text column.
    """
    text = decode(data, name).lstrip("\ufeff")
    csv.field_size_limit(MAX_TEXT_BYTES)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter_of(text.split("\n", 1)[0]))
    try:
        return articles_of((_flat(row) for row in rows), name, columns)
    except csv.Error as error:
        raise UnreadableArticle(
            f"{name}: line {rows.line_num} is no row of a table ({error}); mend it"
        ) from error


def _flat(row: dict[str | Any, str | Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if isinstance(key, str)}


def _objects(value: object, columns: Mapping[str, str]) -> list[dict[str, Any] | str]:
    if isinstance(value, dict) and "text" not in mapping(value, columns):
        lists = (
            held for held in value.values() if isinstance(held, list) and held and isinstance(held[0], dict)
        )
        value = next(lists, value)
    found = value if isinstance(value, list) else [value]
    return [
        each if isinstance(each, dict) else f"entry {at}: not an object" for at, each in enumerate(found, 1)
    ]


def articles_of(
    rows: Iterable[dict[str, Any] | str], name: str, columns: Mapping[str, str], part: str = ""
) -> list[Article | Added]:
    """Return the articles of a table.

    Args:
        rows: of each row its cells by column, or what is wrong with it.
        name: the file's name in error messages.
        columns: field -> column as given by the user.
        part: the part of the file that is the table, such as `!Sheet`; "" for the whole file.

    Raises:
        ArticleTooLarge: more than MAX_PARTS rows.
        UnreadableArticle, EmptyArticle: there is no text column, or it is empty.
    """
    found: list[Article | Added] = []
    names: list[str] = []
    keys: set[str] = set()
    for number, row in enumerate(rows, start=1):
        if number > MAX_PARTS:
            raise ArticleTooLarge(f"{name}{part}: more than {MAX_PARTS} rows; split the file")
        if isinstance(row, str):
            found.append(Added("skipped", f"{part}#{number}", None, f"{name}: {row}; mend it"))
            continue
        names = names or list(row)
        where = mapping(row, columns)
        text = _text(row.get(where.get("text", "")))
        if not text.strip():
            if "text" in where:
                reason = f"{name}{part}: row {number} has no text; fill it or leave it out"
                found.append(Added("skipped", f"{part}#{number}", None, reason))
            continue
        key = _key(row, where, number, keys)
        found.append(_article(row, where, text, f"{part}#{key}"))
    if not any(isinstance(each, Article) for each in found):
        raise _nothing(name + part, names, found)
    return found


def _nothing(name: str, names: list[str], found: list[Article | Added]) -> UnreadableArticle | EmptyArticle:
    reasons = [each.reason for each in found if isinstance(each, Added)]
    if reasons:
        return EmptyArticle(reasons[0])
    shown = ", ".join(metadata.shortened(each, 40) for each in names[:_SHOWN_NAMES]) or "none"
    return UnreadableArticle(
        f"{name}: no column is known to hold the text (there are: {shown}); say which: --column text=NAME"
    )


def _article(row: Mapping[str, Any], where: Mapping[str, str], text: str, part: str) -> Article:
    def value(field: str) -> str | None:
        return metadata.cleaned(_text(row.get(where.get(field, "")))[:2_000]) or None

    date = value("published")
    title = value("title")
    return Article(
        text=text,
        title=metadata.cleaned(plain(title)) if title else None,
        source=value("source"),
        url=metadata.lenient(metadata.url, value("url")),
        author=value("author"),
        published=(parse(date) or parse_any(date)) if date else None,
        language=metadata.lenient(metadata.language, value("language")),
        origin=part,
    )


def _key(row: Mapping[str, Any], where: Mapping[str, str], number: int, keys: set[str]) -> str:
    """Return a row's id, else its address, else its number, by which it is found again when others come and go."""
    for field in ("key", "url"):
        key = metadata.cleaned(_text(row.get(where.get(field, ""))))
        if key and len(key) <= _MAX_KEY_CHARS and key not in keys:
            keys.add(key)
            return key
    return str(number)


def _text(value: object) -> str:
    """Return a cell's text: list items as paragraphs, the text or name of objects, HTML as its visible text."""
    if isinstance(value, str):
        return plain(value) if "<" in value and len(value) <= MAX_TEXT_BYTES else value
    if isinstance(value, list):
        return "\n\n".join(filter(None, map(_text, value[:MAX_PARTS])))
    if isinstance(value, dict):
        return next(
            (_text(value[key]) for key in ("text", "content", "body", "name", "title") if key in value), ""
        )
    return "" if value is None or isinstance(value, bool) else str(value)


def _reason(error: Exception) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:100]

"""Parse the rows of spreadsheets (XLSX, XLSB, XLS, ODS) into articles; the only module that imports calamine."""

from __future__ import annotations

import io
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from index.errors import ArticleError, ArticleTooLarge, EmptyArticle, UnreadableArticle
from index.reading import metadata, tables
from index.reading.columns import mapping
from index.reading.limits import MAX_PARTS
from index.records import Added, Article

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from python_calamine import CalamineWorkbook

_TOP = 20  # rows searched for the one that names the columns


def parse_sheets(data: bytes, name: str, columns: Mapping[str, str]) -> list[Article | Added]:
    """Return the articles of a spreadsheet; formulas give their saved values, hidden sheets nothing.

    `origin` is `!`, the sheet's name, and the row as in any table.

    Raises:
        UnreadableArticle: it is damaged or encrypted.
        ArticleTooLarge: it has more than MAX_PARTS rows of text.
        EmptyArticle: it is empty; if sheets cannot be read, the error of the first is raised instead.
    """
    found: list[Article | Added] = []
    refused: list[ArticleError] = []
    book = _opened(data, name)
    for sheet in _shown(book):
        part = f"!{metadata.cleaned(sheet) or '?'}"
        try:
            rows = _rows(book, sheet, name)
            if top := list(islice(rows, _TOP)):
                found.extend(tables.articles_of(_named(top, rows, columns), name, columns, part))
        except ArticleError as error:
            refused.append(error)
            found.append(Added("skipped", part, None, str(error)))
        if len(found) > MAX_PARTS:
            raise ArticleTooLarge(f"{name}: more than {MAX_PARTS} rows; split the file")
    if any(isinstance(each, Article) for each in found):
        return found
    raise refused[0] if refused else EmptyArticle(f"{name}: no sheet with anything in it; leave it out")


def _opened(data: bytes, name: str) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_object(io.BytesIO(data))
    except PasswordError as error:
        raise UnreadableArticle(f"{name}: it is encrypted; save it without a password") from error
    except (CalamineError, ValueError) as error:
        raise _damaged(name, error) from error


def _shown(book: CalamineWorkbook) -> list[str]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        sheet.name
        for sheet in book.sheets_metadata
        if (sheet.typ, sheet.visible) == (SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible)
    ]


def _rows(book: CalamineWorkbook, sheet: str, name: str) -> Iterator[list[str]]:
    """Return the rows of a sheet that are not empty."""
    from python_calamine import CalamineError

    try:
        rows = book.get_sheet_by_name(sheet).iter_rows()
    except (CalamineError, ValueError) as error:
        raise _damaged(name, error) from error
    return (row for cells in rows if any(row := [_written(cell) for cell in cells]))


def _written(cell: object) -> str:
    """Return a cell as a person would write it: whole numbers without a fraction, dates as ISO 8601."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _named(
    top: list[list[str]], rest: Iterator[list[str]], columns: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield rows by column names: those of the first row that names a text column, else of the first row."""
    first = next((at for at, row in enumerate(top) if "text" in mapping(row, columns)), 0)
    names = top[first]
    for row in chain(top[first + 1 :], rest):
        named: dict[str, Any] = {}
        for column, cell in zip(names, row, strict=False):
            if column:
                named.setdefault(column, cell)
        yield named


def _damaged(name: str, error: Exception) -> UnreadableArticle:
    return UnreadableArticle(f"{name}: a spreadsheet that is damaged ({str(error)[:120]}); save it anew")

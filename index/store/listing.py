"""List the articles for people: filtered, searched by title, sorted, a page at a time."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from index.analysis.folding import fold, unaccented
from index.errors import QuestionError
from index.records import Filters
from index.store.articles import conditions, infos_by_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.store.articles import ArticleInfo
    from index.store.reader import Reader

Column = Literal["added", "published", "title", "source", "language", "passages"]
COLUMNS: tuple[str, ...] = get_args(Column)
"""What a list can be sorted by; a leading `-` reverses the order."""


class _Order(NamedTuple):
    """The sort key that precedes the id: a column, and the SQL expression of it that is sorted."""

    column: str
    expression: str

    def by(self, descending: bool) -> str:
        way = "DESC" if descending else "ASC"
        return f"{self.expression} {way}, id {way}"

    def with_unknown(self, descending: bool) -> str:
        """Return the order with articles that lack the value last, as they were added."""
        lacking = f"{self.column} IS NULL"
        return f"{lacking}, CASE WHEN {lacking} THEN number END, {self.by(descending)}"


_ORDERS = {
    "added": _Order("number", "number"),
    "published": _Order("published", "published"),
    "title": _Order("title", "spelling(coalesce(title, ''))"),
    "source": _Order("source", "spelling(coalesce(source, ''))"),
    "language": _Order("language", "language"),
    "passages": _Order("n_passages", "n_passages"),
}
# skipping this many articles costs more than sorting the numbers that an index holds
_DEEP = 2_000
_FAR_DOWN = _Order("number", "+number")


class Listing(NamedTuple):
    """A page of the list.

    Attributes:
        articles: without their texts.
        total: how many articles match in all.
    """

    articles: tuple[ArticleInfo, ...]
    total: int


class Facets(NamedTuple):
    """Counts of articles by source, language and month of publication (`2023-10`), largest first.

    Unknown values count under "".
    """

    source: dict[str, int]
    language: dict[str, int]
    month: dict[str, int]


def listing(
    reader: Reader,
    filters: Filters | None = None,
    *,
    title: str = "",
    sort: str = "added",
    first: int = 0,
    most: int | None = None,
) -> Listing:
    """Return a page of the articles that match.

    Args:
        reader: of one transaction.
        filters: what the articles must match.
        title: words that must all occur in the title or the source, in any spelling (التنف finds التَّنف).
        sort: one of COLUMNS, `-` before it for descending; articles that lack the value come last.
        first: how many to skip.
        most: how many to return; None: all.

    Raises:
        QuestionError: `sort` names no column.
    """
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if column not in COLUMNS:
        raise QuestionError(f"cannot sort by {column[:40]!r}: name one of {', '.join(COLUMNS)}")
    query = _Query(reader, filters or Filters(), spelling(title).split())
    order = _FAR_DOWN if column == "added" and first > _DEEP else _ORDERS[column]
    page, total = (query.searched if title else query.page)(order, descending, first, most)
    return Listing(tuple(infos_by_number(reader, page)), total)


class _Query:
    """The articles that match, in SQL; a page costs what SQLite skips, mostly in an index."""

    def __init__(self, reader: Reader, filters: Filters, wanted: list[str]) -> None:
        self._reader, self._wanted = reader, wanted
        self._where, self._values = conditions(filters)

    def page(self, order: _Order, descending: bool, first: int, most: int | None) -> tuple[list[int], int]:
        """Return the numbers of a page, and how many articles match in all."""
        column, by = order.column, order.by(descending)
        total = known = self._count("*")
        if column != "number":
            known = self._count(column)
        most = total if most is None else most
        found = self._numbers(f"{column} IS NOT NULL ORDER BY {by} LIMIT ? OFFSET ?", most, first)
        if len(found) < most and known < total:  # those that lack the value come last
            # the sign makes SQLite sort what an index holds, rather than scan the table in order
            lacking = f"{column} IS NULL ORDER BY +number LIMIT ? OFFSET ?"
            found += self._numbers(lacking, most - len(found), max(0, first - known))
        return found, total

    def searched(
        self, order: _Order, descending: bool, first: int, most: int | None
    ) -> tuple[list[int], int]:
        """Return what `page` does, for articles whose title or source holds the words; each title is read once."""
        rest = f"is_sought(title, source) ORDER BY {order.with_unknown(descending)}"
        found = self._numbers(rest)
        return found[first : None if most is None else first + most], len(found)

    def _count(self, what: str) -> int:
        sql = f"SELECT count({what}) FROM articles WHERE {self._where}"  # noqa: S608
        return int(self._reader.select(sql, self._values)[0][0])

    def _numbers(self, rest: str, *values: int) -> list[int]:
        """Return the numbers of the articles that also match `rest`, in its order."""
        own: dict[str, Callable[..., str | int]] = {"is_sought": self._is_sought, "spelling": spelling}
        functions = {name: function for name, function in own.items() if f"{name}(" in rest}
        sql = f"SELECT number FROM articles WHERE {self._where} AND {rest}"  # noqa: S608
        return [number for (number,) in self._reader.select(sql, (*self._values, *values), functions)]

    def _is_sought(self, title: str | None, source: str | None) -> bool:
        text = spelling(f"{title or ''} {source or ''}")
        return all(word in text for word in self._wanted)


def facets(reader: Reader) -> Facets:
    """Count the articles by source, language and month."""
    return Facets(*(_counted(reader, of) for of in ("source", "language", "substr(published, 1, 7)")))


def _counted(reader: Reader, value: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    firsts: dict[str, int] = {}
    sql = f"SELECT {value} AS value, count(*), min(number) FROM articles GROUP BY value"  # noqa: S608
    for one, count, number in reader.select(sql):
        counts[one or ""] = counts.get(one or "", 0) + count
        firsts[one or ""] = min(number, firsts.get(one or "", number))
    return {one: counts[one] for one in sorted(counts, key=lambda one: (-counts[one], firsts[one]))}


def spelling(text: str) -> str:
    """Return a text in the normalized spelling in which titles are searched and sorted."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join([word.lower() if word.isascii() else _spelled(word) for word in text.split()])


@lru_cache(maxsize=65_536)
def _spelled(word: str) -> str:
    return unaccented(fold(word))

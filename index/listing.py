"""The list of articles as people look through it: filtered, searched by title, sorted, a page at a time."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from index.analysis.folding import fold, unaccented
from index.errors import QuestionError

if TYPE_CHECKING:
    from index.reader import ArticleInfo, Reader
    from index.records import Filters

Column = Literal["added", "published", "title", "source", "language", "passages"]
COLUMNS: tuple[str, ...] = get_args(Column)
"""What a list can be sorted by; with a `-` before it, the other way round."""


class Listing(NamedTuple):
    """A page of the list.

    Attributes:
        articles: without their texts.
        total: how many articles match in all.
    """

    articles: tuple[ArticleInfo, ...]
    total: int


class Facets(NamedTuple):
    """How many articles there are of each source, language and month of publication (`2023-10`), most first.

    What is unknown counts under "".
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
    """Give a page of the articles that match.

    Args:
        reader: of one transaction.
        filters: what the articles must match.
        title: words that all stand in the title or the source, in any spelling (التنف finds التَّنف).
        sort: one of COLUMNS, `-` before it for descending; articles that lack the value come last.
        first: how many to pass over.
        most: how many to give; None: all.

    Raises:
        QuestionError: `sort` names no column.
    """
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if column not in COLUMNS:
        raise QuestionError(f"cannot sort by {column[:40]!r}: name one of {', '.join(COLUMNS)}")
    found = reader.articles()
    if filters:
        allowed = reader.article_ids(filters)
        found = [info for info in found if info.id in allowed]
    if wanted := _spelling(title).split():
        found = [info for info in found if all(word in _sought(info) for word in wanted)]
    if column != "added":  # they come in that order
        known = [info for info in found if getattr(info, column) is not None]
        unknown = [info for info in found if getattr(info, column) is None]
        found = sorted(known, key=lambda info: _key(info, column), reverse=descending) + unknown
    elif descending:
        found.reverse()
    page = found[first : None if most is None else first + most]
    return Listing(tuple(page), len(found))


def facets(reader: Reader) -> Facets:
    """Count the articles by source, language and month."""
    counts: tuple[dict[str, int], ...] = ({}, {}, {})
    for info in reader.articles():
        values = (info.source or "", info.language or "", (info.published or "")[:7])
        for value, count in zip(values, counts, strict=True):
            count[value] = count.get(value, 0) + 1
    return Facets(*(dict(sorted(count.items(), key=lambda pair: -pair[1])) for count in counts))


def _sought(info: ArticleInfo) -> str:
    return _spelling(f"{info.title or ''} {info.source or ''}")


@lru_cache(maxsize=65_536)
def _spelling(text: str) -> str:
    return " ".join(unaccented(fold(word)) for word in text.split())


def _key(info: ArticleInfo, column: str) -> tuple[object, str]:
    value = getattr(info, column)
    return (_spelling(value) if isinstance(value, str) else value), info.id

"""The list of articles against its definition, written plainly over all articles in memory."""

from __future__ import annotations

import random
import sqlite3
from itertools import product
from typing import TYPE_CHECKING

import pytest

import index.store.listing
from index import Article, Collection, Filters
from index.analysis.folding import fold, unaccented
from index.store.listing import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.store.articles import ArticleInfo

TITLES = [
    "التَّنف تحت الهجوم",
    "Élections à Lyon",
    "elections in Лион",
    "पुल बंद",
    "旧桥 关闭",
    "ZEBRA",
    "Straße zu",
    "Größe",
    None,
]
SOURCES = ["وكالة الأنباء", "Le Soir", "le soir", "Вестник", None]
DATES = ["2023-10-19", "2023-10-02T08:00:00", "2024-01-02", "2023-11-30", None]
FILTERS = [
    None, Filters(language="en"), Filters(source="Le Soir"), Filters(published_from="2023-10-19"),
    Filters(published_to="2023-10-19", language="ar"), Filters(article="n7"), Filters(source="nobody"),
]  # fmt: skip


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    rng = random.Random(4)
    with Collection(tmp_path_factory.mktemp("listed")) as made:
        made.add(
            Article(
                id=f"n{i}", text=f"Article {i} has a sentence. " * rng.choice((1, 1, 40)), title=rng.choice(TITLES),
                source=rng.choice(SOURCES), published=rng.choice(DATES), language=rng.choice(("en", "ar", "und")),
                origin=f"/news/{i}.txt" if i % 2 else None,
            )
            for i in range(90)
        )  # fmt: skip
        for i in range(0, 90, 7):
            made.remove(f"n{i}")
            made.add([Article(id=f"n{i}", text=f"Again {i} comes back. ", title="elections", language="en")])
        yield made


def spelling(text: str) -> str:
    return " ".join(unaccented(fold(word)) for word in text.split())


def defined(found: list[ArticleInfo], filters: Filters | None, title: str, sort: str) -> list[ArticleInfo]:
    if filters:
        found = [
            info
            for info in found
            if filters.source in {None, info.source}
            and filters.language in {None, info.language}
            and filters.article in {None, info.id}
            and (filters.published_from or "") <= (info.published or "")[:10]
            and (not filters.published_to or "" < (info.published or "")[:10] <= filters.published_to)
        ]
    wanted = spelling(title).split()
    found = [i for i in found if all(w in spelling(f"{i.title or ''} {i.source or ''}") for w in wanted)]
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if column == "added":
        return found[::-1] if descending else found

    def key(info: ArticleInfo) -> tuple[object, str]:
        value = getattr(info, column)
        return (spelling(value) if isinstance(value, str) else value), info.id

    known = [info for info in found if getattr(info, column) is not None]
    unknown = [info for info in found if getattr(info, column) is None]
    return sorted(known, key=key, reverse=descending) + unknown


@pytest.mark.parametrize("far", [0, 2_000], ids=["deep", "shallow"])
@pytest.mark.parametrize("sort", [*COLUMNS, *(f"-{column}" for column in COLUMNS)])
def test_every_page_is_a_part_of_the_whole(
    collection: Collection, sort: str, far: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.store.listing, "_DEEP", far)
    everything = collection.articles()
    for filters, title in product(FILTERS, ("", "ELECTIONS", "التنف", "лион soir", "بالتنف", " ")):
        expected = defined(everything, filters, title, sort)
        whole = collection.listing(filters, title=title, sort=sort)
        assert [info.id for info in whole.articles] == [info.id for info in expected], (filters, title)
        assert list(whole.articles) == expected
        for first, most in ((0, 7), (3, 20), (len(expected) - 2, 7), (len(expected), 5), (0, 0)):
            page = collection.listing(filters, title=title, sort=sort, first=max(0, first), most=most)
            assert list(page.articles) == expected[max(0, first) :][:most], (filters, title, first)
            assert page.total == len(expected)


def test_facets_and_languages_count_every_article(collection: Collection) -> None:
    everything, facets = collection.articles(), collection.facets()
    for own, counted in (
        ([info.source or "" for info in everything], facets.source),
        ([info.language or "" for info in everything], facets.language),
        ([(info.published or "")[:7] for info in everything], facets.month),
    ):
        assert counted == {value: own.count(value) for value in own}
        assert list(counted) == sorted(counted, key=lambda value: (-own.count(value), own.index(value)))
    sizes = {info.language: 0 for info in everything}
    for info in everything:
        sizes[info.language] += info.passages
    assert collection.health()["languages"] == sizes


def test_a_database_without_the_indexes_is_listed_and_gets_them(home: Path) -> None:
    with Collection(home) as made:
        made.add([Article(id="а", text="Мост закрыт.", title="Мост", language="ru", published="2024-01-02")])

    def indexes() -> set[str]:
        with sqlite3.connect(home / "collection-1.sqlite") as database:
            found = {
                row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
            }
            if "articles_by_title" in found:
                database.executescript(
                    "DROP INDEX articles_by_title; DROP INDEX articles_by_date;"
                    "DROP INDEX articles_by_language_and_id;"
                )
        return found

    whole = indexes()
    assert len(indexes()) == len(whole) - 3
    with Collection(home) as made:
        assert made.listing(title="МОСТ", sort="-published").total == 1
        assert made.facets().month == {"2024-01": 1}
        assert made.check() == []
        made.add([Article(id="b", text="The bridge is closed.", language="en")])
    assert indexes() == whole

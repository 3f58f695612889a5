"""A view: however the changes came, it is the view of what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index import Article, Collection, NotFound
from tests.index.asking import QUESTIONS, ranking

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_removed_is_in_neither_half(tmp_path: Path, articles: list[Article]) -> None:
    with Collection(tmp_path / "a") as collection, Collection(tmp_path / "b") as never:
        collection.add(articles)
        collection.search("warm", 3)
        collection.remove("ar")
        never.add([article for article in articles if article.id != "ar"])
        for question in QUESTIONS:
            assert ranking(collection, question) == ranking(never, question)
        with collection.view() as (view, _), never.view() as (fresh, _):
            for name, channel in view.channels.items():
                assert channel.statistics == fresh.channels[name].statistics
        with pytest.raises(NotFound, match="'ar'"):
            collection.article("ar")
        with pytest.raises(NotFound):
            collection.remove("ar")


def test_many_small_changes_stay_few_segments_with_exact_statistics(home: Path, tmp_path: Path) -> None:
    made = [Article(id=f"{i}", text=f"Item {i} speaks of harbour number {i * 7 % 13}.") for i in range(60)]
    with Collection(home) as collection, Collection(tmp_path / "fresh") as fresh:
        for article in made:
            collection.add([article])
            collection.search("harbour", 1)
        for i in range(0, 60, 3):
            collection.remove(str(i))
            collection.search("harbour", 1)
        fresh.add([article for article in made if int(article.id or 0) % 3])
        with collection.view() as (view, _), fresh.view() as (other, _):
            assert len(view.segments) <= 7
            for name, channel in view.channels.items():
                assert channel.statistics == other.channels[name].statistics
        for question in ("harbour number 5", "item 7", "speaks"):
            assert ranking(collection, question) == ranking(fresh, question)

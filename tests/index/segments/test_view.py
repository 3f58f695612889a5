"""A view: however the changes came, it is the view of what is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import Article, Collection, NotFound
from index.ranking.query import analyse
from index.segments.merging import JOIN_ROWS, SEGMENT_ROWS
from index.segments.view import View
from index.store.passages import passages_after
from index.upkeep.embedding import embed_batch
from tests.index.asking import QUESTIONS, ranking
from tests.index.segments.views import after, left, made, told

if TYPE_CHECKING:
    from pathlib import Path

    from index.upkeep.session import Opened


def whole(state: Opened) -> View:
    """The view made at once of what is there."""
    with state.store.reading() as reader:
        return View.empty(state.encoder.dimension).updated(reader)


def embed(state: Opened) -> None:
    while embed_batch(state.store, state.encoder):
        pass


@pytest.mark.parametrize("join_rows", [0, 6, JOIN_ROWS, None])
def test_a_view_that_followed_every_change_is_the_one_made_at_once(
    collection: Collection, state: Opened, join_rows: int | None
) -> None:
    view = View.empty(state.encoder.dimension)
    articles = made(18)
    collection.add(articles[:9])
    view = after(state, view, join_rows)
    embed(state)
    for article in articles[9:]:
        collection.add([article])
        view = after(state, view, join_rows)
        assert told(view) == told(whole(state))
    embed(state)
    for number in (0, 4, 9, 17):
        collection.remove(f"a{number}")
        view = after(state, view, join_rows)
        assert told(view) == told(whole(state))
    collection.add(
        [replace(articles[6], text="أُغلق الجسر. السوق مفتوح."), replace(articles[7], text="A lantern.")]
    )
    view = after(state, view, join_rows)
    assert told(view) == told(whole(state))
    assert view.n_passages == 18 - 4
    if join_rows == 0:
        assert len(view.segments) == 1 + 9 + 1, "the first nine, nine alone, the two that were changed"


def test_changes_that_came_while_nobody_asked_are_followed_at_once(
    collection: Collection, state: Opened
) -> None:
    collection.add(made(6))
    view = after(state, View.empty(state.encoder.dimension))
    collection.add([Article(id="gone", text="القنديل فوق الجسر.", language="ar")])
    collection.remove("gone")  # the view never held it
    collection.remove("a0")
    collection.add(made(9)[6:])
    embed(state)
    view = after(state, view)
    assert told(view) == told(whole(state))
    assert view.n_passages == 6 - 1 + 3


def test_an_empty_view_finds_nothing(state: Opened) -> None:
    view = View.empty(7)
    assert (view.sequence, view.n_rows, view.n_passages, view.n_kept, view.spoken) == (0, 0, 0, 0, ())
    assert told(view) == told(replace(whole(state), sequence=0, vectors=view.vectors))
    assert len(view.rows(np.array([1, 2]))) == 0
    assert view.allowed({1}) == []
    assert not view.needs_compaction


def test_removed_passages_are_rows_until_a_compaction_but_count_nowhere_else(
    collection: Collection, state: Opened
) -> None:
    collection.add(made(10))
    embed(state)
    view = whole(state)
    for number in range(4):
        collection.remove(f"a{number}")
    later = after(state, view)
    assert (later.n_rows, later.n_passages, later.vectors.n_rows) == (10, 10 - 4, 10)
    assert later.n_kept == (10 - 4) + 10
    with state.store.reading() as reader:
        compact = later.compacted(reader)
    assert (compact.n_rows, compact.n_passages, compact.n_kept) == (10 - 4, 10 - 4, 2 * (10 - 4))
    assert told(compact) == told(later) == told(whole(state))


def test_a_view_is_not_changed_by_the_one_that_follows(collection: Collection, state: Opened) -> None:
    collection.add(made(9))
    embed(state)
    view = whole(state)
    before = told(view)
    assert after(state, view) is view, "nothing was changed"
    collection.remove("a1")
    collection.add(made(12)[9:])
    first = after(state, view)
    collection.remove("a2")
    second = after(state, first)
    with state.store.reading() as reader:
        second.compacted(reader)
    assert told(view) == before
    assert len(left(first)) == 9 - 1 + 3
    assert len(left(second)) == 9 - 2 + 3


def test_a_language_is_in_the_view_as_long_as_one_of_its_passages(
    collection: Collection, state: Opened
) -> None:
    collection.add(made(9))  # a0, a3 and a6 are Arabic
    view = whole(state)
    assert (view.languages, view.spoken) == ({"en", "ar"}, ("en", "ar"))
    for number in (0, 3):
        collection.remove(f"a{number}")
        view = after(state, view)
        assert view.languages == {"en", "ar"}
    collection.remove("a6")
    view = after(state, view)
    assert (view.languages, view.spoken) == ({"en"}, ("en",))
    collection.add([Article(id=f"r{i}", text=f"Мост закрыт, ворота {i}.", language="ru") for i in range(7)])
    assert after(state, view, 0).spoken == ("ru", "en")  # 7 > 6


def test_rows_numbers_and_languages_belong_together_across_segments(
    collection: Collection, state: Opened
) -> None:
    view = View.empty(state.encoder.dimension)
    for first in range(0, 12, 4):
        collection.add(made(12)[first : first + 4])
        view = after(state, view, 0)
    assert [len(segment) for segment in view.segments] == [4, 4, 4]
    assert view.first_rows == (0, 4, 8)
    with state.store.reading() as reader:
        stored = {row.number: row for row in passages_after(reader, 0)}
    asked = np.array([2, 5, 6, 11, 10**6])
    rows = view.rows(asked)
    assert sorted(view.numbers(rows).tolist()) == [2, 5, 6, 11], "one is in no segment"
    every = np.arange(view.n_rows)
    for number, language, row in zip(
        view.numbers(every).tolist(), view.languages_of(every), every.tolist(), strict=True
    ):
        assert language == stored[number].language
        words = np.frombuffer(stored[number].words, np.int32)
        assert np.isin(words, view.vocabulary(row).numbers).all()
    assert sorted(view.numbers(every).tolist()) == sorted(stored)


def test_a_filter_leaves_what_is_of_its_articles_and_was_not_removed(
    collection: Collection, state: Opened
) -> None:
    collection.add(made(4))
    view = after(state, View.empty(state.encoder.dimension), 0)
    collection.add(made(6)[4:])
    view = after(state, view, 0)
    assert view.allowed(None) == [None, None]
    collection.remove("a1")
    view = after(state, view, 0)
    with state.store.reading() as reader:
        articles = {row.number: row.article for row in passages_after(reader, 0)}
    wanted = {articles[3], articles[5]}
    masks = np.concatenate([mask for mask in view.allowed({*wanted, 2, 10**6}) if mask is not None])
    assert sorted(view.numbers(np.flatnonzero(masks)).tolist()) == [3, 5], "the second article was removed"
    everything, untouched = view.allowed(None)
    assert untouched is None
    assert everything is not None
    assert sorted(view.numbers(np.flatnonzero(everything)).tolist()) == [1, 3, 4]


def test_a_view_wants_compaction_when_less_than_seven_tenths_of_a_segment_is_left(
    collection: Collection, state: Opened
) -> None:
    collection.add(made(10))
    view = whole(state)
    for number in range(3):
        collection.remove(f"a{number}")
    view = after(state, view)
    assert not view.needs_compaction  # 7 of 10
    collection.remove("a3")
    view = after(state, view)
    assert view.needs_compaction  # 6 of 10
    with state.store.reading() as reader:
        compact = view.compacted(reader)
    assert not compact.needs_compaction
    assert compact.n_rows == 10 - 4


def test_segments_for_which_no_question_waited_are_joined_by_compaction(
    collection: Collection, state: Opened
) -> None:
    view = View.empty(state.encoder.dimension)
    for first in range(0, 9, 3):
        collection.add(made(9)[first : first + 3])
        embed(state)
        view = after(state, view, 0)
    assert (len(view.segments), len(view.vectors.segments)) == (3, 3)
    assert view.needs_compaction
    with state.store.reading() as reader:
        compact = view.compacted(reader)
    assert (len(compact.segments), len(compact.vectors.segments)) == (1, 1)
    assert told(compact) == told(view) == told(after(state, View.empty(view.vectors.dimension), SEGMENT_ROWS))


def test_a_word_counts_in_the_rows_that_still_hold_it(collection: Collection, state: Opened) -> None:
    terms = [term for _, ((term, _),) in analyse("السوق", "ar", ["ar"], None).grams]

    def frequencies(of: View) -> list[int]:
        return [of.channels["grams"].frequency(term) for term in terms]

    collection.add([Article(id="a", text="السوق قرب النهر.", language="ar")])
    collection.add([Article(id="b", text="المخبز قرب السوق.", language="ar")])
    view = whole(state)
    assert frequencies(view) == [2] * len(terms)
    collection.add([Article(id="a", text="المخبز قرب النهر.", language="ar")])
    assert frequencies(after(state, view)) == [2 - 1] * len(terms)
    assert frequencies(view) == [2] * len(terms)


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

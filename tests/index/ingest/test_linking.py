"""Near-duplicates are linked when they are added, both ways; what is the same text or address is one article."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.page_likeness import pairs
from index import Alike, Article, Collection, rebuild_home
from index.chunking.passages import split
from index.ingest.linking import _COMPARED, _PER_KEY
from index.store.likeness import sharing
from index.store.minhash import KEYS, NEAR, keys_of, may_be_near, overlap, sketch, triples
from index.store.passages import prose_of
from tests.index.reading.making import STORIES

if TYPE_CHECKING:
    from pathlib import Path

every_language = pytest.mark.parametrize("language", STORIES)


def text_of(language: str, *, last: str = "") -> str:
    return "\n\n".join([*STORIES[language].paragraphs, last]).strip()


def copy_of(language: str) -> str:
    """Agency copy: another headline, dateline and copyright around the same paragraphs."""
    story = STORIES[language]
    return "\n\n".join([STORIES["en"].title, "20.10.2023 - ", *story.paragraphs, "© 2023 Another Agency"])


def links(collection: Collection) -> dict[str, set[str]]:
    return {info.id: {other.id for other in info.alike} for info in collection.articles()}


@every_language
def test_an_agency_copy_is_linked_both_ways_and_folded_in_answers(language: str, home: Path) -> None:
    other = "es" if language != "es" else "en"
    with Collection(home) as collection:
        collection.add(
            [Article(id="first", text=text_of(language)), Article(id="other", text=text_of(other))]
        )
        (item,) = collection.add([Article(id="copy", text=copy_of(language))]).items
        assert item.state == "added"
        ((name, share, title),) = item.alike
        assert (name, title) == ("first", collection.article("first").title)
        assert NEAR <= share <= 1
        assert f"{share:.0%} like first" in item.reason
        assert links(collection) == {"first": {"copy"}, "other": set(), "copy": {"first"}}
        assert collection.articles()[0].alike == (Alike("copy", share, collection.article("copy").title),)
        hits = collection.search(STORIES[language].paragraphs[0], 2)  # the other is its translation
        assert sorted(sorted([hit.article.id, *hit.also_in]) for hit in hits) == [
            ["copy", "first"],
            ["other"],
        ]


def test_a_link_goes_with_either_article_and_with_another_text(home: Path) -> None:
    with Collection(home) as collection:
        for name in ("a", "b", "c"):
            collection.add([Article(id=name, text=text_of("ru", last=f"Материал агентства {name} {name}."))])
        assert links(collection) == {"a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b"}}
        collection.remove("a")
        assert links(collection) == {"b": {"c"}, "c": {"b"}}
        collection.add([Article(id="b", text=text_of("tr"))])
        assert links(collection) == {"b": set(), "c": set()}
        collection.add([Article(id="b", text=text_of("ru", last="Снова прежний текст статьи."))])
        assert links(collection) == {"b": {"c"}, "c": {"b"}}
        collection.edit("b", {"title": "Другой заголовок", "language": "bg"})
        assert links(collection) == {"b": {"c"}, "c": {"b"}}
        assert collection.check() == []


def test_nothing_is_left_of_what_was_removed(home: Path) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text=text_of("en")), Article(id="b", text=copy_of("en"))])
        collection.remove("a")
        collection.remove("b")
        with collection.session() as state, state.store.reading() as reader:
            for table in ("sketches", "sketch_keys", "alike", "files"):
                assert reader.one(f"SELECT count(*) FROM {table}") == 0  # noqa: S608


def test_links_survive_a_rebuild(home: Path) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text=text_of("ar")), Article(id="b", text=copy_of("ar"))])
        before = collection.articles()
    rebuild_home(home)
    with Collection(home) as collection:
        assert collection.articles() == before
        assert links(collection) == {"a": {"b"}, "b": {"a"}}


def test_the_same_text_twice_is_one_article_with_two_origins(home: Path) -> None:
    with Collection(home) as collection:
        collection.add([Article(text=text_of("zh"), origin=origin) for origin in ("/a.txt", "/b.txt")])
        (info,) = collection.articles()
        assert info.origins == ("/a.txt", "/b.txt")
        assert info.alike == ()


def test_a_later_version_of_an_address_replaces_the_earlier(home: Path) -> None:
    url = "https://news.example/drones"
    with Collection(home) as collection:
        (first,) = collection.add([Article(text=text_of("en"), url=url, origin="/monday.html")]).items
        corrected = text_of("en", last="The ministry corrected the figures.")
        (second,) = collection.add([Article(text=corrected, url=url, origin="/tuesday.html")]).items
        assert (second.state, second.article_id) == ("updated", first.article_id)
        (info,) = collection.articles()
        assert info.origins == ("/monday.html", "/tuesday.html")
        assert collection.article(info.id).text == corrected


@pytest.mark.parametrize(
    ("text", "published"),
    [
        pytest.param(text_of("fa"), None, id="another text of that address"),
        pytest.param(text_of("en", last="An older version."), "2023-10-01", id="an earlier version of it"),
    ],
)
def test_an_address_alone_replaces_nothing(text: str, published: str | None, home: Path) -> None:
    url = "https://news.example/"
    with Collection(home) as collection:
        collection.add([Article(text=text_of("en"), url=url, published="2023-10-19")])
        collection.add([Article(text=text, url=url, published=published)])
        assert len(collection.articles()) == 2


def test_thousands_of_one_template_cost_each_what_a_few_do(home: Path) -> None:
    """Each shares its keys with all before it; what is read and linked for one stays within the bounds."""
    body = text_of("en")
    made = [
        Article(id=f"{at:03}", text=f"{body}\n\nBulletin {at} of the day, room {at * 7}.") for at in range(90)
    ]
    with Collection(home) as collection:
        report = collection.add(made)
        assert max(len(item.alike) for item in report.items) == _COMPARED
        with collection.session() as state, state.store.reading() as reader:
            found = keys_of(sketch(triples(prose_of(reader, 1))))
            assert sharing(reader, found, _PER_KEY).total() <= KEYS * _PER_KEY


@pytest.mark.parametrize("pair", list(pairs()), ids=lambda pair: pair.name)
def test_what_newsrooms_do_to_a_report_is_told_from_another_report(pair: object) -> None:
    one, two = (triples(p.text for p in split(text)) for text in (pair.first, pair.second))  # type: ignore[attr-defined]
    assert (overlap(one, two) >= NEAR) is pair.near  # type: ignore[attr-defined]
    if pair.near:  # type: ignore[attr-defined]
        first, second = sketch(one), sketch(two)
        assert may_be_near(first, second)
        assert len(set(keys_of(first)) & set(keys_of(second))) >= 2


def test_the_overlap_is_that_of_word_triples() -> None:
    """Two texts of 200 words that share 100 in a row: 98 of 298 triples."""
    shared = [f"s{at}" for at in range(100)]
    first, second = (triples([" ".join([*shared, *(f"{mark}{at}" for at in range(100))])]) for mark in "ab")
    assert overlap(first, second) == 98 / (2 * 198 - 98)


def test_case_and_punctuation_do_not_count() -> None:
    words = " ".join(f"w{at}" for at in range(40))
    assert np.array_equal(
        triples([f'{words} "The MINISTER", he said']), triples([f"{words} the minister he  said."])
    )


def test_the_numbers_are_the_same_in_every_process(home: Path) -> None:
    """They are stored: an article added by one process is found by another."""
    for name in ("first", "copy"):
        code = (
            "import sys; from index import Article, Collection\n"
            "from pathlib import Path\n"
            "Collection(Path(sys.argv[1])).add([Article(id=sys.argv[2], text=sys.argv[3])])"
        )
        subprocess.run(
            [sys.executable, "-c", code, str(home), name, f"{text_of('hi')}\n\n{name}"], check=True
        )
    with Collection(home) as collection:
        assert links(collection) == {"first": {"copy"}, "copy": {"first"}}


@pytest.mark.parametrize("text", ["", "too short", "\ud800 \x00", "!!! ...", "\u0301" * 50, "a " * 500])
def test_what_has_too_few_words_is_like_nothing(text: str) -> None:
    assert sketch(triples([text])) == b""
    assert keys_of(b"") == []
    assert overlap(triples([text]), triples([text])) == 0
    assert not may_be_near(b"", b"")

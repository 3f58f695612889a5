"""Editing metadata and looking through the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index import Article, ArticleError, Collection, Filters, NotFound, QuestionError, Upload, read_upload

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Die Brücken der Stadt wurden am Montag gesperrt. Die Ingenieure fanden Risse in den Pfeilern."


def found(collection: Collection, question: str, **filters: str) -> list[str]:
    return [hit.article.id or "" for hit in collection.search(question, 10, Filters(**filters))]


def test_an_edit_is_in_the_next_answer_and_nothing_is_embedded_again(home: Path) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text=TEXT, language="de", source="Bote")])
        assert collection.settle()
        before = collection.search("Brücken gesperrt", 1)
        edited = collection.edit("a", {"title": "Gesperrt", "source": "Kurier", "published": "2024-02-29"})
        assert (edited.title, edited.source, edited.published) == ("Gesperrt", "Kurier", "2024-02-29")
        after = collection.search("Brücken gesperrt", 1)
        assert after[0].article == collection.article("a") == edited
        assert (after[0].score, after[0].passage_id) == (before[0].score, before[0].passage_id)
        assert found(collection, "Brücken", source="Kurier") == ["a"]
        assert found(collection, "Brücken", source="Bote") == []


def test_another_language_gives_other_terms_and_the_same_vectors(home: Path) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text=TEXT, language="en")])
        assert collection.settle()
        collection.edit("a", {"language": "de"})
        assert collection.embedding().waiting == 0
        edited = collection.search("Welche Brücke wurde gesperrt?", 1)
        with Collection(home.with_name("fresh")) as fresh:
            fresh.add([Article(id="a", text=TEXT, language="de")])
            assert fresh.settle()
            new = fresh.search("Welche Brücke wurde gesperrt?", 1)
        assert edited.hits == new.hits
        assert collection.check() == []


def test_a_value_that_is_taken_away_is_derived_again(home: Path) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text=TEXT, title="Given", source="Bote")])
        edited = collection.edit("a", {"title": None, "source": None, "language": None})
        assert (edited.title or "").startswith("Die Brücken der Stadt")
        assert (edited.source, edited.language) == (None, "de")


@pytest.mark.parametrize(
    "changes", [{"published": "yesterday"}, {"url": "javascript:alert(1)"}, {"language": "Arabic!"}]
)
def test_a_bad_value_changes_nothing(home: Path, changes: dict[str, str]) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text=TEXT, source="Bote")])
        before = collection.health()["sequence"]
        with pytest.raises(ArticleError):
            collection.edit("a", {"source": "Kurier", **changes})
        assert collection.article("a").source == "Bote"
        assert collection.health()["sequence"] == before
        with pytest.raises(NotFound):
            collection.edit("b", {})


def test_an_edit_stays_until_the_file_changes_and_through_a_rebuild(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "brücken.txt"
    path.write_text(TEXT, "utf-8")
    with Collection(home) as collection:
        (item,) = collection.add([path]).items
        name = item.article_id or ""
        collection.edit(name, {"title": "Mine", "language": "en"})
        assert [one.state for one in collection.add([path]).items] == ["unchanged"]
        collection.rebuild()
        assert [one.state for one in collection.add([path]).items] == ["unchanged"]
        assert (collection.article(name).title, collection.article(name).language) == ("Mine", "en")
        path.write_text(TEXT + " Der Verkehr ruht.", "utf-8")
        assert [one.state for one in collection.add([path]).items] == ["updated"]
        assert collection.article(name).title != "Mine"


def test_what_is_given_by_id_replaces_an_edit(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, "utf-8")
    with Collection(home) as collection:
        name = collection.add([path]).items[0].article_id or ""
        before = collection.article(name)
        collection.edit(name, {"title": "Mine", "language": "en"})
        assert collection.add([before]).items[0].state == "updated"
        assert collection.article(name) == before
        assert collection.check() == []


ROWS = [
    ("1", "التَّنف تحت الهجوم", "وكالة", "2023-10-19", "ar"),
    ("2", "Élections à Lyon", "Le Soir", "2024-01-02", "fr"),
    ("3", "apples and pears", "Herald", None, "en"),
    ("4", "Zebra crossing", None, "2023-10-02T08:00:00", "en"),
]


@pytest.fixture
def listed(home: Path) -> Collection:
    collection = Collection(home)
    collection.add(
        Article(id=i, text=f"Article {i} has a sentence.", title=t, source=s, published=p, language=g)
        for i, t, s, p, g in ROWS
    )
    return collection


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "1234"),
        ({"sort": "-added"}, "4321"),
        ({"sort": "published"}, "4123"),
        ({"sort": "-published"}, "2143"),
        ({"sort": "title"}, "3241"),
        ({"sort": "-source"}, "1234"),
        ({"title": "التنف"}, "1"),
        ({"title": "ELECTIONS lyon"}, "2"),
        ({"title": "herald pears"}, "3"),
        ({"title": "absent"}, ""),
        ({"filters": Filters(language="en")}, "34"),
        ({"filters": Filters(published_from="2023-10-02", published_to="2023-10-19")}, "14"),
        ({"filters": Filters(source="Herald"), "title": "apples"}, "3"),
    ],
)
def test_the_list_is_filtered_searched_and_sorted(
    listed: Collection, given: dict[str, object], expected: str
) -> None:
    page = listed.listing(**given)  # type: ignore[arg-type]
    assert "".join(info.id for info in page.articles) == expected
    assert page.total == len(expected)


def test_the_list_comes_in_pages(listed: Collection) -> None:
    page = listed.listing(sort="-added", first=1, most=2)
    assert [info.id for info in page.articles] == ["3", "2"]
    assert page.total == 4
    with pytest.raises(QuestionError, match="cannot sort by 'colour'"):
        listed.listing(sort="colour")


def test_facets_count_what_there_is(listed: Collection) -> None:
    facets = listed.facets()
    assert facets.language == {"en": 2, "ar": 1, "fr": 1}
    assert facets.month == {"2023-10": 2, "2024-01": 1, "": 1}
    assert facets.source == {"وكالة": 1, "Le Soir": 1, "Herald": 1, "": 1}


def test_passages_are_in_the_order_of_the_text(home: Path) -> None:
    text = "\n\n".join(f"Paragraph {n} speaks of the harbour. " * 12 for n in range(6))
    with Collection(home) as collection:
        collection.add([Article(id="a", text=text)])
        passages = collection.passages("a")
        assert len(passages) > 2
        assert [p.start for p in passages] == sorted(p.start for p in passages)
        assert all(text[p.start : p.end] == p.text for p in passages)
        with pytest.raises(NotFound):
            collection.passages("b")


def test_an_upload_is_read_like_a_file_but_is_no_file() -> None:
    (article,) = read_upload(Upload("../../etc/تقرير.md", "# عنوان\n\nنص المقال هنا.".encode("utf-16")))
    assert (article.origin, article.text) == (None, "# عنوان\n\nنص المقال هنا.")


@pytest.mark.parametrize("name", ["x.exe", "", ".txt", "a" * 5000 + ".bin", "\ud800.zip", "..", "/"])
def test_a_refused_upload_is_told_by_its_name_only(name: str) -> None:
    with pytest.raises(ArticleError) as caught:
        read_upload(Upload(name, b"\x00\x01\x02"))
    assert "tmp" not in str(caught.value)

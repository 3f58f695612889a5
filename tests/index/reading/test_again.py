"""Files of several articles read again: what is new comes, what changed is replaced, what is gone goes."""

from __future__ import annotations

import json
import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from index import Article
from index.reading import disk, seen
from tests.index.reading.making import STORIES, page, pdf, row, zipped

if TYPE_CHECKING:
    from pathlib import Path


def rows(path: Path, *codes: str) -> None:
    path.write_text("\n".join(json.dumps(row(STORIES[code])) for code in codes))


def states(report: object) -> list[tuple[str, str]]:
    return [(item.state, item.name.rsplit("/", 1)[-1]) for item in report.items]  # type: ignore[attr-defined]


def test_a_row_that_is_gone_from_its_file_is_gone_from_the_collection(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.html").write_text(page(STORIES["tr"]))
    rows(folder / "week.jsonl", "en", "ru")
    with Assistant(tmp_path / "home") as assistant:
        first = assistant.add(folder)
        assert [item.state for item in first.items] == ["added"] * 3
        rows(folder / "week.jsonl", "ru", "es")
        assert states(assistant.add(folder)) == [
            ("unchanged", "one.html"),
            ("unchanged", "week.jsonl#story-ru"),
            ("added", "week.jsonl#story-es"),
            ("removed", "week.jsonl#story-en"),
        ]
        assert {info.language for info in assistant.articles()} == {"tr", "ru", "es"}
        assert [item.state for item in assistant.sync(folder).items] == ["unchanged"] * 3


def test_a_file_that_is_gone_takes_its_parts_with_it_and_a_damaged_one_does_not(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    rows(folder / "week.jsonl", "en", "ru")
    (folder / "all.zip").write_bytes(zipped({"a/b.html": page(STORIES["tr"]).encode()}))
    with Assistant(tmp_path / "home") as assistant:
        assistant.add(folder)
        (folder / "all.zip").write_bytes(b"PK\x03\x04 damaged")
        assert [item.state for item in assistant.sync(folder).items] == ["skipped", "unchanged", "unchanged"]
        assert len(assistant.articles()) == 3
        (folder / "week.jsonl").unlink()
        report = assistant.sync(folder)
        assert sorted(name for state, name in states(report) if state == "removed") == [
            "week.jsonl#story-en", "week.jsonl#story-ru",
        ]  # fmt: skip
        assert {info.language for info in assistant.articles()} == {"tr"}


def test_a_file_name_with_a_mark_in_it_is_not_taken_for_a_part(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    rows(folder / "a.jsonl", "en")
    (folder / "a.jsonl#story-x.txt").write_text("\n\n".join(STORIES["ru"].paragraphs))
    with Assistant(tmp_path / "home") as assistant:
        assistant.sync(folder)
        assert {info.language for info in assistant.articles()} == {"en", "ru"}
        assert [item.state for item in assistant.sync(folder).items] == ["unchanged", "unchanged"]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose content was read, in order."""
    names: list[str] = []

    def load(path: Path, *given: object) -> bytes:
        names.append(path.name)
        return disk.load(path, *given)  # type: ignore[arg-type]

    monkeypatch.setattr("index.reading.files.load", load)
    return names


def aged(folder: Path) -> None:
    """Let what is remembered be of a while later, as if the files had been read long after they were written."""
    with sqlite3.connect(folder / "home" / "collection-1.sqlite") as database:
        database.execute("UPDATE files SET looked_ns = looked_ns + 3600000000000")
    database.close()


def test_unchanged_files_are_not_read_again(tmp_path: Path, opened: list[str]) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.html").write_text(page(STORIES["tr"]))
    rows(folder / "week.jsonl", "en", "ru")
    (folder / "print.pdf").write_bytes(
        pdf(["Drones attacked the base early on Wednesday, an official said."])
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 damaged")
    (folder / "half.json").write_text(json.dumps([row(STORIES["es"]), {"title": "t", "text": "!!! 42"}]))
    with Assistant(tmp_path / "home") as assistant:
        first = assistant.sync(folder)
        aged(tmp_path)
        opened.clear()
        second = assistant.sync(folder)
        assert opened == []
        assert [(item.name, item.article_id) for item in second.unchanged] == [
            (item.name, item.article_id) for item in sorted(first.added, key=lambda item: item.name)
        ]
        assert sorted(second.skipped) == sorted(first.skipped)
        assert len(second.skipped) == 2
        (folder / "one.html").write_text(page(STORIES["fa"]))
        report = assistant.sync(folder)
        assert opened == ["one.html"]
        assert [item.state for item in report.items].count("updated") == 1


def test_a_file_changed_within_one_tick_and_of_one_size_is_read(tmp_path: Path, opened: list[str]) -> None:
    """The file system tells nothing; the content's digest decides, until the times are old enough to be trusted."""
    file = tmp_path / "news.txt"
    file.write_text(f"{STORIES['en'].paragraphs[0]} Five.")
    with Assistant(tmp_path / "home") as assistant:
        assistant.add(file)
        file.write_text(f"{STORIES['en'].paragraphs[0]} Nine.")
        status = file.stat()
        with sqlite3.connect(tmp_path / "home" / "collection-1.sqlite") as database:  # as if in the same tick
            database.execute(
                "UPDATE files SET mtime_ns = ?, ctime_ns = ?", (status.st_mtime_ns, status.st_ctime_ns)
            )
        database.close()
        opened.clear()
        assert [item.state for item in assistant.add(file).items] == ["updated"]
        (info,) = assistant.articles()
        assert assistant.article(info.id).text.endswith("Nine.")
        assert [item.state for item in assistant.add(file).items] == ["unchanged"]
        assert opened == ["news.txt"] * 2
        aged(tmp_path)
        assert [item.state for item in assistant.add(file).items] == ["unchanged"]
        assert opened == ["news.txt"] * 2


def test_a_touched_file_is_read_and_not_parsed(tmp_path: Path, opened: list[str]) -> None:
    file = tmp_path / "print.pdf"
    file.write_bytes(pdf(["Drones attacked the base early on Wednesday, an official said."]))
    with Assistant(tmp_path / "home") as assistant:
        assistant.add(file)
        os.utime(file, ns=(1, 1))
        assert [item.reason for item in assistant.add(file).items] == ["the file is unchanged"]
        assert opened == ["print.pdf"] * 2


def test_what_was_removed_comes_back_from_its_unchanged_file(tmp_path: Path) -> None:
    rows(tmp_path / "week.jsonl", "en", "ru")
    with Assistant(tmp_path / "home") as assistant:
        first = assistant.add(tmp_path / "week.jsonl")
        aged(tmp_path)
        assistant.remove(first.added[0].article_id or "")
        assert [item.state for item in assistant.add(tmp_path / "week.jsonl").items] == ["added", "unchanged"]


def test_other_columns_or_another_way_of_reading_read_it_again(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "table.csv"
    lead, other = STORIES["en"].paragraphs[:2]
    file.write_text(f'title,text,body\na,"{lead}","{other}"\n')
    with Assistant(tmp_path / "home") as assistant:
        assistant.add(file)
        aged(tmp_path)
        assert assistant.add(file, columns={"text": "body"}).updated
        aged(tmp_path)
        opened.clear()
        monkeypatch.setattr(seen, "READING_VERSION", seen.READING_VERSION + 1)
        seen.way.cache_clear()
        assistant.add(file, columns={"text": "body"})
        assert opened == ["table.csv"]
    seen.way.cache_clear()


def test_a_rebuild_remembers_what_was_read(tmp_path: Path, opened: list[str]) -> None:
    rows(tmp_path / "week.jsonl", "en", "ru")
    with Assistant(tmp_path / "home") as assistant:
        assistant.add(tmp_path / "week.jsonl")
        aged(tmp_path)
        assistant.rebuild()
        opened.clear()
        assert [item.state for item in assistant.add(tmp_path / "week.jsonl").items] == ["unchanged"] * 2
        assert opened == []


def test_parts_that_share_an_id_do_not_replace_each_other(tmp_path: Path) -> None:
    """A row whose id is the number of another row, entries that all name the front page."""
    first, second = STORIES["en"].paragraphs[:2]
    (tmp_path / "rows.json").write_text(json.dumps([{"id": "2", "text": first}, {"text": second}]))
    entries = "".join(
        f"<item><title>{story.title}</title><link>https://a.example/</link>"
        f"<description>{story.paragraphs[0]}</description></item>"
        for story in (STORIES["ru"], STORIES["tr"])
    )
    (tmp_path / "all.rss").write_text(
        f"<rss version='2.0'><channel><title>All</title>{entries}</channel></rss>"
    )
    with Assistant(tmp_path / "home") as assistant:
        for _ in range(2):
            for name in ("rows.json", "all.rss"):
                assert len(assistant.add(tmp_path / name).items) == 2
                (tmp_path / name).touch()
            assert len(assistant.articles()) == 4


def test_all_that_was_refused_of_a_long_file_is_told_again(tmp_path: Path) -> None:
    """More parts than are written at once, none of the first of which can be taken."""
    file = tmp_path / "long.json"
    bad = [{"id": f"bad-{at}", "text": "!!! 42"} for at in range(150)]
    file.write_text(json.dumps([*bad, row(STORIES["en"])]))
    with Assistant(tmp_path / "home") as assistant:
        first = assistant.add(file)
        assert len(first.skipped) == 150
        aged(tmp_path)
        again = assistant.add(file)
        assert [item.reason for item in again.unchanged] == ["the file is unchanged"]
        assert sorted(again.skipped) == sorted(first.skipped)


# -- articles that were pasted below another ---------------------------------------------------------

MARKET = (
    "The city council said that the old market would close for a month while its wooden roof is mended.\n\n"
    "Traders will move to a square nearby, the mayor said, and the council will pay the rent of their stalls."
)


def pasted(*codes: str) -> str:
    """A text, and below it other articles under a line such as websites have it."""
    stories = [f"{STORIES[code].title}\n\n" + "\n\n".join(STORIES[code].paragraphs) for code in codes]
    return "\n\nRead also:\n\n".join([MARKET, *stories])


def titles(assistant: Assistant) -> list[str]:
    return sorted(info.title or "" for info in assistant.articles())


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


def as_one(assistant: Assistant, file: Path) -> str:
    """Let a home hold a file as it was read before: as one article, whatever was pasted into it."""
    (added,) = assistant.add([Article(text=file.read_text(), origin=str(file))]).added
    return added.article_id or ""


def test_pasted_articles_come_change_and_go_with_their_file(news: Path, tmp_path: Path) -> None:
    file = news / "a.txt"
    file.write_text(pasted("en", "ru"))
    with Assistant(tmp_path / "home") as assistant:
        assert states(assistant.sync(news)) == [
            ("added", "a.txt"),
            ("added", "a.txt#2"),
            ("added", "a.txt#3"),
        ]
        assert [item.state for item in assistant.sync(news).items] == ["unchanged"] * 3
        file.write_text(pasted("en", "ru").replace("two soldiers", "three soldiers"))
        assert states(assistant.sync(news)) == [
            ("unchanged", "a.txt"),
            ("updated", "a.txt#2"),
            ("unchanged", "a.txt#3"),
        ]
        file.write_text(pasted("en"))
        assert states(assistant.sync(news))[-1] == ("removed", "a.txt#3")
        file.write_text(MARKET)
        assert states(assistant.sync(news)) == [("unchanged", "a.txt"), ("removed", "a.txt#2")]
        file.write_text(pasted("en"))
        assert states(assistant.sync(news)) == [("unchanged", "a.txt"), ("added", "a.txt#2")]
        file.unlink()
        report = assistant.sync(news)
        assert {item.state for item in report.items} <= {"removed", "missing"}
        assert len(report.items) == 2


def test_a_pasted_article_that_was_removed_stays_away_and_the_other_stays(news: Path, tmp_path: Path) -> None:
    file = news / "a.txt"
    file.write_text(pasted("en"))
    with Assistant(tmp_path / "home") as assistant:
        first, second = (item.article_id or "" for item in assistant.sync(news).added)
        for gone, left in ((second, first), (first, second)):
            assistant.remove(gone)
            for _ in range(2):
                assert sorted(item.state for item in assistant.sync(news).items) == ["unchanged", "withheld"]
            assert [info.id for info in assistant.articles()] == [left]
            assistant.add(file)
            assert {info.id for info in assistant.articles()} == {first, second}


def test_what_a_home_held_as_one_article_is_followed_as_two(news: Path, tmp_path: Path) -> None:
    file = news / "a.txt"
    file.write_text(pasted("en"))
    with Assistant(tmp_path / "home") as assistant:
        before = as_one(assistant, file)
        assert states(assistant.sync(news)) == [("updated", "a.txt"), ("added", "a.txt#2")]
        first, second = assistant.articles()
        assert (first.id, second.title) == (before, STORIES["en"].title)
        assert assistant.article(first.id).text == MARKET
        assert pasted("en").endswith(assistant.article(second.id).text)
        assert assistant.check() == []
        assert [item.state for item in assistant.sync(news).items] == ["unchanged"] * 2


def test_what_was_removed_as_one_article_does_not_come_back_as_two(news: Path, tmp_path: Path) -> None:
    file = news / "a.txt"
    file.write_text(pasted("en"))
    with Assistant(tmp_path / "home") as assistant:
        assistant.remove(as_one(assistant, file))
        for _ in range(2):
            assert {item.state for item in assistant.sync(news).items} == {"withheld"}
            assert not assistant.articles()
        assert [item.state for item in assistant.add(file).items] == ["added", "added"]


def test_what_was_removed_as_one_article_and_given_again_is_followed_as_two(
    news: Path, tmp_path: Path
) -> None:
    file = news / "a.txt"
    file.write_text(pasted("en"))
    with Assistant(tmp_path / "home") as assistant:
        before = as_one(assistant, file)
        removed = assistant.article(before)
        assistant.remove(before)
        assistant.sync(news)
        assistant.add([Article(id=before, text=removed.text, title=removed.title)])  # as undoing does
        assistant.sync(news)
        assert next(info.id for info in assistant.articles()) == before
        assert STORIES["en"].title in titles(assistant)


def test_edits_stay_where_a_text_file_is_only_read_in_another_way(news: Path, tmp_path: Path) -> None:
    divided, named = news / "a.txt", news / "b.txt"
    divided.write_text(pasted("en"))
    named.write_text("\n\n".join(STORIES["es"].paragraphs) + "\n\nFuente: Diario del Puerto\n")
    with Assistant(tmp_path / "home") as assistant:
        ids = [as_one(assistant, file) for file in (divided, named)]
        for number, article_id in enumerate(ids):
            assistant.edit(article_id, title=f"Mine {number}", published="2024-05-06")
        assert [state for state, _ in states(assistant.sync(news))] == ["updated", "added", "updated"]
        found = {info.id: info for info in assistant.articles()}
        assert [(found[each].title, found[each].published) for each in ids] == [
            ("Mine 0", "2024-05-06"), ("Mine 1", "2024-05-06"),
        ]  # fmt: skip
        assert found[ids[1]].source == "Diario del Puerto"
        named.write_text("\n\n".join(STORIES["es"].paragraphs[:2]))
        assistant.sync(news)  # a changed file replaces them
        assert {info.id: info for info in assistant.articles()}[ids[1]].title != "Mine 1"

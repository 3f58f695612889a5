"""Files that are gone: seen, not inferred; what may be an accident is kept until a person decides."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from index import Article, Missing, NotFound, UnreadableArticle
from tests.confined import bound_by_permissions, mount, unmount

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = (
    "ferry",
    "harvest",
    "glacier",
    "orchestra",
    "aqueduct",
    "lantern",
    "granite",
    "saffron",
    "tunnel",
    "falcon",
)


def text(n: int) -> str:
    """A text like no other of these."""
    return f"The {WORDS[n % 10]} of district {n} was opened by its mayor. {n * 7919} people came on day {n}."


def fill(folder: Path, numbers: range) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{n:03}.txt" for n in numbers]
    for n, path in zip(numbers, paths, strict=True):
        path.write_text(text(n), "utf-8")
    return paths


@pytest.fixture
def news(tmp_path: Path) -> Path:
    return tmp_path / "news"


@pytest.fixture
def library(home: Path) -> Iterator[Assistant]:
    with Assistant(home) as assistant:
        yield assistant


def held(assistant: Assistant) -> list[str]:
    """The names of the files that articles were read from."""
    return sorted(Path(origin).name for info in assistant.articles() for origin in info.origins)


def whys(missing: list[Missing]) -> set[str]:
    return {each.why for each in missing}


# -- what cannot be seen --------------------------------------------------------------------------


def test_a_folder_that_cannot_be_listed_keeps_its_articles(library: Assistant, news: Path) -> None:
    fill(news, range(3))
    library.sync(news)
    with bound_by_permissions():
        news.chmod(0)
        try:
            with pytest.raises(UnreadableArticle, match="cannot be listed; check its permissions"):
                library.sync(news)
        finally:
            news.chmod(0o755)
    assert len(held(library)) == 3
    assert len(library.sync(news).unchanged) == 3


def test_what_is_below_a_folder_that_cannot_be_listed_is_not_gone(library: Assistant, news: Path) -> None:
    fill(news, range(3))
    below = fill(news / "below" / "deeper", range(3, 6))
    library.sync(news)
    (news / "000.txt").unlink()
    with bound_by_permissions():
        (news / "below").chmod(0)
        try:
            report = library.sync(news)
        finally:
            (news / "below").chmod(0o755)
    assert [item.name for item in report.removed] == [str(news / "000.txt")]
    assert [item.name for item in report.unlisted] == [str(news / "below")]
    assert held(library) == ["001.txt", "002.txt", "003.txt", "004.txt", "005.txt"]
    below[0].unlink()
    assert [item.name for item in library.sync(news).removed] == [str(below[0])]


@pytest.mark.parametrize("mode", [0o444, 0o311])
def test_a_folder_that_may_be_listed_or_entered_only_keeps_its_articles(
    library: Assistant, news: Path, mode: int
) -> None:
    """Names without files, and files without names: neither is a file that is gone."""
    fill(news / "below", range(3))
    fill(news, range(3, 5))
    library.sync(news)
    with bound_by_permissions():
        (news / "below").chmod(mode)
        try:
            report = library.sync(news)
        finally:
            (news / "below").chmod(0o755)
    assert not report.removed
    assert len(report.skipped) == (3 if mode == 0o444 else 0)
    assert len(held(library)) == 5


def test_a_folder_that_is_not_there_keeps_its_articles(library: Assistant, news: Path) -> None:
    fill(news, range(3))
    library.sync(news)
    news.rename(news.with_name("elsewhere"))
    with pytest.raises(UnreadableArticle, match="no such file"):
        library.sync(news)
    news.write_text("a file now")
    with pytest.raises(UnreadableArticle, match="a file, not a folder"):
        library.sync(news)
    assert len(held(library)) == 3


def test_a_file_that_folders_leave_out_is_not_gone(library: Assistant, news: Path) -> None:
    fill(news, range(2))
    for name, n in (("README.md", 2), (".hidden.txt", 3)):
        (news / name).write_text(text(n), "utf-8")
        library.add(news / name)
    assert not library.sync(news).removed
    (news / "README.md").unlink()
    assert [Path(item.name).name for item in library.sync(news).removed] == ["README.md"]


def test_a_folder_is_the_same_by_a_link_to_it(library: Assistant, news: Path) -> None:
    fill(news, range(3))
    link = news.with_name("link")
    link.symlink_to(news)
    library.sync(link)
    (news / "000.txt").unlink()
    assert len(library.sync(link).removed) == 1
    assert len(library.remove_folder(link)) == 2


# -- what may be an accident ----------------------------------------------------------------------


def test_an_emptied_folder_keeps_its_articles_until_its_files_are_back(home: Path, news: Path) -> None:
    files = fill(news, range(2))
    with Assistant(home) as library:
        library.sync(news)
        library.edit(library.articles()[0].id, title="Edited here")
        for path in files:
            path.unlink()
        report = library.sync(news)
        assert (len(report.missing), len(report.removed)) == (2, 0)
        assert [each.why for each in library.missing(news)] == ["empty", "empty"]
        assert len(library.search("mayor", 10)) == 2
    with Assistant(home) as library:
        assert len(library.sync(news).missing) == 2
        fill(news, range(2))
        assert not library.sync(news).missing
        assert library.missing() == []
        assert library.articles()[0].title == "Edited here"


def test_a_folder_with_nothing_but_other_files_left_is_as_good_as_empty(
    library: Assistant, news: Path
) -> None:
    files = fill(news, range(2))
    library.sync(news)
    for path in files:
        path.unlink()
    (news / "NOT MOUNTED").write_bytes(b"\x00\x01")
    assert not library.sync(news).removed
    assert whys(library.missing(news)) == {"empty"}


@pytest.mark.parametrize(
    ("n_files", "n_gone", "are_kept"), [(12, 10, False), (22, 11, False), (21, 11, True), (40, 39, True)]
)
def test_more_than_ten_and_more_than_half_at_once_are_kept(
    library: Assistant, news: Path, n_files: int, n_gone: int, *, are_kept: bool
) -> None:
    files = fill(news, range(n_files))
    library.sync(news)
    for path in files[:n_gone]:
        path.unlink()
    report = library.sync(news)
    assert len(report.missing if are_kept else report.removed) == n_gone
    assert library.n_missing(news) == (n_gone if are_kept else 0)
    assert len(library.articles()) == (n_files if are_kept else n_files - n_gone)


def test_what_was_kept_stays_so_when_the_folder_grows(home: Path, news: Path) -> None:
    files = fill(news, range(20))
    with Assistant(home) as library:
        library.sync(news)
        for path in files[:11]:
            path.unlink()
        library.sync(news)
        fill(news, range(100, 160))
    with Assistant(home) as library:
        library.rebuild()
        assert not library.sync(news).removed
        assert whys(library.missing(news)) == {"many"}
        files[15].unlink()  # one more goes, and that is no accident
        assert [item.name for item in library.sync(news).removed] == [str(files[15])]
        assert library.n_missing(news) == 11


def test_a_drive_that_is_taken_away_keeps_its_articles(library: Assistant, news: Path) -> None:
    """All of a folder, and a part of one: fewer than ten, and the folder below is there, empty."""
    (news / "drive").mkdir(parents=True)
    mount(news / "drive")
    try:
        fill(news, range(20))
        fill(news / "drive" / "deep", range(20, 23))
        library.sync(news)
        library.sync(news / "drive")
    finally:
        unmount(news / "drive")
    (news / "000.txt").unlink()
    report = library.sync(news)
    assert [item.name for item in report.removed] == [str(news / "000.txt")]
    assert whys(library.missing(news)) == {"drive"}
    assert library.n_missing(news) == 3
    (news / "drive").rmdir()
    assert not library.sync(news).removed
    fill(news / "drive" / "deep", range(20, 23))
    library.sync(news)
    assert library.missing() == []


def test_a_drive_in_the_place_of_another_hides_nothing_for_good(library: Assistant, news: Path) -> None:
    fill(news, range(3))
    library.sync(news)
    mount(news)
    try:
        fill(news, range(3, 5))
        library.sync(news)
        assert whys(library.missing(news)) == {"drive"}
    finally:
        unmount(news)
    library.sync(news)
    assert {each.origins[0] for each in library.missing(news)} == {str(news / f"00{n}.txt") for n in (3, 4)}


# -- a person decides -----------------------------------------------------------------------------


def test_a_person_removes_what_is_missing_but_not_what_is_back(library: Assistant, news: Path) -> None:
    files = fill(news, range(12))
    library.sync(news)
    shutil.rmtree(news)
    news.mkdir()
    library.sync(news)
    assert library.n_missing(news) == 12
    files[0].write_text(text(0), "utf-8")
    assert len(library.remove_missing(news)) == 11
    assert held(library) == ["000.txt"]
    library.sync(news)
    assert library.missing() == []


def test_what_is_kept_stays_for_good_and_meets_its_file_again(library: Assistant, news: Path) -> None:
    (file,) = fill(news, range(1))
    library.sync(news)
    (info,) = library.articles()
    file.unlink()
    library.sync(news)
    assert library.keep_missing(news) == [info.id]
    assert (library.missing(), library.sync(news).missing) == ([], ())
    assert [found.id for found in library.articles()] == [info.id]
    fill(news, range(1))
    library.sync(news)
    fill(news, range(1, 2))
    file.unlink()
    assert not library.sync(news).removed  # it does not go with the file now
    assert {found.id for found in library.articles()} > {info.id}


def test_edits_come_back_with_a_file_that_was_deleted(home: Path, news: Path) -> None:
    files = fill(news, range(3))
    with Assistant(home) as library:
        library.sync(news)
        ids = {Path(info.origins[0]).name: info.id for info in library.articles()}
        library.edit(ids["000.txt"], title="Edited", source="Mine", published="2024-02-29")
        library.edit(ids["001.txt"], title="Edited too", language="de")
        files[0].unlink()
        files[1].unlink()
        assert len(library.sync(news).removed) == 2
    with Assistant(home) as library:
        assert len(library.articles()) == 1
        library.rebuild()
        fill(news, range(1))
        (news / "001.txt").write_text(f"{text(1)} And more.", "utf-8")
        assert len(library.sync(news).added) == 2
        back = library.article(ids["000.txt"])
        assert (back.title, back.source, back.published) == ("Edited", "Mine", "2024-02-29")
        assert library.article(ids["001.txt"]).title != "Edited too"  # its file is another now
        assert library.sync(news).unchanged
        os.utime(files[0], ns=(1, 1))
        library.sync(news)
        assert library.article(ids["000.txt"]).title == "Edited"
        assert library.check() == []


def test_edits_of_another_language_come_back_with_its_terms(library: Assistant, news: Path) -> None:
    files = fill(news, range(2))
    library.sync(news)
    (article_id,) = [info.id for info in library.articles() if info.origins == (str(files[0]),)]
    library.edit(article_id, language="de")
    files[0].unlink()
    library.sync(news)
    fill(news, range(1))
    library.sync(news)
    assert library.article(article_id).language == "de"
    assert library.check() == []


def test_edits_come_back_after_a_person_removed_what_was_missing(library: Assistant, news: Path) -> None:
    (file,) = fill(news, range(1))
    library.sync(news)
    article_id = library.articles()[0].id
    library.edit(article_id, title="Edited")
    file.unlink()
    library.sync(news)
    library.remove_missing(news)
    assert library.articles() == []
    fill(news, range(1))
    library.sync(news)
    assert library.article(article_id).title == "Edited"


# -- several articles in a file, several files of an article -----------------------------------------


def write_rows(path: Path, numbers: range) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(json.dumps({"id": f"r{n}", "text": text(n)}) for n in numbers), "utf-8")


def write_zip(path: Path, numbers: range) -> None:
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for n in numbers:
            archive.writestr(f"pages/{n}.txt", text(n))


@pytest.mark.parametrize(("name", "write"), [("week.jsonl", write_rows), ("all.zip", write_zip)])
def test_a_file_that_is_just_being_written_loses_no_article(
    library: Assistant, news: Path, name: str, write: object
) -> None:
    assert callable(write)
    file = news / name
    write(file, range(30))
    library.sync(news)
    edited = library.articles()[20].id
    library.edit(edited, title="Edited")
    write(file, range(5))
    report = library.sync(news)
    assert (len(report.missing), len(report.removed)) == (25, 0)
    assert whys(library.missing(file)) == whys(library.missing(news)) == {"rows"}
    assert len(library.sync(news).missing) == 25
    write(file, range(30))
    assert not library.sync(news).missing
    assert library.article(edited).title == "Edited"
    write(file, range(25))
    assert len(library.sync(news).removed) == 5  # few of them are no accident
    write(file, range(30))
    library.sync(news)
    file.unlink()
    assert len(library.sync(news).missing) == 30
    assert len(library.remove_missing(file)) == 30


def test_the_same_of_a_file_that_is_added_again(library: Assistant, news: Path) -> None:
    file = news / "week.jsonl"
    write_rows(file, range(30))
    library.add(file)
    write_rows(file, range(5))
    assert len(library.add(file).missing) == 25
    assert len(library.articles()) == 30
    assert len(library.remove_missing(file)) == 25
    assert library.check() == []


def test_files_that_are_moved_take_their_articles_along(library: Assistant, news: Path) -> None:
    files = fill(news, range(20))
    library.sync(news)
    ids = [info.id for info in library.articles()]
    library.edit(ids[0], title="Edited")
    (news / "2024").mkdir()
    for path in files:
        path.rename(news / "2024" / path.name)
    report = library.sync(news)
    assert (report.removed, report.missing) == ((), ())
    assert [info.id for info in library.articles()] == ids
    assert library.articles()[0].title == "Edited"
    assert held(library) == [path.name for path in files]


def test_an_article_is_missing_only_if_all_its_files_are(library: Assistant, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        fill(tmp_path / folder, range(2))
        library.sync(tmp_path / folder)
    shutil.rmtree(tmp_path / "one")
    (tmp_path / "one").mkdir()
    library.sync(tmp_path / "one")
    assert library.missing(tmp_path / "one") == []
    shutil.rmtree(tmp_path / "two")
    (tmp_path / "two").mkdir()
    library.sync(tmp_path / "two")
    assert library.n_missing() == len(library.missing()) == 2
    assert library.n_missing(tmp_path / "one") == 0
    assert library.remove_missing(tmp_path / "one") == []
    assert len(library.remove_missing(tmp_path / "two")) == 2


def test_what_was_given_directly_does_not_go_with_a_file(library: Assistant, news: Path) -> None:
    library.add(Article(id="mine", text=text(0), title="Given"))
    files = fill(news, range(3))
    library.sync(news)
    assert {"given:mine", str(files[0])} in [set(info.origins) for info in library.articles()]
    os.utime(files[0], ns=(1, 1))
    library.sync(news)
    assert library.article("mine").title == "Given"
    files[0].unlink()
    assert not library.sync(news).removed
    assert library.article("mine").title == "Given"


# -- what a person removed ----------------------------------------------------------------------------


@pytest.fixture
def one_removed(library: Assistant, news: Path) -> tuple[Assistant, Path, str]:
    """A folder of two files; the article of the first was removed by a person. With its id."""
    files = fill(news, range(2))
    library.sync(news)
    article_id = next(info.id for info in library.articles() if info.origins == (str(files[0]),))
    library.edit(article_id, title="Edited")
    library.remove(article_id)
    return library, files[0], article_id


def test_what_a_person_removed_does_not_come_back_with_another_file(home: Path, news: Path) -> None:
    file, _ = fill(news, range(2))
    with Assistant(home) as library:
        library.sync(news)
        library.remove(next(info.id for info in library.articles() if info.origins == (str(file),)))
        fill(news, range(2, 3))
        assert [item.name for item in library.sync(news).withheld] == [str(file)]
        assert held(library) == ["001.txt", "002.txt"]
    with Assistant(home) as library:
        assert [item.name for item in library.sync(news).withheld] == [str(file)]
        library.rebuild()
        os.utime(file, ns=(1, 1))
        assert [item.name for item in library.sync(news).withheld] == [str(file)]
        assert held(library) == ["001.txt", "002.txt"]


def test_it_comes_back_when_its_text_changes(one_removed: tuple[Assistant, Path, str]) -> None:
    library, file, _ = one_removed
    library.sync(file.parent)
    file.write_text(f"{text(0)} A second bridge was opened.", "utf-8")
    assert [item.name for item in library.sync(file.parent).added] == [str(file)]
    file.write_text(text(0), "utf-8")
    assert [item.name for item in library.sync(file.parent).updated] == [str(file)]


def test_it_stays_away_while_its_file_goes_comes_and_moves(one_removed: tuple[Assistant, Path, str]) -> None:
    library, file, _ = one_removed
    file.unlink()
    library.sync(file.parent)
    file.write_text(text(0), "utf-8")
    assert library.sync(file.parent).withheld
    moved = file.with_name("moved.txt")
    file.rename(moved)
    assert [item.name for item in library.sync(file.parent).withheld] == [str(moved)]
    moved.rename(file)
    assert [item.name for item in library.sync(file.parent).withheld] == [str(file)]
    shutil.copy(file, file.with_name("copy.txt"))  # another file is another file
    assert [item.name for item in library.sync(file.parent).added] == [str(file.with_name("copy.txt"))]


@pytest.mark.parametrize("is_folder", [False, True])
def test_it_comes_back_when_it_is_added_by_path(
    one_removed: tuple[Assistant, Path, str], *, is_folder: bool
) -> None:
    library, file, article_id = one_removed
    library.sync(file.parent)
    assert len(library.add(file.parent if is_folder else file).added) == 1
    library.sync(file.parent)
    assert not library.sync(file.parent).withheld
    assert library.article(article_id)


def test_it_comes_back_when_its_text_is_given(one_removed: tuple[Assistant, Path, str]) -> None:
    library, file, _ = one_removed
    library.sync(file.parent)
    library.add(Article(text=text(0), title="Given"))
    assert not library.sync(file.parent).withheld
    assert [set(info.origins) - {str(file)} for info in library.articles() if info.title == "Given"] != [
        set()
    ]
    file.unlink()
    assert not library.sync(file.parent).removed  # a person gave it


def test_what_was_given_directly_stays_so_when_its_removal_is_undone(library: Assistant, news: Path) -> None:
    library.add(Article(id="mine", text=text(0)))
    (file,) = fill(news, range(1))
    library.sync(news)
    before = library.articles()
    article = library.article("mine")
    library.remove("mine")
    assert len(library.sync(news).withheld) == 1
    library.add(article)
    assert library.articles()[0].origins == before[0].origins == (str(file), "given:mine")
    assert not library.sync(news).withheld


def test_the_same_text_from_elsewhere_is_not_withheld(library: Assistant, news: Path) -> None:
    address = "https://news.example/feed#1"
    library.add(Article(text=text(0), origin=address))
    (info,) = library.articles()
    article = library.article(info.id)
    library.remove(info.id)
    library.add(article)
    assert library.articles()[0].origins == (address,)
    library.remove(info.id)
    fill(news, range(1))
    assert len(library.sync(news).added) == 1


@pytest.mark.parametrize("language", [None, "de"])
def test_undone_it_is_as_it_was(one_removed: tuple[Assistant, Path, str], language: str | None) -> None:
    library, file, article_id = one_removed
    library.add(file)
    library.edit(article_id, title="Edited", language=language or "en")
    before = library.article(article_id)
    library.remove(article_id)
    library.sync(file.parent)
    library.add(before)
    assert library.article(article_id) == before
    report = library.sync(file.parent)
    assert not report.withheld
    assert library.article(article_id) == before
    assert library.check() == []
    file.unlink()
    library.sync(file.parent)
    file.write_text(text(0), "utf-8")
    library.sync(file.parent)
    assert library.article(article_id) == before  # what was edited is known as such still
    file.write_text(f"{text(0)} A second bridge was opened.", "utf-8")
    assert [item.article_id for item in library.sync(file.parent).updated] == [article_id]
    file.unlink()
    assert [item.article_id for item in library.sync(file.parent).removed] == [article_id]


def test_removed_by_source_or_folder_it_stays_away_too(library: Assistant, news: Path) -> None:
    fill(news, range(3))
    library.sync(news)
    for info in library.articles()[:2]:
        library.edit(info.id, source="Herald")
    library.remove_source("Herald")
    assert (len(library.sync(news).withheld), len(held(library))) == (2, 1)
    library.remove_folder(news)
    assert (len(library.sync(news).withheld), len(held(library))) == (3, 0)
    assert len(library.add(news).added) == 3


@pytest.mark.parametrize(("name", "write"), [("week.jsonl", write_rows), ("all.zip", write_zip)])
def test_the_same_of_a_part_of_a_file(library: Assistant, news: Path, name: str, write: object) -> None:
    assert callable(write)
    file = news / name
    write(file, range(4))
    library.sync(news)
    gone = library.articles()[2]
    library.remove(gone.id)
    write(file, range(5))
    report = library.sync(news)
    assert ([item.name for item in report.withheld], len(report.added)) == ([*gone.origins], 1)
    assert [item.name for item in library.sync(news).withheld] == [*gone.origins]
    assert len(library.articles()) == 4
    assert len(library.add(file).added) == 1
    assert len(library.articles()) == 5


def test_all_origins_of_an_article_are_remembered(library: Assistant, news: Path) -> None:
    fill(news, range(2))
    (news / "same.txt").write_text(text(0), "utf-8")
    library.sync(news)
    library.remove(next(info.id for info in library.articles() if len(info.origins) == 2))
    assert len(library.sync(news).withheld) == 2
    assert len(library.articles()) == 1


# -- names, and databases of before ---------------------------------------------------------------------


def test_a_name_that_is_no_text_costs_that_file_only(library: Assistant, news: Path) -> None:
    fill(news, range(2))
    for place in (b"bad\xff.txt", b"worse\xfe/inside.txt"):
        path = os.path.join(os.fsencode(news), place)  # noqa: PTH118  # bytes
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(text(9).encode())
    for _ in range(2):
        report = library.sync(news)
        assert len(report.skipped) == 2
        assert all(
            "not valid UTF-8; rename" in item.reason and item.name.isprintable() for item in report.skipped
        )
    assert len(held(library)) == 2
    assert len(library.add(news).skipped) == 2
    bad = Path(os.fsdecode(os.path.join(os.fsencode(news), b"worse\xfe")))  # noqa: PTH118
    with pytest.raises(UnreadableArticle, match="name is not valid UTF-8; rename"):
        library.sync(bad)
    assert library.missing(bad) == []
    with pytest.raises(NotFound):
        library.remove_folder(bad)


def test_a_database_of_before_gets_what_is_new_with_the_next_change(home: Path, news: Path) -> None:
    fill(news, range(2))
    with Assistant(home) as library:
        library.sync(news)
    with sqlite3.connect(home / "collection-1.sqlite") as database:
        for table in ("missing", "withheld", "edits", "folders"):
            database.execute(f"DROP TABLE {table}")
    database.close()
    with Assistant(home) as library:
        assert (library.missing(), library.n_missing()) == ([], 0)
        library.rebuild()
        library.remove(library.articles()[0].id)
        assert len(library.sync(news).withheld) == 1


def test_what_a_file_system_keeps_for_itself_is_no_folder_of_articles(library: Assistant, news: Path) -> None:
    fill(news, range(2))
    fill(news / "lost+found", range(2, 3))
    report = library.sync(news)
    assert (len(report.added), report.unlisted) == (2, ())

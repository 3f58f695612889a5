"""A collection: added means searchable and durable, removed means gone, in every process."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from index import (
    Article,
    Collection,
    Filters,
    NotFound,
    StoreDamaged,
    StoreIncompatible,
    StoreUnavailable,
    restore,
)
from index.store.passages import texts_of
from index.store.vectors import unembedded
from index.upkeep.embedding import embed_batch
from tests.index.asking import QUESTIONS, ranking


def test_each_script_finds_its_own_article(home: Path, articles: list[Article]) -> None:
    with Collection(home) as collection:
        report = collection.add(articles)
        assert [item.state for item in report.items] == ["added"] * len(articles)
        for article in articles:
            hit = collection.search(article.text.split(".")[0][:40], 3)[0]
            assert hit.article.id == article.id
            assert hit.text == article.text[hit.start : hit.end]
            assert all(hit.start <= s.start < s.end <= hit.end for s in hit.evidence)


def test_the_order_of_adding_does_not_matter(tmp_path: Path, articles: list[Article]) -> None:
    seen = []
    for order in range(4):
        shuffled = random.Random(order).sample(articles, len(articles))
        with Collection(tmp_path / str(order)) as collection:
            for article in shuffled:
                collection.add([article])
            seen.append([ranking(collection, question) for question in QUESTIONS])
    assert all(other == seen[0] for other in seen)


def test_adding_again_changes_nothing(home: Path, articles: list[Article]) -> None:
    with Collection(home) as collection:
        collection.add(articles)
        assert collection.settle()
        before = collection.health()
        report = collection.add(articles)
        assert len(report.unchanged) == len(articles)
        same_text = collection.add([Article(text=articles[0].text)])
        assert same_text.items[0].state == "unchanged"
        assert same_text.items[0].article_id == "ar"
        assert collection.health() == before


def test_a_changed_article_replaces_its_passages(home: Path) -> None:
    old = Article(id="a", text="The ferry sank near the island. Nobody was hurt.")
    with Collection(home) as collection:
        collection.add([old])
        report = collection.add([replace(old, text="The ferry was repaired. It sails again in June.")])
        assert [item.state for item in report.items] == ["updated"]
        assert "repaired" in collection.search("what happened to the ferry", 5)[0].text
        assert all("sank" not in hit.text for hit in collection.search("ferry sank island", 5))
        report = collection.add(
            [replace(old, text="The ferry was repaired. It sails again in June.", title="Ferry")]
        )
        assert [(item.state, item.reason) for item in report.items] == [("updated", "metadata changed")]
        assert collection.article("a").title == "Ferry"


def test_unchanged_passages_keep_their_vectors(home: Path) -> None:
    first = " ".join(f"Sentence number {i} about the water supply of the town." for i in range(20))
    second = " ".join(f"Another line {i} about schools and their teachers here." for i in range(20))
    with Collection(home, embeds=False) as collection:
        collection.add([Article(id="a", text=f"{first}\n\n{second}")])
        while collection.embedding().waiting:
            with collection.session() as state:
                embed_batch(state.store, state.encoder)
        collection.add([Article(id="a", text=f"{first}\n\nA new ending with other words in it.")])
        with collection.session() as state, state.store.reading() as reader:
            waiting = [*texts_of(reader, unembedded(reader, 100)).values()]
    assert waiting
    assert all("Sentence number 0 " not in text for text in waiting)


def test_filters_leave_k_results_where_k_exist(home: Path) -> None:
    made = [
        Article(id=f"{i}", text=f"Report {i}: the river rose again in the valley.", source="ab"[i % 2],
                published=f"2024-01-{i + 1:02d}", language="en")
        for i in range(20)
    ]  # fmt: skip
    with Collection(home) as collection:
        collection.add(made)
        found = collection.search("river valley", 10, Filters(source="a"))
        assert len(found) == 10 or {h.article.source for h in found} == {"a"}
        assert {hit.article.source for hit in found} == {"a"}
        dated = collection.search(
            "river", 20, Filters(published_from="2024-01-05", published_to="2024-01-07")
        )
        assert {h.article.published for h in dated} <= {"2024-01-05", "2024-01-06", "2024-01-07"}
        assert [h.article.id for h in collection.search("river", 5, Filters(article="3"))] == ["3"]
        assert not len(collection.search("river", 5, Filters(language="fa")))


def test_near_duplicates_are_shown_once(home: Path) -> None:
    text = (
        "The minister signed the agreement on fishing rights after nine hours of talks in the capital. " * 2
    )
    with Collection(home) as collection:
        collection.add([Article(id="one", text=text), Article(id="two", text=text + "Agencies.")])
        hits = collection.search("fishing agreement", 5)
        assert [hit.article.id for hit in hits] == ["one"]
        assert hits[0].also_in == ("two",)


def test_an_empty_collection_and_one_article(home: Path) -> None:
    with Collection(home) as collection:
        empty = collection.search("anything", 5)
        assert (len(empty), empty.confidence) == (0, 0.0)
        collection.add([Article(id="only", text="Snow closed the mountain road.")])
        assert collection.search("mountain road", 5)[0].article.id == "only"


def test_bad_articles_cost_only_themselves(home: Path) -> None:
    with Collection(home) as collection:
        report = collection.add(
            [Article(text="12 !!"), Article(text="Good text about a harbour."), Article(text="a\0b"),
             Article(text="x \ud800 y"), Path("/nowhere/at/all.txt")]
        )  # fmt: skip
        assert [item.state for item in report.items] == [
            "skipped",
            "added",
            "skipped",
            "skipped",
            "skipped",
        ]
        assert all(item.reason for item in report.skipped)
        assert collection.health()["articles"] == 1


# -- what is refused ------------------------------------------------------------------------------


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnavailable, match=r"file/home.*--home"):
        Collection(tmp_path / "file" / "home")


def test_a_damaged_database_is_named(home: Path, articles: list[Article]) -> None:
    with Collection(home) as collection:
        collection.add(articles)
    (home / "collection-1.sqlite").write_bytes(b"not a database at all" * 1000)
    for suffix in ("-wal", "-shm"):
        (home / f"collection-1.sqlite{suffix}").unlink(missing_ok=True)
    with pytest.raises(StoreDamaged, match=r"collection-1\.sqlite"):
        Collection(home)
    (home / "current").write_text("../../etc/passwd")
    with pytest.raises(StoreDamaged, match="names no database"):
        Collection(home)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model fingerprint", "0" * 16),
        ("analyser", "0"),
        ("chunker", "999"),
        ("format", "0"),
        ("dimension", "7"),
    ],
)
def test_another_meaning_is_refused_by_name(
    home: Path, articles: list[Article], name: str, value: str
) -> None:
    with Collection(home) as collection:
        collection.add(articles[:1])
    with sqlite3.connect(home / "collection-1.sqlite") as db:
        db.execute("UPDATE settings SET value = ? WHERE name = ?", (value, name))
    db.close()
    with pytest.raises(StoreIncompatible, match=f"{name} {value}.*sanad rebuild"):
        Collection(home)


def test_a_model_that_reads_otherwise_is_refused(home: Path, articles: list[Article]) -> None:
    with Collection(home) as collection:
        collection.add(articles[:1])
    with sqlite3.connect(home / "collection-1.sqlite") as db:
        vectors = dict(db.execute("SELECT text, vector FROM canaries"))
        one, other = list(vectors)[:2]
        db.execute("UPDATE canaries SET vector = ? WHERE text = ?", (vectors[other], one))
    db.close()
    with pytest.raises(StoreIncompatible, match="cosine"):
        Collection(home)


# -- rebuilding -----------------------------------------------------------------------------------


def test_rebuilding_keeps_everything_and_others_follow(home: Path, articles: list[Article]) -> None:
    with Collection(home) as collection, Collection(home) as other:
        collection.add(articles)
        collection.remove("th")
        before = [ranking(collection, question) for question in QUESTIONS]
        listed = collection.articles()
        collection.rebuild()
        assert collection.articles() == listed
        assert [ranking(collection, question) for question in QUESTIONS] == before
        assert [ranking(other, question) for question in QUESTIONS] == before
        other.add([Article(id="later", text="The later article speaks of windmills.")])
        assert collection.search("windmills", 1)[0].article.id == "later"
        assert [path.name for path in home.glob("*.sqlite")] == ["collection-2.sqlite"]


def test_changes_during_a_rebuild_are_carried_over(home: Path) -> None:
    made = [Article(id=f"{i}", text=f"Story {i} about a village and its well.") for i in range(150)]
    with Collection(home) as collection, Collection(home) as other:
        collection.add(made)
        seen: list[int] = []

        def meanwhile(done: int, _: int) -> None:
            if not seen:
                other.add([Article(id="new", text="A windmill was built on the hill.")])
                other.remove("3")
                other.add([replace(made[4], text="Story 4 is now about a lighthouse.")])
            seen.append(done)

        collection.rebuild(progress=meanwhile)
        for one in (collection, other):
            assert one.search("windmill hill", 1)[0].article.id == "new"
            assert one.search("lighthouse", 1)[0].article.id == "4"
            ids = {info.id for info in one.articles()}
            assert ids == {article.id for article in made} - {"3"} | {"new"}
            assert one.check() == []


REBUILDER = """
import os, signal, sys
from pathlib import Path
from index import rebuild_home
def progress(done, total):
    if done >= total // 2:
        os.kill(os.getpid(), signal.SIGKILL)
rebuild_home(Path(sys.argv[1]), None, progress)
"""


def test_a_killed_rebuild_goes_on_where_it_stopped(home: Path) -> None:
    made = [Article(id=f"{i}", text=f"Chapter {i} tells of a mill and its owner.") for i in range(300)]
    with Collection(home) as collection:
        collection.add(made)
        before = ranking(collection, "chapter 17 mill")
        done = subprocess.run([sys.executable, "-c", REBUILDER, str(home)], check=False)
        assert done.returncode == -signal.SIGKILL
        assert ranking(collection, "chapter 17 mill") == before
        collection.remove("0")
        collection.add([replace(made[1], text="Chapter 1 tells of a bridge instead.")])
        progress: list[int] = []
        collection.rebuild(progress=lambda n, _: progress.append(n))
        assert progress
        assert progress[0] > len(made) // 2, "the first half was not copied again"
        assert {info.id for info in collection.articles()} == {str(i) for i in range(1, 300)}
        assert collection.search("bridge", 1)[0].article.id == "1"
        assert collection.check() == []
        assert len(list(home.glob("*.sqlite"))) == 1


# -- backup ---------------------------------------------------------------------------------------


def test_a_backup_is_taken_in_use_and_put_back(home: Path, articles: list[Article], tmp_path: Path) -> None:
    file = tmp_path / "saved.sanad"
    with Collection(home) as collection, Collection(home) as other:
        collection.add(articles)
        expected = [ranking(collection, question) for question in QUESTIONS]
        collection.backup(file)
        collection.remove("ar")
        collection.add([Article(id="later", text="The later article speaks of windmills.")])
        restore(home, file)
        for one in (collection, other):
            assert [ranking(one, question) for question in QUESTIONS] == expected
        other.remove("en")
        assert all(hit.article.id != "en" for hit in collection.search("cracks in the bridge", 9))
    with Collection(tmp_path / "elsewhere") as moved:
        restore(tmp_path / "elsewhere", file)
        assert [ranking(moved, question) for question in QUESTIONS] == expected


def test_a_bad_backup_is_refused_and_nothing_changes(
    home: Path, articles: list[Article], tmp_path: Path
) -> None:
    with Collection(home) as collection:
        collection.add(articles)
        file = tmp_path / "saved.sanad"
        collection.backup(file)
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(StoreDamaged):
            restore(home, file)
        with pytest.raises(StoreUnavailable, match="no backup file"):
            restore(home, tmp_path / "missing")
        with pytest.raises(StoreUnavailable):
            collection.backup(tmp_path / "no" / "folder" / "file")
        assert collection.search("cracks in the bridge", 1)[0].article.id == "en"


def test_a_source_is_removed_in_one_change(home: Path) -> None:
    with Collection(home) as collection:
        collection.add(
            [Article(id=f"{i}", text=f"Item {i} of a feed.", source="ab"[i % 2]) for i in range(6)]
        )
        before = collection.health()["sequence"]
        assert collection.remove_source("a") == ["0", "2", "4"]
        assert collection.health()["sequence"] == int(str(before)) + 1
        assert {info.source for info in collection.articles()} == {"b"}
        with pytest.raises(NotFound, match="'a'"):
            collection.remove_source("a")


def test_a_folder_is_removed_with_all_that_was_read_from_it_only(home: Path, tmp_path: Path) -> None:
    for name, text in (("in/a.txt", "The lighthouse was closed."), ("in/deep/b.txt", "The ferry was late."),
                       ("in/c.txt", "The mill burned down."), ("out/c.txt", "The mill burned down.")):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    with Collection(home) as collection:
        collection.add(sorted(tmp_path.glob("**/*.txt")))
        assert len(collection.remove_folder(tmp_path / "in")) == 2
        assert [info.origins for info in collection.articles()] == [(str(tmp_path / "out/c.txt"),)]
        with pytest.raises(NotFound, match="no article was read from below"):
            collection.remove_folder(tmp_path / "in")


def test_a_word_that_another_process_entered_meanwhile_is_found(home: Path) -> None:
    """As long as one process has met all words it looks none up; then it must."""
    with Collection(home) as one, Collection(home) as other:
        one.add([Article(id="a", text="The harbour master closed the bridge.", language="en")])
        one.add([Article(id="b", text="A museum opened beside the harbour.", language="en")])
        other.add([Article(id="c", text="The lighthouse keeper repaired a lantern.", language="en")])
        one.add([Article(id="d", text="The lighthouse lantern fell into the harbour.", language="en")])
        with sqlite3.connect(next(home.glob("*.sqlite"))) as database:
            words = database.execute("SELECT stemmer, word, number FROM vocabulary").fetchall()
        assert len({row[:2] for row in words}) == len(words) == max(row[2] for row in words)
        for collection in (one, other):
            assert {hit.article.id for hit in collection.search("lantern", 5)} >= {"c", "d"}
        assert one.check() == []

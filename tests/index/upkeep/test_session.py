"""A session: many threads read one open database, each as it is now, and the last one closes it."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index import Article, Collection, StoreDamaged
from index.models import open_encoder
from index.store.articles import all_infos
from index.store.blobs import words_blob
from index.store.home import Home
from index.upkeep.session import Opened
from tests.index.threads import in_a_thread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.models.encoder import Encoder
    from index.segments.view import View

DATABASE = "collection-1.sqlite"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder(None)


@pytest.fixture
def other(home: Path) -> Iterator[Collection]:
    """Somebody else who changes the collection."""
    with Collection(home, embeds=False) as opened:
        yield opened


def opened(home: Path, encoder: Encoder) -> Opened:
    return Opened(home / DATABASE, Home(home), encoder, embeds=False)


@pytest.fixture
def session(home: Path, other: Collection, encoder: Encoder) -> Iterator[Opened]:  # noqa: ARG001  # makes the home
    """A session of its own, which has nothing in common with the other's but the files."""
    state = opened(home, encoder)
    yield state
    assert state.settle()
    state.leave()


def made(n: int, first: int = 0) -> list[Article]:
    return [
        Article(id=f"a{i}", text=f"Gate {i} is closed. البوابة {i} مغلقة.", language=("en", "ar")[i % 2])
        for i in range(first, first + n)
    ]


def viewed(session: Opened) -> View:
    with session.viewing() as (view, reader):
        assert view.sequence == reader.sequence
        assert view.n_passages == reader.counts()["passages"]
        return view


# -- one moment, followed ---------------------------------------------------------------------------


def test_a_session_follows_every_change_of_others_and_makes_no_view_anew_for_none(
    session: Opened, other: Collection
) -> None:
    assert viewed(session).n_passages == 0
    other.add(made(4))
    view = viewed(session)
    assert view.n_passages == 4
    assert viewed(session) is view, "nothing was changed since"
    other.remove("a2")
    assert viewed(session).n_passages == 4 - 1
    other.add(made(2, first=4))
    in_a_thread(lambda: other.remove("a0"))
    assert viewed(session).n_passages == 4 - 1 + 2 - 1


def test_what_one_reads_stays_while_another_thread_follows(session: Opened, other: Collection) -> None:
    other.add(made(2))
    with session.viewing() as (view, reader):
        other.remove("a0")
        other.add(made(1, first=2))

        def follow() -> None:
            assert session.enter()
            with session.viewing() as (_, now):
                assert [one.id for one in all_infos(now)] == ["a1", "a2"]
            session.leave()

        in_a_thread(follow)
        assert [one.id for one in all_infos(reader)] == ["a0", "a1"]
        assert (view.n_passages, view.sequence) == (2, reader.sequence)
    with session.viewing() as (_, reader):
        assert [one.id for one in all_infos(reader)] == ["a1", "a2"]


def test_rows_that_contradict_each_other_are_damage(session: Opened, other: Collection, home: Path) -> None:
    other.add(made(2))
    with closing(sqlite3.connect(home / DATABASE)) as database:
        database.execute("UPDATE passages SET words = ? WHERE number = 2", (words_blob([2**30]),))
        database.commit()
    with pytest.raises(StoreDamaged, match=rf"{DATABASE} is damaged .*{2**30}"), session.viewing():
        pass


# -- entered and left -------------------------------------------------------------------------------


def test_the_last_one_who_leaves_closes_the_database(home: Path, encoder: Encoder) -> None:
    with Collection(home, embeds=False) as collection:
        collection.add(made(2))
    journal = home / f"{DATABASE}-wal"
    assert not journal.exists(), "SQLite deletes it when the last connection closes"
    session = opened(home, encoder)
    assert session.enter()

    def visit() -> None:
        assert session.enter()
        session.leave()
        session.leave()  # for the one who opened it
        assert viewed(session).n_passages == 2

    with session.viewing() as (_, reader):
        in_a_thread(visit)
        assert reader.counts()["articles"] == 2, "the one who entered is still in it"
    assert journal.exists()
    session.leave()
    assert not journal.exists()
    assert not session.enter(), "a session that was closed is not opened again"


def test_a_session_of_a_database_that_was_replaced_lets_nobody_in_but_those_who_read(
    session: Opened, other: Collection
) -> None:
    other.add(made(3))
    assert session.stays()
    with session.viewing() as (view, reader):
        other.rebuild()
        assert not session.stays()

        def late() -> None:
            assert not session.enter()

        in_a_thread(late)
        assert (view.n_passages, reader.counts()["articles"]) == (3, 3)
    assert viewed(session).n_passages == 3, "who is in it reads what it held"


def test_a_session_stays_when_the_pointer_is_written_again_for_the_same_database(
    session: Opened, home: Path
) -> None:
    viewed(session)  # so that its files are open
    before = session.stamp
    with Home(home).lock():
        Home(home).use(home / DATABASE)
    assert session.stamp == before != Home(home).stamp()
    assert session.stays()
    assert session.stamp == Home(home).stamp()
    (home / DATABASE).rename(home / "elsewhere")
    (home / DATABASE).write_bytes((home / "elsewhere").read_bytes())
    with Home(home).lock():
        Home(home).use(home / DATABASE)
    assert not session.stays(), "another file of the same name"
    (home / "elsewhere").replace(home / DATABASE)


# -- snapshots and upkeep ---------------------------------------------------------------------------


def test_a_snapshot_is_written_in_the_background_when_the_view_has_grown_enough(
    session: Opened, other: Collection, home: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.upkeep.session.SNAPSHOT_ROWS", 4)
    other.add(made(3))
    viewed(session)
    assert session.settle()
    assert (session.snapshots.last(), session.saved_rows) == (0, 0)  # 3 < 4
    other.add(made(1, first=3))
    view = viewed(session)
    assert session.settle()
    assert (session.snapshots.last(), session.saved_rows) == (view.sequence, 4)
    other.add(made(3, first=4))
    later = viewed(session)
    session.save()
    assert session.snapshots.last() == view.sequence  # 3 < 4
    assert later.sequence > view.sequence
    again = opened(home, encoder)
    assert viewed(again).n_passages == 4 + 3
    assert again.saved_rows == 4, "it began with the snapshot"
    assert again.settle()
    again.leave()


def test_a_large_view_is_saved_again_when_a_quarter_of_it_is_new(
    session: Opened, other: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.upkeep.session.SNAPSHOT_ROWS", 1)
    other.add(made(12))
    session.save()
    first = session.snapshots.last()
    other.add(made(3, first=12))
    session.save()
    assert session.snapshots.last() == first  # 3 < 15 / 4
    other.add(made(1, first=15))
    session.save()
    assert session.snapshots.last() > first  # 4 = 16 / 4
    assert session.saved_rows == 16


def test_upkeep_drops_removed_rows_while_others_read(session: Opened, other: Collection) -> None:
    other.add(made(10))
    viewed(session)
    assert session.settle()
    for number in range(4):
        other.remove(f"a{number}")
    with session.viewing() as (view, _):
        assert session.settle()
        assert (view.n_rows, view.n_passages) == (10, 10 - 4), "what is being read stays as it is"
    view = viewed(session)
    assert (view.n_rows, view.n_passages) == (10 - 4, 10 - 4)


def test_upkeep_removes_what_a_process_that_died_has_left(session: Opened, other: Collection) -> None:
    unfinished = session.snapshots.folder / ".new-left"
    unfinished.mkdir(parents=True)
    other.add(made(1))
    viewed(session)
    assert session.settle()
    assert not unfinished.exists()


def test_snapshots_that_are_ahead_of_the_database_go_and_others_stay(
    home: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.upkeep.session.SNAPSHOT_ROWS", 2)
    with Collection(home, embeds=False) as collection:
        collection.add(made(2))
        with collection.session() as state:
            state.store.copy_to(tmp_path / "older")
        collection.add(made(2, first=2))
    session = opened(home, encoder)
    session.save()
    session.drop_what_is_ahead()
    assert session.snapshots.last() == viewed(session).sequence
    assert session.settle()
    session.leave()
    (tmp_path / "older").replace(home / DATABASE)
    session = opened(home, encoder)
    session.drop_what_is_ahead()
    assert session.snapshots.last() == 0
    assert viewed(session).n_passages == 2
    assert session.settle()
    session.leave()


# -- collections of one home ------------------------------------------------------------------------


def test_a_view_stays_as_it_was_while_others_write(home: Path) -> None:
    with Collection(home, embeds=False) as collection, Collection(home, embeds=False) as other:
        collection.add([Article(id="a", text="The river rose.")])
        with collection.view() as (view, reader):
            other.add([Article(id="b", text="The ferry sank.")])
            other.remove("a")
            assert view.sequence == reader.sequence
            assert view.n_passages == reader.counts()["passages"] == 1
            assert [one.id for one in all_infos(reader)] == ["a"]
        with collection.view() as (view, reader):
            assert [one.id for one in all_infos(reader)] == ["b"]


def test_another_collection_sees_changes_at_its_next_question(home: Path, articles: list[Article]) -> None:
    with Collection(home) as writer, Collection(home) as reader:
        assert not len(reader.search("bridge", 3))
        writer.add(articles)
        assert reader.search("cracks in the bridge", 3)[0].article.id == "en"
        writer.remove("en")
        assert all(hit.article.id != "en" for hit in reader.search("cracks in the bridge", 9))


def test_threads_may_ask_while_one_adds(home: Path) -> None:
    stop, failures = threading.Event(), []

    with Collection(home) as collection:
        collection.add([Article(id="base", text="The lighthouse keeper counted the ships.")])

        def ask() -> None:
            while not stop.is_set():
                hits = collection.search("lighthouse keeper", 3)
                if not any(hit.article.id == "base" for hit in hits):
                    failures.append(hits)

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        for i in range(25):
            collection.add([Article(id=f"n{i}", text=f"Note {i} about the harvest in region {i}.")])
            if i % 2:
                collection.remove(f"n{i - 1}")
        stop.set()
        for asker in askers:
            asker.join()
    assert not failures

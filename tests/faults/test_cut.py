"""A write-ahead log that was cut: SQLite says nothing, so the number kept beside the database must.

Nothing is embedded here: each embedded batch is a change of its own, and the numbers of changes are compared.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

import index.upkeep.session
from index import Article, Collection, rebuild_home
from index.store.acknowledged import Acknowledged
from index.store.database import Store
from tests.faults.running import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

N = 12


def article(number: int) -> Article:
    text = f"Entry {number} tells of word{number}q and the harbour. في الميناء حديث عن word{number}q."
    return Article(id=f"a{number}", text=text, language="en")


@pytest.fixture
def killed(home: Path) -> Path:
    """A home whose process was killed after twelve acknowledged additions: they stand in the journal."""
    with Collection(home, embeds=False) as collection:
        collection.add([article(0)])
    done = run("adding", home, N)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.stdout.split() == [str(number) for number in range(1, N + 1)]
    return home


def journal(home: Path) -> Path:
    return home / "collection-1.sqlite-wal"


def halved(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def deleted(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def zeroed_in_the_middle(path: Path) -> None:
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(4096) + whole[middle + 4096 :])


def held(home: Path) -> set[str]:
    with Collection(home, embeds=False) as collection:
        return {info.id for info in collection.articles()}


def test_a_whole_one_loses_nothing(killed: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Collection(killed, embeds=False) as collection:
        assert collection.check() == []
        assert len(collection.articles()) == N + 1
    assert caplog.text == ""


@pytest.mark.parametrize("cut", [halved, deleted, emptied, zeroed_in_the_middle])
def test_what_was_cut_off_is_said_until_a_person_goes_on_without_it(
    killed: Path, cut: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    cut(journal(killed))
    with Collection(killed, embeds=False) as collection:
        last = int(str(collection.health()["sequence"]))
        assert last < N + 1
        told = f"collection-1.sqlite has lost the changes {last + 1} to {N + 1}, which were acknowledged"
        assert told in collection.check()[0]
        assert "has lost the changes" in caplog.text, "told on opening"
        collection.add([Article(id="after", text="A ferry was launched afterwards.", language="en")])
        assert int(str(collection.health()["sequence"])) > N + 1, "no number is given twice"
        assert len(collection.check()) == 1, "told until somebody has decided"
    caplog.clear()
    with Collection(killed, embeds=False) as collection:
        assert f"the changes {last + 1} to {N + 1}" in caplog.text
        collection.rebuild()
        assert f"the changes {last + 1} to {N + 1}" in collection.check()[0]
        assert f"the changes {last + 1} to {N + 1}" in collection.check(repair=True)[0]
        assert collection.check() == []
    caplog.clear()
    assert "after" in held(killed)
    assert caplog.text == ""


def test_it_can_be_repaired_at_once(killed: Path) -> None:
    halved(journal(killed))
    with Collection(killed, embeds=False) as collection:
        assert len(collection.check(repair=True)) == 1
        assert collection.check() == []
    with Collection(killed, embeds=False) as collection:
        assert collection.check() == []


def test_what_was_derived_from_lost_changes_is_not_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot was saved of changes that are lost; others get their places in the database."""
    monkeypatch.setattr(index.upkeep.session, "SNAPSHOT_ROWS", 10_000)
    with Collection(home, embeds=False) as collection:
        collection.add([article(0)])
    older = shutil.copytree(home, home.with_name("older"))
    with Collection(home, embeds=False) as collection:
        collection.add(article(number) for number in range(1, 6))
        with collection.session() as state, state.viewing() as (view, _):
            state.snapshots.save(view)
    for path in older.glob("collection-1.sqlite"):
        shutil.copy(path, home)
    things = ("windmill", "lighthouse", "ferry", "museum", "orchard")
    with Collection(home, embeds=False) as collection:
        assert "has lost the changes" in collection.check()[0]
        for thing in things:
            collection.add([Article(id=thing, text=f"In spring the mayor opened a {thing}.", language="en")])
    with Collection(home, embeds=False) as collection:
        for thing in things:
            assert collection.search(thing, 1)[0].article.id == thing
        assert collection.search("harbour", 1)[0].article.id == "a0"
        with collection.view() as (view, _):
            assert view.n_passages == 6
            assert view.segments[0].built != 2, "nothing of the lost change"


def test_a_number_that_is_gone_is_said(killed: Path, caplog: pytest.LogCaptureFixture) -> None:
    number = killed / "collection-1.sqlite-acknowledged"
    for content in (None, b"", b"7", b"x" * 21):
        number.unlink()
        if content is not None:
            number.write_bytes(content)
        caplog.clear()
        with Collection(killed, embeds=False) as collection:
            assert "acknowledged is gone or cannot be read" in caplog.text
            (told,) = collection.check(repair=True)
            assert str(number) in told
            assert collection.check() == []
    assert held(killed) == {f"a{n}" for n in range(N + 1)}


def test_a_home_of_before_has_no_number_and_is_sound(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Collection(home, embeds=False) as collection:
        collection.add([article(0)])
    (home / "collection-1.sqlite-acknowledged").unlink()
    with sqlite3.connect(home / "collection-1.sqlite") as database:
        database.execute("PRAGMA user_version = 0")
    database.close()
    with Collection(home, embeds=False) as collection:
        assert collection.check() == []
        collection.add([article(1)])
        assert collection.check() == []
    assert caplog.text == ""
    assert Acknowledged(home / "collection-1.sqlite").read() == 2


def test_the_number_is_never_ahead_of_the_database_nor_behind_what_was_said(home: Path) -> None:
    """Four writers, and a reader that looks at the number first, then at the database."""
    with Collection(home, embeds=False) as collection:
        path = home / "collection-1.sqlite"
        done = threading.Event()
        wrong: list[object] = []

        def watch() -> None:
            store = Store(path)
            while not done.is_set():
                wrong.extend(store.missing())
            store.close()

        def write(writer: int) -> None:
            for number in range(10):
                collection.add([article(100 * writer + number)])
                sequence = int(str(collection.health()["sequence"]))
                kept = Acknowledged(path).read() or 0
                if not sequence - 4 <= kept <= int(str(collection.health()["sequence"])):
                    wrong.append((sequence, kept))

        watcher = threading.Thread(target=watch)
        writers = [threading.Thread(target=write, args=(one,)) for one in range(1, 5)]
        for thread in (watcher, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        watcher.join()
        assert wrong == []
        assert Acknowledged(path).read() == int(str(collection.health()["sequence"])) == 40
    rebuild_home(home)
    with Collection(home, embeds=False) as collection:
        assert collection.check() == []

"""What killed processes leave in a home and beside it is cleared up, and nothing else is."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from index import Article, Collection
from index.store.home import Home
from index.store.leftovers import being_written, clear
from tests.faults.running import command, environment, run

if TYPE_CHECKING:
    from pathlib import Path

ARTICLES = [
    Article(id=f"a{i}", text=f"Entry {i} tells of word{i}q and the harbour.", language="en") for i in range(9)
]


@pytest.fixture
def filled(home: Path) -> Path:
    with Collection(home) as collection:
        collection.add(ARTICLES)
    return home


def die(home: Path, where: str, call: int, *what: object) -> None:
    done = run("dying", home, where, call, *what)
    assert done.returncode == -signal.SIGKILL, (where, done.stderr)


def names(home: Path) -> list[str]:
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())


def ask(home: Path) -> None:
    """As any process does that opens a home and asks: its upkeep clears up."""
    with Collection(home) as collection:
        assert collection.search("word3q", 1)[0].article.id == "a3"
        collection.settle()


@pytest.mark.parametrize(
    ("where", "call"),
    [
        ("index.store.database:Store.copy_to", 1), ("index.upkeep.backups:_go_on_after", 1),
        ("index.store.database:Store.close_whole", 1),
        ("index.store.home:Home.put_in_place", 1),
    ],
)  # fmt: skip
def test_a_killed_restore(filled: Path, tmp_path: Path, where: str, call: int) -> None:
    """What it copied is not adopted by a rebuild, in whose database readers would block writers."""
    with Collection(filled) as collection:
        collection.backup(tmp_path / "saved")
    before = names(filled)
    die(filled, where, call, "restore", tmp_path / "saved")
    assert names(filled) != before
    with Collection(filled) as collection:
        collection.rebuild()
    (database,) = filled.glob("collection-*.sqlite")
    with sqlite3.connect(database) as opened:
        assert opened.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    opened.close()
    ask(filled)
    assert len(names(filled)) == len(before)
    assert not list(filled.glob(".*"))


@pytest.mark.parametrize(
    "where", ["index.upkeep.backups:_seal", "index.upkeep.backups:sync_folder", "pathlib:Path.replace"]
)
def test_a_killed_backup(filled: Path, tmp_path: Path, where: str) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / ".sanad-notes").write_text("a file of somebody's own")
    (folder / "saved").write_text("the one before")
    die(filled, where, 1, "backup", folder / "saved")
    finished = where == "index.upkeep.backups:sync_folder"
    assert len(list(folder.iterdir())) == (2 if finished else 3)
    ask(filled)
    assert sorted(path.name for path in folder.iterdir()) == [".sanad-notes", "saved"]
    assert ((folder / "saved").read_bytes() == b"the one before") != finished
    assert names(filled / "begun") == []


def test_a_backup_that_is_being_written_is_left_alone(filled: Path, tmp_path: Path) -> None:
    home = Home(filled)
    with being_written(home, tmp_path) as path:
        path.touch()
        clear(home)
        other = subprocess.run(
            [*command("dying", filled, "os:kill", 99, "add")],
            check=False,
            env=environment(),
            capture_output=True,
        )
        assert other.returncode == 0, other.stderr
        ask(filled)
        assert path.exists()
    assert not path.exists()
    assert names(filled / "begun") == []


@pytest.mark.parametrize(
    ("where", "call", "what"),
    [
        ("index.segments.sealed_files:FolderWriter.close", 1, "save"),
        ("index.segments.sealed_files:FolderWriter.close", 2, "save"),
        ("pathlib:Path.rename", 1, "save"), ("pathlib:Path.rename", 2, "save"), ("shutil:rmtree", 2, "rebuild"),
    ],
)  # fmt: skip
def test_snapshots_of_killed_processes(filled: Path, where: str, call: int, what: str) -> None:
    with Collection(filled) as collection, collection.session() as state, state.viewing() as (view, _):
        state.snapshots.save(view)
    with Collection(filled) as collection:
        collection.add([Article(id="later", text="A windmill was built later.", language="en")])
    die(filled, where, call, what)
    orphans = [
        path
        for path in [*filled.glob("snapshots/*/.new-*"), *filled.glob("snapshots/*")]
        if path.name.startswith(".new-") or not (filled / path.name).exists()
    ]
    assert orphans
    ask(filled)
    assert not [path for path in orphans if path.exists()]
    with Collection(filled) as collection:
        assert collection.check() == []


def test_what_a_killed_rebuild_left_is_deleted_by_upkeep(filled: Path) -> None:
    die(filled, "index.store.home:Home.discard_replaced", 2, "rebuild")
    assert len(list(filled.glob("collection-*.sqlite"))) == 2
    ask(filled)
    assert [path.name for path in filled.glob("collection-*.sqlite")] == ["collection-2.sqlite"]


def test_upkeep_does_not_wait_for_a_rebuild(filled: Path) -> None:
    with Home(filled).lock():
        done = threading.Thread(target=clear, args=(Home(filled),))
        done.start()
        done.join(20)
        assert not done.is_alive()

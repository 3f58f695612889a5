"""Homes that have lost something: nothing is ever deleted by inference, and a person is told what to do."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import index.upkeep.compatibility
from index import Article, Collection, StoreDamaged, StoreUnavailable, choose, restore
from index.models import open_encoder
from index.store.home import Home
from tests.faults.running import ROOT, environment, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.models.encoder import Encoder

TEXTS = {f"a{i}": f"Entry {i} tells of word{i}q and the harbour. في الميناء حديث." for i in range(8)}


def fill(home: Path, texts: dict[str, str] | None = None) -> Path:
    with Collection(home) as collection:
        collection.add(Article(id=name, text=text, language="en") for name, text in (texts or TEXTS).items())
    return home


def held(home: Path) -> dict[str, str]:
    with Collection(home) as collection:
        assert collection.check() == []
        found = {info.id: collection.article(info.id).text for info in collection.articles()}
        for name in found:
            assert collection.search(f"word{name[1:]}q", 3)[0].article.id == name
    return found


def sanad(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "assistant", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT, env=environment())


def databases(home: Path) -> list[str]:
    return sorted(path.name for path in home.glob("*.sqlite"))


# -- the pointer is gone --------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [["check"], ["ask", "harbour"], ["list"], ["backup", "/dev/null/x"]])
def test_without_its_pointer_the_one_database_is_taken_up(home: Path, asked: list[str]) -> None:
    fill(home)
    (home / "current").unlink()
    done = sanad(*asked, "--home", home)
    assert "lost its pointer" in done.stderr
    assert "collection-1.sqlite (8 articles, last changed 20" in done.stderr
    assert "is taken up" in done.stderr
    assert databases(home) == ["collection-1.sqlite"]
    assert held(home) == TEXTS
    assert "pointer" not in sanad("check", "--home", home).stderr, "said once"


def test_a_folder_that_holds_only_a_copied_database_is_a_home(home: Path, tmp_path: Path) -> None:
    fill(home)
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(home / "collection-1.sqlite", other)
    assert held(other) == TEXTS


def test_a_running_process_goes_on_without_the_pointer(home: Path) -> None:
    with Collection(fill(home)) as collection:
        (home / "current").unlink()
        assert collection.search("word3q", 1)[0].article.id == "a3"
        collection.add([Article(id="a9", text="Entry 9 tells of word9q.", language="en")])
    assert len(held(home)) == 9


def test_several_databases_are_told_and_a_person_chooses(home: Path, tmp_path: Path) -> None:
    fill(home)
    fill(tmp_path / "other", {"a1": "Entry 1 tells of word1q and of nothing else."})
    shutil.copy(tmp_path / "other" / "collection-1.sqlite", home / "collection-2.sqlite")
    (home / "current").unlink()
    before = {path.name: path.read_bytes() for path in home.glob("*.sqlite")}
    for asked in (["list"], ["check"], ["rebuild"], ["serve", "--port", "0"]):
        done = sanad(*asked, "--home", home)
        assert (done.returncode, done.stdout) == (74, ""), asked
        told = done.stderr.splitlines()[-1]
        assert "collection-1.sqlite (8 articles, last changed 20" in told
        assert "collection-2.sqlite (1 article, last changed 20" in told
        assert f"`sanad restore --home {home} --use collection-2.sqlite`" in told
    assert {path.name: path.read_bytes() for path in home.glob("*.sqlite")} == before
    assert sanad("restore", "--home", home, "--use", "collection-1.sqlite").returncode == 0
    assert held(home) == TEXTS
    choose(home, "collection-2.sqlite")
    assert len(held(home)) == 1
    with Collection(home) as collection:
        collection.rebuild()
    assert databases(home) == ["collection-1.sqlite", "collection-3.sqlite"], "only what it took the place of"
    choose(home, "collection-1.sqlite")
    assert held(home) == TEXTS


def test_what_cannot_be_chosen_is_said(home: Path) -> None:
    fill(home)
    with pytest.raises(StoreUnavailable, match=r"holds no database 'current', but collection-1\.sqlite"):
        choose(home, "current")
    (home / "collection-2.sqlite").write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreDamaged, match=r"collection-2\.sqlite"):
        choose(home, "collection-2.sqlite")
    assert held(home) == TEXTS


def test_an_empty_database_stands_back_behind_one_with_articles(home: Path, tmp_path: Path) -> None:
    fill(home)
    Collection(tmp_path / "empty").close()
    shutil.copy(tmp_path / "empty" / "collection-1.sqlite", home / "collection-2.sqlite")
    (home / "collection-3.sqlite").touch()
    (home / "current").unlink()
    assert held(home) == TEXTS
    assert len(databases(home)) == 3


def test_a_damaged_one_is_not_taken_up_unasked(home: Path) -> None:
    path = fill(home) / "collection-1.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM articles WHERE id = 'a3'")
    database.close()
    (home / "current").unlink()
    with pytest.raises(StoreDamaged, match=r"is not sound .*--use collection-1\.sqlite"):
        Collection(home)
    choose(home, "collection-1.sqlite")
    with Collection(home) as collection:
        assert len(collection.articles()) == len(TEXTS) - 1


# -- what is deleted ------------------------------------------------------------------------------


def test_a_rebuild_deletes_only_what_it_took_the_place_of(home: Path) -> None:
    fill(home)
    for name in ("collection-7.sqlite", "collection-0.sqlite"):
        shutil.copy(home / "collection-1.sqlite", home / name)
    with Collection(home) as collection:
        collection.rebuild()
        collection.rebuild()
    assert databases(home) == ["collection-0.sqlite", "collection-7.sqlite", "collection-9.sqlite"]
    assert held(home) == TEXTS


@pytest.mark.parametrize(
    ("where", "call"),
    [
        ("index.store.home:Home.put_in_place", 1), ("index.store.home:Home._point_to", 1),
        ("index.store.home:Home._point_to", 2),
        ("index.store.home:Home.discard_replaced", 2), ("pathlib:Path.replace", 1), ("pathlib:Path.replace", 2),
        ("pathlib:Path.replace", 3), ("pathlib:Path.replace", 4), ("pathlib:Path.unlink", 8),
    ],
)  # fmt: skip
@pytest.mark.parametrize("what", ["rebuild", "restore"])
def test_one_that_was_killed_while_it_changed_the_pointer_is_cleared_up(
    home: Path, tmp_path: Path, where: str, call: int, what: str
) -> None:
    with Collection(fill(home)) as collection:
        collection.backup(tmp_path / "saved")
    assert run("dying", home, where, call, what, tmp_path / "saved").returncode in {-signal.SIGKILL, 0}
    assert held(home) == TEXTS
    with Collection(home) as collection:
        collection.rebuild()
        assert collection.check() == []
    kept = ["collection-1.sqlite"] if what == "restore" else []
    others = [name for name in databases(home) if name not in kept]
    assert len(others) <= 1, "none but the one in use, and what a restore has set aside"
    assert held(home) == TEXTS
    assert not list(home.glob(".sanad-*"))


def test_a_rebuild_of_a_damaged_database_keeps_it(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = fill(home) / "collection-1.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM articles WHERE id = 'a3'")
    database.close()
    with Collection(home) as collection:
        assert collection.check()
        collection.rebuild()
        assert len(collection.articles()) == len(TEXTS) - 1
    assert "collection-1.sqlite is kept, because it is not sound: row without its article" in caplog.text
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM passages").fetchone() == (len(TEXTS),)
    database.close()


def test_an_empty_database_is_replaced_only_if_it_is_still_empty(home: Path) -> None:
    """Somebody adds an article while a process with another model has seen none, and makes a database of its own."""
    Collection(home).close()

    class Other:
        name, fingerprint, dimension = "other", "other", 4

        def __getattr__(self, name: str) -> object:
            return getattr(open_encoder(None), name)

    def load(_: str | None) -> Encoder:
        fill(home)
        return Other()  # type: ignore[return-value]

    index.upkeep.compatibility.start(Home(home), "other", load)
    assert held(home) == TEXTS


# -- restoring into broken homes ------------------------------------------------------------------


def header_zeroed(path: Path) -> None:
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


def pages_overwritten(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[4096:] = os.urandom(len(whole) - 4096)
    path.write_bytes(whole)


def pointer_is_junk(path: Path) -> None:
    (path.parent / "current").write_bytes(b"\xff\xfe../../etc/passwd\n")


def pointer_is_gone_and_several(path: Path) -> None:
    shutil.copy(path, path.with_name("collection-5.sqlite"))
    (path.parent / "current").unlink()


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def deleted(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    "damage",
    [
        header_zeroed, pages_overwritten, pointer_is_junk, pointer_is_gone_and_several, truncated, deleted
    ],
)  # fmt: skip
def test_a_backup_is_restored_into_a_broken_home(
    home: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    with Collection(fill(home)) as collection:
        collection.backup(tmp_path / "saved")
    damage(home / "collection-1.sqlite")
    left = {path: path.read_bytes() for path in home.glob("*.sqlite")}
    done = sanad("restore", "--home", home, tmp_path / "saved")
    assert (done.returncode, done.stderr) == (0, "")
    assert held(home) == TEXTS
    assert {path: path.read_bytes() for path in left} == left, "what was there is set aside"
    for path in left:
        assert str(path) in done.stdout


def test_the_journal_of_a_deleted_database_is_not_taken_for_that_of_the_restored_one(
    home: Path, tmp_path: Path
) -> None:
    with Collection(fill(home)) as collection:
        collection.backup(tmp_path / "saved")
    _add_and_die(home)
    assert (home / "collection-1.sqlite-wal").stat().st_size
    for name in ("collection-1.sqlite", "current"):
        (home / name).unlink()
    restore(home, tmp_path / "saved")
    assert held(home) == TEXTS


def test_who_has_the_broken_one_open_follows(home: Path, tmp_path: Path) -> None:
    with Collection(fill(home)) as collection:
        collection.backup(tmp_path / "saved")
        before = int(str(collection.health()["sequence"]))
        (home / "collection-1.sqlite").unlink()
        restore(home, tmp_path / "saved")
        assert collection.search("word3q", 1)[0].article.id == "a3"
        assert int(str(collection.health()["sequence"])) > before
        collection.add([Article(id="a9", text="Entry 9 tells of word9q.", language="en")])
    assert len(held(home)) == 9


def _add_and_die(home: Path) -> None:
    """Leave a journal that was not written back: the process is killed after it has added."""
    done = run("dying", home, "index.collection:Collection._refuse_if_gone", 1, "add")
    assert done.returncode == -signal.SIGKILL, done.stderr


# -- the database goes while it is in use ---------------------------------------------------------


@pytest.mark.parametrize(
    "gone", [["", "-wal", "-shm"], [""], ["-wal"], ["-shm"], ["current", ""]], ids="+".join
)
def test_what_goes_into_a_file_that_is_gone_is_not_acknowledged(home: Path, gone: list[str]) -> None:
    with Collection(fill(home)) as collection:
        collection.search("harbour", 1)
        for suffix in gone:
            path = home / "current" if suffix == "current" else home / f"collection-1.sqlite{suffix}"
            path.unlink()
        problem = r"holds no collection any more|collection-1\.sqlite.* (was deleted|is gone).*restore"
        for change in (
            lambda: collection.add([Article(id="a9", text="Entry 9 tells of word9q.", language="en")]),
            lambda: collection.remove("a1"),
            collection.health,
            collection.check,
        ):
            with pytest.raises((StoreUnavailable, StoreDamaged), match=problem):
                change()


def test_a_file_put_in_the_place_of_the_database_is_noticed(home: Path) -> None:
    with Collection(fill(home)) as collection:
        copy = shutil.copy(home / "collection-1.sqlite", home / "copy")
        Path(copy).replace(home / "collection-1.sqlite")
        with pytest.raises(StoreUnavailable, match="was deleted or replaced"):
            collection.add([Article(id="a9", text="Entry 9 tells of word9q.", language="en")])


def test_a_server_says_so_over_http(home: Path) -> None:
    from tests.assistant.serving import served

    fill(home)
    with served(home) as client:
        assert client.get("/api/v1/health").status_code == 200
        for suffix in ("", "-wal", "-shm"):
            (home / f"collection-1.sqlite{suffix}").unlink()
        answer = client.post("/api/v1/articles", json={"text": "Entry 9 tells of word9q."})
        assert (answer.status_code, answer.json()["title"]) == (503, "The collection is not available")
        assert client.get("/api/v1/health").status_code == 503

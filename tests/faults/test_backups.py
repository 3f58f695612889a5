"""Backups: one bit anywhere is enough to refuse one, before anything is replaced; one file that SQLite opens."""

from __future__ import annotations

import random
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from index import Article, Collection, SanadError, StoreDamaged, StoreUnavailable, restore

if TYPE_CHECKING:
    from pathlib import Path

ARTICLES = [
    Article(id=f"a{i}", text=f"Entry {i} tells of word{i}q and the harbour. في الميناء حديث.", language="en")
    for i in range(30)
]


@pytest.fixture
def saved(home: Path, tmp_path: Path) -> Path:
    """A backup; the home has one article more."""
    with Collection(home) as collection:
        collection.add(ARTICLES)
        collection.backup(tmp_path / "saved")
        collection.add([Article(id="later", text="A windmill was built later.", language="en")])
    return tmp_path / "saved"


def ids(home: Path) -> set[str]:
    with Collection(home) as collection:
        assert collection.check() == []
        return {info.id for info in collection.articles()}


@pytest.mark.timeout(3600)
def test_one_bit_anywhere_is_enough(home: Path, saved: Path, nightly: bool) -> None:
    whole = saved.read_bytes()
    rng = random.Random(4)
    places = [rng.randrange(len(whole)) for _ in range(2000 if nightly else 150)]
    # the header and the line behind the database: each byte
    places += [*range(100), *range(len(whole) - 87, len(whole))]
    before = {path: path.stat().st_mtime_ns for path in home.iterdir()}
    for place in places:
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << rng.randrange(8)]) + whole[place + 1 :])
        with pytest.raises(StoreDamaged, match=f"backup {saved} "):
            restore(home, saved)
    assert {path: path.stat().st_mtime_ns for path in home.iterdir()} == before
    assert "later" in ids(home)
    saved.write_bytes(whole)
    restore(home, saved)
    assert ids(home) == {article.id for article in ARTICLES}


def test_one_that_was_cut_or_went_on_is_refused(home: Path, saved: Path) -> None:
    whole = saved.read_bytes()
    for damaged in (whole[:-1], whole[:-87], whole[: len(whole) // 2], whole[:50], b"", whole + b"\n"):
        saved.write_bytes(damaged)
        with pytest.raises(StoreDamaged, match=str(saved)):
            restore(home, saved)
    saved.write_bytes(whole)
    with sqlite3.connect(saved) as database:
        database.execute("DELETE FROM articles WHERE id = 'a3'")
    database.close()
    with pytest.raises(StoreDamaged, match="digest differs"):
        restore(home, saved)
    assert "later" in ids(home)


def test_it_is_one_file_that_sqlite_opens(saved: Path) -> None:
    before = saved.read_bytes()
    database = sqlite3.connect(saved)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("SELECT count(*) FROM articles").fetchone() == (len(ARTICLES),)
    database.close()
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir() if path.name.startswith("saved")] == ["saved"]


def test_one_without_a_digest_is_restored_and_that_is_said(
    home: Path, saved: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Made by an older version; or the database of a home, copied."""
    restore(home, saved)
    assert "no digest" not in caplog.text
    with Collection(home) as collection:
        collection.rebuild()
    (current,) = (home / name for name in (home / "current").read_text().split()[:1])
    restore(tmp_path / "other", current)
    assert ids(tmp_path / "other") == {article.id for article in ARTICLES}
    assert f"{current} carries no digest" in caplog.text


def test_a_backup_put_into_a_home_by_hand_is_its_collection(home: Path, saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(saved, other / "collection-1.sqlite")
    with Collection(other) as collection:
        collection.add([Article(id="new", text="A ferry was launched.", language="en")])
    with sqlite3.connect(other / "collection-1.sqlite") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()
    assert len(ids(other)) == len(ARTICLES) + 1
    restore(home, other / "collection-1.sqlite")
    assert len(ids(home)) == len(ARTICLES) + 1


def test_a_backup_is_not_written_over_the_collection(home: Path, saved: Path) -> None:
    with Collection(home) as collection:
        for name in ("collection-1.sqlite", "collection-1.sqlite-wal", "current", "lock", "rebuild.sqlite"):
            with pytest.raises(StoreUnavailable, match=rf"{name} is a file of the collection itself"):
                collection.backup(home / name)
        collection.backup(home / "saved")
    assert (home / "saved").stat().st_size > saved.stat().st_size - 8192
    assert "later" in ids(home)


def test_what_is_no_backup_is_refused(home: Path, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no backup at all\n" * 1000)
    for wrong in (tmp_path / "text", tmp_path / "missing", tmp_path, saved.parent / "no" / "such"):
        with pytest.raises(SanadError, match=str(wrong)):
            restore(home, wrong)
    assert "later" in ids(home)

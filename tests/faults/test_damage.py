"""Damage to any file of a home: found, named, never searched; what is derived is mended from the database."""

from __future__ import annotations

import random
import shutil
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

import index.upkeep.session
from index import Article, Collection, SanadError, StoreDamaged
from index.segments.sealed_files import Ahead, FolderReader
from index.store.database import PAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WORDS = ["ميناء", "harbour", "школа", "नदी", "bridge", "سوق", "музей", "school", "مدرسة", "festival"]
QUESTIONS = ["harbour bridge", "سوق", "школа", "mark3x", "mark11x"]
PLACES, NIGHTLY_PLACES = 20, 200

Rankings = list[list[tuple[str, float]]]


def article(number: int) -> Article:
    chosen = random.Random(number).choices(WORDS, k=12)
    return Article(id=f"a{number}", text=f"{' '.join(chosen)} mark{number}x.", language="en")


def rankings(collection: Collection) -> Rankings:
    return [[(hit.passage_id, round(hit.score, 5)) for hit in collection.search(q, 20)] for q in QUESTIONS]


def save(collection: Collection) -> None:
    with collection.session() as state, state.viewing() as (view, _):
        state.snapshots.save(view)
        state.saved_rows = view.n_kept


@pytest.fixture
def saved(home: Path) -> tuple[Path, Rankings]:
    """A home with two snapshots of two segments, the newer with removed rows; and its rankings."""
    with Collection(home) as collection:
        collection.add(article(i) for i in range(12))
        collection.settle()
        save(collection)
        collection.remove("a5")
        collection.add([article(i) for i in range(20, 23)])
        collection.settle()
        save(collection)
        return home, rankings(collection)


def folders(home: Path) -> list[Path]:
    return sorted(path for path in home.glob("snapshots/*/*") if path.is_dir())


def flips(whole: bytes, n: int, seed: str) -> Iterator[bytes]:
    rng = random.Random(seed)
    for _ in range(n):
        place, bit = rng.randrange(len(whole)), 1 << rng.randrange(8)
        yield whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]


@pytest.mark.timeout(3600)
def test_one_bit_of_any_file_is_enough(saved: tuple[Path, Rankings], nightly: bool) -> None:
    home, _ = saved
    for folder in folders(home):
        FolderReader.open(folder)
        for path in sorted(folder.iterdir()):
            whole = path.read_bytes()
            places = NIGHTLY_PLACES if nightly or path.suffix == ".json" else PLACES
            damages = [*flips(whole, places, path.name), whole[:-1], whole[: len(whole) // 2], whole[:1], b""]
            for damaged in damages:
                path.write_bytes(damaged)
                with pytest.raises(StoreDamaged, match=path.name if path.suffix == ".npy" else folder.name):
                    FolderReader.open(folder)
            path.write_bytes(whole)
            FolderReader.open(folder)


def test_what_is_verified_ahead_is_verified(saved: tuple[Path, Rankings]) -> None:
    home, _ = saved
    everything = folders(home)
    for folder in everything:
        FolderReader.open(folder, Ahead(everything))
        path = max(
            folder.glob("*.npy"), key=lambda file: file.stat().st_size, default=folder / "manifest.json"
        )
        whole = path.read_bytes()
        for damaged in (next(flips(whole, 1, "ahead")), whole[:-1], b"", None):
            path.unlink()
            if damaged is not None:
                path.write_bytes(damaged)
            ahead = Ahead([*everything, home / "nowhere"])
            with pytest.raises(StoreDamaged):
                FolderReader.open(folder, ahead)
            path.write_bytes(whole)
        stopped = Ahead(everything)
        stopped.stop()
        FolderReader.open(folder, stopped)


def test_what_was_verified_ahead_is_trusted_once(saved: tuple[Path, Rankings]) -> None:
    home, expected = saved
    with Collection(home) as collection:
        assert rankings(collection) == expected
        newest = [folder for folder in folders(home) if folder.name.isdigit()][-1]
        path = max(newest.glob("*.npy"), key=lambda file: file.stat().st_size)
        path.write_bytes(next(flips(path.read_bytes(), 1, "later")))
        assert collection.check()
        assert rankings(collection) == expected


def test_damage_is_reported_and_mended_while_questions_are_answered(saved: tuple[Path, Rankings]) -> None:
    home, expected = saved
    newest = [folder for folder in folders(home) if folder.name.isdigit()][-1]
    for part in (newest.name, "seg-1-", "seg-1"):
        folder = next(folder for folder in folders(home) if folder.name.startswith(part))
        path = max(folder.glob("*.npy"), key=lambda file: file.stat().st_size)
        path.write_bytes(next(flips(path.read_bytes(), 1, "x")))
        with Collection(home) as collection:
            found = collection.check()
            assert found
            assert all(folder.parent.name in line for line in found)
            assert rankings(collection) == expected
            save(collection)
            assert rankings(collection) == expected
        path_of_newest = [one for one in folders(home) if one.name.isdigit()][-1]
        FolderReader.open(path_of_newest)
        with Collection(home) as collection:
            collection.check(repair=True)
            assert collection.check() == []
            save(collection)
            assert rankings(collection) == expected
    with Collection(home) as collection:
        collection.search("harbour", 1)
        with collection.session() as session:
            assert session.saved_rows > 0, "the mended snapshot is the one that is opened"


def test_snapshots_of_an_older_version_are_made_anew(
    saved: tuple[Path, Rankings], caplog: pytest.LogCaptureFixture
) -> None:
    home, expected = saved
    for folder in folders(home):
        manifest = folder / "manifest.json"
        manifest.write_bytes(manifest.read_bytes().replace(b'{"blake3":', b'{"sha256":', 1))
    with Collection(home) as collection:
        assert rankings(collection) == expected
        assert "of another version" in caplog.text
        collection.check(repair=True)
        assert collection.check() == []
        assert rankings(collection) == expected


def exchange(one: Path, other: Path) -> None:
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def segments_exchanged(home: Path) -> None:
    exchange(*[folder for folder in folders(home) if folder.name.startswith("seg-")][:2])


def views_exchanged(home: Path) -> None:
    exchange(*[folder for folder in folders(home) if folder.name.isdigit()][-2:])


def vectors_exchanged(home: Path) -> None:
    exchange(*[folder for folder in folders(home) if folder.name.startswith("vec-")][:2])


def files_exchanged(home: Path) -> None:
    one, other = [folder for folder in folders(home) if folder.name.startswith("vec-")][:2]
    exchange(one / "vectors.npy", other / "vectors.npy")


def manifests_exchanged(home: Path) -> None:
    one, other = [folder for folder in folders(home) if folder.name.startswith("seg-")][:2]
    exchange(one / "manifest.json", other / "manifest.json")


def taken_from_another_collection(home: Path) -> None:
    """The same names, sound in themselves, of other articles."""
    with Collection(home / "other") as other:
        other.add([article(100 + i) for i in range(12)])
        other.settle()
        save(other)
        other.remove(article(105).id or "")
        other.add([article(i) for i in range(120, 123)])
        other.settle()
        save(other)
    for folder in folders(home):
        foreign = home / "other" / "snapshots" / folder.parent.name / folder.name
        if folder.name.startswith(("seg-", "vec-")) and foreign.exists():
            shutil.rmtree(folder)
            shutil.copytree(foreign, folder)
    shutil.rmtree(home / "other")


def taken_from_another_generation(home: Path) -> None:
    """What was derived from the database before a rebuild, under the name of the one after."""
    before = next((home / "snapshots").iterdir())
    kept = shutil.copytree(before, home / "kept")
    with Collection(home) as collection:
        collection.rebuild()
        name = next(home.glob("*.sqlite")).name
    shutil.copytree(kept, home / "snapshots" / name, dirs_exist_ok=True)


@pytest.mark.parametrize(
    "mix",
    [
        segments_exchanged, views_exchanged, files_exchanged, manifests_exchanged,
        taken_from_another_collection, taken_from_another_generation,
    ],
)  # fmt: skip
def test_what_belongs_elsewhere_is_not_used(
    saved: tuple[Path, Rankings], mix: Callable[[Path], None]
) -> None:
    home, expected = saved
    mix(home)
    with Collection(home) as collection:
        assert collection.check()
        assert rankings(collection) == expected
        assert collection.check(repair=True)
        assert collection.check() == []
        save(collection)
        assert collection.check() == []
        assert rankings(collection) == expected
    with Collection(home) as collection:
        assert rankings(collection) == expected


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"x" * 1_000_000, b"../../etc/passwd", b"collection-9.sqlite", b"\xff\xfe\0"]
)
def test_a_damaged_pointer_is_named_with_the_remedy(saved: tuple[Path, Rankings], content: bytes) -> None:
    home, expected = saved
    (home / "current").write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"current names no database.*collection-1\.sqlite") as problem:
        Collection(home)
    assert len(str(problem.value)) < 1000
    (home / "current").write_text("collection-1.sqlite\n")
    with Collection(home) as collection:
        assert rankings(collection) == expected


@pytest.mark.timeout(3600)
def test_a_damaged_database_is_an_error_of_ours(saved: tuple[Path, Rankings], nightly: bool) -> None:
    """In the header, in the roots of its tables, anywhere; in what it answers there is no traceback."""
    home, _ = saved
    path = home / "collection-1.sqlite"
    whole = path.read_bytes()
    rng = random.Random(8)
    found, described = 0, list[str]()
    for turn in range(600 if nightly else 60):
        page = turn // 2 % (len(whole) // PAGE_BYTES)
        first = PAGE_BYTES * page + (rng.randrange(64) if turn % 2 else rng.randrange(PAGE_BYTES - 1_000))
        size = rng.choice((1, 16, 96, 1_000))
        path.write_bytes(whole[:first] + rng.randbytes(size) + whole[first + size :])
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        try:
            with Collection(home) as collection:
                if collection.check():
                    found += 1
                    continue
                rankings(collection)
                for info in collection.articles():
                    collection.article(info.id)
        except SanadError as problem:
            found += 1
            described.append(str(problem))
    assert found > 5
    assert not any("\n" in text for text in described)
    path.write_bytes(b"\0" * 100 + whole[100:])
    with pytest.raises(StoreDamaged, match=r"collection-1\.sqlite"):
        Collection(home)


@pytest.mark.parametrize(
    ("sql", "is_derived"),
    [
        ("DELETE FROM passages WHERE number % 2", True),
        ("DELETE FROM articles WHERE number % 2", True),
        ("DELETE FROM vocabulary WHERE number % 2", False),
        ("UPDATE passages SET words = x'07'", False),
        ("UPDATE passages SET words = x'ffffff7f01000000'", False),
        ("UPDATE vectors SET vector = x'0102'", False),
        ("UPDATE passages SET words = x'07'", True),
        ("UPDATE passages SET sentences = x'0102'", True),
        ("UPDATE passages SET sentences = CAST(sentences || sentences AS BLOB)", True),
        ("UPDATE vocabulary SET terms = x''", False),
    ],
)
def test_rows_that_a_damaged_page_took_are_an_error_that_names_the_home(
    saved: tuple[Path, Rankings], sql: str, is_derived: bool
) -> None:
    """What is derived knows passages that the database has lost, or cannot be derived from it any more."""
    home, _ = saved
    if not is_derived:
        shutil.rmtree(home / "snapshots")
    database = sqlite3.connect(home / "collection-1.sqlite")
    with database:
        assert database.execute(sql).rowcount > 0
    database.close()
    with Collection(home) as collection:
        with pytest.raises(
            StoreDamaged, match=rf"collection-1\.sqlite is damaged .*`sanad check --home {home}`"
        ):
            rankings(collection)
        assert collection.check()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"\0" * 4096])
def test_what_a_rebuild_left_before_its_first_table_is_no_obstacle(
    saved: tuple[Path, Rankings], content: bytes
) -> None:
    home, expected = saved
    (home / "rebuild.sqlite").write_bytes(content)
    with Collection(home) as collection:
        collection.rebuild()
        assert rankings(collection) == expected
        assert len(list(home.glob("*.sqlite"))) == 1


def test_a_snapshot_that_is_retired_while_it_is_checked_is_no_damage(saved: tuple[Path, Rankings]) -> None:
    home, _ = saved
    found: list[str] = []
    with Collection(home) as collection, Collection(home) as other:
        saving = threading.Event()

        def check() -> None:
            while not saving.is_set():
                found.extend(collection.check())

        checker = threading.Thread(target=check)
        checker.start()
        for number in range(100, 130):  # each makes a snapshot, and an older one goes
            other.add([article(number)])
            save(other)
        saving.set()
        checker.join()
    assert found == []


@pytest.fixture(autouse=True)
def _no_snapshots_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests say when a snapshot is made."""
    monkeypatch.setattr(index.upkeep.session, "SNAPSHOT_ROWS", 5)

"""Snapshots: what is saved is what was there, and what is not as it was saved is not used."""

from __future__ import annotations

import itertools
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import Article, Collection, StoreUnavailable
from index.segments.sealed_files import MANIFEST
from index.segments.snapshot import KEPT, Snapshots, verifying
from index.segments.view import View
from index.upkeep.compatibility import settings_of
from index.upkeep.embedding import embed_batch
from tests.index.asking import ranking
from tests.index.segments.views import after, made, told

if TYPE_CHECKING:
    from pathlib import Path

    from index.upkeep.session import Opened

DATABASE = "collection-1.sqlite"


@pytest.fixture
def snapshots(state: Opened, tmp_path: Path) -> Snapshots:
    """A folder for the snapshots of the collection, beside its home, so that only the test saves there."""
    return Snapshots(tmp_path / "saved" / DATABASE, settings_of(state.encoder))


def grown(collection: Collection, state: Opened, view: View | None = None) -> View:
    """The view after three more articles and their vectors, which become a segment of their own."""
    view = view or View.empty(state.encoder.dimension)
    collection.add(made(view.n_rows + 3)[view.n_rows :])
    while embed_batch(state.store, state.encoder):
        pass
    return after(state, view, 0)


def names(snapshots: Snapshots) -> set[str]:
    return {path.name for path in snapshots.folder.iterdir()}


def names_of(*views: View) -> set[str]:
    """The folders that these views are saved as."""
    segments = [segment.name for view in views for segment in (*view.segments, *view.vectors.segments)]
    return {*segments, *(f"{view.sequence:012d}" for view in views)}


def flip(path: Path, place: int = -1) -> None:
    whole = bytearray(path.read_bytes())
    whole[place] ^= 1
    path.write_bytes(whole)


def test_a_saved_view_loads_as_it_was_and_follows_later_changes(
    collection: Collection, state: Opened, snapshots: Snapshots
) -> None:
    view = grown(collection, state, grown(collection, state))
    collection.remove("a0")
    collection.remove("a4")
    view = after(state, view, 0)
    snapshots.save(view)
    loaded = snapshots.newest(view.vectors.dimension, view.sequence)
    assert loaded is not None
    assert told(loaded) == told(view)
    assert loaded.n_passages == 2 * 3 - 2
    assert loaded.n_rows == loaded.vectors.n_rows == 2 * 3
    assert [segment.name for segment in loaded.segments] == [segment.name for segment in view.segments]
    for own, saved in ((view.alive, loaded.alive), (view.vectors.alive, loaded.vectors.alive)):
        np.testing.assert_equal(saved, own)
    collection.remove("a1")
    collection.add([Article(id="later", text="القنديل فوق الجسر. A lantern on the bridge.")])
    loaded, view = after(state, loaded), after(state, view)
    assert told(loaded) == told(view)
    with state.store.reading() as reader:
        assert told(loaded.compacted(reader)) == told(view)


def test_an_empty_view_and_one_without_vectors_are_saved_too(
    collection: Collection, state: Opened, snapshots: Snapshots
) -> None:
    dimension = state.encoder.dimension
    assert (snapshots.newest(dimension, 10), snapshots.last()) == (None, 0)
    for n in (0, 4):
        collection.add(made(n))
        view = after(state, View.empty(dimension))
        snapshots.save(view)
        loaded = snapshots.newest(dimension, view.sequence)
        assert loaded is not None
        assert told(loaded) == told(view)
        assert (loaded.n_passages, loaded.vectors.n_rows) == (n, 0)


def test_codes_of_vectors_are_saved_with_them(
    collection: Collection, state: Opened, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.segments.dense.EXACT_ROWS", 40)
    collection.add(made(90))  # 30 in Arabic, 60 in English
    while embed_batch(state.store, state.encoder):
        pass
    view = after(state, View.empty(state.encoder.dimension))
    snapshots.save(view)
    assert [path.name for path in snapshots.folder.glob("vec-*/codes-*")] == ["codes-1.faiss"]
    loaded = snapshots.newest(view.vectors.dimension, view.sequence)
    assert loaded is not None
    coded = [index.has_codes for segment in loaded.vectors.segments for index in segment.indexes]
    assert coded == [False, True]
    assert told(loaded) == told(view)


# -- which snapshot is used --------------------------------------------------------------------------


def test_the_newest_that_is_not_newer_than_wanted_is_used(
    collection: Collection, state: Opened, snapshots: Snapshots
) -> None:
    first = grown(collection, state)
    second = grown(collection, state, first)
    for view in (first, second):
        snapshots.save(view)
        assert snapshots.last() == view.sequence
    dimension = first.vectors.dimension
    used = [snapshots.newest(dimension, upto) for upto in range(second.sequence + 2)]
    expected = (
        [0] * first.sequence + [first.sequence] * (second.sequence - first.sequence) + [second.sequence] * 2
    )
    assert [view.sequence if view else 0 for view in used] == expected
    assert told(used[-2] or first) == told(second)


@pytest.mark.parametrize("n", [0, 3])  # without a segment, the view alone says whose it is
def test_a_snapshot_of_another_database_or_of_other_settings_is_not_used(
    collection: Collection, state: Opened, snapshots: Snapshots, n: int
) -> None:
    collection.add(made(n))
    embed_batch(state.store, state.encoder)
    dimension = state.encoder.dimension
    view = after(state, View.empty(dimension))
    snapshots.save(view)
    moved = snapshots.folder.with_name("collection-2.sqlite")
    shutil.copytree(snapshots.folder, moved)
    others = [Snapshots(moved, snapshots.settings)] + [
        Snapshots(snapshots.folder, {**snapshots.settings, name: "another"}) for name in snapshots.settings
    ]
    assert len(others) == 1 + 6  # format, analyser, chunker, model, fingerprint, dimension
    for other in others:
        assert other.newest(dimension, view.sequence) is None
        (problem,) = other.problems(dimension)
        assert f"{view.sequence:012d}" in problem
    if n:
        assert snapshots.newest(dimension + 1, view.sequence) is None
    assert snapshots.newest(dimension, view.sequence) is not None


@pytest.mark.parametrize(
    "damaged",
    [f"0*/{MANIFEST}", "0*/0-alive.npy", "0*/0-words-frequencies.npy", f"seg-*/{MANIFEST}", "seg-*/numbers.npy",
     "seg-*/vocabulary-hashes.npy", f"vec-*/{MANIFEST}", "vec-*/vectors.npy"],
)  # fmt: skip
@pytest.mark.parametrize("is_ahead", [False, True], ids=["verified then", "verified ahead"])
def test_a_flipped_bit_is_noticed_an_older_snapshot_used_and_the_next_one_whole(
    collection: Collection, state: Opened, snapshots: Snapshots, damaged: str, *, is_ahead: bool
) -> None:
    older = View.empty(state.encoder.dimension)
    snapshots.save(older)
    view = grown(collection, state)
    collection.remove("a1")
    view = after(state, view)
    snapshots.save(view)
    file = max(snapshots.folder.glob(damaged))
    flip(file)
    ahead = verifying(snapshots.folder) if is_ahead else None
    used = snapshots.newest(view.vectors.dimension, view.sequence, ahead)
    assert used is not None
    assert told(used) == told(older)
    (problem,) = snapshots.problems(view.vectors.dimension)
    assert f"snapshot {snapshots.folder / f'{view.sequence:012d}'}: " in problem
    snapshots.save(view)
    used = snapshots.newest(view.vectors.dimension, view.sequence)
    assert used is not None
    assert told(used) == told(view)
    assert snapshots.problems(view.vectors.dimension) == []


def test_a_file_that_is_missing_or_cut_is_noticed(
    collection: Collection, state: Opened, snapshots: Snapshots
) -> None:
    view = grown(collection, state)
    snapshots.save(view)
    for file in snapshots.folder.glob("*/*"):
        whole = file.read_bytes()
        file.write_bytes(whole[:-1])
        assert snapshots.newest(view.vectors.dimension, view.sequence) is None, file
        file.unlink()
        assert snapshots.newest(view.vectors.dimension, view.sequence) is None, file
        file.write_bytes(whole)
    assert snapshots.newest(view.vectors.dimension, view.sequence) is not None


def test_an_unfinished_folder_is_not_used_and_goes(
    collection: Collection, state: Opened, snapshots: Snapshots
) -> None:
    view = grown(collection, state)
    snapshots.save(view)
    assert not snapshots.are_left()
    shutil.copytree(snapshots.folder / f"{view.sequence:012d}", snapshots.folder / ".new-left")
    assert snapshots.are_left()
    assert (snapshots.last(), snapshots.problems(view.vectors.dimension)) == (view.sequence, [])
    shutil.rmtree(snapshots.folder / f"{view.sequence:012d}")
    assert snapshots.newest(view.vectors.dimension, view.sequence) is None
    snapshots.clear()
    assert not snapshots.are_left()
    (snapshots.folder / ".new-again").mkdir()
    snapshots.save(view)
    assert names(snapshots) == names_of(view), "what is left goes with the next snapshot too"


# -- what lies on disk --------------------------------------------------------------------------------


def test_only_the_last_views_and_their_segments_stay(
    collection: Collection, state: Opened, snapshots: Snapshots
) -> None:
    views: list[View] = []
    view = View.empty(state.encoder.dimension)
    for number in range(KEPT + 2):
        collection.add([Article(id=f"n{number}", text=f"Gate {number} of the harbour. البوابة {number}.")])
        while embed_batch(state.store, state.encoder):
            pass
        view = after(state, view)  # joined: each has one segment of words and one of vectors, of its own
        views.append(view)
        snapshots.save(view)
        assert names(snapshots) == names_of(*views[-KEPT:])
    assert len(names_of(*views)) == 3 * (KEPT + 2)
    assert len(names(snapshots)) == 3 * KEPT


def test_a_segment_that_two_snapshots_share_is_written_once(
    collection: Collection, state: Opened, snapshots: Snapshots
) -> None:
    def written() -> dict[str, tuple[int, int]]:
        files = list(snapshots.folder.glob("[sv]e[gc]-*/*"))
        return {
            str(path.relative_to(snapshots.folder)): (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in files
        }

    first = grown(collection, state)
    snapshots.save(first)
    before = written()
    second = grown(collection, state, first)
    snapshots.save(second)
    assert names(snapshots) == names_of(first, second)
    assert len(names(snapshots)) == 2 + 2 + 2, "two views, two segments of words, two of vectors"
    assert before.items() < written().items()
    third = grown(collection, state, second)
    snapshots.save(third)
    assert before.items() < written().items(), "the first view went, what the others share of it stays"


def test_discarded_snapshots_are_gone_and_can_be_saved_again(
    collection: Collection, state: Opened, snapshots: Snapshots
) -> None:
    view = grown(collection, state)
    snapshots.discard()  # there are none
    snapshots.save(view)
    snapshots.discard()
    assert snapshots.newest(view.vectors.dimension, view.sequence) is None
    assert (snapshots.last(), snapshots.problems(view.vectors.dimension)) == (0, [])
    snapshots.save(view)
    assert snapshots.last() == view.sequence


def test_threads_that_save_at_once_leave_whole_snapshots(
    collection: Collection, state: Opened, snapshots: Snapshots
) -> None:
    views = [grown(collection, state)]
    for _ in range(3):
        views.append(grown(collection, state, views[-1]))
    with ThreadPoolExecutor(len(views)) as pool:
        list(pool.map(snapshots.save, views * 2))  # raises what a thread raised
    assert snapshots.problems(state.encoder.dimension) == []
    assert names(snapshots) == names_of(*views[-KEPT:])


def test_a_folder_that_cannot_be_written_is_named(
    collection: Collection, state: Opened, tmp_path: Path
) -> None:
    view = grown(collection, state)
    (tmp_path / "file").write_text("no folder")
    snapshots = Snapshots(tmp_path / "file" / DATABASE, settings_of(state.encoder))
    with pytest.raises(StoreUnavailable, match=rf"cannot write .*file/{DATABASE}"):
        snapshots.save(view)
    assert (snapshots.newest(view.vectors.dimension, view.sequence), snapshots.last()) == (None, 0)


# -- in a collection ---------------------------------------------------------------------------------

SNAPSHOT_ROWS = 100


@pytest.fixture
def big(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with enough passages for a snapshot, of which fewer than usual are needed."""
    monkeypatch.setattr("index.upkeep.session.SNAPSHOT_ROWS", SNAPSHOT_ROWS)
    rng = random.Random(3)
    words = [f"{a}{b}{c}" for a, b, c in itertools.product("bdkmrst", "aeiou", "lnrst")]
    text = "\n\n".join(" ".join(rng.choice(words) for _ in range(60)).capitalize() + "." for _ in range(80))
    per_article = 80
    with Collection(home) as collection:
        collection.add(
            Article(id=f"{i}", text=f"{text}\n\nThe marker of article {i} is mark{i}x.", language="en")
            for i in range(SNAPSHOT_ROWS // per_article + 1)
        )
        collection.settle()
    return home


def test_a_snapshot_gives_what_the_database_gives(big: Path) -> None:
    questions = ["mark3x", "batas menol", "dorat"]
    with Collection(big) as collection:
        saved = [ranking(collection, question) for question in questions]
        with collection.session() as state, state.viewing():
            assert state.saved_rows >= SNAPSHOT_ROWS
            state.snapshots.discard()
    with Collection(big) as collection:
        with collection.session() as state, state.viewing():
            assert state.saved_rows == 0
        assert [ranking(collection, question) for question in questions] == saved


@pytest.mark.timeout(300)  # opens the home for every file of the snapshot
@pytest.mark.slow
def test_a_damaged_snapshot_is_found_and_not_used(big: Path) -> None:
    with Collection(big) as collection:
        expected = ranking(collection, "mark3x")
        assert collection.check() == []
    names = {path.relative_to(big) for path in (big / "snapshots").rglob("*") if path.is_file()}
    assert len(names) > 10
    rng = random.Random(5)
    for number, path in enumerate(big / name for name in sorted(names)):
        whole = path.read_bytes()
        place = rng.randrange(len(whole))
        flipped = whole[:place] + bytes([whole[place] ^ 1 << rng.randrange(8)]) + whole[place + 1 :]
        path.write_bytes((flipped, whole[: len(whole) // 2], b"")[number % 3])
        with Collection(big) as collection:
            with collection.session() as state:  # the part of `check` that looks at snapshots
                assert len(state.snapshots.problems(state.encoder.dimension)) == 1, path.name
            assert ranking(collection, "mark3x") == expected
        path.write_bytes(whole)
    (big / min(names)).write_bytes(b"")
    with Collection(big) as collection:
        assert len(collection.check(repair=True)) == 1
        assert collection.check() == []
        with collection.session() as state, state.viewing():
            assert state.saved_rows >= SNAPSHOT_ROWS
        assert ranking(collection, "mark3x") == expected

"""Snapshots: what is saved is what was there, and what is not as it was saved is not used."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from index import Article, Collection
from tests.index.asking import ranking

if TYPE_CHECKING:
    from pathlib import Path

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

"""A disk that is full at any page: what was acknowledged stays, the error is one line, nothing is mixed."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from index import Article, Collection
from tests.faults.running import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STEPS = 60


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_each_file_may_grow_no_further(tmp_path: Path) -> None:
    _fill(tmp_path / "home", "limit", 8192 * 80)


def test_a_small_file_system_is_full(small_disk: Path) -> None:
    _fill(small_disk / "home", "tmpfs", 8192 * 200)


def _fill(home: Path, how: str, size: int) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="before", text="The first entry speaks of a lighthouse.")])
    done = run("filling", home, how, size, STEPS)
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    acknowledged, errors = said["acknowledged"], said["errors"]
    assert len(acknowledged) > STEPS / 10, "there was no room for anything"
    assert sum(errors.values()) > STEPS / 2, "there was room for everything"
    for error in errors:
        assert error.startswith("StoreUnavailable: "), error
        assert "\n" not in error
        assert "collection-1.sqlite" in error
    with Collection(home) as collection:
        assert collection.check() == []
        assert [info.id for info in collection.articles()] == ["before", *acknowledged]
        for name in acknowledged:
            assert collection.search(f"token{name[1:]}q", 1)[0].article.id == name
        collection.add([Article(id="after", text="Room was made and the windmill turns.")])
        assert collection.search("windmill", 1)[0].article.id == "after"
        assert collection.search("lighthouse", 1)[0].article.id == "before"

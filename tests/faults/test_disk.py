"""A disk that is full at any byte: what was acknowledged stays, the error is one line, nothing is mixed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from index import Article, Collection

if TYPE_CHECKING:
    from pathlib import Path

# every file of the child may grow to this many bytes; SQLite and our own writers meet EFBIG there,
# which reaches them as ENOSPC does
ADDER = """
import json, resource, signal, sys
from pathlib import Path
limit = int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from index import Article, Collection, SanadError
acknowledged = []
try:
    with Collection(Path(sys.argv[1])) as collection:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        for i in range(60):
            text = f"Entry {i} of the log speaks of token{i}q. " + f"More words about place {i}. " * 20
            collection.add([Article(id=f"e{i}", text=text, language="en")])
            acknowledged.append(i)
            assert collection.search(f"token{i}q", 1)[0].article.id == f"e{i}"
    error = None
except SanadError as problem:
    error = f"{type(problem).__name__}: {problem}"
print(json.dumps([acknowledged, error]))
"""


@pytest.mark.parametrize("limit", [4096 * n for n in (60, 90, 120, 200, 400)])
def test_a_full_disk_loses_nothing_that_was_acknowledged(home: Path, limit: int) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="before", text="The first entry speaks of a lighthouse.")])
    done = subprocess.run(
        [sys.executable, "-c", ADDER, str(home), str(limit)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    acknowledged, error = json.loads(done.stdout.splitlines()[-1])
    if error is not None:
        assert error.startswith("StoreUnavailable: "), error
        assert "\n" not in error
        assert "collection-1.sqlite" in error
    with Collection(home) as collection:
        assert collection.check() == []
        ids = {info.id for info in collection.articles()}
        assert ids >= {"before", *(f"e{i}" for i in acknowledged)}
        assert len(ids) <= len(acknowledged) + 2
        for i in acknowledged[::7]:
            assert collection.search(f"token{i}q", 1)[0].article.id == f"e{i}"
        assert collection.search("lighthouse", 1)[0].article.id == "before"
        collection.add([Article(id="after", text="Room was made and the windmill turns.")])
        assert collection.search("windmill", 1)[0].article.id == "after"


def test_at_least_one_limit_is_met(home: Path) -> None:
    """The test above would prove nothing if every child had room enough."""
    with Collection(home):
        pass
    done = subprocess.run(
        [sys.executable, "-c", ADDER, str(home), str(4096 * 60)], capture_output=True, text=True, check=False
    )
    acknowledged, error = json.loads(done.stdout.splitlines()[-1])
    assert error
    assert len(acknowledged) < 60

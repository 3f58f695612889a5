"""Eight askers and a writer, and threads that end: no error, and neither memory nor open files grow."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index import Collection
from tests.faults.running import run

if TYPE_CHECKING:
    from index import Article

SECONDS, NIGHTLY_SECONDS = 8, 60


@pytest.mark.timeout(300)
def test_eight_askers_and_a_writer(home: Path, nightly: bool) -> None:
    done = run("endurance", home, NIGHTLY_SECONDS if nightly else SECONDS)
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert not said["failures"], said["failures"][0]
    assert said["questions"] > 50
    assert said["changes"] > 5
    assert said["last"]["rss_mb"] - said["first"]["rss_mb"] < 20, said
    # SQLite and snapshots being written have a few files open at one moment and not at the next
    assert said["last"]["descriptors"] - said["first"]["descriptors"] <= 6, said


def test_threads_that_have_ended_hold_no_files(home: Path, articles: list[Article]) -> None:
    def ask_at_once(number: int) -> int:
        """Ask from so many threads that are there together; give how many files are open after them."""
        together = threading.Barrier(number)

        def ask() -> None:
            together.wait(20)
            assert len(collection.search("harbour", 1)) == 1

        threads = [threading.Thread(target=ask) for _ in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    with Collection(home) as collection:
        collection.add(articles)
        collection.settle()
        before = ask_at_once(2)
        for _ in range(20):
            after = ask_at_once(2)
        # a connection has a few files: a database, its journal; those of two threads may wait for the next to begin
        assert after - before <= 8

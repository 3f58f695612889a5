"""A server under mixed load over HTTP: every answer is right, and nothing grows while the articles stay as many."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.faults.running import run

if TYPE_CHECKING:
    from pathlib import Path

SECONDS, NIGHTLY_SECONDS = 8, 1200

# What may come between the level of the first half and that of the end.
# Memory of the server: each connection keeps up to 16 MB of pages; 2 MB came in 90 s.
MORE_MB = 30
# In a few seconds the first level comes before what is loaded when it is first used, such as the page's libraries.
MORE_MB_AT_FIRST = 200
# Two for a connection to the database of each of nine threads at most.
MORE_DESCRIPTORS = 18
# SQLite's journal may grow to its 16 MB once, and again while somebody reads.
MORE_HOME_BYTES = 40_000_000
# A change leaves its number, and a removed passage its words: 180 bytes for a change of two articles.
MORE_HOME_BYTES_A_CHANGE = 500
# Two snapshots are kept, each of a view and of a few segments; one more may be in the making.
MORE_FOLDERS = 12
CHANGES = ("add", "replace", "edit", "remove")


@pytest.mark.timeout(NIGHTLY_SECONDS + 300)
def test_a_server_under_mixed_load(home: Path, nightly: bool) -> None:
    done = run("soak", home, NIGHTLY_SECONDS if nightly else SECONDS)
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert not said["failures"], said["failures"][0]
    requests, first, last = said["done"], said["first"], said["last"]
    assert requests["ask"] + requests["search"] > 0
    assert sum(requests.get(kind, 0) for kind in CHANGES) > 0
    most_mb = MORE_MB if nightly else MORE_MB_AT_FIRST
    assert last["server_mb"] - first["server_mb"] <= most_mb, said
    assert last["descriptors"] - first["descriptors"] <= MORE_DESCRIPTORS, said
    changes = sum(requests.get(kind, 0) for kind in CHANGES)
    allowed = MORE_HOME_BYTES + MORE_HOME_BYTES_A_CHANGE * changes
    assert last["home_bytes"] - first["home_bytes"] <= allowed, said
    assert last["folders"] - first["folders"] <= MORE_FOLDERS, said

"""Eight askers and a writer: no error, and neither memory nor open files grow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.faults.running import run

if TYPE_CHECKING:
    from pathlib import Path

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

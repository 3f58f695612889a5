"""EIO and ENOSPC at every call that writes, of every kind of change: before or after, and one clear error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.faults.running import run
from tests.faults.syscalls import Switch
from tests.faults.syscalls import run as run_traced

if TYPE_CHECKING:
    from pathlib import Path

CALLS_IN_EVERY_RUN = 8


@pytest.fixture(scope="session")
def _traceable() -> None:
    try:
        run_traced(_nothing, "/nowhere")
    except OSError as problem:
        pytest.skip(f"system calls cannot be made to fail here: {problem.strerror}")


def _nothing(_: Switch) -> None:
    pass


@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("_traceable")
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_any_write_may_fail(tmp_path: Path, error: str, nightly: bool) -> None:
    done = run("failing", tmp_path, error, 0 if nightly else CALLS_IN_EVERY_RUN)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert set(seen) == {
        "adding", "updating", "removing", "saving", "rebuilding", "backing_up", "restoring", "starting"
    }  # fmt: skip
    for kind, calls in seen.items():
        failed = sum(n for name, n in calls.items() if name != "calls")
        assert failed >= min(calls["calls"], CALLS_IN_EVERY_RUN) // 2, kind
        assert any("StoreUnavailable" in name for name in calls), kind

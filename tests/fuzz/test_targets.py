"""Decoding, pages, feeds, front matter and dates take any bytes.

Every run tries some hundred inputs made by hypothesis. `make nightly` gives each target to atheris (libFuzzer, guided
by coverage) for minutes where the extra `fuzz` is installed; where it is not, hypothesis goes on for long, and a
warning says so.
"""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import MAX_BYTES, MAX_SECONDS, TARGETS, Target

ROOT = Path(__file__).parents[2]
SECONDS = 180
every_target = pytest.mark.parametrize("name", TARGETS)


@every_target
def test_good_input_is_taken(name: str) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].read(seed)


@every_target
@pytest.mark.timeout(SECONDS * 3)
def test_any_bytes(name: str, nightly: bool) -> None:
    if nightly and find_spec("atheris"):
        by_atheris(name)
        return
    if nightly:
        warnings.warn(
            f"{name}: atheris is not installed (pip install 'sanad[fuzz]'): fuzzed by hypothesis, without coverage",
            stacklevel=1,
        )
    by_hypothesis(TARGETS[name], 20_000 if nightly else 100)


def by_atheris(name: str) -> None:
    command = [sys.executable, "-m", "tests.fuzz.drive", name, str(SECONDS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4_000:]


def by_hypothesis(target: Target, examples: int) -> None:
    @settings(max_examples=examples)
    @given(damaged(target.seeds))
    def run(data: bytes) -> None:
        began = time.process_time()
        target.read(data)
        assert examples <= 100 or time.process_time() - began < MAX_SECONDS

    run()


def damaged(seeds: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    """Anything, or good input with pieces of it replaced, repeated or left out."""
    changes = st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.binary(max_size=8), st.integers(1, 50)), max_size=6
    )

    def change(seed: bytes, pieces: list[tuple[float, float, bytes, int]]) -> bytes:
        data = seed
        for begin, end, new, times in pieces:
            first, last = sorted((int(begin * len(data)), int(end * len(data))))
            data = data[:first] + new * times + data[last:]
        return data[:MAX_BYTES]

    return st.binary(max_size=400) | st.builds(change, st.sampled_from(seeds), changes)

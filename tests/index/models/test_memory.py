"""Under `ulimit -v` a model that does not fit is refused in one line; its libraries would end the process."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from index import Article, Collection

ROOT = Path(__file__).parents[3]
MEGABYTE = 1_000_000


def limited(megabytes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `sanad` in a process that may take so many megabytes of address space."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SANAD_")}
    limit = megabytes * MEGABYTE
    return subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        cwd=ROOT,
        env={**kept, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},  # more would take more
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )


def assert_refused(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 69, done.stderr
    assert done.stderr.startswith("sanad: ")
    assert done.stderr.count("\n") == 1
    assert "MB of memory" in done.stderr
    assert "ulimit -v" in done.stderr


@pytest.mark.parametrize("megabytes", [180, 205, 256, 300, 350, 400, 450])
def test_the_shipped_model_is_refused_where_it_does_not_fit(home: Path, megabytes: int) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text="The harbour is closed.", language="en")])
    assert_refused(limited(megabytes, "ask", "harbour", "--home", str(home)))


@pytest.mark.parametrize(("name", "megabytes"), [("model.safetensors", 4_000), ("tokenizer.json", 300)])
def test_another_model_is_refused_where_it_does_not_fit(tmp_path: Path, name: str, megabytes: int) -> None:
    """A file as large as it says, of zeros: it takes no disk, and nothing has to read it to refuse it."""
    folder = tmp_path / "model"
    folder.mkdir()
    header = b'{"a":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}'
    size = megabytes * MEGABYTE if name == "model.safetensors" else 1
    told = header % (size, size)
    weights = folder / "model.safetensors"
    weights.write_bytes(len(told).to_bytes(8, "little") + told)
    os.truncate(weights, 8 + len(told) + size)
    if name == "tokenizer.json":
        (folder / name).touch()
        os.truncate(folder / name, megabytes * MEGABYTE)
    assert_refused(limited(6_000, "ask", "harbour", "--home", str(tmp_path / "home"), "--model", str(folder)))


def test_a_model_that_fits_is_taken(home: Path) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text="The harbour is closed.", language="en")])
    done = limited(4_000, "ask", "harbour", "--home", str(home))
    assert done.returncode == 0, done.stderr

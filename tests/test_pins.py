"""What is installed is pinned, with digests: all that pyproject.toml asks for, and nothing by another way."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TEXT = (ROOT / "constraints.txt").read_text("utf-8")
SECTIONS = dict(re.findall(r"^# \[([\w-]+)\]\n((?:[^#\n].*\n)+)", TEXT, re.MULTILINE))
PIN = re.compile(r"^([\w.-]+)==(\S+)(.*(?:\n .*)*)", re.MULTILINE)


def versions(*sections: str) -> dict[str, str]:
    return {name: version for section in sections for name, version, _ in PIN.findall(SECTIONS[section])}


ASKED = {
    "build": ["pip", *PROJECT["build-system"]["requires"]],
    "run": PROJECT["project"]["dependencies"],
    **{name: PROJECT["project"]["optional-dependencies"][name] for name in ("pdf", "dev", "fuzz", "mutants")},
}


@pytest.mark.parametrize("group", ASKED)
def test_all_that_is_asked_for_is_pinned_within_its_bounds(group: str) -> None:
    held = {
        "build": ("build",),
        "run": ("build", "run", "torch"),
        "fuzz": ("fuzz",),
        "mutants": ("mutants",),
    }.get(group, ("run", "dev"))
    pinned = versions(*held)
    for each in map(Requirement, ASKED[group]):
        assert each.specifier.contains(pinned[canonicalize_name(each.name)]), each


def test_every_pin_has_digests_and_only_digests() -> None:
    lines = [line for line in TEXT.splitlines() if line and not line.startswith("#")]
    pins = PIN.findall(TEXT)
    assert len(pins) > 100
    for name, _, rest in pins:
        assert "--hash=sha256:" in rest, name
    known = re.compile(r"[\w.-]+==\S+( ;[^\\]*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in lines if not known.fullmatch(line)] == []


def test_torch_is_pinned_once_for_each_of_its_builds() -> None:
    assert versions("torch-cpu")["torch"] == f"{versions('torch')['torch']}+cpu"
    assert not [
        name for name in versions("run", "dev") if name.startswith(("torch", "nvidia", "cuda", "triton"))
    ]


def test_a_file_with_another_digest_is_not_installed(tmp_path: Path) -> None:
    """What `make` does with a section, and a file that was exchanged."""
    wheel = tmp_path / "olefile-0.47-py2.py3-none-any.whl"
    wheel.write_bytes(b"not what it was")
    pins = tmp_path / "pins.txt"
    pins.write_text(
        next(match[0] for match in PIN.finditer(SECTIONS["run"]) if match[1] == "olefile"), "utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--no-index",
        "--no-deps",
    ]
    command += ["--find-links", str(tmp_path), "--require-hashes", "-r", str(pins)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PIP_CONFIG_FILE": "/dev/null"}
    )
    assert done.returncode
    assert "DO NOT MATCH THE HASHES" in done.stderr


def test_make_installs_by_digest_only() -> None:
    make = (ROOT / "Makefile").read_text("utf-8")
    assert "--no-deps" in next(line for line in make.splitlines() if line.startswith("PIP :="))
    installs = [line for line in make.splitlines() if "$(PIP)" in line]
    assert all("--require-hashes" in line or "-e ." in line or "TORCH_INDEX" in line for line in installs)
    assert len(installs) == 3
    assert "extra-index-url" not in make + (ROOT / "README.md").read_text("utf-8")


def test_an_index_for_torch_is_asked_for_torch_alone() -> None:
    address = "https://index.example/cpu"
    told = ["make", "--dry-run", "--always-make", ".venv/torch", f"TORCH_INDEX={address}"]
    commands = subprocess.run(told, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    (install,) = [line for line in commands if address in line]
    assert f"--no-deps  --index-url {address}" in install
    asked = subprocess.run(
        ["sh", "-c", f"echo {install.split(address)[1]}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.split() == [f"torch=={versions('torch')['torch']}"]

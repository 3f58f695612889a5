"""Write constraints.txt: every version that is installed, and the digests of all its files (`make pins`).

Versions stay as they are where pyproject.toml allows it; `--upgrade` takes the newest. Resolved by uv for every
platform and Python at once.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = ROOT / "constraints.txt"
HEAD = """\
# Every version that is installed, and the SHA-256 of every file of it. Made by: make pins (ARGS=--upgrade).
# The Makefile installs a section at a time. torch-cpu is PyTorch's own small build, where pip finds that; cuda is what
# only PyPI's build of torch for Linux needs.
"""
CUDA = re.compile(r"(nvidia|cuda|triton)\b")

Pins = dict[str, str]


def main() -> None:
    """Resolve all together, then tell what each section needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    build = ["pip", *project["build-system"]["requires"]]
    before = read(FILE.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        every = Path(folder) / "every.txt"
        kept = [pin for name, pin in before.items() if "+" not in name]
        every.write_text("\n".join(kept), "utf-8")  # uv keeps what its output holds
        resolve(["uv", *build], "--all-extras", f"--output-file={every}", *sys.argv[1:])
        fixed = f"--constraints={every}"
        sections = {"pins": resolve(["uv"], fixed, whole=False), "build": resolve(build, fixed, whole=False)}
        run = resolve([], fixed)
        sections |= {"torch-cpu": small(run["torch"], before), "torch": {"torch": run.pop("torch")}}
        sections |= {"cuda": {name: run.pop(name) for name in list(run) if CUDA.match(name)}, "run": run}
        for extra in ("dev", "fuzz", "mutants"):
            sections[extra] = resolve([], fixed, f"--extra={extra}")
    FILE.write_text(HEAD + "".join(written(sections)), "utf-8")


def resolve(names: list[str], *options: str, whole: bool = True) -> Pins:
    """Give what is needed for some packages and, if it is `whole`, for the project."""
    command = [
        "uv", "pip", "compile", "--universal", "--python-version=3.11", "--generate-hashes", "--no-annotate",
        "--no-header", "--quiet", "--no-strip-extras", *options, "-", *(["pyproject.toml"] if whole else []),
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", *command],
        input="\n".join(names),
        cwd=ROOT,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    return read(done.stdout)


def read(text: str) -> Pins:
    """Give each pin, with its digests, by the name of its package; of a local build (`+cpu`) by name and build."""
    found = re.findall(r"^([\w.-]+)(?:\[[^]]*\])?(==[^ +]*(\+\S*)?.*(?:\n .*)*)", text, re.MULTILINE)
    return {name + build: name + pin for name, pin, build in found}


def small(torch: str, before: Pins) -> Pins:
    """Pin the build of torch for the CPU that pip finds here, or keep the one that was found elsewhere."""
    version = torch.split(maxsplit=1)[0]
    asked = ["install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report=-", version]
    done = subprocess.run([sys.executable, "-m", "pip", *asked], check=True, stdout=subprocess.PIPE)
    (found,) = json.loads(done.stdout)["install"]
    built = f"torch=={found['metadata']['version']}"
    digest = found["download_info"]["archive_info"]["hashes"]["sha256"]
    if built == f"{version}+cpu":
        return {"torch+cpu": f"{built} \\\n    --hash=sha256:{digest}"}
    return {name: pin for name, pin in before.items() if pin.startswith(f"{version}+cpu")}


def written(sections: dict[str, Pins]) -> list[str]:
    """Give the sections, each without what one before it has."""
    seen: set[str] = set()
    lines = []
    for section, pins in sections.items():
        own = sorted(name for name in pins if name not in seen)
        seen.update(own)
        lines += [f"\n# [{section}]\n", *(f"{pins[name]}\n" for name in own)]
    return lines


if __name__ == "__main__":
    main()

"""The command: `python -m benchmarks.rivals --sizes 10000 100000`, or `make bench-peers`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.document import put
from benchmarks.processes import StolenTime
from benchmarks.rivals import material
from benchmarks.rivals.child import Limits
from benchmarks.rivals.environments import python_of
from benchmarks.rivals.rivals import BY_NAME, OURS
from benchmarks.rivals.rounds import Course, Plan, measure
from benchmarks.rivals.table import page_of

RESULTS = Path(__file__).with_name("results.json")
TOLD = ("rivals", "rounds", "batch_s", "patience_s", "limit_s", "limit_gb")  # what changes figures
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main() -> None:
    """Measure each size; write results and page after each."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # so that no child is left behind
    given = _parser().parse_args()
    given.cache = given.cache.absolute()
    given.cache.mkdir(parents=True, exist_ok=True)
    (given.cache / ".gitignore").write_text("*\n", "ascii")
    for size in given.sizes:
        print(f"{size:,} passages", file=sys.stderr)
        measured = _measured(given, size)
        results = _kept(given.results)
        results["sizes"][str(size)] = measured
        given.results.write_text(_written(results), "utf-8")
        put(given.out, "rivals", page_of(results))
    if not given.sizes:
        put(given.out, "rivals", page_of(_kept(given.results)))


def _measured(given: argparse.Namespace, size: int) -> dict[str, Any]:
    """Measure all programs at one size; leave nothing but the environments in the cache."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e6
    limits = Limits(given.limit_s, 1000 * given.limit_gb if given.limit_gb else 0.6 * memory)
    plan = Plan(given.rounds, given.patience_s, given.batch_s, limits, 0.7 * memory)
    made, homes = given.cache / "material" / str(size), given.cache / "homes" / str(size)
    chosen = [BY_NAME[name] for name in dict.fromkeys((OURS, *given.rivals))]
    load, stolen = [os.getloadavg()[0]], StolenTime()
    try:
        pythons = [python_of(rival, given.cache, given.pip_arg) for rival in chosen]
        material.make(made, size)
        courses = [
            Course(rival, python, made, homes, plan) for rival, python in zip(chosen, pythons, strict=True)
        ]
        programs = measure(courses, plan)
        load.append(os.getloadavg()[0])
        noise = {"load": load, "stolen": round(stolen.share(), 4)}
        return _described(given, plan, size) | noise | {"programs": programs}
    finally:
        if not given.keep:
            for folder in (made, homes):
                shutil.rmtree(folder, ignore_errors=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=[10_000], help="passages; none: only the page"
    )
    parser.add_argument("--rivals", nargs="+", choices=BY_NAME, default=list(BY_NAME), help="beside Sanad")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sanad-benchmarks"
    parser.add_argument("--cache", type=Path, default=cache, help="environments, material, homes")
    parser.add_argument("--keep", action="store_true", help="leave material, homes and logs in the cache")
    parser.add_argument("--rounds", type=int, default=5, help="of asking")
    parser.add_argument("--batch-s", type=float, default=8, help="a round of questions ends after this")
    parser.add_argument("--patience-s", type=float, default=60, help="what took longer is not repeated")
    parser.add_argument("--limit-s", type=float, default=1_800, help="a verb is stopped after this")
    parser.add_argument("--limit-gb", type=float, help="and above this; default: 0.6 of the memory")
    parser.add_argument(
        "--pip-arg", action="append", default=[], help="as --pip-arg=--extra-index-url=ADDRESS"
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--out", type=Path, default=PAGE)
    return parser


def _kept(path: Path) -> dict[str, Any]:
    """Give what was measured before: other sizes stay in the page."""
    return json.loads(path.read_text("utf-8")) if path.exists() else {"sizes": {}}


def _written(results: dict[str, Any]) -> str:
    """Give JSON with each list of figures on one line, so that a difference can be read."""
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    return re.sub(r"\[([^\[\]{}]*)\]", lambda found: f"[{' '.join(found[1].split())}]", text)


def _described(given: argparse.Namespace, plan: Plan, size: int) -> dict[str, Any]:
    """Say what was run, when and on what."""
    defaults = vars(_parser().parse_args([]))
    changed = [name for name in TOLD if getattr(given, name) != defaults[name]]
    options = "".join(f" --{name.replace('_', '-')} {_spoken(getattr(given, name))}" for name in changed)
    limits = {"limit_s": plan.limits.seconds, "limit_gb": plan.limits.memory_mb / 1000}
    return {
        "command": f"python -m benchmarks.rivals --sizes {size}{options}",
        "machine": f"{os.cpu_count()} cores ({platform.machine()}, Python {platform.python_version()})",
        "date": datetime.now(UTC).date().isoformat(),
        "plan": {"rounds": plan.rounds, "patience_s": plan.patience_s, **limits},
    }


def _spoken(value: float | list[str]) -> str:
    return " ".join(value) if isinstance(value, list) else f"{value:g}"


if __name__ == "__main__":
    main()

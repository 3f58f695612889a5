"""Pin what is measured now as the floor: `python -m tests.quality.pin [--allow-regression]`.

A figure that fell is not pinned unless --allow-regression is given: the floor is never lowered silently.
"""

from __future__ import annotations

import argparse
import sys
import tempfile

from assistant import Assistant
from tests.quality import measure


def main(arguments: list[str] | None = None) -> int:
    """Measure and pin; 1 when something fell and that is not allowed."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality.pin", description=__doc__)
    parser.add_argument("--allow-regression", action="store_true", help="pin lower figures too")
    parser.add_argument("--only", choices=["seeds", "eval"], help="one part of the floor")
    given = parser.parse_args(arguments)
    codes = [_pin(part, given.allow_regression) for part in ("seeds", "eval") if given.only in {None, part}]
    return max(codes)


def _pin(part: str, may_fall: bool) -> int:
    if part == "eval" and not measure.DATA.is_dir():
        print(f"eval: not pinned, {measure.DATA} is not there")  # noqa: T201
        return 0
    figures, digest = _measured(part)
    fallen = measure.lower(part, measure.pinned(part)["figures"], figures)
    for line in fallen:
        print(f"{part}: fell: {line}", file=sys.stderr)  # noqa: T201
    if fallen and not may_fall:
        print(f"{part}: not pinned; --allow-regression pins lower figures", file=sys.stderr)  # noqa: T201
        return 1
    measure.pin(part, digest, figures)
    print(f"{part}: pinned {len(figures)} figures")  # noqa: T201
    return 0


def _measured(part: str) -> tuple[measure.Figures, str]:
    if part == "eval":
        return measure.eval_figures(), measure.eval_digest()
    with tempfile.TemporaryDirectory() as home, Assistant(home) as assistant:
        assistant.add(measure.seed_articles())
        assistant.settle()
        return measure.seeds_figures(assistant), measure.seeds_digest()


if __name__ == "__main__":
    sys.exit(main())

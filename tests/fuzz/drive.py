"""Fuzzes one target in this process, for so many seconds: `python -m tests.fuzz.drive html 120`; needs atheris.

Ends with an error at the first input that raises, takes more than MAX_SECONDS or lets the process grow beyond
MAX_MEGABYTES (its libraries included); libFuzzer then writes the input to the folder
for temporary files and says where.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["index"]):
    from index.reading.dates import parse_any
    from tests.fuzz.targets import MAX_BYTES, MAX_MEGABYTES, MAX_SECONDS, TARGETS


def main(name: str, seconds: str) -> None:
    """Fuzz."""
    target = TARGETS[name]
    for seed in target.seeds:  # what is loaded at the first call is not an input's time
        target.read(seed)
    for script in ("a 19 b 2023", "б 19 в 2023", "ب 19 ت 2023", "क 19 ख 2023"):
        parse_any(script)  # each loads the months of the languages of a script
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(target.seeds):
            (Path(folder) / str(number)).write_bytes(seed)
        limits = {
            "max_total_time": seconds,
            "timeout": MAX_SECONDS,
            "rss_limit_mb": MAX_MEGABYTES,
            "max_len": MAX_BYTES,
            "artifact_prefix": f"{tempfile.gettempdir()}/sanad-fuzz-",
        }
        atheris.Setup(
            [sys.argv[0], *(f"-{key}={value}" for key, value in limits.items()), folder], target.read
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])

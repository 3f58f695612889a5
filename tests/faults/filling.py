"""Adds articles to a collection whose disk is full, gives it one page more, and so on; run as a program.

Arguments: home, how the disk is made fuller (`limit`: the largest size of a file; `tmpfs`: of the file system
that the home lies on), bytes to begin with, steps. Its last line is a JSON object: `acknowledged` ids, the
`errors` seen with how often, and `refused`, the number of refusals.
"""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from index import Article, Collection, SanadError

PAGE = 8192


def allow(home: Path, how: str, size: int) -> None:
    if how == "limit":  # SQLite and our own writers meet EFBIG, which reaches them as ENOSPC does
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    else:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(home.parent)], check=True)


def main(home: Path, how: str, size: int, steps: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    acknowledged: list[str] = []
    errors: Counter[str] = Counter()
    with Collection(home) as collection:
        for step in range(steps):
            allow(home, how, size + step * PAGE)
            for _ in range(30):
                number = len(acknowledged)
                text = (
                    f"Entry {number} of the log speaks of token{number}q. " + "يوم في الميناء والسوق. " * 40
                )
                try:
                    collection.add([Article(id=f"e{number}", text=text, language="en")])
                except SanadError as problem:
                    errors[f"{type(problem).__name__}: {problem}"] += 1
                    break
                acknowledged.append(f"e{number}")
            if acknowledged:
                hits = collection.search(f"token{len(acknowledged) - 1}q", 1)
                assert hits[0].article.id == acknowledged[-1]
            assert len(collection.articles()) == len(acknowledged) + 1
        assert collection.check() == []
        allow(home, how, size + 64 * 1024 * 1024)
    print(json.dumps({"acknowledged": acknowledged, "errors": errors}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

"""Adds articles one by one, says which are acknowledged, and is killed by its own hand; run as a program.

Arguments: home, how many.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from index import Article, Collection


def main(home: Path, n: int) -> None:
    collection = Collection(home, embeds=False)
    for number in range(1, n + 1):
        text = f"Entry {number} tells of word{number}q and the harbour. في الميناء حديث عن word{number}q."
        collection.add([Article(id=f"a{number}", text=text, language="en")])
        os.write(1, f"{number}\n".encode())
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

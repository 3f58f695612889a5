"""Adds one article and says `begun` and `done`, so that it can be killed in between; run as a program.

Arguments: home, id, text, title.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from index import Article, Collection


def main(home: Path, name: str, text: str, title: str) -> None:
    with Collection(home) as collection:
        os.write(1, b"begun\n")
        collection.add([Article(id=name, text=text, title=title, language="en")])
        os.write(1, b"done\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:5])

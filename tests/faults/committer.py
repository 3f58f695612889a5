"""Changes a collection as fast as it can until its input ends; run as a program.

Argument: home. Says `ready` before it begins, and at the end how many changes it made.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from index import Article, Collection


def main(home: Path) -> None:
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    changes = 0
    with Collection(home) as collection:
        os.write(1, b"ready\n")
        while not stop.is_set():
            number = changes % 5
            text = f"Change {changes} closed the harbour. أغلق التغيير رقم {changes} الميناء."
            collection.add([Article(id=f"changed{number}", text=text, language="en")])
            changes += 1
    os.write(1, f"{changes}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""What is promised at this moment, in memory that the processes of the kill tests share.

Articles come in pairs that change together, in one transaction. Each change of a pair has the next version
number; a removal too, with a minus before it. `begun` is written by the changing process before it changes
anything (`removal` too, the version of the last removal), `acknowledged` by the one that read the
acknowledgement from the pipe.
"""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = 24
_SLOTS = 3 * PAIRS


class Board:
    """`begun`, `acknowledged` and `removal` for each pair; 0 before its first change."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if create:
            path.write_bytes(bytes(8 * _SLOTS))
        with path.open("r+b") as file:
            cells = memoryview(mmap.mmap(file.fileno(), 8 * _SLOTS)).cast("q")
        self.begun, self.acknowledged = cells[:PAIRS], cells[PAIRS : 2 * PAIRS]
        self.removal = cells[2 * PAIRS :]

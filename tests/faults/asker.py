"""Asks without pause while keepers are killed, and says what is not as promised.

Arguments: home, board, seed, after how many questions to open the collection anew (0: never). Ends when its
input ends; its last line is `asked N opened M`, each line before that is a broken promise.
"""

from __future__ import annotations

import random
import select
import sys
import time
import traceback
from pathlib import Path

from index import Collection, Filters
from tests.faults.board import PAIRS, Board
from tests.faults.keeper import make_upkeep_frequent, say
from tests.faults.pairs import versions

PAUSE_S = 0.012


class Asker:
    """One process that asks.

    Attributes:
        seen: the latest version of each pair that was in an answer; none may be older.
    """

    def __init__(self, home: Path, board: Board, rng: random.Random) -> None:
        self.home, self.board, self.rng = home, board, rng
        self.seen = [0] * PAIRS
        self.collection = Collection(home)
        self.opened = 1

    def reopen(self) -> None:
        self.collection.close()
        self.collection = Collection(self.home)
        self.opened += 1

    def ask(self) -> None:
        """Ask for a pair by its word, with a filter that shows all of it or without one."""
        asked = self.rng.randrange(PAIRS)
        before = [(kept, self.seen[n]) for n, kept in enumerate(self.board.acknowledged)]
        filters = Filters(source=f"pair{asked}") if self.rng.random() < 0.6 else None
        hits = self.collection.search(f"pair{asked}q tower", 2 * PAIRS, filters)
        pairs: dict[int, list[int]] = {}
        for place, hit in enumerate(hits):
            number = int((hit.article.source or "")[4:])
            pairs.setdefault(number, []).append(place)
            if hit.text != hit.article.text[hit.start : hit.end] or f"pair{number}q" not in hit.article.text:
                say("mixed: a passage that is not of its article", number)
        for number, places in pairs.items():
            found = versions(hits[place].article for place in places)
            if len(found) > 1:
                say("mixed: versions of one pair", number, found)
                continue
            if filters and len(places) != 2:
                say("mixed: half of a pair", number, len(places))
            self.judge(number, next(iter(found))[0], *before[number])
        if asked not in pairs:
            self.judge_absence(asked, *before[asked])

    def judge(self, number: int, version: int, kept: int, seen: int) -> None:
        """Compare the version in an answer with what was acknowledged, and seen, before it was asked for."""
        if version <= -kept:
            say("removed, and returned: pair", number, version, kept)
        elif version < kept or version < abs(seen):
            say("older than acknowledged or seen: pair", number, version, kept, seen)
        self.seen[number] = version

    def judge_absence(self, number: int, kept: int, seen: int) -> None:
        """Absent is right before the first addition and after a removal that had at least begun."""
        removal = self.board.removal[number]
        last = max(kept, seen, key=abs)
        if last > 0 and removal <= last:
            say("lost: pair", number, "acknowledged at", kept, "seen at", seen)
        self.seen[number] = min(self.seen[number], -removal)


def main(home: Path, board: Board, seed: int, reopen_after: int) -> None:
    make_upkeep_frequent()
    asker, asked = Asker(home, board, random.Random(seed)), 0
    say("ready")
    while not select.select([sys.stdin], [], [], 0)[0]:
        try:
            asker.ask()
            asked += 1
            if reopen_after and asked % reopen_after == 0:
                asker.reopen()
        except Exception:  # noqa: BLE001  # any failed answer is a broken promise
            say("failed:", traceback.format_exc().replace("\n", " | "))
        time.sleep(PAUSE_S)
    say("asked", asked, "opened", asker.opened)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Board(Path(sys.argv[2])), int(sys.argv[3]), int(sys.argv[4]))

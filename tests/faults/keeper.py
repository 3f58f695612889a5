"""Changes a collection until it is killed, and says so line by line.

A server process forks one keeper after another, so that each starts at once; what is killed is a whole
process. It is asked by lines on its input: `KIND SEED`; it answers with the process number, and the keeper
with `held PAIR VERSION BEGUN` (what it found), a few changes, `now KIND`, and more changes for ever, the first of
that kind. A change says `begin KIND` and, when it has returned, `done KIND PAIR VERSION`.
"""

from __future__ import annotations

import faulthandler
import os
import random
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import index.segments.view
import index.upkeep.session
from index import Collection
from tests.faults.board import PAIRS, Board
from tests.faults.pairs import pair, versions

if TYPE_CHECKING:
    from index import Article

KINDS = ("add", "update", "retitle", "remove", "rebuild", "snapshot", "merge", "backup")


def make_upkeep_frequent() -> None:
    """Let a few passages count as many, so that snapshots and merges happen all the time."""
    index.upkeep.session.SNAPSHOT_ROWS, index.upkeep.session.SNAPSHOT_SHARE = 6, 0.1
    index.segments.view.JOIN_ROWS = 4


class Keeper:
    """One process that changes the collection.

    Attributes:
        texts: in which version the text of each pair that is there changed last.
    """

    def __init__(self, home: Path, board: Board, rng: random.Random) -> None:
        self.home, self.board, self.rng = home, board, rng
        self.collection = Collection(home)
        with self.collection.session() as state:
            assert state.store.missing() == []
        self.texts: dict[int, int] = {}
        self.find()

    def find(self) -> None:
        """Say what is held, and settle what the one before was doing when it died."""
        held: dict[int, list[Article]] = {}
        for info in self.collection.articles():
            held.setdefault(int((info.source or "")[4:]), []).append(self.collection.article(info.id))
            assert info.passages == 1, info
        for number in range(PAIRS):
            begun, kept = self.board.begun[number], self.board.acknowledged[number]
            if number in held:
                assert len(held[number]) == 2, f"half of pair {number}"
                ((version, self.texts[number]),) = versions(held[number])
                self.board.removal[number] = 0
            else:  # removed by the change in flight or before, or never added
                version = begun if begun < 0 else min(kept, 0)
            say("held", number, version, begun)
            self.board.begun[number] = version

    def work(self, kind: str) -> None:
        for _ in range(self.rng.randrange(4)):
            self.change(self.rng.choice(("add", "update", "retitle", "remove", "merge")))
        say("now", kind)
        while True:
            self.change(kind)
            kind = self.rng.choice(KINDS)

    def change(self, kind: str) -> None:
        here = sorted(self.texts)
        if kind in {"update", "retitle", "remove"} and not here:
            kind = "add"
        if kind == "add" and len(here) == PAIRS:
            kind = "remove"
        if kind in {"add", "update", "retitle", "remove"}:
            number = self.rng.choice([n for n in range(PAIRS) if (n in self.texts) != (kind == "add")])
            version = (abs(self.board.begun[number]) + 1) * (-1 if kind == "remove" else 1)
            self.board.begun[number] = version
            if version < 0:
                self.board.removal[number] = -version
            say("begin", kind)
            getattr(self, kind)(number, version)
            say("done", kind, number, version)
        else:
            say("begin", kind)
            getattr(self, kind)()
            say("done", kind, -1, 0)

    def add(self, number: int, version: int) -> None:
        self.collection.add(pair(number, version, version))
        self.texts[number] = version

    update = add

    def retitle(self, number: int, version: int) -> None:
        self.collection.add(pair(number, self.texts[number], version))

    def remove(self, number: int, _: int) -> None:
        self.collection.remove_source(f"pair{number}")
        del self.texts[number]

    def rebuild(self) -> None:
        self.collection.rebuild()

    def snapshot(self) -> None:
        with self.collection.session() as state, state.viewing() as (view, _):
            state.snapshots.save(view)

    def merge(self) -> None:
        self.collection.settle()

    def backup(self) -> None:
        self.collection.backup(self.home.parent / "saved")


def say(*words: object) -> None:
    """Write one line by one call, so that a kill cannot cut it."""
    os.write(sys.stdout.fileno(), (" ".join(map(str, words)) + "\n").encode())


def serve(home: Path, board: Board) -> None:
    """Fork a keeper for each line of the input; wait until it was killed."""
    make_upkeep_frequent()
    while line := sys.stdin.readline():
        kind, seed = line.split()
        child = os.fork()
        if not child:
            _keep(home, board, int(seed), kind)
        say("process", child)
        _, status = os.waitpid(child, 0)
        say("ended", os.waitstatus_to_exitcode(status))


def _keep(home: Path, board: Board, seed: int, kind: str) -> None:
    faulthandler.dump_traceback_later(20)  # says where it hangs, if it does
    try:
        Keeper(home, board, random.Random(seed)).work(kind)
    except BaseException as problem:  # noqa: BLE001  # the server's half of the program goes on in its process
        say("failed", repr(problem).replace("\n", " "))
    finally:
        os._exit(1)


if __name__ == "__main__":
    import index.collection
    import index.models.bundled_encoder  # read once, before the keepers are forked

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(Path(sys.argv[1]), Board(Path(sys.argv[2])))

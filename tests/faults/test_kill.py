"""SIGKILL at random moments of every kind of change, while three processes ask."""

from __future__ import annotations

import json
import os
import queue
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from typing import IO, TYPE_CHECKING

import pytest

from index import Article, Collection
from tests.faults.board import PAIRS, Board
from tests.faults.keeper import KINDS
from tests.faults.pairs import pair, versions
from tests.faults.running import command, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUNDS, NIGHTLY_ROUNDS = 60, 500
ASKERS = 3
WAIT_S = 40


class Keepers:
    """The server that forks keepers, and what they say.

    Attributes:
        in_flight: kinds of change that a kill interrupted, with how often.
        broken: promises that were broken, as they were found.
    """

    def __init__(self, home: Path, board_path: Path) -> None:
        self.board = Board(board_path)
        self.in_flight: Counter[str] = Counter()
        self.broken: list[str] = []
        self.done = 0
        self._moved = 0
        self._lines: queue.Queue[list[str]] = queue.Queue()
        self._begun: tuple[str, float] | None = None
        self._durations = dict.fromkeys(KINDS, 0.03)
        self._process = _start("keeper", home, board_path)
        assert self._process.stdout
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,))
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            words = line.split()
            if words[0] == "begin":
                self._begun = (words[1], time.monotonic())
            elif words[0] == "done":
                self._acknowledge(*words[1:])
            elif words[0] == "held":
                self._compare(*map(int, words[1:]))
            else:
                self._begun = None if words[0] == "process" else self._begun
                self._lines.put(words)

    def _acknowledge(self, kind: str, number: str, version: str) -> None:
        if self._begun:
            self._durations[kind] = (self._durations[kind] + time.monotonic() - self._begun[1]) / 2
        self._begun = None
        self.done += 1
        if int(number) >= 0:
            self.board.acknowledged[int(number)] = int(version)

    def kill_one(self, kind: str, seed: int) -> None:
        """Start a keeper, let it come to a kind of change, and kill it at some moment of that."""
        assert self._process.stdin
        self._process.stdin.write(f"{kind} {seed}\n")
        self._process.stdin.flush()
        process = int(self._wait_for("process")[0])
        self._wait_for("now")
        time.sleep(random.Random(seed).random() * 1.2 * self._durations[kind])
        os.kill(process, signal.SIGKILL)
        assert self._wait_for("ended") == [str(-signal.SIGKILL)]
        if self._begun:
            self.in_flight[self._begun[0]] += 1

    def _wait_for(self, wanted: str) -> list[str]:
        while True:
            verb, *words = self._lines.get(timeout=WAIT_S)
            if verb == "failed":
                self.broken.append(" ".join(words))
            if verb == wanted:
                return words
            if verb == "ended":
                pytest.fail(f"a keeper ended of itself: {words} {self.broken}")

    def _compare(self, number: int, held: int, begun: int) -> None:
        """Only the one change in flight may go beyond what was acknowledged."""
        self._moved = 0 if number == 0 else self._moved
        kept = self.board.acknowledged[number]
        if held not in {kept, begun}:
            self.broken.append(f"pair {number}: acknowledged {kept}, begun {begun}, held {held}")
        self._moved += held != kept
        if self._moved > 1:
            self.broken.append(f"{self._moved} changes beyond what was acknowledged")
        self.board.acknowledged[number] = held

    def close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._reader.join(WAIT_S)
        self._process.wait(WAIT_S)


def _start(module: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(module, *arguments),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip


@pytest.fixture
def asked(home: Path, tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Three askers at work on a filled collection; the last opens it anew every twelve questions."""
    board = Board(tmp_path / "board", create=True)
    with Collection(home) as collection:
        for number in range(0, PAIRS, 2):
            collection.add(pair(number, 1, 1))
            board.begun[number] = board.acknowledged[number] = 1
    askers = [
        _start("asker", home, tmp_path / "board", n, 12 if n == ASKERS - 1 else 0) for n in range(ASKERS)
    ]
    for asker in askers:
        assert asker.stdout
        assert asker.stdout.readline() == "ready\n"
    yield askers
    for asker in askers:
        asker.kill()


@pytest.mark.timeout(7200)
def test_kill_nine_at_any_moment(
    home: Path, tmp_path: Path, asked: list[subprocess.Popen[str]], nightly: bool
) -> None:
    rounds = NIGHTLY_ROUNDS if nightly else ROUNDS
    keepers = Keepers(home, tmp_path / "board")
    try:
        for turn in range(rounds):
            keepers.kill_one(KINDS[turn % len(KINDS)], turn)
            assert not keepers.broken, f"round {turn}"
    finally:
        keepers.close()
    said = [asker.communicate("stop\n", WAIT_S)[0].splitlines() for asker in asked]
    assert [lines[:-1] for lines in said] == [[]] * ASKERS
    counts = [lines[-1].split() for lines in said]
    assert all(int(n) > rounds for _, n, _, _ in counts), counts
    assert int(counts[-1][3]) > rounds / 12, counts
    assert keepers.done > rounds
    assert keepers.in_flight.total() > rounds / 4, keepers.in_flight
    if nightly:
        assert set(keepers.in_flight) == set(KINDS), keepers.in_flight
    _holds_what_was_acknowledged(home, tmp_path, keepers.board)
    (tmp_path / "report.json").write_text(json.dumps([keepers.done, keepers.in_flight, counts]))


def _holds_what_was_acknowledged(home: Path, tmp_path: Path, board: Board) -> None:
    with Collection(home) as collection, Collection(tmp_path / "fresh") as fresh:
        assert collection.check() == []
        pairs: dict[int, list[Article]] = {}
        for info in collection.articles():
            pairs.setdefault(int((info.source or "")[4:]), []).append(collection.article(info.id))
        for number in range(PAIRS):
            found = versions(pairs.get(number, ()))
            assert {version for version, _ in found} <= {board.acknowledged[number], board.begun[number]}
            assert found or min(board.acknowledged[number], board.begun[number]) <= 0
        fresh.add(article for articles in pairs.values() for article in articles)
        assert collection.settle()
        assert fresh.settle()
        for number in range(PAIRS):
            question = f"harbour مدرسة pair{number}q"
            rankings = [
                [(hit.passage_id, round(hit.score, 5)) for hit in one.search(question, 2 * PAIRS)]
                for one in (collection, fresh)
            ]
            # the usual cosine is of a sample in order of addition, so the last digit may differ
            assert dict(rankings[0]) == pytest.approx(dict(rankings[1]), abs=1e-4)

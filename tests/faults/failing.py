"""A process in which each write of each kind of change fails once; run as `python -m tests.faults.failing`.

Arguments: an empty folder, the error's name (EIO, ENOSPC), and how many of each change's calls to fail at
most, drawn from all of them (0: all). The last line of its output is a JSON object: calls failed and errors seen, by
kind of change. It ends with a traceback, and not with 0, where a promise was broken.
"""

from __future__ import annotations

import errno
import json
import random
import sys
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from index import Article, Collection, SanadError, StoreError, restore
from tests.faults.syscalls import Switch, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.records import Ranking

TEXT = "Entry {0} tells of word{0}q and the harbour. في الميناء حديث عن word{0}q."
FIRST = {f"e{i}": TEXT.format(i) for i in range(6)}


@dataclass
class Site:
    """A collection, what it must hold, and the switch that makes its disk fail."""

    folder: Path
    switch: Switch
    error: int
    most: int
    fresh: count[int] = field(default_factory=lambda: count(100))
    expected: dict[str, str] = field(default_factory=dict)
    seen: dict[str, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.collection = Collection(self.folder / "home")
        self.put(FIRST)

    def put(self, texts: dict[str, str]) -> None:
        self.collection.add([Article(id=name, text=text, language="en") for name, text in texts.items()])
        self.expected |= texts

    # -- kinds of change: each gives what to do, and what the collection holds once it is done ----------

    def adding(self) -> tuple[Callable[[], object], dict[str, str]]:
        made = {f"e{i}": TEXT.format(i) for i in (next(self.fresh), next(self.fresh))}
        given = [Article(id=name, text=text, language="en") for name, text in made.items()]
        return lambda: self.collection.add(given), self.expected | made

    def updating(self) -> tuple[Callable[[], object], dict[str, str]]:
        text = TEXT.format(next(self.fresh))
        given = [Article(id="e1", text=text, language="en")]
        return lambda: self.collection.add(given), self.expected | {"e1": text}

    def removing(self) -> tuple[Callable[[], object], dict[str, str]]:
        name = f"e{next(self.fresh)}"
        self.put({name: TEXT.format(name)})
        left = {other: text for other, text in self.expected.items() if other != name}
        return lambda: self.collection.remove(name), left

    def rebuilding(self) -> tuple[Callable[[], object], dict[str, str]]:
        return self.collection.rebuild, self.expected

    def backing_up(self) -> tuple[Callable[[], object], dict[str, str]]:
        return lambda: self.collection.backup(self.folder / "home" / "saved"), self.expected

    def restoring(self) -> tuple[Callable[[], object], dict[str, str]]:
        self.collection.backup(self.folder / "saved")
        return lambda: restore(self.folder / "home", self.folder / "saved"), self.expected

    def saving(self) -> tuple[Callable[[], object], dict[str, str]]:
        self.put({f"e{i}": TEXT.format(i) for i in (next(self.fresh), next(self.fresh))})
        return self.save_snapshot, self.expected

    def starting(self) -> tuple[Callable[[], object], dict[str, str]]:
        new = self.folder / "home" / f"new-{next(self.fresh)}"
        return lambda: Collection(new).close(), self.expected

    def save_snapshot(self) -> None:
        with self.collection.session() as state, state.viewing() as (view, _):
            state.snapshots.save(view)
            assert state.snapshots.newest(view.vectors.dimension, view.sequence) is not None

    # -- what is tried and checked ---------------------------------------------------------------------

    def try_all(self, kind: str, make: Callable[[], tuple[Callable[[], object], dict[str, str]]]) -> None:
        act, done = make()
        self.switch.arm(1 << 40, self.error)
        act()
        total = self.switch.met
        self.switch.disarm()
        self.expected = done
        points: Sequence[int] = range(1, total + 1)
        if 0 < self.most < total:
            points = sorted(random.Random(f"{kind} {self.error}").sample(points, self.most))
        seen = self.seen.setdefault(kind, {"calls": total})
        for turn, at in enumerate(points):
            call, problem = self.try_one(at, *make())
            while not call and self.most and at > 1:  # this time there were fewer calls than were counted
                at //= 2  # noqa: PLW2901
                call, problem = self.try_one(at, *make())
            if turn % 8 == 0:
                self.look(self.reopened())
            if call:
                key = f"{call}: {type(problem).__name__ if problem else 'done nevertheless'}"
                seen[key] = seen.get(key, 0) + 1
        self.look(self.reopened())
        assert self.collection.check() == []

    def try_one(self, at: int, act: Callable[[], object], done: dict[str, str]) -> tuple[str | None, object]:
        self.switch.arm(at, self.error)
        problem = None
        try:
            act()
        except SanadError as raised:
            problem = raised
        call = self.switch.disarm()
        assert problem is None or call, f"it failed of itself: {problem}"
        if problem is None:
            self.expected = done
        else:
            self.is_clear(problem)
            held = self.held()
            assert held in (self.expected, done), f"neither before nor after: {sorted(held)}"
            self.look(self.collection)
            if held != done:
                act()
            self.expected = done
        self.look(self.collection)
        return call, problem

    def is_clear(self, problem: SanadError) -> None:
        assert isinstance(problem, StoreError), repr(problem)
        text = str(problem)
        assert "\n" not in text, text
        assert str(self.folder) in text, text

    def held(self) -> dict[str, str]:
        return {info.id: self.collection.article(info.id).text for info in self.collection.articles()}

    def look(self, collection: Collection) -> None:
        """Each article is found by its own word, and what is not there is not."""
        names = sorted(self.expected)
        assert sorted(info.id for info in collection.articles()) == names
        for name in {names[0], names[-1]}:
            text = self.expected[name]
            word = next(word for word in text.split() if word.startswith("word"))
            hits: Ranking = collection.search(word, 50)
            assert hits[0].article.id == name, (name, [hit.article.id for hit in hits])
            assert hits[0].text in text
            assert {hit.article.id for hit in hits} <= set(names)

    def reopened(self) -> Collection:
        self.collection.close()
        self.collection = Collection(self.folder / "home")
        return self.collection


def job(switch: Switch) -> None:
    folder, name, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    site = Site(folder, switch, getattr(errno, name), most)
    for kind in (
        "adding",
        "updating",
        "removing",
        "saving",
        "rebuilding",
        "backing_up",
        "restoring",
        "starting",
    ):
        site.try_all(kind, getattr(site, kind))
    site.collection.close()
    print(json.dumps(site.seen), flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(run(job, Path(sys.argv[1])))

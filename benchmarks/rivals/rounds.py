"""One size: every program builds, opens, answers and changes, in turns, so that ratios come from one run."""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.rivals.child import Child, Limits, TooMuch, disk_mb, warm
from benchmarks.rivals.figures import groups

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmarks.rivals.rivals import Rival

BATCH = 40  # questions of one round
RECALLED = 100  # questions whose nearest are compared with the exact ones
BUILDS = 3  # rounds of everything but asking
ASKERS = (1, 4)
CHANGES = ("add", "update", "remove")


class Plan(NamedTuple):
    """How much is measured.

    Attributes:
        rounds: of asking.
        patience_s: what took longer than this is not measured again.
        batch_s: a round of questions ends after this long.
        limits: what one verb may take.
        together_mb: what programs that answer in turns may take together.
    """

    rounds: int
    patience_s: float
    batch_s: float
    limits: Limits
    together_mb: float


class Course:
    """One program on its way through the verbs; `record` is what came of it."""

    def __init__(self, rival: Rival, python: Path | str, material: Path, folder: Path, plan: Plan) -> None:
        self.rival, self._python, self._material, self._plan = rival, python, material, plan
        self.home = folder / rival.name
        self.record: dict[str, Any] = {"stopped": {}}
        self._child: Child | None = None

    def go_on(self, verb: str, work: Callable[[], None]) -> None:
        """Do a part, unless an earlier one failed, or its last round was too slow to be repeated."""
        done = self.record.get(verb, [])
        if self.record["stopped"] or (done and _seconds(done[-1]) > self._plan.patience_s):
            return
        try:
            work()
            print(f"  {self.rival.name} {verb}: {_told(self.record.get(verb))}", file=sys.stderr)
        except TooMuch as reason:
            self.record["stopped"][verb] = str(reason)
            print(f"  {self.rival.name} {verb}: {reason}", file=sys.stderr)
            self.close()

    def build(self) -> None:
        """Build in an empty folder."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        with self._start() as child:
            seconds = child.do("build")["seconds"]
        self._note("build", seconds)
        self.record["disk_mb"] = disk_mb(self.home)
        self.record["building_mb"] = child.peak_mb

    def open(self) -> None:
        """Open in a new process, up to the first answer, with the home's files in the system's cache."""
        warm(self.home)
        with self._start() as child:
            child.do("open")
            self._note("open", time.perf_counter() - child.started)
        self.record["serving_mb"] = child.peak_mb

    def start(self) -> None:
        """Open and stay open; what another program's files drove from the cache is read first."""
        warm(self.home)
        self._child = self._start()
        self._child.do("open")
        self._child.do("ask", first=0, count=8, askers=1, seconds=self._plan.batch_s)
        reply = self._child.do("recall", count=RECALLED, seconds=self._plan.batch_s)
        self.record["recall"] = reply["recall"]

    def ask(self, number: int, askers: int) -> None:
        """Answer one batch of questions; every program gets the same ones."""
        first = BATCH * (number * len(ASKERS) + ASKERS.index(askers))
        given = {"first": first, "count": BATCH, "askers": askers, "seconds": self._plan.batch_s}
        reply = self._running().do("ask", **given)
        self._note(f"ask_{askers}", [round(ms, 3) for ms in reply["ms"]])
        self._note(f"cpu_{askers}", round(reply["cpu_ms"], 3))
        self._note(f"read_kb_{askers}", round(reply["read_kb"], 1))
        self._note(f"a_second_{askers}", round(reply["a_second"], 1))
        self._note("own", reply["own"])
        self.record["finds"] = statistics.mean(self.record["own"])
        self.record["serving_mb"] = max(self.record["serving_mb"], self._running().peak_mb)

    def change(self, number: int, verb: str) -> None:
        """Add, update or remove, up to the next answer."""
        reply = self._running().do(verb, number=number)
        self._note(verb, reply["seconds"])
        if not reply["right"]:
            self._note("wrong", verb)

    def close(self) -> None:
        """Let go of the process."""
        if self._child:
            self._child.close()
            self._child = None

    def _start(self) -> Child:
        return Child(self.rival, self._python, self._material, self.home, self._plan.limits)

    def _running(self) -> Child:
        if self._child is None:
            raise TooMuch("not running")
        return self._child

    def _note(self, name: str, value: Any) -> None:  # noqa: ANN401
        self.record.setdefault(name, []).append(value)


def measure(courses: Sequence[Course], plan: Plan) -> dict[str, dict[str, Any]]:
    """Have all programs do all verbs; give their records by name. The first is the one compared with.

    Those that fit into memory together answer in turns. When not all do, the rest have their turns later, with
    the first again: what it did then is `beside` in their records.
    """
    for _ in range(BUILDS):
        for course in courses:
            course.go_on("build", course.build)
    for _ in range(BUILDS):
        for course in courses:
            course.go_on("open", course.open)
    going = [course for course in courses if not course.record["stopped"]]
    needed = {course.rival.name: course.record["serving_mb"] for course in going}
    ours, alone = courses[0], courses[0].record
    for number, names in enumerate(groups(needed, plan.together_mb) if ours in going else [list(needed)]):
        group = [course for course in going if course.rival.name in names]
        ours.record = alone if number == 0 else {"stopped": {}, "serving_mb": 0.0}
        _in_turns(group, plan, first=BUILDS * number)
        if number:
            for course in group[1:]:
                course.record["beside"] = ours.record
    ours.record = alone
    return {course.rival.name: course.record for course in courses}


def _in_turns(group: Sequence[Course], plan: Plan, first: int) -> None:
    """Ask and change, each program in each round."""
    asked = [(f"ask_{a}", Course.ask, n, a) for n in range(plan.rounds) for a in ASKERS]
    changed = [(verb, Course.change, n, verb) for n in range(first, first + BUILDS) for verb in CHANGES]
    try:
        for course in group:
            course.go_on("ask_1", course.start)
        for verb, work, *given in [*asked, *changed]:
            for course in group:
                course.go_on(verb, partial(work, course, *given))
    finally:
        for course in group:
            course.close()


def _seconds(took: float | list[float]) -> float:
    return sum(took) / 1000 if isinstance(took, list) else took


def _told(done: Any) -> str:  # noqa: ANN401
    if not done:
        return "done"
    last = done[-1]
    return f"{statistics.median(last):.1f} ms" if isinstance(last, list) else f"{last:.3f} s"

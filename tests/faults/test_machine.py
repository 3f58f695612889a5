"""A state machine: any sequence of changes, reopenings, rebuilds and damage, against a plain dict."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import index.segments.view
from index import Article, Collection
from tests.faults.running import command, environment, run

WORDS = ["river", "harbour", "نهر", "ميناء", "мост", "bridge", "school", "مدرسة", "market", "سوق"]
NAMES = st.sampled_from([f"a{i}" for i in range(6)])
ELSEWHERE = "From another process"
TITLES = st.sampled_from(["The bridge", "المدرسة"])
TEXTS = st.lists(st.sampled_from(WORDS), min_size=3, max_size=8).map(lambda w: " ".join(w) + " here.")


class CollectionMachine(RuleBasedStateMachine):
    """Two collections on one home, and what they must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.join_rows, index.segments.view.JOIN_ROWS = (
            index.segments.view.JOIN_ROWS,
            1,
        )  # few rows shall be several segments
        self.expected: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.users = [Collection(self.folder / "home"), Collection(self.folder / "home")]

    @rule(name=NAMES, text=TEXTS, title=TITLES, who=st.integers(0, 1))
    def add(self, name: str, text: str, title: str, who: int) -> None:
        report = self.users[who].add([Article(id=name, text=text, title=title, language="en")])
        before = self.expected.get(name)
        same = before == text and self.titles[name] == title
        wanted = "added" if before is None else "unchanged" if same else "updated"
        assert report.items[0].state == wanted
        self.expected[name], self.titles[name] = text, title

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), title=TITLES, who=st.integers(0, 1))
    def change_only_the_metadata(self, data: st.DataObject, title: str, who: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.expected)))
        self.add(name, self.expected[name], title, who)

    @rule(name=NAMES, text=TEXTS)
    def another_process_adds(self, name: str, text: str) -> None:
        assert run("adder", self.folder / "home", name, text, ELSEWHERE).returncode == 0
        self.expected[name], self.titles[name] = text, ELSEWHERE

    @rule(name=NAMES, text=TEXTS, after_s=st.floats(0, 0.02))
    def another_process_is_killed_while_it_adds(self, name: str, text: str, after_s: float) -> None:
        process = subprocess.Popen(
            command("adder", self.folder / "home", name, text, ELSEWHERE),
            stdout=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        time.sleep(after_s)
        process.kill()
        done = process.communicate()[0] == "done\n"
        held = {info.id: info.title for info in self.users[0].articles()}
        if done or (name in held and self.users[0].article(name).text == text and held[name] == ELSEWHERE):
            self.expected[name], self.titles[name] = text, ELSEWHERE

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), who=st.integers(0, 1))
    def remove(self, data: st.DataObject, who: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.expected)))
        self.users[who].remove(name)
        del self.expected[name], self.titles[name]

    @rule(who=st.integers(0, 1))
    def reopen(self, who: int) -> None:
        self.users[who].close()
        self.users[who] = Collection(self.folder / "home")

    @rule(who=st.integers(0, 1))
    def rebuild(self, who: int) -> None:
        self.users[who].rebuild()

    @rule(who=st.integers(0, 1))
    def lose_what_is_derived(self, who: int) -> None:
        shutil.rmtree(self.folder / "home" / "snapshots", ignore_errors=True)
        self.users[who].settle()

    @precondition(lambda self: self.expected)
    @rule(who=st.integers(0, 1), which=st.integers(0, 1000), bit=st.integers(0, 7))
    def a_snapshot_is_damaged_on_disk(self, who: int, which: int, bit: int) -> None:
        """A snapshot is made, one bit of one of its files is turned, and the collection opened anew."""
        with self.users[who].session() as state, state.viewing() as (view, _):
            state.snapshots.save(view)
        files = sorted(path for path in (self.folder / "home" / "snapshots").rglob("*") if path.is_file())
        path = files[which % len(files)]
        whole = bytearray(path.read_bytes())
        whole[which % len(whole)] ^= 1 << bit
        # beside and renamed: what an open process has mapped of the old file stays as it was
        path.with_name("damaged").write_bytes(whole)
        path.with_name("damaged").replace(path)
        self.reopen(who)
        assert self.users[who].check()
        assert self.users[who].check(repair=True)
        assert self.users[who].check() == []

    @invariant()
    def both_hold_what_was_acknowledged(self) -> None:
        for user in self.users:
            assert {info.id for info in user.articles()} == set(self.expected)
            assert all(user.article(name).text == text for name, text in self.expected.items())
            assert {info.id: info.title for info in user.articles()} == self.titles

    @precondition(lambda self: self.expected)
    @rule()
    def rankings_are_those_of_a_fresh_build(self) -> None:
        with Collection(self.folder / "fresh") as fresh:
            fresh.add(
                Article(id=name, text=text, title=self.titles[name], language="en")
                for name, text in sorted(self.expected.items())
            )
            fresh.settle()
            wanted = [_ranking(fresh, question) for question in ("river bridge", "سوق", "مدرسة نهر")]
        shutil.rmtree(self.folder / "fresh")
        for user in self.users:
            user.settle()
            got = [_ranking(user, question) for question in ("river bridge", "سوق", "مدرسة نهر")]
            assert got == wanted

    def teardown(self) -> None:
        if self.expected:
            self.rankings_are_those_of_a_fresh_build()
        for user in self.users:
            user.close()
        shutil.rmtree(self.folder)
        index.segments.view.JOIN_ROWS = self.join_rows


def _ranking(collection: Collection, question: str) -> list[tuple[str, float, tuple[str, ...]]]:
    return [(h.passage_id, round(h.score, 5), h.also_in) for h in collection.search(question, 10)]


TestCollection = pytest.mark.timeout(400)(CollectionMachine.TestCase)
TestCollection.settings = settings(max_examples=5, stateful_step_count=12, deadline=None)

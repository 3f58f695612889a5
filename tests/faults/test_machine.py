"""A state machine: any sequence of changes, reopenings, rebuilds and damage, against a plain dict."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from index import Article, Collection

WORDS = ["river", "harbour", "نهر", "ميناء", "мост", "bridge", "school", "مدرسة", "market", "سوق"]
NAMES = st.sampled_from([f"a{i}" for i in range(6)])
TEXTS = st.lists(st.sampled_from(WORDS), min_size=3, max_size=8).map(lambda w: " ".join(w) + " here.")


class CollectionMachine(RuleBasedStateMachine):
    """Two collections on one home, and what they must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.expected: dict[str, str] = {}
        self.users = [Collection(self.folder / "home"), Collection(self.folder / "home")]

    @rule(name=NAMES, text=TEXTS, who=st.integers(0, 1))
    def add(self, name: str, text: str, who: int) -> None:
        report = self.users[who].add([Article(id=name, text=text, language="en")])
        before = self.expected.get(name)
        wanted = "added" if before is None else "unchanged" if before == text else "updated"
        assert report.items[0].state == wanted
        self.expected[name] = text

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), who=st.integers(0, 1))
    def remove(self, data: st.DataObject, who: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.expected)))
        self.users[who].remove(name)
        del self.expected[name]

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

    @invariant()
    def both_hold_what_was_acknowledged(self) -> None:
        for user in self.users:
            assert {info.id for info in user.articles()} == set(self.expected)
            assert all(user.article(name).text == text for name, text in self.expected.items())

    @precondition(lambda self: self.expected)
    @rule()
    def rankings_are_those_of_a_fresh_build(self) -> None:
        with Collection(self.folder / "fresh") as fresh:
            fresh.add(
                Article(id=name, text=text, language="en") for name, text in sorted(self.expected.items())
            )
            wanted = [_ranking(fresh, question) for question in ("river bridge", "سوق", "مدرسة نهر")]
        shutil.rmtree(self.folder / "fresh")
        for user in self.users:
            got = [_ranking(user, question) for question in ("river bridge", "سوق", "مدرسة نهر")]
            assert got == wanted

    def teardown(self) -> None:
        if self.expected:
            self.rankings_are_those_of_a_fresh_build()
        for user in self.users:
            user.close()
        shutil.rmtree(self.folder)


def _ranking(collection: Collection, question: str) -> list[tuple[str, float, tuple[str, ...]]]:
    return [(h.passage_id, round(h.score, 5), h.also_in) for h in collection.search(question, 10)]


TestCollection = pytest.mark.timeout(400)(CollectionMachine.TestCase)
TestCollection.settings = settings(max_examples=8, stateful_step_count=12, deadline=None)

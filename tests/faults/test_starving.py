"""A process that never stops committing starves nobody: a question begins at most twice, upkeep gets done."""

from __future__ import annotations

import subprocess
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import index.upkeep.session
from index import Article, Collection
from index.ranking.search import Searcher
from index.store.database import Store
from tests.faults.running import command, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from index.records import Ranking
    from index.store.reader import Reader

ASKERS, QUESTIONS = 6, 60


@pytest.fixture
def _committed(home: Path) -> Iterator[None]:
    """Another process at work on a filled collection."""
    with Collection(home) as collection:
        collection.add(
            Article(
                id=f"a{i}", text=f"The harbour of town{i} is open. ميناء المدينة {i} مفتوح.", language="en"
            )
            for i in range(40)
        )
    process = subprocess.Popen(
        command("committer", home),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    yield
    assert int(process.communicate(timeout=60)[0]) > ASKERS
    assert process.returncode == 0


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How many transactions questions have begun, in whichever thread they were answered, until they had a view."""
    begun: Counter[str] = Counter()
    counts: Counter[int] = Counter()
    reading, search = Store.reading, Searcher.search

    def counted(self: Store) -> AbstractContextManager[Reader]:
        begun[threading.current_thread().name] += 1
        return reading(self)

    def searched(*given: Any, **named: Any) -> Ranking:
        counts[begun.pop(threading.current_thread().name)] += 1
        return search(*given, **named)

    monkeypatch.setattr(Store, "reading", counted)
    monkeypatch.setattr(Searcher, "search", searched)
    return counts


@pytest.mark.usefixtures("_committed")
def test_every_question_is_answered_in_two_tries(home: Path, tries: Counter[int]) -> None:
    sequences: dict[str, list[int]] = {}

    def ask(collection: Collection) -> None:
        for number in range(QUESTIONS):
            ranking = collection.search(f"which harbour closed, town{number % 40}", 3)
            assert ranking.hits
            sequences.setdefault(threading.current_thread().name, []).append(ranking.sequence)

    with Collection(home) as collection:
        threads = [threading.Thread(target=ask, args=(collection,), name=f"asker{i}") for i in range(ASKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [len(seen) for seen in sequences.values()] == [QUESTIONS] * ASKERS, "an asker failed"
    assert tries.total() == ASKERS * QUESTIONS
    assert set(tries) <= {1, 2}, tries
    assert tries[2] > 0, "the other process did not keep up: nothing was tested"
    assert all(seen == sorted(seen) and seen[-1] > seen[0] for seen in sequences.values())


@pytest.mark.usefixtures("_committed")
def test_upkeep_is_done_all_the_same(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.upkeep.session, "SNAPSHOT_ROWS", 5)
    with Collection(home) as collection:
        for number in range(QUESTIONS):
            collection.search(f"town{number % 40}", 3)
            collection.settle()
        with collection.session() as state, state.viewing():
            assert state.saved_rows >= 40
    assert list(home.glob("snapshots/*/0*"))

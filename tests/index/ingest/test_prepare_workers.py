"""A pool: the same passages as without one, whatever happens to its processes."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from index import Article, Collection
from index.analysis import parts_of
from index.analysis.hashing import term_hashes
from index.ingest.batches import BATCH, MANY
from index.ingest.prepare_workers import WorkerPool, prepare_all
from index.store.blobs import hashes_blob
from index.store.vocabulary import terms_of

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [
    ("ar", "وصلت السفينة إلى الميناء رقم {} صباح اليوم. ثم غادرت في المساء."),
    ("en", "The ferry number {} was late again. Nobody knew the reason."),
    ("ru", "Паром номер {} опоздал. Причина неизвестна."),
    ("zh", "第{}艘船今天早上到达港口。"),
]


def articles(count: int) -> list[Article]:
    return [
        Article(id=f"a{i}", text=TEXTS[i % 4][1].format(i), language=TEXTS[i % 4][0]) for i in range(count)
    ]


def test_a_crew_prepares_what_is_prepared_without_one() -> None:
    wanted = [*articles(8), Article(text="12 34", language="en")]
    with WorkerPool() as pool:
        made = pool.run(lambda work: work(wanted)).result()
        again = pool.run(lambda work: work(wanted)).result()
    assert [one._replace(hashes={}) for one in made] == again == prepare_all(wanted)
    assert made[-1].passages == []


def test_a_crew_tells_the_terms_of_new_words_once() -> None:
    wanted = articles(8)
    with WorkerPool() as pool:
        made = pool.run(lambda work: work(wanted)).result()
        again = pool.run(lambda work: work(wanted)).result()
    keys = {key for one in made for key in one.keys}
    assert made[0].hashes == {key: hashes_blob(term_hashes(*parts_of(key))) for key in keys}
    assert all(one.hashes is made[0].hashes for one in made)
    assert not again[0].hashes


def test_terms_that_come_with_an_article_are_those_that_are_stored(home: Path) -> None:
    (prepared,) = prepare_all(articles(1))
    key, *others = prepared.keys
    with Collection(home, embeds=False) as collection, collection.session() as session:
        with session.store.writing() as writer:
            writer.words.of(prepared.keys, {key: b"as given"})
        with session.store.reading() as reader:
            stored = [blob for _, blob in terms_of(reader, range(1, len(prepared.keys) + 1))]
    assert stored == [b"as given", *(hashes_blob(term_hashes(*parts_of(other))) for other in others)]


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_a_process_that_dies_or_is_stopped_costs_nothing(
    fault: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = articles(4)
    with WorkerPool() as pool:
        made = pool.run(lambda work: work(wanted)).result()
        ((worker, _),) = pool._workers._idle
        os.kill(worker.pid, fault)
        monkeypatch.setattr(worker, "patience_s", 0.5)
        for _ in range(2):
            again = pool.run(lambda work: work(wanted)).result()
            assert [one._replace(hashes={}) for one in again] == [one._replace(hashes={}) for one in made]
        assert not worker.alive


@pytest.mark.skipif(not WorkerPool.is_of_use(), reason="one core only: no pool is called")
@pytest.mark.slow
def test_a_large_addition_is_what_many_small_ones_are(home: Path, tmp_path: Path) -> None:
    given = articles((MANY + 4) * BATCH + 5)
    given[700] = given[3]  # the same once more, in another batch
    given.append(Article(id="bad", text="1234", language="en"))
    with Collection(home) as at_once, Collection(tmp_path / "one-by-one") as singly:
        report = at_once.add(given)
        for first in range(0, len(given), BATCH):
            singly.add(given[first : first + BATCH])
        assert [item.state for item in report.items].count("unchanged") == 1
        assert [item.name for item in report.skipped] == [report.items[-1].name]
        assert [info.id for info in at_once.articles()] == [info.id for info in singly.articles()]
        assert at_once.check() == []
        assert at_once.settle()
        assert singly.settle()
        for question in ("ferry number 612", "السفينة 400", "Паром 702"):
            found, expected = at_once.search(question, 5), singly.search(question, 5)
            assert [(h.passage_id, h.score) for h in found] == [(h.passage_id, h.score) for h in expected]

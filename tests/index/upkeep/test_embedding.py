"""Embedding in the background: every passage gets its vector, whoever dies meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import Article, Collection, ModelError
from index.store.home import Home
from index.upkeep.embedding import BATCH, embed_batch, usable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

N = 5 * BATCH
OPEN = "import sys, time; from index import Collection; from pathlib import Path; c = Collection(Path(sys.argv[1]))"


def made(n: int, first: int = 0) -> list[Article]:
    return [Article(id=f"a{i}", text=f"The lighthouse number {i} is dark.") for i in range(first, first + n)]


def missing(home: Path) -> int:
    database = sqlite3.connect(home / "collection-1.sqlite")
    sql = "SELECT count(*) FROM passages WHERE number NOT IN (SELECT passage FROM vectors)"
    (count,) = database.execute(sql).fetchone()
    queued = database.execute("SELECT count(*) FROM embedding_queue").fetchone()[0]
    database.close()
    assert count == queued, "a passage without a vector is in the queue, and no other"
    return int(count)


def started(home: Path, code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", f"{OPEN}; {code}", str(home)], stdout=subprocess.PIPE)


def test_what_was_added_is_found_at_once_and_gets_its_vectors(home: Path) -> None:
    with Collection(home) as collection:
        collection.add(made(3))
        assert collection.search("lighthouse number 2", 1)[0].article.id == "a2"
        assert collection.settle()
        assert collection.embedding().waiting == 0
    assert missing(home) == 0


def test_a_collection_that_does_not_embed_leaves_the_queue_to_others(home: Path) -> None:
    with Collection(home, embeds=False) as quiet:
        quiet.add(made(3))
        quiet.search("lighthouse", 1)
        assert quiet.embedding().waiting == 3
        with Collection(home) as other:
            assert other.settle()
        assert quiet.embedding().waiting == 0


def test_a_killed_process_loses_no_vector_and_another_takes_over(home: Path) -> None:
    with Collection(home, embeds=False) as collection:
        collection.add(made(N))
    process = started(home, "c.search('dark', 1); print(flush=True); time.sleep(60)")
    assert process.stdout is not None
    process.stdout.readline()
    with Collection(home) as other:
        other.search("dark", 1)
        while missing(home) == N:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert other.settle(timeout_s=100)
        assert other.check() == []
    assert missing(home) == 0


def test_one_process_embeds_at_a_time(home: Path) -> None:
    with Collection(home, embeds=False) as collection:
        collection.add(made(N))
    with Home(home).embedding_lock() as is_ours, Collection(home) as waiting:
        assert is_ours
        waiting.search("dark", 1)
        assert not waiting.settle(timeout_s=0.3)
        assert missing(home) == N
        with Home(home).embedding_lock() as is_also_ours:
            assert not is_also_ours


def test_closing_stops_after_the_batch_under_way_and_the_next_process_goes_on(home: Path) -> None:
    with Collection(home, embeds=False) as collection:
        collection.add(made(N))
    with Collection(home) as collection:
        collection.search("dark", 1)
    left = missing(home)
    assert left > 0
    with Collection(home) as collection:
        assert collection.settle()
    assert missing(home) == 0


def test_a_passage_removed_while_it_was_encoded_gets_no_vector(home: Path) -> None:
    with Collection(home, embeds=False) as collection:
        collection.add(made(2))
        with collection.session() as state:
            encode = state.encoder.encode_passages

            class Slow:
                name, dimension, fingerprint = "slow", state.encoder.dimension, "f"

                def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
                    collection.remove("a0")
                    return encode(texts)

                def encode_question(self, text: str) -> NDArray[np.float32]:
                    return encode([text])[0]

            embed_batch(state.store, Slow())
        assert missing(home) == 0
        assert collection.check() == []


def test_another_text_gets_its_own_vector_and_a_passage_that_stays_keeps_its(home: Path) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text="The lighthouse is dark.")])
        assert collection.settle()
        collection.add([Article(id="a", text="The vineyards are bare.")])  # as long as the text before
        assert missing(home) == 1
        assert collection.settle()
        assert collection.check() == []
        collection.edit("a", {"title": "Red"})
        collection.add([Article(id="a", text="The vineyards are bare.", language="en")])
        assert missing(home) == 0


def test_vectors_that_cannot_be_searched_are_refused_by_name(home: Path) -> None:
    with Collection(home, embeds=False) as collection, collection.session() as session:
        encoder = session.encoder
        for rows, said in (
            (np.zeros((1, 3), np.float32), r"vectors of shape \(1, 3\)"),
            (np.full((1, encoder.dimension), np.nan, np.float32), "not finite"),
        ):
            with pytest.raises(ModelError, match=said):
                usable(rows, encoder)


def test_all_vectors_deleted_are_made_anew(home: Path) -> None:
    with Collection(home) as collection:
        collection.add(made(9))
        assert collection.settle()
    database = sqlite3.connect(home / "collection-1.sqlite")
    with database:
        database.execute("DELETE FROM vectors")
    database.close()
    with Collection(home) as collection:
        assert len(collection.check(repair=True)) >= 9
        assert collection.settle()
        assert collection.check() == []
        assert collection.search("lighthouse number 4", 1)[0].article.id == "a4"

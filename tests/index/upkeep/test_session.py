"""A session: many threads read one open database, each as it is now, and the last one closes it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from index import Article, Collection
from index.store.articles import all_infos

if TYPE_CHECKING:
    from pathlib import Path


def test_a_view_stays_as_it_was_while_others_write(home: Path) -> None:
    with Collection(home, embeds=False) as collection, Collection(home, embeds=False) as other:
        collection.add([Article(id="a", text="The river rose.")])
        with collection.view() as (view, reader):
            other.add([Article(id="b", text="The ferry sank.")])
            other.remove("a")
            assert view.sequence == reader.sequence
            assert view.n_passages == reader.counts()["passages"] == 1
            assert [one.id for one in all_infos(reader)] == ["a"]
        with collection.view() as (view, reader):
            assert [one.id for one in all_infos(reader)] == ["b"]


def test_another_collection_sees_changes_at_its_next_question(home: Path, articles: list[Article]) -> None:
    with Collection(home) as writer, Collection(home) as reader:
        assert not len(reader.search("bridge", 3))
        writer.add(articles)
        assert reader.search("cracks in the bridge", 3)[0].article.id == "en"
        writer.remove("en")
        assert all(hit.article.id != "en" for hit in reader.search("cracks in the bridge", 9))


def test_threads_may_ask_while_one_adds(home: Path) -> None:
    stop, failures = threading.Event(), []

    with Collection(home) as collection:
        collection.add([Article(id="base", text="The lighthouse keeper counted the ships.")])

        def ask() -> None:
            while not stop.is_set():
                hits = collection.search("lighthouse keeper", 3)
                if not any(hit.article.id == "base" for hit in hits):
                    failures.append(hits)

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        for i in range(25):
            collection.add([Article(id=f"n{i}", text=f"Note {i} about the harvest in region {i}.")])
            if i % 2:
                collection.remove(f"n{i - 1}")
        stop.set()
        for asker in askers:
            asker.join()
    assert not failures

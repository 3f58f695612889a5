"""Vectors of a view: found by passage, however they are cut into segments, gone with their passages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import Article, Collection, Filters
from index.segments.segment import VectorSegment
from index.segments.vectors import Vectors
from index.store.vectors import vectors_after
from index.upkeep.embedding import embed_batch
from tests.index.segments.views import made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.store.reader import Reader


@pytest.fixture
def reader(home: Path) -> Iterator[Reader]:
    with Collection(home) as collection:
        collection.add(made(100))
        assert collection.settle()
        with collection.session() as state, state.store.reading() as reader:
            yield reader


def cut(reader: Reader, size: int) -> Vectors:
    stored = list(vectors_after(reader, 0))
    dimension = len(stored[0].vector) // 4
    parts = [stored[first : first + size] for first in range(0, len(stored), size)]
    segments = tuple(VectorSegment.of(part, dimension, reader.sequence) for part in parts)
    return Vectors(dimension, segments, (None,) * len(segments))


def nearest(vectors: Vectors, asked: np.ndarray, k: int) -> dict[str, list[int]]:
    return {language: found.tolist() for language, found in vectors.nearest(asked, k, None).items()}


@pytest.mark.parametrize("size", [1, 7, 40, 100])
def test_the_nearest_of_each_language_are_the_same_however_vectors_are_cut_into_segments(
    reader: Reader, size: int
) -> None:
    vectors = cut(reader, size)
    stored = {row.passage: np.frombuffer(row.vector, np.float32) for row in vectors_after(reader, 0)}
    languages = {row.passage: row.language for row in vectors_after(reader, 0)}
    asked = stored[17]
    exact = sorted(stored, key=lambda passage: (-float(stored[passage] @ asked), passage))
    found = nearest(vectors, asked, 10)
    assert found.keys() == {"en", "ar"}
    for language, passages in found.items():
        assert sorted(passages) == sorted([one for one in exact if languages[one] == language][:10])
    passages = np.array([17, 4, 10**9, 60])
    cosines = vectors.cosines(asked, passages)
    assert np.isnan(cosines).tolist() == [False, False, True, False]
    assert cosines[0] == pytest.approx(1, abs=1e-5)
    assert cosines[3] == pytest.approx(float(stored[60] @ asked), abs=1e-5)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_sample_is_of_all_rows_of_a_language_alike(
    reader: Reader, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = cut(reader, size)
    whole = {language: len(sample) for language, sample in vectors.samples.items()}
    assert whole == {"ar": 34, "en": 66}
    monkeypatch.setattr("index.segments.vectors.SAMPLE", 10)
    ones = [np.ones(len(segment), bool) for segment in vectors.segments]
    gone = ones[-1]
    gone[: len(gone) // 2] = False
    fewer = replace(vectors, alive=(*ones[:-1], gone))
    for language, sample in fewer.samples.items():
        assert 10 <= len(sample) <= 10 + len(vectors.segments)
        assert len(np.unique(sample, axis=0)) > 8, language


def test_a_passage_that_the_model_cannot_read_is_in_no_sample(reader: Reader) -> None:
    first, *rest = vectors_after(reader, 0)
    nothing = first._replace(vector=bytes(len(first.vector)))
    vectors = Vectors(
        len(first.vector) // 4, (VectorSegment.of([nothing, *rest], len(first.vector) // 4, 1),), (None,)
    )
    assert sum(map(len, vectors.samples.values())) == len(rest)


def test_rows_of_a_language_are_a_slice(reader: Reader) -> None:
    (segment,) = cut(reader, 100).segments
    assert dict(segment.runs()) == {"ar": slice(0, 34), "en": slice(34, 100)}
    for _, rows in segment.runs():
        assert (np.diff(segment.numbers[rows]) > 0).all()


def test_a_removed_passage_is_not_among_the_nearest_and_its_row_goes_with_the_next_merge(home: Path) -> None:
    with Collection(home) as collection:
        collection.add(made(40))
        assert collection.settle()
        with collection.view() as (view, reader):
            asked = np.frombuffer(next(iter(vectors_after(reader, 0))).vector, np.float32)
            (first,) = nearest(view.vectors, asked, 1)["ar"]
        for number in range(20):
            collection.remove(f"a{number}")
        with collection.view() as (view, reader):
            assert first not in nearest(view.vectors, asked, 40)["ar"]
            assert view.vectors.compacted(reader).n_rows == 20


def test_a_vector_that_came_before_its_passage_was_removed_is_not_taken_up_again(home: Path) -> None:
    with Collection(home, embeds=False) as collection:
        collection.add(made(3))
        collection.search("warm", 1)  # the view holds the words
        with collection.session() as state:
            embed_batch(state.store, state.encoder)
        collection.remove("a1")
        with collection.view() as (view, _):
            assert view.vectors.n_rows == 2


def test_words_alone_find_what_has_no_vector_and_filters_hold_in_both_halves(home: Path) -> None:
    with Collection(home, embeds=False) as collection:
        collection.add([Article(id="a", text="The lantern burned all night.", source="Bote")])
        with collection.session() as state:
            embed_batch(state.store, state.encoder)
        collection.add([Article(id="b", text="The orchard was in bloom.", source="Kurier")])
        assert collection.embedding().waiting == 1
        assert collection.search("orchard bloom", 1)[0].article.id == "b"
        found = collection.search("lantern", 5, Filters(source="Kurier"))
        assert all(hit.article.source == "Kurier" for hit in found)


def test_a_vector_of_another_length_is_refused(reader: Reader) -> None:
    first, *rest = vectors_after(reader, 0)
    with pytest.raises(ValueError, match=f"has not {len(first.vector) // 4} numbers"):
        VectorSegment.of([first._replace(vector=first.vector[4:]), *rest], len(first.vector) // 4, 1)


@pytest.mark.parametrize("embedded", [0, 10, 20, 30, 40])
def test_the_passage_that_was_asked_for_is_first_however_many_have_vectors(home: Path, embedded: int) -> None:
    with Collection(home, embeds=False) as collection:
        articles = made(40)
        for article in articles[:embedded]:
            collection.add([article])
        with collection.session() as state:
            while embed_batch(state.store, state.encoder):
                pass
        collection.add(articles[embedded:])
        for article in articles[::7]:
            assert collection.search(article.text, 1)[0].article.id == article.id

"""Segments: the same whoever makes them, and however many threads."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import Article, Collection
from index.segments import segment
from index.segments.postings import Postings
from index.segments.segment import Segment, segments_of
from index.store.passages import passages_after

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ["harbour", "lantern", "orchard", "المرفأ", "الجسر", "السوق", "мост", "рынок", "пекарня"]


def parts_of(made: Segment) -> dict[str, np.ndarray]:
    postings = {
        f"{channel} {name}": getattr(getattr(made.channels, channel), name)
        for channel in made.channels._fields
        for name in Postings.__slots__
    }
    own = {"numbers": made.numbers, "articles": made.articles}
    return {**postings, **made.vocabulary._asdict(), **own}


@pytest.mark.parametrize("shared_rows", [1, 35], ids=["all", "not the last, of 30"])
def test_segments_that_two_threads_make_are_those_that_one_makes(
    home: Path, monkeypatch: pytest.MonkeyPatch, shared_rows: int
) -> None:
    rng = random.Random(5)
    with Collection(home) as collection:
        texts = [f"{' '.join(rng.sample(WORDS, 4))} {i}." for i in range(110)]
        collection.add(Article(id=f"a{i}", text=text) for i, text in enumerate(texts))
        with collection.view() as (_, reader):

            def made(*, in_haste: bool) -> list[Segment]:
                return list(segments_of(reader, passages_after(reader, 0), 40, in_haste=in_haste))

            alone = made(in_haste=False)
            monkeypatch.setattr(segment, "SHARED_ROWS", shared_rows)
            together = made(in_haste=True)
    assert [len(one) for one in alone] == [len(one) for one in together] == [40, 40, 30]
    for one, other in zip(alone, together, strict=True):
        assert (one.languages, one.ends, one.name) == (other.languages, other.ends, other.name)
        for name, values in parts_of(one).items():
            np.testing.assert_array_equal(values, parts_of(other)[name], name)


def test_what_fails_beside_the_other_thread_is_heard(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "SHARED_ROWS", 1)
    with Collection(home) as collection:
        collection.add([Article(id="a", text="The lantern burned all night.")])
        with collection.view() as (_, reader):
            (row,) = passages_after(reader, 0)
            damaged = row._replace(words=np.int32([2**30]).tobytes())
            with pytest.raises(KeyError, match=f"{2**30}"):
                list(segments_of(reader, [row, damaged], 1, in_haste=True))

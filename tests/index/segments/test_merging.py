"""When segments are merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import Article, Collection
from index.segments import merging
from index.segments.view import View

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("sizes", "most_rows", "first"), [
    ([100, 10], 1_000, 1),  # 100 > 2 x 10: the first is too large to be written again for so few
    ([20, 10], 1_000, 0),
    ([60, 20, 10], 1_000, 0),  # 20 <= 2 x 10, then 60 <= 2 x 30
    ([20, 10], 29, 1),  # together too large
    ([], 1_000, 0),
])  # fmt: skip
def test_the_last_segments_of_similar_size_are_merged(sizes: list[int], most_rows: int, first: int) -> None:
    assert merging.mergeable(sizes, most_rows) == first


def test_a_segment_is_made_anew_when_less_than_seven_tenths_of_it_are_left() -> None:
    whole, kept, lost = (np.arange(100) < left for left in (100, 70, 69))
    assert merging.worn((None, whole, kept)) is None
    assert merging.worn((None, kept, lost)) == 2


def test_what_is_added_in_small_parts_is_joined_while_a_question_waits(home: Path) -> None:
    with Collection(home) as collection, collection.session() as state:
        view = View.empty(state.encoder.dimension)
        for number in range(3):
            collection.add(
                [Article(id=f"a{number}", text=f"The harbour is closed, gate {number}.", language="en")]
            )
            with state.store.reading() as reader:
                view = view.updated(reader)
            assert [len(segment) for segment in view.segments] == [number + 1]

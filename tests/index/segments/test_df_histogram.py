"""The spread of a channel's terms against its definition: a count of counts."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segments.df_histogram import Spread, Statistics

ROWS = st.dictionaries(st.text("كتب", max_size=4), st.integers(0, 6), max_size=12)


def spread_of(rows_of: dict[str, int]) -> list[tuple[int, int]]:
    return sorted(Counter(rows for rows in rows_of.values() if rows).items())


@given(ROWS, ROWS)
def test_moved_terms_are_counted_where_they_are_now(before: dict[str, int], changed: dict[str, int]) -> None:
    terms = list(changed)
    moved = Spread.of(spread_of(before)).moved(
        np.array([before.get(term, 0) for term in terms], dtype=np.int64),
        np.array([changed[term] for term in terms], dtype=np.int64),
    )
    assert moved.pairs() == spread_of(before | changed)
    assert Spread.of(moved.pairs()) == moved
    assert moved != moved.moved(np.array([0]), np.array([7]))


def test_the_average_idf_is_that_of_all_terms() -> None:
    """Of five rows two terms stand in one and one in three."""
    statistics = Statistics(n_rows=5, n_terms=9, spread=Spread.of([(1, 2), (3, 1)]))
    expected = (2 * math.log(4.5 / 1.5) + math.log(2.5 / 3.5)) / 3
    assert statistics.average_idf == pytest.approx(expected)
    assert statistics.average_length == 9 / 5
    assert Statistics().average_idf == 0

"""Confidence: rises with what was found, falls when everything holds as much, 0 when nothing was."""

from __future__ import annotations

import numpy as np
import pytest

from index.ranking.confidence import confidence, signs
from index.ranking.parameters import ANSWERED, DEPTH, READ_MOST
from index.records import Signs


def test_nothing_found_is_no_confidence() -> None:
    assert signs(np.zeros(0), 0.0, 0.0) is None
    assert confidence(None) == 0.0


def test_it_is_a_probability_that_rises_with_each_sign() -> None:
    middle = Signs(0.4, 0.2, 0.0)
    for name in ("best", "lead", "foreign"):
        more = middle._replace(**{name: getattr(middle, name) + 0.2})
        assert 0 < confidence(middle) < confidence(more) < 1
    for score in (-20.0, -2.0, 0.0, 2.0):
        read, surer = middle._replace(read=score), middle._replace(read=score + 2.0)
        assert 0 < confidence(read) <= confidence(surer) < 1


def test_beyond_some_score_of_the_reader_nothing_changes() -> None:
    middle = Signs(0.4, 0.2, 0.0)
    assert confidence(middle._replace(read=READ_MOST)) == confidence(middle._replace(read=READ_MOST + 5))


def test_a_passage_that_holds_all_answers_and_one_that_holds_nothing_does_not() -> None:
    assert confidence(Signs(0.9, 0.8, 0.0)) > ANSWERED
    assert confidence(Signs(0.1, 0.1, 0.0)) < ANSWERED
    assert confidence(Signs(0.1, 0.1, 1.0)) < ANSWERED


def test_the_lead_is_over_the_candidate_at_depth() -> None:
    fused = [0.9, 0.8, *[0.5] * (DEPTH - 3), 0.2, 0.1]
    found = signs(np.array(fused), 1.2, 0.5)
    assert found is not None
    assert found[:3] == (0.9, pytest.approx(1.2 - 0.2), 0.5)


def test_without_so_many_candidates_the_lead_is_over_nothing() -> None:
    found = signs(np.array([0.9] * (DEPTH - 1)), 1.2, 0.0)
    assert found is not None
    assert found[:3] == (0.9, pytest.approx(1.2), 0.0)


def test_what_was_read_is_judged_by_the_reader_too() -> None:
    middle = Signs(0.4, 0.2, 0.5, 0.0)
    assert confidence(middle._replace(read=4.0)) > confidence(middle) > confidence(middle._replace(read=-4.0))
    assert confidence(middle._replace(apart=0.5)) > confidence(middle)
    assert confidence(middle._replace(unnamed=0.5)) < confidence(middle)

"""Confidence: rises with what was found, falls when everything holds as much, 0 when nothing was."""

from __future__ import annotations

import numpy as np
import pytest

from index.confidence import ANSWERED, DEPTH, Parts, Signs, confidence, signs


def parts_of(words: float) -> Parts:
    return Parts(words=words, grams=0.0, names=0.0, dense=0.0)


def test_nothing_found_is_no_confidence() -> None:
    assert signs(np.zeros(0), None, 0.0, 0.0) is None
    assert confidence(None) == 0.0


def test_it_is_a_probability_that_rises_with_each_sign() -> None:
    middle = Signs(0.4, 0.2, 0.0)
    for name in Signs._fields:
        more = middle._replace(**{name: getattr(middle, name) + 0.2})
        assert 0 < confidence(middle) < confidence(more) < 1


def test_a_passage_that_holds_all_answers_and_one_that_holds_nothing_does_not() -> None:
    assert confidence(Signs(0.9, 0.8, 0.0)) > ANSWERED
    assert confidence(Signs(0.1, 0.1, 0.0)) < ANSWERED
    assert confidence(Signs(0.1, 0.1, 1.0)) < ANSWERED


def test_the_lead_is_over_the_candidate_at_depth() -> None:
    words = [0.9, 0.8, *[0.5] * (DEPTH - 3), 0.2, 0.1]
    found = signs(np.array(words), parts_of(0.9), 1.2, 0.0)
    assert found is not None
    assert found.best == pytest.approx(0.6 * 0.9)
    known = 0.6  # of the fused score; the rest is for vectors that found nothing
    assert found.lead == pytest.approx((1.2 - 0.2) * known**0.5)


def test_without_so_many_candidates_the_lead_is_over_nothing() -> None:
    words = [0.9] * (DEPTH - 1)
    found = signs(np.array(words), parts_of(0.9), 1.2, 0.0)
    assert found is not None
    assert found.lead == pytest.approx(1.2 * 0.6**0.5)


def test_the_lead_shrinks_with_what_stands_nowhere() -> None:
    words = np.array([0.9, 0.1])
    half, whole = (signs(words * fused, parts_of(0.9), 1.2, 0.0) for fused in (1.2, 0.6))
    assert half is not None
    assert whole is not None
    assert half.lead == pytest.approx(1.2 * 0.5**0.5)
    assert whole.lead == pytest.approx(1.2)


def test_each_part_counts() -> None:
    found = signs(np.array([0.7]), Parts(words=0.3, grams=0.5, names=0.25, dense=0.2), 0.7, 0.0)
    assert found is not None
    assert found.best == pytest.approx(0.4 * 0.2 + 0.6 * (0.3 + 0.1 * 0.5 + 0.1 * 0.25))

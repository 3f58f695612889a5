"""The reader's measures: the best answer of some marks, how answers are compared, thresholds."""

from __future__ import annotations

import numpy as np
import pytest

from training.reading import above, best, exact, normal, overlap, with_none


def test_best_answer_ends_where_it_starts_or_later() -> None:
    marks = np.array([[0, 6], [5, 1], [1, 4]], dtype=np.float32)
    assert best(marks) == (1, 2, 9.0)


def test_best_answer_is_not_longer_than_allowed() -> None:
    marks = np.zeros((64, 2), dtype=np.float32)
    marks[0, 0] = marks[63, 1] = 5
    start, end, score = best(marks)
    assert end - start < 30
    assert score == 5.0


def test_passage_without_tokens_has_no_answer() -> None:
    assert best(np.zeros((0, 2), dtype=np.float32))[2] == -np.inf


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The  Nile.", ["nile"]),
        ("«القاهرة»، مصر", ["القاهرة", "مصر"]),
        ("1990年代", ["1990", "年", "代"]),
    ],
)
def test_answers_are_compared_without_signs_and_articles(text: str, words: list[str]) -> None:
    assert normal(text) == words


def test_answer_is_compared_with_the_nearest_right_one() -> None:
    assert exact("in 1999", ["1999", "In 1999"]) == 1.0
    assert overlap("May 1999", ["1999", "in June 2000"]) == pytest.approx(2 / 3)
    assert overlap("anything", []) == 0.0


def test_area_counts_equal_scores_half() -> None:
    assert above([2.0, 3.0], [1.0]) == 1.0
    assert above([1.0], [1.0]) == 0.5


def test_best_threshold_withholds_bad_answers() -> None:
    scores, gains, answered = [3.0, 2.0, -1.0], [1.0, 0.5, 0.0], [True, True, False]
    assert with_none(scores, gains, answered) == pytest.approx(2.5 / 3)
    assert with_none([1.0, 2.0], [0.0, 0.0], [False, False]) == 1.0

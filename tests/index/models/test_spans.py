"""From scores of tokens to the words that answer."""

from __future__ import annotations

import numpy as np
import pytest

from index.models.spans import LONGEST, best_span, whole_words


def logits(length: int, **at: tuple[float, float]) -> np.ndarray:
    rows = np.zeros((length, 2), dtype=np.float32)
    for place, scores in at.items():
        rows[int(place[1:])] = scores
    return rows


def test_the_best_span_is_the_one_of_the_greatest_sum_less_no_answer() -> None:
    #  <s> who </s> The mayor opened </s>
    offsets = [(0, 3), (4, 9), (10, 16)]
    span = best_span(logits(7, p0=(1.0, 2.0), p4=(5.0, 1.0), p5=(0.5, 3.0)), 3, offsets)
    assert span is not None
    assert (span.start, span.end) == (4, 16)
    assert span.score == 5.0 + 3.0 - (1.0 + 2.0)


def test_an_answer_does_not_end_before_it_begins() -> None:
    offsets = [(0, 3), (4, 9)]
    span = best_span(logits(5, p2=(0.0, 9.0), p3=(9.0, 0.0)), 2, offsets)
    assert span is not None
    assert span.score == 9.0
    assert span.start < span.end


def test_an_answer_is_no_longer_than_is_marked_anywhere() -> None:
    count = LONGEST + 5
    offsets = [(2 * n, 2 * n + 1) for n in range(count)]
    scores = logits(count + 1)
    scores[1, 0] = scores[count, 1] = 5.0
    span = best_span(scores, 1, offsets)
    assert span is not None
    assert span.score == 5.0


def test_where_there_is_nothing_to_read_there_is_no_span() -> None:
    assert best_span(logits(3), 2, []) is None


@pytest.mark.parametrize(
    ("text", "begin", "end", "shown"),
    [
        ("The mayor opened it.", 5, 7, "mayor"),
        ("قال المتحدث باسم الوزارة.", 6, 10, "المتحدث"),
        ("عن «الوزارة»، أمس", 3, 13, "الوزارة"),
        ("It cost $3.5 million, he said.", 8, 21, "$3.5 million"),
        ("市长昨天打开了大桥", 2, 4, "昨天"),
        ("नगर के महापौर ने", 8, 10, "महापौर"),
        ("up 12%, then", 3, 7, "12%"),
        ("... ...", 0, 3, ""),
    ],
)
def test_a_short_answer_is_whole_words_without_the_marks_around(
    text: str, begin: int, end: int, shown: str
) -> None:
    start, stop = whole_words(text, begin, end)
    assert text[start:stop] == shown

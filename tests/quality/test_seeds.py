"""The seed articles answer the questions written over them, at least as well as when last pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from tests.quality import measure

if TYPE_CHECKING:
    from collections.abc import Iterator

ATTACKERS = ("المقاومة الإسلامية في العراق", "المليشيات المدعومة من الحرس الثوري")


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant(tmp_path_factory.mktemp("seeds")) as made:
        assert len(made.add(measure.seed_articles()).added) == 3  # one was pasted below another
        assert made.settle()
        yield made


@pytest.fixture(scope="session")
def figures(assistant: Assistant) -> measure.Figures:
    return measure.seeds_figures(assistant)


def test_the_questions_are_those_that_were_pinned() -> None:
    pinned = measure.pinned("seeds")["digest"]
    assert pinned == measure.seeds_digest(), "run: python -m tests.quality.pin --only seeds"


def test_no_figure_is_below_its_floor(figures: measure.Figures) -> None:
    measure.show("seed articles", figures)
    assert not measure.lower("seeds", measure.pinned("seeds")["figures"], figures)


@pytest.mark.parametrize("question", ["who attacked Al-Tanf?", "من هاجم التنف؟"])
def test_the_missions_question_finds_the_attackers_first(assistant: Assistant, question: str) -> None:
    (first, *_) = assistant.search(question)
    assert any(name in first.text for name in ATTACKERS)
    assert first.article.text[first.start : first.end] == first.text


def test_an_excerpt_counts_when_more_than_half_of_it_is_shown(assistant: Assistant) -> None:
    (hit, *_) = assistant.search("who attacked Al-Tanf?")
    text, middle = hit.article.text, hit.start
    assert measure.is_right(hit, [hit.text])
    assert measure.is_right(hit, [text[middle : middle + 40]])
    assert not measure.is_right(hit, [text[hit.end : hit.end + 40] or "nothing"])
    if middle >= 40:
        assert measure.is_right(hit, [text[middle - 19 : middle + 21]])
        assert not measure.is_right(hit, [text[middle - 21 : middle + 19]])


def test_a_fall_of_more_than_one_question_is_listed() -> None:
    old = {"a": 12 / 15, "b": 12 / 15, "c": 12 / 15}
    new = {"a": 11 / 15, "b": 10 / 15, "d": 1.0}
    assert [line.split(":")[0] for line in measure.lower("seeds", old, new)] == ["b", "c"]

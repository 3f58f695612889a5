"""Questions that lean on the one before, and those that do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from assistant.followup import MAX_CARRIED, follow, follow_all
from assistant.question import MAX_CHARS
from index import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
TURNS = json.loads((HERE / "followups.json").read_text("utf-8"))["turns"]
FIRST = "Who opened the new bridge over the Orontes?"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant(tmp_path_factory.mktemp("seeds") / "home") as assistant:
        assistant.add(HERE.parents[1] / "seeds")
        yield assistant


def found(assistant: Assistant, question: str, expected: str, k: int) -> bool:
    return any(expected in hit.text for hit in assistant.search(question, k))


def test_the_first_question_stands_as_it_is() -> None:
    assert follow("and when?", None).text == "and when?"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("and when?", "en"),
        ("who paid for it?", "en"),
        ("how much did it cost?", "en"),
        ("ومتى؟", "ar"),
        ("من دفع ثمنه؟", "ar"),
        ("а когда?", "ru"),
        ("et quand ?", "fr"),
        ("und wann?", "de"),
        ("¿y cuándo?", "es"),
        ("peki ne zaman?", "tr"),
    ],
)
def test_a_question_that_leans_gets_what_it_lacks(question: str, language: str) -> None:
    followed = follow(question, FIRST)
    assert followed.carried == ("opened", "new", "bridge", "Orontes"), language
    assert followed.text == f"{question} opened new bridge Orontes"


@pytest.mark.parametrize(
    "question",
    [
        "Which engineers found cracks in the pillars of the dam?",
        "wheat prices in Aleppo",
        "earthquake",
        "من هو وزير الصحة الجديد؟",
        "Кто утвердил бюджет города на ремонт дорог?",
    ],
)
def test_a_question_of_its_own_gets_nothing(question: str) -> None:
    assert follow(question, FIRST) == (question, ())


def test_another_name_takes_the_place_of_the_name_before() -> None:
    assert follow("and over the Euphrates?", FIRST).carried == ("opened", "new", "bridge")


def test_what_was_carried_once_is_carried_on() -> None:
    last = follow_all([FIRST, "and when?", "and who paid for it?"])[-1]
    assert {"opened", "bridge", "Orontes", "paid"} <= set(content_words(last.text))


def test_it_never_grows_beyond_what_may_be_asked() -> None:
    assert len(follow("and when?", " ".join(f"word{n}" for n in range(100))).carried) == MAX_CARRIED
    long = "and " + "x" * (MAX_CHARS - 4)
    assert follow(long, FIRST).text == long


def test_on_the_written_set_the_right_passage_is_found() -> None:
    """The set's own labels: what leans is seen, what does not is left alone."""
    for turn in TURNS:
        followed = follow_all([turn["first"], turn["then"]])[-1]
        assert bool(followed.carried) is not turn.get("alone", False), turn["then"]


def test_carrying_over_finds_what_the_bare_question_does_not(seeds: Assistant) -> None:
    leaning = [turn for turn in TURNS if not turn.get("alone")]
    bare = sum(found(seeds, turn["then"], turn["expected"], 3) for turn in leaning)
    carried = sum(
        found(seeds, follow(turn["then"], turn["first"]).text, turn["expected"], 3) for turn in leaning
    )
    print(f"right passage among three: {carried} of {len(leaning)} with, {bare} without")  # noqa: T201
    assert carried >= 18
    assert carried > bare

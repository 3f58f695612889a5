"""Questions that lean on the one before, and those that do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from assistant.core.followup import MAX_CARRIED, POINTERS, STARTS, follow, follow_all
from assistant.core.phrases import PHRASES
from assistant.core.question import MAX_CHARS, MAX_HISTORY, check_history
from index import QuestionError, content_words

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


def test_what_sanad_speaks_can_lean_on_the_question_before() -> None:
    assert set(STARTS) == set(POINTERS) == set(PHRASES)


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


def test_asking_with_a_history_says_what_was_understood(seeds: Assistant) -> None:
    alone = seeds.ask("and when?")
    assert (alone.understood, alone.carried) == ("and when?", ())
    after = seeds.ask("and when?", ["Who won?", FIRST])
    assert after.question == "and when?"
    assert after.carried == ("opened", "new", "bridge", "Orontes")
    assert after.understood == "and when? opened new bridge Orontes"
    assert after.citations + after.nearest == seeds.ask(after.understood).citations + after.nearest
    told = after.to_dict()
    assert (told["question"], told["understood"]) == (after.question, after.understood)
    assert told["carried"] == list(after.carried)


def test_of_a_long_history_the_newest_count() -> None:
    asked = [f"Who built tower {number}?" for number in range(100)]
    assert check_history(asked) == asked[-MAX_HISTORY:]


@pytest.mark.parametrize(
    ("history", "told"),
    [
        (["Who won?", "؟!"], "question 2 of the history: the question is empty"),
        (["x" * (MAX_CHARS + 1)], "question 1 of the history: the question has 1,001"),
        ("Who won?", "give a list"),
    ],
)
def test_a_history_that_could_not_have_been_asked_is_refused(history: list[str], told: str) -> None:
    with pytest.raises(QuestionError, match=told):
        check_history(history)


def test_on_the_written_set_the_right_passage_is_found() -> None:
    """The set's own labels: what leans is seen, what does not is left alone."""
    for turn in TURNS:
        followed = follow_all([turn["first"], turn["then"]])[-1]
        assert bool(followed.carried) is not turn.get("alone", False), turn["then"]


def test_carrying_over_finds_what_the_bare_question_does_not(seeds: Assistant) -> None:
    leaning = [turn for turn in TURNS if not turn.get("alone")]
    right = {
        (name, k): sum(found(seeds, asked(turn), turn["expected"], k) for turn in leaning)
        for name, asked in (
            ("bare", lambda turn: turn["then"]),
            ("carried", lambda turn: follow(turn["then"], turn["first"]).text),
        )
        for k in (1, 3)
    }
    print(f"right passage first, among three, of {len(leaning)}: {right}")  # noqa: T201
    assert right["carried", 3] >= 18
    assert right["carried", 1] > right["bare", 1]
    assert right["carried", 3] > right["bare", 3]

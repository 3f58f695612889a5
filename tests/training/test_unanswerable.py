"""Questions that a passage does not answer: near passages, and names and numbers exchanged."""

from __future__ import annotations

from random import Random

from training.exchange import Exchange
from training.near import Neighbours, tells, words
from training.rows import Answer, Row

PASSAGES = [
    "The Danube rises in Germany and flows past Vienna to the Black Sea.",
    "The Danube carries ships through Vienna and Budapest since 1830.",
    "The Rhine flows past Cologne to the North Sea.",
    "Bread is made of flour, water and salt.",
]


def row(question: str, context: str, answer: str) -> Row:
    return Row(question, context, (Answer(context.index(answer), answer),), "en", "en")


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    assert words("Sea 北京市") == ["sea", "北京", "京市"]


def test_passage_tells_an_answer_in_other_order() -> None:
    assert tells("In 1830 the ship sailed", [Answer(0, "ship, 1830")])
    assert not tells(PASSAGES[3], [Answer(0, "Germany")])


def test_near_miss_is_like_the_passage_and_lacks_the_answer() -> None:
    near = Neighbours(PASSAGES).nearest("Where does the Danube rise?", PASSAGES[0], [Answer(0, "Germany")])
    assert near == PASSAGES[1]


def test_near_miss_never_holds_the_answer() -> None:
    near = Neighbours(PASSAGES).nearest("Which sea?", PASSAGES[2], [Answer(0, "Vienna")])
    assert near is None or "Vienna" not in near


def test_number_becomes_another_one_of_its_script() -> None:
    asked = row("What did ships do in 1830?", PASSAGES[1], "Budapest")
    made = Exchange([asked], "en", Neighbours(PASSAGES)).exchange(asked, Random(1))
    assert made is not None
    part, other = made
    assert part.text == "1830"
    assert other != "1830"
    assert other.isdecimal()


def test_name_becomes_one_that_the_passage_does_not_have() -> None:
    rows = [
        row("What flows past Vienna?", PASSAGES[0], "Danube"),
        row("What of Cologne?", PASSAGES[2], "Rhine"),
    ]
    made = Exchange(rows, "en", Neighbours(PASSAGES)).exchange(rows[0], Random(1))
    assert made is not None
    assert (made[0].text, made[1]) == ("Vienna", "Cologne")

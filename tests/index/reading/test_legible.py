"""Whether the text of a PDF is what was printed: scrambled Arabic is recognised and refused."""

from __future__ import annotations

import random

import pytest

from index.reading.legible import mended, problem
from tests.index.reading.making import STORIES


def text(language: str) -> str:
    return " ".join(STORIES[language].paragraphs)


@pytest.mark.parametrize("language", STORIES)
def test_text_as_it_is_written_passes(language: str) -> None:
    assert problem(text(language)) is None


@pytest.mark.parametrize("language", ["ar", "fa"])
def test_letters_in_the_order_they_are_drawn_are_recognised(language: str) -> None:
    by_word = " ".join(word[::-1] for word in text(language).split())
    for scrambled in (text(language)[::-1], by_word):
        assert "scrambled" in (problem(scrambled) or "")


def test_letters_that_are_lost_or_mixed_are_recognised() -> None:
    rng = random.Random(3)
    mixed = " ".join("".join(rng.sample(word, len(word))) for word in text("ar").split() if len(word) > 2)
    assert "scrambled" in (problem(mixed) or "")
    unmapped = text("en")[:200] + "\ue000\ue001\ue002" * 20
    assert "fonts" in (problem(unmapped) or "")


def test_a_few_arabic_words_in_another_text_prove_nothing() -> None:
    assert problem(text("en") + " فنت " * 20) is None


def test_shapes_become_letters_and_direction_marks_go() -> None:
    shapes = "\ufee3\ufea4\ufee4\ufeaa \ufefb \ufb01ne"
    assert mended(f"\u200f{shapes}\u202c") == "محمد لا fine"


@pytest.mark.parametrize("language", ["ar", "fa"])
def test_lines_whose_words_run_backwards_are_recognised(language: str) -> None:
    """As pypdf gives pages that Chromium prints: each word right, each line from its end, the stop first."""
    lines = [line for paragraph in STORIES[language].paragraphs for line in (paragraph[:90], paragraph[90:])]
    backwards = "\n".join(" ".join(reversed(line.rstrip(".").split())) for line in lines)
    for paragraph in STORIES[language].paragraphs:
        last = paragraph[90:].rstrip(".").split()
        backwards = backwards.replace(" ".join(reversed(last)), "." + " ".join(reversed(last)))
    assert "scrambled" in (problem(backwards) or "")


def test_lam_alef_that_was_turned_round_is_mended() -> None:
    assert mended("األربعاء واإلعالن واآلن") == "الأربعاء والإعالن والآن"
    assert mended("الأمن سأل أمل") == "الأمن سأل أمل"
    assert mended("فجر الأربعاء ،وأصيب") == "فجر الأربعاء، وأصيب"

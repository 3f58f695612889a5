"""Nearly the same article, in any script: found by its keys, measured by its signature."""

from __future__ import annotations

import subprocess
import sys

import pytest

from index.likeness import NEAR, NUMBERS, keys, likeness, signature
from index.passages import split
from tests.index.reading.making import STORIES

every_language = pytest.mark.parametrize("language", STORIES)


def of(text: str) -> bytes:
    return signature([passage.text for passage in split(text)])


def copy_of(language: str, changed: int = 12) -> str:
    """Agency copy: another headline, dateline, byline and copyright, and every so-manieth word another."""
    story = STORIES[language]
    paragraphs = []
    for text in story.paragraphs:
        parts = list(text) if language == "zh" else text.split()
        step = changed * 3 if language == "zh" else changed
        other = "某" if language == "zh" else STORIES[language].title.split()[0]
        parts[step::step] = [other] * len(parts[step::step])
        paragraphs.append(("" if language == "zh" else " ").join(parts))
    return "\n\n".join(["Rana Haddad - 20.10.2023", *paragraphs, "© 2023 Another Agency"])


def original(language: str) -> str:
    story = STORIES[language]
    return "\n\n".join([story.title, *story.paragraphs])


@every_language
def test_a_copy_with_a_few_words_changed_is_near_and_shares_a_key(language: str) -> None:
    first, second = of(original(language)), of(copy_of(language))
    assert likeness(first, second) >= NEAR
    assert set(keys(first)) & set(keys(second))


@every_language
def test_other_articles_and_translations_are_not_near(language: str) -> None:
    first = of(original(language))
    for other in STORIES:
        if other != language:
            assert likeness(first, of(original(other))) < 0.2
    half = STORIES[language].paragraphs
    assert likeness(signature([half[0]]), signature([half[1]])) < 0.2


def test_the_estimate_is_the_overlap_of_triples() -> None:
    """Two texts of 200 words that share 100 in a row: 98 of 298 triples, 0.33, within four standard errors."""
    shared = [f"s{at}" for at in range(100)]
    first = signature([" ".join([*shared, *(f"a{at}" for at in range(100))])])
    second = signature([" ".join([*shared, *(f"b{at}" for at in range(100))])])
    overlap = 98 / (2 * 198 - 98)
    assert abs(likeness(first, second) - overlap) < 4 * (overlap * (1 - overlap) / NUMBERS) ** 0.5


@pytest.mark.parametrize("text", ["", "too short", "\ud800 \x00", "!!! ..."])
def test_what_has_too_few_words_is_like_nothing(text: str) -> None:
    assert signature([text]) == b""
    assert keys(b"") == ()
    assert likeness(b"", of(original("en"))) == 0


def test_signatures_are_the_same_in_every_process() -> None:
    text = STORIES["ar"].paragraphs[0] * 2
    code = f"from index.likeness import signature, keys; print(keys(signature([{text!r}])))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(keys(signature([text])))
    assert len(set(keys(signature([text])))) == NUMBERS // 3

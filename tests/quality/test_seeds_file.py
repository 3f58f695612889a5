"""The questions over the seed articles are well-formed: excerpts verbatim, enough of each kind."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from index.chunking.passages import split
from index.reading.files import read

HERE = Path(__file__).parent
SEEDS = HERE.parents[1] / "seeds"
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in (HERE / "seeds.jsonl").read_text("utf-8").splitlines()
]
TEXTS = {path.name: path.read_bytes().decode() for path in sorted(SEEDS.glob("*.txt"))}
PASSAGES = {
    name: [passage.text for article in read(SEEDS / name) for passage in split(article.text)]  # type: ignore[union-attr]
    for name in TEXTS
}
ANSWERABLE = [row for row in ROWS if row["answerable"]]


def test_ids_and_questions_are_unique() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert len({row["question"] for row in ROWS}) == len(ROWS)
    assert all(row["question"].strip() == row["question"] for row in ROWS)


def test_there_are_enough_in_enough_languages() -> None:
    languages = Counter(row["language"] for row in ANSWERABLE)
    assert len(ANSWERABLE) >= 45
    assert min(languages["ar"], languages["en"]) >= 12
    assert {"fr", "de", "es", "ru", "tr", "fa"} < set(languages)
    assert len(languages) >= 10
    absent = [row for row in ROWS if not row["answerable"]]
    assert len(absent) >= 12
    assert len({row["language"] for row in absent}) >= 5


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_excerpts_are_verbatim_and_each_is_whole_in_a_passage(row: dict[str, Any]) -> None:
    """Another article may answer too, so an excerpt may come from either; one is of `article`."""
    assert row["expected"]
    assert any(excerpt in TEXTS[row["article"]] for excerpt in row["expected"])
    for excerpt in row["expected"]:
        assert any(excerpt in text for texts in PASSAGES.values() for text in texts)


def test_what_is_not_answered_expects_nothing() -> None:
    assert all(not row["expected"] and row["article"] is None for row in ROWS if not row["answerable"])


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_questions_do_not_copy_the_articles(row: dict[str, Any]) -> None:
    words = row["question"].rstrip("؟?").split()
    fours = {" ".join(words[at : at + 4]) for at in range(len(words) - 3)}
    assert not [four for four in fours if any(four in text for text in TEXTS.values())]


def test_the_missions_question_expects_passages_that_name_the_attackers() -> None:
    rows = {row["language"]: row for row in ANSWERABLE if row["id"].endswith("-01")}
    assert rows["en"]["question"] == "who attacked Al-Tanf?"
    for language in ("ar", "en", "fr", "de", "es", "ru", "tr", "fa"):
        assert rows[language]["expected"] == rows["en"]["expected"]
    named = ("المقاومة الإسلامية في العراق", "المليشيات المدعومة من الحرس الثوري")
    for excerpt in rows["en"]["expected"]:
        holding = [text for texts in PASSAGES.values() for text in texts if excerpt in text]
        assert all(any(name in text for name in named) for text in holding)

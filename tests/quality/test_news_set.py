"""The questions over the invented news are well-formed: excerpts verbatim, enough of each kind."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "news"
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines()
]
TEXTS = {path.name: path.read_bytes().decode() for path in sorted((HERE / "articles").glob("*.txt"))}
COUNTS = {"answerable": 72, "misspelt": 12, "near": 50, "far": 12, "keywords": 20, "yes/no": 5}
FIELDS = ["id", "language", "kind", "question", "article", "answers", "evidence"]
ABSENT = {"near", "far"}
QUOTED = {"answerable", "misspelt"}


def folded(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))


def test_there_are_twelve_articles_and_each_is_asked_about() -> None:
    assert len(TEXTS) == 12
    assert all(120 <= len(text.split()) <= 350 for text in TEXTS.values())
    asked = Counter(row["article"] for row in ROWS if row["kind"] == "answerable")
    assert set(asked) == set(TEXTS)
    assert min(asked.values()) >= 3


def test_ids_and_questions_are_unique() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert len({folded(row["question"]) for row in ROWS}) == len(ROWS)
    assert all(row["question"].strip() == row["question"] != "" for row in ROWS)


def test_there_are_as_many_of_each_kind_as_the_readme_says() -> None:
    assert Counter(row["kind"] for row in ROWS) == COUNTS
    readme = (HERE / "README.md").read_text("utf-8")
    assert all(f"`{kind}` {count}" in readme for kind, count in COUNTS.items())
    assert f"{len(ROWS)} questions in {len({row['language'] for row in ROWS})} languages" in readme


def test_languages_are_codes() -> None:
    assert all(re.fullmatch("[a-z]{2}", row["language"]) for row in ROWS)
    languages = {row["language"] for row in ROWS if row["kind"] == "answerable"}
    assert languages == {"ar", "en", "fr", "de", "es", "ru", "tr", "fa", "he", "ur", "hi", "zh", "id"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_what_is_quoted_stands_in_the_article(row: dict[str, Any]) -> None:
    assert list(row) == FIELDS
    assert (row["article"] is None) == (row["kind"] in ABSENT)
    assert bool(row["answers"]) == (row["kind"] in QUOTED)
    assert (row["evidence"] is not None) == (row["kind"] in QUOTED | {"yes/no"})
    if row["article"] is None:
        return
    text = TEXTS[row["article"]]
    assert row["evidence"] is None or text.count(row["evidence"]) == 1
    assert all(answer and answer in row["evidence"] for answer in row["answers"])


def test_a_misspelt_question_expects_what_its_original_does() -> None:
    rows = {row["id"]: row for row in ROWS}
    for row in ROWS:
        if row["kind"] == "misspelt":
            original = rows[row["id"].removesuffix("-misspelt")]
            assert original["kind"] == "answerable"
            assert {**row, **{key: original[key] for key in ("id", "kind", "question")}} == original

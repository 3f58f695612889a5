"""The words of a passage that answer to words of the question, across languages, as exact spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Collection
from index.analysis import word_terms
from index.ranking.matches import AskedWords, matches
from index.ranking.query import analyse
from index.records import Query, QueryTerm

if TYPE_CHECKING:
    from pathlib import Path

PASSAGE = "هاجمت الطائرات قاعدة التَّنف أمس، وقال مسؤول إن الهجوم لم يسفر عن إصابات."


def query(asked: str, alternatives: dict[str, float]) -> AskedWords:
    term = QueryTerm(1.0, tuple(alternatives.items()))
    return AskedWords.of(Query(asked, "en", (term,), (), (), asked=(asked,)))


def shown(question: str, language: str, passage: str = PASSAGE, start: int = 0) -> list[tuple[str, str]]:
    sought = AskedWords.of(analyse(question, language, {"ar"}, None))
    found = matches(sought, passage, start, "ar")
    return [(passage[m.start - start : m.end - start], m.asked) for m in found]


def test_a_word_matches_by_its_stem_and_keeps_its_marks() -> None:
    assert shown("من نفذ هجوم التنف؟", "ar") == [("التَّنف", "التنف"), ("الهجوم", "هجوم")]


@pytest.mark.parametrize(("question", "language"), [("Al-Tanf", "en"), ("Ат-Танф", "ru")])
def test_a_name_matches_across_scripts(question: str, language: str) -> None:
    assert [text for text, _ in shown(question, language)] == ["التَّنف"]


def test_a_word_that_only_sounds_alike_is_not_shown() -> None:
    assert shown("tanf", "en") == []


def test_an_unlikely_translation_counts_but_is_not_shown() -> None:
    stem = word_terms("الهجوم", "ar").stem
    assert matches(query("attack", {stem: 0.9}), PASSAGE, 0, "ar")
    assert not matches(query("attack", {stem: 0.1}), PASSAGE, 0, "ar")


def test_spans_count_the_articles_characters() -> None:
    assert [m.start for m in matches(query("x", {}), PASSAGE, 100, "ar")] == []
    sought = AskedWords.of(analyse("التنف", "ar", {"ar"}, None))
    (match,) = matches(sought, PASSAGE, 100, "ar")
    assert match.start == 100 + PASSAGE.index("التَّنف")


@given(st.text(max_size=80), st.text(max_size=30))
def test_any_text_gives_spans_inside_it(passage: str, question: str) -> None:
    sought = AskedWords.of(analyse(question, "en", {"en"}, None))
    for match in matches(sought, passage, 7, "en"):
        assert 7 <= match.start < match.end <= 7 + len(passage)
        assert match.asked in question


def test_hits_carry_their_matches(home: Path) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text=PASSAGE, language="ar")])
        (hit,) = collection.search("who attacked Al-Tanf?", 1)
        assert {(hit.article.text[m.start : m.end], m.asked) for m in hit.matches} >= {
            ("التَّنف", "Tanf"),
            ("الهجوم", "attacked"),
        }

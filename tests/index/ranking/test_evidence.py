"""The marked sentence is the one that holds most of the question, inside the passage, exactly."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from index import Article, Collection
from index.ranking.coverage import SoughtQuery
from index.ranking.evidence import evidence
from index.ranking.parameters import RESCORED
from index.ranking.query import analyse
from index.records import Span
from tests.index.stored import stored

if TYPE_CHECKING:
    from pathlib import Path

ARABIC = "مقدمة لا تعني أحدا. افتتح الوزير المستشفى الجديد يوم الاثنين. وتبلغ كلفته تسعة ملايين دينار. خاتمة."
ENGLISH = (
    "Nothing here. The minister opened the new hospital on Monday. It cost nine million dinars. The end."
)


def marked(question: str, language: str, text: str, passage: Span, of: str) -> list[str]:
    query = SoughtQuery.of(analyse(question, language, {of}, None))
    own = text[passage.start : passage.end]
    passages = [stored(own, of, passage.start)]
    (found,) = evidence(query, passages)
    return [text[span.start : span.end] for span in found.spans]


@pytest.mark.parametrize(
    ("question", "language", "text", "sentence"),
    [
        ("متى افتتح المستشفى؟", "ar", ARABIC, "افتتح الوزير المستشفى الجديد يوم الاثنين."),
        ("كم تبلغ كلفته؟", "ar", ARABIC, "وتبلغ كلفته تسعة ملايين دينار."),
        ("When did the hospital open?", "en", ENGLISH, "The minister opened the new hospital on Monday."),
        ("What did it cost?", "en", ENGLISH, "It cost nine million dinars."),
    ],
)
def test_the_sentence_that_answers_is_marked(question: str, language: str, text: str, sentence: str) -> None:
    assert marked(question, language, text, Span(0, len(text)), language) == [sentence]


def test_spans_count_the_articles_characters_and_stay_inside_the_passage() -> None:
    start = ARABIC.index("وتبلغ")
    assert marked("متى افتتح المستشفى؟", "ar", ARABIC, Span(start, len(ARABIC)), "ar") != [
        "افتتح الوزير المستشفى الجديد يوم الاثنين."
    ]
    end = ARABIC.index("وتبلغ") - 1
    assert marked("كم تبلغ كلفته؟", "ar", ARABIC, Span(20, end), "ar") == [
        "افتتح الوزير المستشفى الجديد يوم الاثنين."
    ]


def test_what_a_passage_shows_does_not_depend_on_the_others() -> None:
    passages = [
        stored(ARABIC, "ar"),
        stored(ENGLISH, "en", 70),
        stored("   ", "ar"),
        stored("ファイル。", "ja"),
    ]
    passages.append(stored(ENGLISH, "en")._replace(vocabulary=passages[1].vocabulary))  # of one segment
    for question, language in (("When did the hospital open?", "en"), ("متى افتتح المستشفى؟", "ar")):
        query = SoughtQuery.of(analyse(question, language, {"ar", "en"}, None))
        alone = [found for each in passages for found in evidence(query, [each])]
        assert evidence(query, passages) == alone
        assert evidence(query, passages[::-1]) == alone[::-1]
        assert alone[0].share > 0 or alone[1].share > 0
    assert evidence(query, []) == []


def test_a_passage_without_a_sentence_has_no_evidence() -> None:
    assert marked("من؟", "ar", "   ", Span(0, 3), "ar") == []


def test_marks_can_be_read_late_in_another_process_and_below_the_first_hits(home: Path) -> None:
    others = (
        "هطلت أمطار غزيرة على الساحل طوال الليل.",
        "فاز المنتخب في مباراة أمس بهدفين نظيفين.",
        "ارتفعت أسعار القمح في الأسواق العالمية كثيرا.",
        "بدأ العام الدراسي وسط نقص في المعلمين.",
        "أعلنت البلدية خطة لزراعة ألف شجرة زيتون.",
        "عاد الصيادون إلى الميناء قبل العاصفة بساعات.",
        "يعرض المتحف لوحات نادرة من القرن الماضي.",
    )
    opened = "افتتح الوزير المستشفى الجديد يوم الاثنين."
    with Collection(home) as collection:
        collection.add(
            Article(id=f"a{number}", text=f"{other} {opened}", language="ar")
            for number, other in enumerate(others)
        )
        hits = collection.search("متى افتتح المستشفى؟", len(others)).hits
    assert len(hits) == len(others) > RESCORED  # the last ones' sentences were not looked at for their score
    for hit in hits:
        (span,) = hit.evidence
        assert hit.article.text[span.start : span.end] == opened
        assert "افتتح" in [hit.article.text[match.start : match.end] for match in hit.matches]
        copy = pickle.loads(pickle.dumps(hit))  # noqa: S301  # our own
        assert (copy, copy.evidence, copy.matches) == (hit, hit.evidence, hit.matches)

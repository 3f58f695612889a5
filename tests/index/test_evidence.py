"""The marked sentence is the one that holds most of the question, inside the passage, exactly."""

from __future__ import annotations

import pytest

from index.coverage import SoughtQuery
from index.embedding import open_encoder
from index.evidence import Text, evidence
from index.query import analyse
from index.records import Span

ARABIC = "مقدمة لا تعني أحدا. افتتح الوزير المستشفى الجديد يوم الاثنين. وتبلغ كلفته تسعة ملايين دينار. خاتمة."
ENGLISH = (
    "Nothing here. The minister opened the new hospital on Monday. It cost nine million dinars. The end."
)


def marked(question: str, language: str, text: str, passage: Span, of: str) -> list[str]:
    encoder = open_encoder(None)
    query = SoughtQuery.of(analyse(question, language, {of}, None))
    own = text[passage.start : passage.end]
    (found,) = evidence(query, encoder.encode_question(question), [Text(own, passage.start, of)], encoder)
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


def test_a_passage_without_a_sentence_has_no_evidence() -> None:
    assert marked("من؟", "ar", "   ", Span(0, 3), "ar") == []

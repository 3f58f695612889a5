"""Whether a sentence tells a time."""

from __future__ import annotations

import pytest

from index.ranking.times import tells_time


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council met on Tuesday evening.", "en"),
        ("He came in 1931.", "en"),
        ("Yesterday the bridge was opened.", "en"),
        ("اجتمع المجلس مساء الثلاثاء.", "ar"),
        ("افتتح الجسر في آب الماضي.", "ar"),
        ("افتتح الجسر قبل عامين.", "ar"),
        ("افتتح عام ١٩٣١", "ar"),
        ("Die Brücke wurde im März eröffnet.", "de"),
        ("Мост открыли во вторник.", "ru"),
        ("昨天大桥开通了。", "zh"),
        ("Nobody knows the words of this language.", "xx"),
    ],
)
def test_a_time_is_told_by_a_number_or_a_word(text: str, language: str) -> None:
    assert tells_time(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The mayor may open the bridge.", "en"),
        ("افتتح العمدة الجسر الجديد.", "ar"),
        ("Мэр открыл мост.", "ru"),
        ("市长为大桥揭幕。", "zh"),
    ],
)
def test_other_sentences_tell_none(text: str, language: str) -> None:
    assert not tells_time(text, language)

"""Whether a sentence tells a time, and which months and days it names."""

from __future__ import annotations

import pytest

from index.ranking.times import named_times, tells_time


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


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("It opened on Tuesday, 3 October.", "en", ["tuesday", "october"]),
        ("افتتح يوم الثلاثاء في تشرين الأول", "ar", ["tuesday", "october"]),
        ("افتتح في أكتوبر", "ar", ["october"]),
        ("published 2023-10-19", "en", ["october"]),
        ("Мост открыли в октябре.", "ru", ["october"]),
        ("The mayor may march on.", "en", []),
        ("We are here.", "en", []),
    ],
)
def test_months_and_days_are_named_in_any_language(text: str, language: str, names: list[str]) -> None:
    assert [time.name for time in named_times(text, language)] == names


def test_an_abbreviation_is_told_from_a_whole_name() -> None:
    assert [time.is_whole for time in named_times("Oct 3 and October 4", "en")] == [False, True]

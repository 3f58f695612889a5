"""Dates as newspapers write them, in every calendar and language of the table, and what is no date."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.reading.articles import complete
from index.reading.dates import of_line, parse, parse_any
from index.records import Article

SAME_DAY = [
    "2023-10-19", "20231019", "2023/10/19", "19.10.2023", "19/10/2023", "10/19/2023", "2023年10月19日", "2023년 10월 19일",
    "Thursday, October 19, 2023", "Oct. 19, 2023", "19 Oct 2023", "19th of October, 2023", "October 19 2023 at 10:15 AM",
    "الخميس 19 أكتوبر 2023", "١٩ أكتوبر ٢٠٢٣", "19 تشرين الأول 2023", "19 تشرين الأول/أكتوبر 2023", "19 اكتوبر/ تشرين الأول 2023",
    "الخميس 4 ربيع الآخر 1445هـ - 19 أكتوبر 2023م", "4 ربيع الثاني 1445 هـ الموافق 19 أكتوبر 2023 م", "نشر في: 19/10/2023",
    "۲۷ مهر ۱۴۰۲", "پنجشنبه ۲۷ مهر ماه ۱۴۰۲", "۱۴۰۲/۰۷/۲۷", "۱۹ اکتبر ۲۰۲۳", "19 اکتوبر 2023",
    "19 октября 2023, 12:30", "19 окт. 2023", "19 Ekim 2023 Perşembe", "19 अक्टूबर 2023", "१९ अक्टूबर २०२३",
    "19 de octubre de 2023", "19 octobre 2023", "19. Oktober 2023", "19 ottobre 2023", "19 października 2023", "19 Οκτωβρίου 2023",
    "19 октомври 2023", "19 жовтня 2023",
]  # fmt: skip
WITH_TIME = {
    "2023-10-19T10:15:00+03:00": "2023-10-19T10:15:00+03:00",
    "2023-10-19 10:15:00 +0300": "2023-10-19T10:15:00+03:00",
    "2023-10-19T10:15:00Z": "2023-10-19T10:15:00+00:00",
    "Thu, 19 Oct 2023 10:15:00 GMT": "2023-10-19T10:15:00+00:00",
    "1697710500": "2023-10-19T10:15:00+00:00",
    "1697710500000": "2023-10-19T10:15:00+00:00",
}


@pytest.mark.parametrize("text", SAME_DAY)
def test_one_day_in_many_hands(text: str) -> None:
    assert parse_any(text) == "2023-10-19"


@pytest.mark.parametrize(("text", "moment"), WITH_TIME.items())
def test_a_moment_keeps_its_zone(text: str, moment: str) -> None:
    assert parse(text) == moment


@pytest.mark.parametrize(
    ("jalali", "day"),
    [
        ("1 فروردین 1403", "2024-03-20"),
        ("30 اسفند 1399", "2021-03-20"),
        ("22 بهمن 1357", "1979-02-11"),
        ("1 مهر 1380", "2001-09-23"),
    ],
)
def test_iranian_dates_are_converted(jalali: str, day: str) -> None:
    """New Year of 1403, the last day of a leap year, and two days of history."""
    assert parse(jalali) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023",
        "in May 2023",
        "31 February 2023",
        "3/4/2023",
        "4 ربيع الآخر 1445",
        "tomorrow",
        "12:30",
        "99/99/9999",
        "0000-00-00",
        "version 1.10.2023.4",
        "٣/٤/٢٠٢٣",
    ],
)
def test_what_names_no_day_or_two_gives_none(text: str) -> None:
    assert parse_any(text) is None


def test_the_order_of_figures_can_be_told() -> None:
    assert parse("3/4/2023", day_first=True) == "2023-04-03"
    assert parse("3/4/2023", day_first=False) == "2023-03-04"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("دمشق - 19 أكتوبر 2023", "2023-10-19"),
        ("By Rana Haddad, 19 October 2023, 18:05", "2023-10-19"),
        ("He was born on 19 October 1923.", None),
        (
            "The attack of 19 October 2023 was the third on the base in a week and it was the worst of them",
            None,
        ),
    ],
)
def test_a_dateline_gives_its_date_and_a_sentence_does_not(line: str, day: str | None) -> None:
    assert of_line(line) == day


SENTENCE = "Drones attacked the base on 3 May 2019, and two soldiers were slightly hurt, the ministry said."


@pytest.mark.parametrize(
    ("top", "day"),
    [
        ("Damascus - 19 October 2023\n\n", "2023-10-19"),
        ("Drones attack a military base\n\n19 October 2023\n\n", "2023-10-19"),
        ("The attack of 11 September 2001 in pictures\n\n19 October 2023\n\n", "2023-10-19"),
        ("Drones attack a military base\n\n", None),
        ("", None),
    ],
)
def test_an_articles_date_is_that_of_its_dateline(top: str, day: str | None) -> None:
    assert complete(Article(text=f"{top}{SENTENCE}\n\n{SENTENCE}")).published == day


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.sampled_from("0123456789٠١٩۱۴/-.:, أكتوبرمهراMayهـ年月日T+Z"), max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    for found in (parse(text), parse_any(text), of_line(text)):
        assert found is None or complete(Article(text="a word", published=found)).published == found


@pytest.mark.parametrize("value", ["9999999999", "Mon, 06 Jan 1800 10:00:00 GMT"])
def test_a_moment_of_another_century_is_no_date_of_publication(value: str) -> None:
    assert parse(value) is None

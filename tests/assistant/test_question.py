from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.question import MAX_CHARS, check, check_asks, check_filters, check_k, filters_of
from index import Filters, QuestionError


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("  who?  ", "who?"),
        ("who\nsigned\tit", "who signed it"),
        ("من وقّع\u202e الاتفاق\u2069؟", "من وقّع الاتفاق؟"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # ZWNJ is spelling
        ("क्\u200dष", "क्\u200dष"),  # so is ZWJ
        ("a\x00b\x1bc", "a b c"),
        ("\ud800who", "who"),
        ("\ufeffwho", "who"),
        ("2024", "2024"),
    ],
)
def test_a_question_is_one_line_without_controls(typed: str, searched: str) -> None:
    assert check(typed) == searched


@pytest.mark.parametrize("typed", ["", "   ", "?!…", "\u200f", "😀😀", "\ud800", "\x00", "ً"])
def test_a_question_without_a_letter_or_digit_is_empty(typed: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        check(typed)


def test_a_question_too_long_is_told_its_length_and_the_limit() -> None:
    assert check("a" * MAX_CHARS) == "a" * 1000
    with pytest.raises(QuestionError, match=r"1,001 characters, the limit is 1,000"):
        check("a" * 1001)
    with pytest.raises(QuestionError, match=r"11 characters, the limit is 10"):
        check("a" * 11, max_chars=10)


@pytest.mark.parametrize("typed", ["x" * 1_000_000, "a " * 500_000, "e" + "\u0301" * 100_000])
def test_a_huge_question_is_refused(typed: str) -> None:
    with pytest.raises(QuestionError):
        check(typed)


@given(st.text(st.characters(exclude_categories=[]), max_size=1200))
def test_any_text_is_checked_or_refused(typed: str) -> None:
    try:
        text = check(typed)
    except QuestionError:
        return
    assert text == check(text)
    text.encode("utf-8")
    assert text.isprintable() or "\u200c" in text or "\u200d" in text or not text.isascii()


@pytest.mark.parametrize(
    "typed", ["https://example.org/a?b=1", "HTTP://x.y", "www.example.org/a", "https://a.b/c https://d.e"]
)
def test_nothing_but_links_is_no_question(typed: str) -> None:
    with pytest.raises(QuestionError, match="--allow-links"):
        check_asks(check(typed))


@pytest.mark.parametrize("typed", ["what does https://example.org/a say?", "httpd", "www", "http://"])
def test_a_question_may_hold_a_link(typed: str) -> None:
    check_asks(check(typed))


@pytest.mark.parametrize("k", [0, -1, 101, 10**9])
def test_k_has_limits(k: int) -> None:
    assert check_k(1) == 1
    assert check_k(100) == 100
    with pytest.raises(QuestionError, match=rf"k is {k}: it must be from 1 to 100"):
        check_k(k)


def test_filters_left_empty_filter_nothing() -> None:
    assert check_filters(None) is None
    assert check_filters(Filters()) is None
    assert check_filters(Filters(source=" ", language="")) is None


def test_filters_are_trimmed_and_codes_lowered() -> None:
    given_ = Filters(source=" Herald ", language="AR", published_from="2024-01-01")
    expected = Filters(source="Herald", language="ar", published_from="2024-01-01")
    assert check_filters(given_) == expected
    time_too = Filters(published_to="2024-01-01T10:00:00+02:00")
    assert check_filters(time_too) == time_too


@pytest.mark.parametrize(
    ("first", "last"), [("published_from", "published_to"), ("from", "to"), ("date_from", "date_to")]
)
def test_filters_are_read_by_name_dates_by_earlier_names_too(first: str, last: str) -> None:
    given_ = {
        first: "2024-01-01",
        last: "2024-02-01",
        "source": None,
        "language": "",
        "k": 3,
        "colour": "red",
    }
    assert filters_of(given_) == Filters(published_from="2024-01-01", published_to="2024-02-01")
    with pytest.raises(QuestionError, match="published_to is 'soon'"):
        filters_of({last: "soon"})
    with pytest.raises(QuestionError, match="published_from must be text"):
        filters_of({first: 2024})


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (Filters(published_from="yesterday"), "published_from is 'yesterday'"),
        (Filters(published_to="2024-13-01"), "published_to is '2024-13-01'"),
        (Filters(published_to="2024"), "must be a date such as 2023-10-19"),
        (Filters(published_from="2024-05-01", published_to="2024-04-30"), "exchange them"),
        (Filters(language="Arabic please"), "must be a code"),
        (Filters(source="x" * 301), "301 characters, the limit is 300"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(filters: Filters, told: str) -> None:
    with pytest.raises(QuestionError, match=told):
        check_filters(filters)

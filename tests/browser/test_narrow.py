"""Asking some of the articles only: chosen in a dialog, shown as chips, kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selenium.webdriver.support.ui import Select

from assistant.core.phrases import phrases
from tests.assistant.serving import until
from tests.browser.conftest import EXAMPLES

if TYPE_CHECKING:
    from tests.browser.page import Page

ENGLISH, ARABIC = EXAMPLES


def choose(page: Page, **values: str) -> None:
    page.say("Narrow")
    until(lambda: page.all("#sanad-filters[open] option:nth-child(2)"))
    for name, value in values.items():
        field = page.all(f"#sanad-filters [name={name}]")[0]
        if field.tag_name == "select":
            Select(field).select_by_value(value)
        else:
            page.chrome.execute_script("arguments[0].value = arguments[1]", field, value)
    page.click("#sanad-filters [value=apply]")
    # the dialog is closed a moment before the page hears of it
    until(lambda: len(page.all("#sanad-chips li")) == len(values) and not page.all("#sanad-filters[open]"))


def test_only_the_chosen_articles_are_asked_until_the_chip_is_removed(page: Page) -> None:
    choose(page, source="وكالة الميناء", language="ar")
    chips = page.texts("#sanad-chips li")
    assert [chip.split(":")[0] for chip in chips] == ["Source", "Language"]
    assert "وكالة الميناء" in chips[0]
    assert "Arabic" in chips[1]
    for question in (ARABIC, ENGLISH):
        page.ask(question)
    assert set(page.attributes(".sanad-passage", "lang")) == {"ar"}
    assert all("وكالة الميناء" in note for note in page.texts(".sanad-note"))
    while page.all("#sanad-chips button"):
        page.click("#sanad-chips button")
    page.ask(ENGLISH)
    assert "en" in page.attributes(".sanad-passage", "lang")


def test_filters_are_kept_over_a_reload(page: Page) -> None:
    choose(page, language="ru")
    page.ask(ENGLISH)
    page.reload()
    until(lambda: page.texts(".sanad-question"))
    assert "Russian" in page.texts("#sanad-chips li")[0]
    page.ask("What did the city council approve?")
    assert set(page.attributes(".sanad-passage", "lang")) == {"ru"}


def test_dates_narrow_and_nothing_found_is_said(page: Page) -> None:
    choose(page, published_from="2030-01-01")
    page.ask(ENGLISH)
    assert not page.all(".sanad-card")
    assert page.texts(".sanad-missing .sanad-verdict") == [phrases("en").not_found, phrases("en").no_match]


def test_all_articles_again_with_one_button(page: Page) -> None:
    choose(page, language="ar")
    page.say("Narrow")
    until(lambda: page.all("#sanad-filters[open]"))
    page.click("#sanad-filters [value=reset]")
    until(lambda: not page.all("#sanad-chips li"))


def test_one_article_is_asked_from_the_reader(page: Page) -> None:
    page.ask(ENGLISH)
    page.click(".sanad-title")
    until(lambda: page.all("#sanad-reader .sanad-actions a"))
    page.say("Ask in this article")
    until(lambda: page.texts("#sanad-chips li"))
    page.ask("Which pillars had cracks?")
    assert page.texts(".sanad-note")[-1].startswith("Only: The harbour authority")

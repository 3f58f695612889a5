"""Translations in the page: beside the passage or under it, as text, by pointer and keys, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.assistant.serving import until
from tests.browser.page import Page
from tests.browser.test_everyone import arabic, violations
from tests.browser.test_gloss import FOREIGN, PASSAGE
from tests.conftest import TEXTS
from tests.llm.server import Server, begins, drips, refuses, says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from selenium.webdriver import Chrome

    from tests.llm.server import Wire

GREEK = "Πότε άνοιξε ξανά το μουσείο;"
MADE = ".sanad-translated"
NOTE = ".sanad-translation .sanad-written-note"
ENGLISH = "The ministry of health announced the opening of a new hospital with 200 beds.\n\nIt is open now."
ARABIC = "أغلقت هيئة الميناء الجسر القديم يوم الجمعة بعد أن عثر المهندسون على شقوق في اثنين من أعمدته."
ASKED = {
    "en": (FOREIGN, "The ministry of health announced the opening of a new hospital"),
    "ar": ("من أغلق الجسر القديم؟", "أغلقت هيئة الميناء الجسر القديم يوم الجمعة"),
}
"""A question whose passage is in another language, and what the model writes of it."""
HOSTILE = (
    "<img src=x onerror=alert(1)> **The ministry** announced [a hospital](javascript:alert(1)) <b>with two hundred"
    " beds</b>.\n# The minister said so &amp; https://example.org/ <script>alert(1)</script>"
)
BOXES = (
    "return ['.sanad-passage[lang=ar]', '.sanad-translation'].map((css) => document.querySelector(css))"
    ".map((e) => e.getBoundingClientRect()).map((r) => [r.left, r.right, r.top, r.bottom])"
)


def button(language: str) -> str:
    """Selects the button of the cards whose passages are in a language."""
    return f".sanad-card:has(.sanad-passage[lang={language}]) .sanad-translate"


BUTTON = button("ar")


def opened(chrome: Chrome, site: str, model: Server, width: int = 1280) -> Page:
    """The chat where nothing is written, so that the model is asked for translations only."""
    page = Page(chrome, site, width=width)
    until(lambda: page.texts("#sanad-writes") != [""])
    page.chrome.execute_script("sessionStorage.setItem('sanad-unwritten', 'yes')")  # as its switch does
    model.asked.clear()
    return page


@pytest.fixture
def page(chrome: Chrome, site: str, model: Server) -> Iterator[Page]:
    page = opened(chrome, site, model)
    yield page
    page.assert_quiet()


def test_a_passage_is_translated_beside_it(page: Page, model: Server) -> None:
    model.play = says(ENGLISH)
    page.ask(FOREIGN)
    until(lambda: page.texts(BUTTON) == ["Translate"])
    assert len(page.all(".sanad-translate")) == len(page.all(".sanad-passage:not([lang=en])"))
    assert page.attributes(BUTTON, "aria-label") == ["Translate: Passage 1"]
    assert model.asked == []  # before it is wanted
    page.click(BUTTON)
    until(lambda: page.texts(MADE) == [ENGLISH])
    assert page.texts(NOTE) == ["Machine translation by tiny; nothing checks it"]
    assert (page.attributes(MADE, "lang"), page.attributes(MADE, "dir")) == (["en"], ["ltr"])
    assert page.texts(PASSAGE) == [TEXTS["ar"]]
    passage, translation = page.chrome.execute_script(BOXES)
    assert passage[1] <= translation[0]  # it begins where the passage ends
    assert abs(passage[2] - translation[2]) < 10
    page.click(BUTTON)
    until(lambda: not page.all(MADE))
    assert page.texts(BUTTON) == ["Show translation"]
    page.click(BUTTON)
    until(lambda: page.texts(MADE) == [ENGLISH])
    page.reload()
    until(lambda: page.texts(BUTTON) == ["Translate"])
    page.click(BUTTON)
    until(lambda: page.texts(MADE) == [ENGLISH])
    assert len(model.asked) == 1  # the server kept it


@pytest.mark.parametrize("width", [390, 800])
def test_in_a_narrow_window_it_stands_under_the_passage(
    chrome: Chrome, site: str, model: Server, width: int
) -> None:
    page = opened(chrome, site, model, width)
    model.play = says(ENGLISH)
    page.ask(FOREIGN)
    until(lambda: page.all(BUTTON))
    page.click(BUTTON)
    until(lambda: page.texts(MADE) == [ENGLISH])
    passage, translation = page.chrome.execute_script(BOXES)
    beside = width >= 800
    assert (passage[3] <= translation[2]) != beside
    assert page.chrome.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    page.assert_quiet()


def test_by_keys_in_arabic(page: Page, model: Server) -> None:
    model.play = says(ARABIC)
    page.click("#sanad-language")
    page.ask("من أغلق الجسر القديم؟")
    english = button("en")
    until(lambda: "ترجم" in page.texts(english))
    assert not page.all(BUTTON)  # Arabic is read here
    page.chrome.execute_script("document.querySelector(arguments[0]).previousElementSibling.focus()", english)
    page.press("TAB")
    assert page.chrome.switch_to.active_element.get_attribute("class") == "sanad-quiet sanad-translate"
    page.press("ENTER")
    until(lambda: page.texts(MADE) == [ARABIC])
    assert (page.attributes(MADE, "lang"), page.attributes(MADE, "dir")) == (["ar"], ["rtl"])
    assert page.attributes(".sanad-translation", "role") == ["status"]
    assert page.texts(NOTE) == ["ترجمة آلية من tiny لم تُفحص"]
    assert page.chrome.switch_to.active_element.text == "أخفِ الترجمة"
    page.press("SPACE")
    until(lambda: not page.all(MADE))
    page.click("#sanad-language")  # who reads English needs none
    until(lambda: not page.all(english))


def test_markup_of_a_translation_is_text(page: Page, model: Server) -> None:
    model.play = says(HOSTILE)
    page.ask("Что утвердил городской совет?")
    until(lambda: page.all(button("ru")))
    page.click(button("ru"))
    until(lambda: page.texts(MADE) == [HOSTILE])
    assert not page.all(f"{MADE} *")
    assert page.all(".sanad-translation *") == page.all(f"{NOTE}, {MADE}")


@pytest.mark.parametrize(
    ("play", "line"),
    [
        (refuses(401), "The language model’s server does not accept the key."),
        (begins("The museum", lambda wire: wire.cut()), "The language model stopped halfway."),
        (says(TEXTS["zh"]), "The language model wrote something else than a translation into this language."),
    ],
    ids=["refused", "cut", "other"],
)
def test_without_a_translation_a_line_says_why_and_the_passage_stays(
    page: Page, model: Server, play: Callable[[Wire], None], line: str
) -> None:
    model.play = play
    page.ask(GREEK)
    until(lambda: page.all(button("el")))
    page.click(button("el"))
    until(lambda: page.texts(NOTE) == [line])
    assert not page.all(MADE)
    assert TEXTS["el"] in page.texts(".sanad-passage")
    assert page.texts(button("el")) == ["Translate"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("speaks", ["en", "ar"])
def test_axe_finds_nothing_serious(
    chrome: Chrome, site: str, model: Server, speaks: str, *, dark: bool
) -> None:
    page = Page(chrome, site, dark=dark)
    page.chrome.execute_script("sessionStorage.removeItem('sanad-unwritten')")
    if speaks == "ar":
        arabic(page)
    question, written = ASKED[speaks]
    model.play = says(f"{written} [1].")
    page.ask(question)
    until(lambda: page.all(".sanad-written p"))
    model.play = says(ARABIC if speaks == "ar" else ENGLISH)
    until(lambda: page.all(".sanad-translate"))
    page.all(".sanad-translate")[0].click()
    until(lambda: page.all(MADE))
    assert violations(page) == []


def test_it_is_stopped(page: Page, model: Server) -> None:
    model.left.clear()
    model.play = begins("The", drips(0.1))
    page.ask(GREEK)
    until(lambda: page.all(button("el")))
    page.click(button("el"))
    until(lambda: page.texts(button("el")) == ["Stop"])
    assert page.texts(NOTE) == ["The language model is translating…"]
    until(lambda: model.asked)
    page.click(button("el"))
    until(lambda: page.texts(NOTE) == ["Stopped."])
    assert model.left.wait(60)


def test_without_a_model_no_button_is_there(chrome: Chrome, address: str) -> None:
    page = Page(chrome, address)
    page.ask(FOREIGN)
    until(lambda: page.all(f"{PASSAGE}[tabindex='0']"))
    assert not page.all(".sanad-translate")
    page.assert_quiet()

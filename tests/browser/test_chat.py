"""What a person sees and does in the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.core.phrases import phrases
from tests.assistant.serving import until
from tests.browser.conftest import EXAMPLES
from tests.browser.page import Page
from tests.conftest import TEXTS

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

ENGLISH, ARABIC = EXAMPLES


def test_it_opens_ready_to_type(page: Page) -> None:
    focused = page.chrome.switch_to.active_element
    assert focused.get_attribute("placeholder") == "Ask in any language · اسأل بأي لغة"
    assert page.texts(".sanad-chip") == EXAMPLES
    assert not [e for e in page.all("footer") if e.is_displayed()]


def test_an_english_question_shows_its_passage_marked_and_cited(page: Page) -> None:
    answer = page.ask(ENGLISH)
    assert "sanad-found" in (answer.get_attribute("class") or "")
    assert page.texts(".sanad-question") == [ENGLISH]
    assert page.texts(".sanad-passage")[0].startswith("The harbour authority")
    assert page.styles(".sanad-answer, .sanad-passage", "direction")[:2] == ["ltr", "ltr"]
    facts = page.texts(".sanad-facts")[0]
    assert "Harbour News" in facts
    assert "2024-03-05" in facts
    (link, *_) = page.all(".sanad-facts a[target]")
    assert link.get_attribute("href") == "https://example.org/en"
    assert {"noopener", "noreferrer"} <= set((link.get_attribute("rel") or "").split())


def test_evidence_is_visible(page: Page) -> None:
    page.ask(ENGLISH)
    mark = page.all(".sanad-passage mark")[0]
    assert mark.is_displayed()
    assert mark.text == "The harbour authority closed the old bridge on Friday."
    background, around = (
        page.styles("mark", "backgroundColor")[0],
        page.styles(".sanad-card", "backgroundColor")[0],
    )
    assert background not in (around, "rgba(0, 0, 0, 0)")
    assert page.chrome.execute_script(
        "const r = arguments[0].getBoundingClientRect();"
        "return arguments[0].contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2))",
        mark,
    )


def test_an_arabic_question_is_answered_from_right_to_left(page: Page) -> None:
    page.ask(ARABIC)
    assert page.styles(".sanad-question", "direction") == ["rtl"]
    assert page.styles(".sanad-answer", "direction") == ["rtl"]
    assert page.texts(".sanad-verdict")[0].startswith(phrases("ar").found)
    first = page.all(".sanad-passage")[0]
    assert first.text == TEXTS["ar"]
    assert first.value_of_css_property("direction") == "rtl"
    assert first.value_of_css_property("text-align") == "start"
    # The first letter of a right-to-left passage stands at its right edge.
    gap = page.chrome.execute_script(
        "const range = document.createRange(); const walk = document.createTreeWalker(arguments[0], 4);"
        "range.setStart(walk.nextNode(), 0); range.setEnd(range.startContainer, 1);"
        "return arguments[0].getBoundingClientRect().right - range.getBoundingClientRect().right",
        first,
    )
    assert 0 <= gap < 30
    # An English passage in the same conversation runs its own way.
    page.ask(ENGLISH)
    languages = [e.get_attribute("lang") or "" for e in page.all(".sanad-passage")]
    expected = ["rtl" if language in ("ar", "he", "fa") else "ltr" for language in languages]
    assert page.styles(".sanad-passage", "direction") == expected
    assert len(set(expected)) == 2


def test_an_example_asks_when_clicked(page: Page) -> None:
    before = page.conversation()
    page.click(".sanad-chip", 1)
    page.answer_after(before)
    assert page.texts(".sanad-question") == [ARABIC]


def test_not_found_is_plain_and_the_nearest_are_no_answer(page: Page) -> None:
    answer = page.ask("How much did onions cost in Lima in 1931?")
    assert "sanad-missing" in (answer.get_attribute("class") or "")
    say = phrases("en")
    assert page.texts(".sanad-verdict") == [say.not_found, say.absent.format("Lima · 1931"), say.nearest]
    assert page.all(".sanad-missing .sanad-card")
    assert set(page.styles(".sanad-missing mark", "backgroundColor")) <= {"rgba(0, 0, 0, 0)"}


def test_a_question_that_cannot_be_asked_is_explained(page: Page) -> None:
    assert "the question is empty" in page.ask("?!").text
    assert page.ask(ENGLISH).is_displayed()


def test_a_conversation_grows_keeps_its_place_and_can_be_cleared(page: Page) -> None:
    page.ask(ENGLISH)
    page.ask(ARABIC)
    assert page.texts(".sanad-question") == [ENGLISH, ARABIC]
    until(
        lambda: page.chrome.execute_script(
            "const q = [...document.querySelectorAll('.sanad-question')].at(-1).getBoundingClientRect();"
            "const p = document.querySelector('#sanad-chat').getBoundingClientRect();"
            "return q.top >= p.top - 1 && q.bottom <= p.bottom"
        )
    )
    page.say("New conversation")
    until(lambda: not page.all(".sanad-question"))
    page.ask(ENGLISH)
    assert page.texts(".sanad-question") == [ENGLISH]


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (768, False), (1920, True)])
def test_it_fits_every_width_in_both_themes(chrome: Chrome, address: str, width: int, *, dark: bool) -> None:
    page = Page(chrome, address, width=width, dark=dark)
    page.ask(ARABIC)
    assert chrome.execute_script("return document.documentElement.scrollWidth") <= width
    red, green, blue = (int(part) for part in page.styles("body", "backgroundColor")[0][4:-1].split(",")[:3])
    assert (red + green + blue < 200) is dark
    for css in ("#sanad-box", ".sanad-card"):
        box = page.all(css)[0].rect
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    page.assert_quiet()

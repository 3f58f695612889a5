"""What the words of a passage in another language may mean: by pointer, finger and keyboard; the passage stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.action_chains import ActionChains

from tests.assistant.serving import until
from tests.browser.conftest import EXAMPLES
from tests.browser.page import Page
from tests.conftest import TEXTS

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

ENGLISH, ARABIC = EXAMPLES
FOREIGN = "Which hospital did the ministry of health open?"  # the passage that answers is Arabic
PASSAGE = ".sanad-passage[lang=ar]"
# The middle of a word of the first passage that a selector finds: its place in the window.
PLACE = (
    "const passage = document.querySelector(arguments[0]); passage.scrollIntoView({block: 'center'});"
    "const walk = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT);"
    "while (walk.nextNode()) { const at = walk.currentNode.data.indexOf(arguments[1]); if (at < 0) continue;"
    "const range = document.createRange(); range.setStart(walk.currentNode, at);"
    "range.setEnd(walk.currentNode, at + arguments[1].length); const box = range.getBoundingClientRect();"
    "return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]; }"
)
BOXES = (
    "return [...document.querySelectorAll('#sanad-chat :is(div, a)')].map(e => e.getBoundingClientRect())"
    ".map(r => [r.x, r.y, r.width, r.height].map(Math.round).join()).join()"
)
INSIDE = (
    "const r = document.querySelector('#sanad-bubble').getBoundingClientRect();"
    "return r.left >= 0 && r.right <= innerWidth && r.top >= 0 && r.bottom <= innerHeight"
)


def told(page: Page, about: str) -> str:
    """What the box says, if it says something about that."""
    return next((text for text in page.texts("#sanad-bubble") if about in text.casefold()), "")


def point(page: Page, word: str, about: str, passage: str = PASSAGE) -> str:
    """Move the pointer over a word of a passage until the box is about that; again where the page was built anew."""

    def pointed() -> str:
        x, y = page.chrome.execute_script(PLACE, passage, word) or (0, 0)
        for shift in (1, 0):
            actions = ActionChains(page.chrome)
            actions.w3c_actions.pointer_action.move_to_location(x + shift, y)
            actions.perform()
        return told(page, about)

    return str(until(pointed))


def glossed_requests(page: Page) -> list[str]:
    return [url for url in page.requests() if "/page/gloss/" in url]


def test_a_word_under_the_pointer_tells_what_it_may_mean(page: Page) -> None:
    page.ask(FOREIGN)
    assert glossed_requests(page) == []
    page.chrome.execute_script(PLACE, PASSAGE, "الوزير")  # in view, so that nothing scrolls later
    before, shown = page.chrome.execute_script(BOXES), page.texts(PASSAGE)
    assert point(page, "الوزير", "minister").startswith("ال: the")
    assert page.chrome.execute_script(BOXES) == before
    assert page.texts(PASSAGE) == shown == [TEXTS["ar"]]
    assert page.chrome.execute_script(INSIDE)
    point(page, "سرير", "bed")
    assert len(glossed_requests(page)) == 1
    page.hover(page.all("#sanad-box textarea")[0])
    until(lambda: page.texts("#sanad-bubble") == [""])


def test_what_is_copied_is_the_passage(page: Page) -> None:
    page.ask(FOREIGN)
    point(page, "الوزير", "minister")
    copied = "getSelection().selectAllChildren(document.querySelector(arguments[0])); return getSelection().toString()"
    assert page.chrome.execute_script(copied, PASSAGE) == TEXTS["ar"]


def test_the_short_answer_is_glossed_in_one_line(page: Page) -> None:
    answer = page.ask("What did the ministry of health open?")
    short = page.all(".sanad-short-text")[0]
    assert short.get_attribute("lang") == "ar", answer.text
    (line,) = page.texts(".sanad-line")
    assert line.startswith("word by word: ")
    assert "hospital" in line
    assert page.styles(".sanad-line bdi", "direction") == ["ltr"]


def test_passages_in_the_askers_language_get_nothing(page: Page) -> None:
    page.ask(ARABIC)
    assert TEXTS["ar"] in page.texts(".sanad-passage")
    assert not page.all(f"{PASSAGE}[class*=sanad-into-]")
    assert not page.all(".sanad-line")
    page.ask(ENGLISH)
    assert not page.all(".sanad-passage[lang=en][class*=sanad-into-en]")


def test_an_arabic_reader_gets_arabic_meanings(page: Page) -> None:
    page.click("#sanad-language")
    page.ask("من أغلق الجسر القديم؟")
    passage = ".sanad-passage[lang=en]"
    assert "sanad-into-ar" in page.attributes(passage, "class")[0]
    point(page, "harbour", "ميناء", passage)
    assert page.styles("#sanad-bubble div[lang]", "direction")[0] == "rtl"
    assert page.chrome.execute_script(INSIDE)


def focused(page: Page) -> WebElement:
    return page.chrome.switch_to.active_element


def test_the_arrow_keys_go_from_word_to_word_and_tell_it_aloud(page: Page) -> None:
    page.ask(FOREIGN)
    passage = until(lambda: page.all(f"{PASSAGE}[tabindex='0']"))[0]
    assert passage.get_attribute("role") == "group"
    assert "arrow keys" in (passage.get_attribute("aria-label") or "")
    page.chrome.execute_script("arguments[0].focus()", passage)
    page.press("ARROW_LEFT")  # onwards, as Arabic is read
    until(lambda: focused(page).text == "أعلنت")
    assert "announced" in until(
        lambda: page.chrome.execute_script("return document.querySelector('#sanad-aloud').innerText")
    )
    page.press("ARROW_LEFT")
    until(lambda: focused(page).text == "وزارة")
    until(lambda: told(page, "ministry"))
    page.press("ARROW_RIGHT", "END")
    until(lambda: focused(page).text == "سرير")
    page.press("ESCAPE")
    until(lambda: page.texts("#sanad-bubble") == [""])
    assert page.texts(".sanad-question") == [FOREIGN]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_tap_tells_it_on_a_phone(chrome: Chrome, address: str, *, dark: bool) -> None:
    page = Page(chrome, address, width=390, dark=dark)
    chrome.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        page.ask(FOREIGN)
        x, y = chrome.execute_script(PLACE, PASSAGE, "الوزير")
        for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
            chrome.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        until(lambda: told(page, "minister"))
        assert chrome.execute_script(INSIDE)
        assert chrome.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        page.assert_quiet()
    finally:
        chrome.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_the_marked_passage_of_an_article_is_glossed_too(page: Page) -> None:
    page.ask(FOREIGN)
    page.click(".sanad-title")
    until(lambda: page.all("#sanad-reader #passage"))
    point(page, "الوزير", "minister", "#sanad-reader #passage")
    page.chrome.get(f"{page.address}/article/ar?start=0&end={len(TEXTS['ar'])}&ui=en")
    until(lambda: page.all("#passage[tabindex='0']"))
    point(page, "الوزير", "minister", "#passage")
    page.chrome.get(f"{page.address}/article/ar?start=0&end={len(TEXTS['ar'])}&ui=ar")
    assert page.all("#passage")
    assert not page.all("#passage[tabindex]")

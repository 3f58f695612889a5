"""Both interface languages, both themes, a phone, the keyboard alone, a screen reader, paper."""

from __future__ import annotations

import base64
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from assistant.page.bundles import script
from tests.assistant.serving import until
from tests.browser.conftest import EXAMPLES
from tests.browser.page import Page

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

ENGLISH, ARABIC = EXAMPLES
AXE = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core calls serious or critical on what is shown now."""
    page.chrome.execute_script(AXE)
    script = "const done = arguments[0]; axe.run({resultTypes: ['violations']}).then(done)"
    found = page.chrome.execute_async_script(script)["violations"]
    return [
        f"{item['id']}: {node['html'][:200]}"
        for item in found
        if item["impact"] in ("serious", "critical")
        for node in item["nodes"]
    ]


def told_by_keys(page: Page) -> bool:
    """Whether the box tells of the last word of the Arabic passage soon after its key is pressed."""
    page.chrome.execute_script("document.querySelector('.sanad-passage[lang=ar]')?.focus()")
    page.press("END")
    with suppress(TimeoutError):
        until(lambda: any(page.texts("#sanad-bubble")), 3)
        return True
    return False


def arabic(page: Page) -> Page:
    page.click("#sanad-language")
    until(lambda: page.styles("html", "direction") == ["rtl"])
    return page


def test_the_interface_is_mirrored_in_arabic_and_stays_so(page: Page) -> None:
    page.ask(ENGLISH)
    left = page.all("#sanad-filter")[0].rect["x"]
    arabic(page)
    assert page.texts("#sanad-views a") == ["اسأل", "المكتبة"]
    assert page.all("#sanad-filter")[0].rect["x"] > left + 400
    assert page.styles("#sanad-box textarea", "direction") == ["rtl"]
    # What was said keeps its own direction.
    assert page.styles(".sanad-question, .sanad-passage[lang=en]", "direction")[:2] == ["ltr", "ltr"]
    page.reload()
    assert page.styles("html", "direction") == ["rtl"]
    until(lambda: page.texts(".sanad-question"))
    page.click(".sanad-title")
    until(lambda: page.all("#sanad-reader .sanad-text"))
    chat, reader = (page.all(css)[0].rect for css in ("#sanad-asking", "#sanad-reader"))
    assert reader["x"] + reader["width"] <= chat["x"] + 1
    assert "المقطع" in page.texts(".sanad-steps")[0]


def test_both_interface_languages_say_everything(page: Page) -> None:
    page.open_library()
    page.click("#sanad-add summary")
    told = (
        "const {WORDS} = $words; return [Object.keys(WORDS.en), Object.keys(WORDS.ar),"
        " [...document.querySelectorAll('[data-say], [data-label], [data-hint]')]"
        ".flatMap(e => [e.dataset.say, e.dataset.label, e.dataset.hint]).filter(Boolean)]"
    )
    modules = script("words").rpartition("export {")[0]  # a function cannot export
    english, arabic_, used = page.chrome.execute_script(modules + told)
    assert english == arabic_
    assert set(used) <= set(english)
    assert len(used) > 40


def test_it_follows_the_browser_at_first(chrome: Chrome, address: str) -> None:
    language = {"source": "Object.defineProperty(navigator, 'languages', {get: () => ['ar-SY', 'en']})"}
    added = chrome.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", language)
    page = Page(chrome, address)
    chrome.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
    assert page.texts("#sanad-views a") == ["اسأل", "المكتبة"]
    assert page.attributes("html", "lang") == ["ar"]


def test_the_theme_is_switched_and_kept(page: Page) -> None:
    light = page.styles("body", "backgroundColor")
    page.click("#sanad-theme")
    until(lambda: page.styles("body", "backgroundColor") != light)
    page.reload()
    assert page.styles("body", "backgroundColor") != light
    assert page.attributes("html", "data-theme") == ["dark"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("speaks", ["en", "ar"])
def test_axe_finds_nothing_serious(chrome: Chrome, address: str, speaks: str, *, dark: bool) -> None:
    page = Page(chrome, address, dark=dark)
    if speaks == "ar":
        arabic(page)
    assert violations(page) == []
    page.ask(ENGLISH)
    page.ask("How much did onions cost in Lima in 1931?")
    page.click(".sanad-title")
    until(lambda: page.all("#sanad-reader #passage"))
    assert violations(page) == []
    page.click("#sanad-filter")
    until(lambda: page.all("#sanad-filters[open]"))
    assert violations(page) == []
    page.press("ESCAPE")
    page.open_library()
    page.click("#sanad-add summary")
    assert violations(page) == []
    page.chrome.get(f"{page.address}/article/ar?start=0&end=20")
    assert violations(page) == []
    page.open()
    page.ask("Which hospital did the ministry of health open?")
    until(lambda: told_by_keys(page))
    assert violations(page) == []


def test_the_net_for_screen_readers_is_fine_enough(page: Page) -> None:
    page.chrome.execute_script("document.body.append(document.createElement('button'))")
    assert [line.split(":")[0] for line in violations(page)] == ["button-name"]


def test_no_message_is_named_by_its_markup(page: Page) -> None:
    page.ask(ENGLISH)
    until(lambda: not page.all("#sanad-chat [aria-label*='<']"))


def test_by_keyboard_alone_one_asks_reads_and_comes_back(page: Page) -> None:
    def focused(what: str) -> str:  # in one step: an element may go between finding it and asking it
        return str(page.chrome.execute_script(f"return document.activeElement.{what}"))

    until(lambda: focused("tagName") == "TEXTAREA")
    page.type(ENGLISH)
    page.press("ENTER")
    until(lambda: page.all(".sanad-answer"))
    for _ in range(20):
        page.chrome.switch_to.active_element.send_keys("\ue008\ue004")  # shift and tab: back from the box
        if focused("className") == "sanad-title":
            break
    page.press("ENTER")
    until(lambda: focused("id") == "sanad-reader")
    page.press("TAB", "TAB")
    assert page.chrome.execute_script("return document.activeElement.closest('#sanad-reader') !== null")
    page.press("ESCAPE")
    until(lambda: focused("className") == "sanad-title")


@pytest.mark.parametrize("view", ["ask", "reader", "library", "article"])
@pytest.mark.parametrize("speaks", ["en", "ar"])
def test_a_phone_shows_everything_without_scrolling_sideways(
    chrome: Chrome, address: str, view: str, speaks: str
) -> None:
    page = Page(chrome, address, width=360)
    if speaks == "ar":
        arabic(page)
    if view in ("ask", "reader"):
        page.ask("Who set up the long line of lanterns?")
    if view == "reader":
        page.click(".sanad-title")
        until(lambda: page.all("#sanad-reader #passage"))
        assert page.all("#sanad-reader")[0].rect["width"] == 360
    if view == "library":
        page.open_library()
        page.click("#sanad-add summary")
    if view == "article":
        chrome.get(f"{address}/article/walk?start=0&end=50")
    assert chrome.execute_script("return document.documentElement.scrollWidth") <= 360
    beyond = chrome.execute_script(
        "return [...document.querySelectorAll('body *')].filter(e => { const r = e.getBoundingClientRect();"
        " return e.checkVisibility() && r.width > 1 && (r.left < -1 || r.right > 361)"
        " && !e.closest('#sanad-examples') }).map(e => e.outerHTML.slice(0, 150))"
    )
    assert beyond == []


def test_paper_shows_the_answer_and_nothing_to_press(page: Page) -> None:
    page.ask(ENGLISH)
    page.chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        for css in ("#sanad-bar", "#sanad-box", "#sanad-views", "#sanad-examples"):
            assert not page.all(css)[0].is_displayed(), css
        assert page.all(".sanad-passage")[0].is_displayed()
        height = page.all(".sanad-card")[-1].rect
        assert height["y"] + height["height"] <= page.chrome.execute_script(
            "return document.documentElement.scrollHeight"
        )
        printed = page.chrome.execute_cdp_cmd("Page.printToPDF", {})["data"]
        assert len(base64.b64decode(printed)) > 5000
    finally:
        page.chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

"""An article read beside the chat, and on a page of its own that can be shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.assistant.serving import until
from tests.browser.conftest import EXAMPLES
from tests.conftest import TEXTS

if TYPE_CHECKING:
    from selenium.webdriver.remote.webelement import WebElement

    from tests.browser.page import Page

ENGLISH, ARABIC = EXAMPLES
IN_VIEW = (
    "const r = arguments[0].getClientRects()[0];"
    "const seen = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);"
    "return r.top >= 0 && r.top < innerHeight && arguments[0].contains(seen)"
)


def opened(page: Page) -> WebElement:
    """The marked passage of the reader, once it is in view."""
    until(lambda: page.all("#sanad-reader #passage"))
    mark = page.all("#passage")[0]
    until(lambda: page.chrome.execute_script(IN_VIEW, mark))
    return mark


def test_a_citation_opens_the_article_beside_the_chat_at_its_passage(page: Page) -> None:
    page.ask("Who set up the long line of lanterns?")
    page.click(".sanad-title")
    mark = opened(page)
    assert mark.text.startswith("On the forty first evening")
    assert page.texts("#passage mark") == ["The keeper of the inn set up a long line of lanterns for them."]
    passage, evidence = page.styles("#passage, #passage mark", "backgroundColor")
    assert evidence not in (passage, "rgba(0, 0, 0, 0)")
    chat, reader = (page.all(css)[0].rect for css in ("#sanad-asking", "#sanad-reader"))
    assert chat["x"] + chat["width"] <= reader["x"]
    assert page.texts("#sanad-reader h1") == ["The long walk"]


def test_the_passages_before_and_after_are_a_click_away(page: Page) -> None:
    page.ask("Who set up the long line of lanterns?")
    page.click(".sanad-read")
    first = opened(page).text
    page.say("Next passage")
    until(lambda: page.texts("#passage") not in ([first], []))
    second = opened(page).text
    page.say("Previous passage")
    until(lambda: page.texts("#passage") == [first])
    assert second != first
    page.chrome.back()
    until(lambda: page.texts("#passage") == [second])


def test_back_and_escape_close_it_and_the_conversation_stays(page: Page) -> None:
    page.ask(ENGLISH)
    page.click(".sanad-title")
    opened(page)
    page.chrome.back()
    until(lambda: not page.all("#sanad-reader")[0].is_displayed())
    page.chrome.forward()
    opened(page)
    page.press("ESCAPE")
    until(lambda: not page.all("#sanad-reader")[0].is_displayed())
    assert page.texts(".sanad-question") == [ENGLISH]
    assert page.chrome.switch_to.active_element.get_attribute("class") == "sanad-title"


def test_a_reload_keeps_the_conversation_and_the_open_article(page: Page) -> None:
    page.ask(ENGLISH)
    page.ask(ARABIC)
    page.click(".sanad-title", -1)
    marked = opened(page).text
    page.reload()
    until(lambda: page.texts(".sanad-question") == [ENGLISH, ARABIC])
    assert opened(page).text == marked
    assert len(page.all(".sanad-answer")) == 2


def test_a_citation_is_copied_with_its_source_and_offsets(page: Page) -> None:
    rights = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    page.chrome.execute_cdp_cmd("Browser.grantPermissions", {"permissions": rights})
    page.ask(ENGLISH)
    page.click(".sanad-title")
    opened(page)
    page.say("Copy citation")
    until(lambda: page.texts("[data-copy]")[0] == "Copied")
    read = "const done = arguments[0]; navigator.clipboard.readText().then(done)"
    text = page.chrome.execute_async_script(read)
    assert TEXTS["en"] in text
    assert "Harbour News, 2024-03-05, https://example.org/en" in text
    assert f"[en 0–{len(TEXTS['en'])}]" in text
    page.say("Copy as Markdown")
    until(lambda: page.chrome.execute_async_script(read).startswith("> The harbour"))
    assert f"/article/en?start=0&end={len(TEXTS['en'])}" in page.chrome.execute_async_script(read)


def test_a_shared_link_opens_marked_without_the_chat(page: Page) -> None:
    start = TEXTS["ar"].index("وقال")
    page.chrome.get(f"{page.address}/article/ar?start={start}&end={len(TEXTS['ar'])}")
    (mark,) = page.all("mark")
    assert mark.text == TEXTS["ar"][start:]
    assert page.chrome.execute_script(IN_VIEW, mark)
    assert page.styles(".sanad-text", "direction") == ["rtl"]
    assert not page.all("gradio-app")
    page.say("Ask in this article")
    page.ready()
    until(lambda: page.texts("#sanad-chips li"))
    assert page.texts("#sanad-chips li")[0].startswith("Article:")


def test_a_matched_word_names_the_word_it_answers_to(page: Page) -> None:
    page.ask("Which hospital did the ministry of health open?")
    word = page.all(".sanad-passage[lang=ar] .sanad-word")[0]
    page.hover(word)
    bubble = page.all("#sanad-bubble")[0]
    until(bubble.is_displayed)
    asked, shown = bubble.text.splitlines()[0].split(" = ")
    assert asked in "hospital ministry health"
    assert shown == word.text
    assert any(f"{asked} = " in line for line in page.texts(".sanad-words"))

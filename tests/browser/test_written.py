"""Written answers in the page: as text, sentence by sentence, stopped, kept over a reload, turned off."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.assistant.serving import until
from tests.browser.page import Page
from tests.browser.test_first import FAST, SLOW, ask_at_once
from tests.llm.server import Server, begins, says

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

QUESTION = "Who closed the old bridge on Friday?"
CLOSED = "The harbour authority closed the old bridge on Friday."
HOSTILE = "The harbour authority closed the <b>old bridge</b> on <a href=/>Friday</a>"


@pytest.fixture
def page(chrome: Chrome, site: str, model: Server) -> Iterator[Page]:
    page = Page(chrome, site)
    until(lambda: page.texts("#sanad-writes") != [""])
    model.asked.clear()
    yield page
    page.assert_quiet()


def written(page: Page) -> str:
    return " ".join(page.texts(".sanad-written p"))


def test_sentences_come_while_the_model_writes_and_stay(page: Page, model: Server) -> None:
    released = threading.Event()
    model.play = begins(
        f"{CLOSED[:-1]} [1]. It cost",
        lambda wire: (released.wait(30), wire.delta(" 900 dollars [1]."), wire.done()),
    )
    page.ask(QUESTION)
    until(lambda: CLOSED in written(page))  # the model has not ended yet
    assert page.texts(".sanad-written button") == ["Stop"]
    released.set()
    until(lambda: "One sentence without support was left out." in page.texts(".sanad-written-note"))
    assert "900" not in written(page)
    assert (
        page.attributes(".sanad-written a", "href") == page.attributes(".sanad-card .sanad-title", "href")[:1]
    )
    page.reload()
    until(lambda: CLOSED in written(page))
    assert len(model.asked) == 1


def test_what_was_written_goes_with_the_article_that_it_cites(page: Page, model: Server, site: str) -> None:
    articles = f"{site}/api/v1/articles"
    ferry = {
        "id": "ferry",
        "text": "The ferry to the northern island sank on Sunday. All passengers were rescued.",
    }
    added = httpx.post(articles, json=ferry, timeout=60)
    assert added.is_success, added.text
    model.play = says("The ferry sank on Sunday [1].")
    page.ask("When did the ferry sink?")
    until(lambda: "The ferry sank on Sunday" in written(page))
    page.reload()
    until(lambda: "The ferry sank on Sunday" in written(page))
    assert httpx.delete(f"{articles}/ferry", timeout=60).is_success
    page.reload()
    until(lambda: page.all(".sanad-answer"))
    until(lambda: not any("ferry" in text for text in page.texts(".sanad-passage")))
    assert "ferry" not in written(page)


def test_what_was_asked_before_gradio_was_there_gets_a_written_answer_too(page: Page, model: Server) -> None:
    model.play = says(f"{CLOSED[:-1]} [1].")
    page.chrome.execute_cdp_cmd("Network.enable", {})
    page.chrome.execute_cdp_cmd("Network.clearBrowserCache", {})
    page.chrome.execute_cdp_cmd("Network.emulateNetworkConditions", SLOW)
    try:
        ask_at_once(page, QUESTION)
        until(lambda: page.texts("#sanad-early .sanad-answer"), 60)
    finally:
        page.chrome.execute_cdp_cmd("Network.emulateNetworkConditions", FAST)
    until(lambda: page.texts("gradio-app .sanad-answer"), 60)
    until(lambda: CLOSED in written(page))
    assert len(model.asked) == 1


def test_markup_of_the_model_is_text(page: Page, model: Server) -> None:
    model.play = says(f"{HOSTILE} [1]. {CLOSED[:-1]} [1].")
    page.ask(QUESTION)
    until(lambda: CLOSED in written(page))
    until(lambda: not page.texts(".sanad-written button"))
    assert HOSTILE in written(page)
    inside = "return [...document.querySelectorAll('.sanad-written *')].map(e => e.tagName)"
    assert set(page.chrome.execute_script(inside)) <= {"DIV", "P", "SPAN", "A", "BUTTON"}
    links = page.attributes(".sanad-written a", "href")
    assert all(link.startswith("/article/") for link in links)


def test_writing_is_stopped(page: Page, model: Server) -> None:
    model.left.clear()

    def drip(wire: object) -> None:
        while True:
            wire.delta("and on ")  # type: ignore[attr-defined]

    model.play = begins(f"{CLOSED[:-1]} [1]. And", drip)
    page.ask(QUESTION)
    until(lambda: page.all(".sanad-written button"))
    until(lambda: CLOSED in written(page))
    page.all(".sanad-written button")[0].click()
    until(lambda: "Stopped." in page.texts(".sanad-written-note"))
    assert model.left.wait(10)
    assert CLOSED in written(page)


def test_it_can_be_turned_off_and_speaks_arabic(page: Page, model: Server) -> None:
    page.all("#sanad-writes input")[0].click()
    page.ask(QUESTION)
    until(lambda: page.all(".sanad-answer.sanad-found"))
    assert not page.all(".sanad-written")
    assert model.asked == []
    page.all("#sanad-writes input")[0].click()
    page.all("#sanad-language")[0].click()
    until(lambda: any("جواب مكتوب" in text for text in page.texts("#sanad-writes")))
    model.play = says(f"{CLOSED[:-1]} [1].")
    page.ask(QUESTION)
    until(lambda: any("كتبه" in text for text in page.texts(".sanad-written-name")))

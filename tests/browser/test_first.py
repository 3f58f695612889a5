"""The page as it opens: on a slow line, of an empty collection, with what was pasted into it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from assistant.page.app_shell import ASSETS, LIST
from tests.assistant.serving import served, until
from tests.browser.conftest import EXAMPLES
from tests.browser.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

ENGLISH, ARABIC = EXAMPLES
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
FAST = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


def is_script(url: str) -> bool:
    return ASSETS in url and url.endswith(".js")


@pytest.fixture
def slowly(chrome: Chrome, address: str) -> Iterator[Page]:
    """A tab that has nothing of the page yet, on a slow line."""
    page = Page(chrome, address)
    chrome.execute_cdp_cmd("Network.enable", {})
    chrome.execute_cdp_cmd("Network.clearBrowserCache", {})
    chrome.get("about:blank")
    chrome.get_log("performance")
    chrome.execute_cdp_cmd("Network.emulateNetworkConditions", SLOW)
    yield page
    chrome.execute_cdp_cmd("Network.emulateNetworkConditions", FAST)


def ask_at_once(page: Page, question: str) -> None:
    """Ask as soon as there is a box; Gradio is not there yet."""
    page.chrome.execute_cdp_cmd("Page.navigate", {"url": page.address})
    until(lambda: page.texts("#sanad-views a") == ["Ask", "Library"])
    page.click("#sanad-box textarea")
    page.type(question)
    page.press("ENTER")


@pytest.fixture
def without(chrome: Chrome, address: str) -> Iterator[Callable[[str], Page]]:
    """Open a fresh tab in which some addresses cannot be reached; call it again for others."""

    def opened(addresses: str) -> Page:
        page = Page(chrome, address)
        chrome.execute_cdp_cmd("Network.enable", {})
        chrome.execute_cdp_cmd("Network.setBlockedURLs", {"urls": [addresses]})
        return page

    yield opened
    chrome.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


def test_before_gradio_is_there_questions_are_answered(without: Callable[[str], Page]) -> None:
    page = without("*/assets/*.js*")
    ask_at_once(page, ENGLISH)
    until(lambda: page.texts("#sanad-early .sanad-answer"))
    assert page.texts(".sanad-question") == [ENGLISH]
    assert "harbour authority" in page.texts(".sanad-answer")[0]
    assert page.texts("#sanad-welcome") == [""]
    page.type("What did the engineers find?")
    page.press("ENTER")
    until(lambda: len(page.texts(".sanad-answer")) == 2)
    page.click(".sanad-answer .sanad-title")
    until(lambda: page.all("#sanad-reader mark"))
    page.chrome.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    page.reload()  # the chat shows the same
    until(lambda: len(page.texts("gradio-app .sanad-answer")) == 2)

    page = without("*/assets/*.js*")
    ask_at_once(page, ENGLISH)
    until(lambda: page.texts(".sanad-answer"))
    page.say("New conversation")
    until(lambda: page.texts(".sanad-answer") == [])
    assert page.texts("#sanad-welcome") != [""]
    page.chrome.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    page.reload()
    until(lambda: page.all("gradio-app #sanad-chat"))
    assert page.all(".sanad-question") == []


def test_what_is_no_question_goes_back_into_the_box_before_gradio_is_there_too(
    without: Callable[[str], Page],
) -> None:
    page = without("*/assets/*.js*")
    ask_at_once(page, "\u200b?")
    until(lambda: page.texts("#sanad-early .sanad-notice"))
    until(lambda: page.all("#sanad-box textarea")[0].get_property("value") == "\u200b?")
    assert page.all(".sanad-question") == []


def test_what_cannot_be_answered_before_gradio_is_there_is_asked_then(slowly: Page) -> None:
    slowly.chrome.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/page/answer"]})
    ask_at_once(slowly, ENGLISH)
    until(
        lambda: slowly.texts("#sanad-pending")[0].startswith(
            f"{ENGLISH} is asked as soon as the chat is there"
        )
    )
    until(lambda: slowly.texts("gradio-app .sanad-answer"), 60)
    assert slowly.texts(".sanad-question") == [ENGLISH]
    until(lambda: slowly.texts("#sanad-pending") == [""])
    slowly.chrome.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


def test_on_a_slow_line_the_chat_comes_at_once_and_takes_over_what_was_answered(slowly: Page) -> None:
    ask_at_once(slowly, ENGLISH)
    until(lambda: slowly.texts(".sanad-answer"), 60)
    assert slowly.texts(".sanad-question") == [ENGLISH]
    until(lambda: slowly.texts("gradio-app .sanad-answer"), 60)
    until(lambda: slowly.all("#sanad-early > *") == [])
    assert slowly.texts(".sanad-question") == [ENGLISH]
    assert slowly.texts("#sanad-pending") == [""]

    events = [json.loads(entry["message"])["message"] for entry in slowly.chrome.get_log("performance")]
    loaded = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    files = Counter(path for url in loaded if (path := urlsplit(url).path).startswith((ASSETS, "/ui/")))
    assert len(files) > 20
    assert files.most_common(1)[0][1] == 1  # nothing twice
    assert len(loaded) < 45
    # What Gradio would ask for by and by is all in the list of what is loaded before.
    scripts = {urlsplit(url).path for url in loaded if is_script(url)}
    assert scripts <= set(json.loads(LIST.read_text("utf-8")))

    slowly.chrome.get_log("performance")
    slowly.chrome.get("about:blank")
    slowly.chrome.execute_cdp_cmd("Page.navigate", {"url": slowly.address})
    until(lambda: slowly.texts(".sanad-answer"), 60)
    events = [json.loads(entry["message"])["message"] for entry in slowly.chrome.get_log("performance")]
    responses = [e["params"]["response"] for e in events if e["method"] == "Network.responseReceived"]
    again = [
        r["url"]
        for r in responses
        if not r["fromDiskCache"] and urlsplit(r["url"]).path.startswith((ASSETS, "/ui/"))
    ]
    assert again == []  # all of it was kept


@pytest.mark.parametrize(
    ("speaks", "told"),
    [
        ("en", ["The collection holds no article yet.", "Add articles"]),
        ("ar", ["لا توجد مقالات بعد.", "إضافة مقالات"]),
    ],
)
def test_an_empty_collection_says_so_and_leads_to_adding(
    chrome: Chrome, tmp_path: Path, speaks: str, told: list[str]
) -> None:
    with served(tmp_path / "home") as client:
        until(lambda: "gradio_config" in client.get("/").text)
        page = Page(chrome, str(client.base_url))
        if speaks == "ar":
            page.click("#sanad-language")
        until(lambda: page.texts("#sanad-nothing > *") == told)
        assert page.texts(".sanad-chip") == []
        page.ask("Who won?")
        page.click(".sanad-missing a")
        until(lambda: page.all("#sanad-add[open]"))
        page.click("#sanad-views a", 0)
        page.click("#sanad-new")
        until(lambda: page.texts("#sanad-nothing > *") == told)
        page.click("#sanad-add-first")
        until(lambda: chrome.switch_to.active_element.get_attribute("name") == "text")
        until(lambda: chrome.switch_to.active_element.get_attribute("name") == "text")
        page.add(text="Snow fell on the mountain pass at noon.", title="Snow on the pass")
        page.click("#sanad-views a", 0)
        until(lambda: len(page.texts(".sanad-chip")) == 1)
        assert "Snow on the pass" in page.texts(".sanad-chip")[0]
        assert page.texts("#sanad-nothing") == [""]
        before = page.conversation()
        page.click(".sanad-chip")
        page.answer_after(before)
        assert page.texts(".sanad-passage") == ["Snow fell on the mountain pass at noon."]
        page.assert_quiet()


def test_an_empty_collection_that_nobody_may_change_offers_nothing(chrome: Chrome, tmp_path: Path) -> None:
    with served(tmp_path / "home", read_only=True) as client:
        until(lambda: "gradio_config" in client.get("/").text)
        page = Page(chrome, str(client.base_url))
        until(lambda: page.texts("#sanad-nothing > *") == ["The collection holds no article yet.", ""])


def test_a_link_alone_is_no_question_and_it_is_said_what_to_do(page: Page) -> None:
    box = page.all("#sanad-box textarea")[0]
    box.send_keys("https://example.org/a")
    page.press("ENTER")
    told = until(lambda: page.texts(".sanad-toast span"))[0]
    assert "link, not a question" in told
    assert "--allow-links" in told
    assert box.get_property("value") == "https://example.org/a"
    assert not page.all(".sanad-question")
    page.click(".sanad-toast button", 0)
    until(lambda: page.all("#sanad-add[open]"))


def test_where_links_are_fetched_it_says_to_add_it(chrome: Chrome, library: Path) -> None:
    with served(library, allow_links=True) as client:
        until(lambda: "gradio_config" in client.get("/").text)
        page = Page(chrome, str(client.base_url))
        page.click("#sanad-language")
        page.all("#sanad-box textarea")[0].send_keys("www.example.org/a")
        page.press("ENTER")
        told = until(lambda: page.texts(".sanad-toast span"))[0]
        assert told == "هذا رابط وليس سؤالًا. أضف المقالة أولًا ثم اسأل عما تقوله."
        page.click(".sanad-toast button", 0)
        until(lambda: page.all("#sanad-add[open]"))
        until(lambda: page.all("#sanad-link input")[0].get_property("value") == "www.example.org/a")

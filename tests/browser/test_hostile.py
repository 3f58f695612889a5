"""Articles and questions that try to be more than text, in a browser without our second defence."""

from __future__ import annotations

import random
from itertools import product
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from assistant.core.conversation import Exchange, write_log
from index import Article
from tests.assistant.hostile import PAYLOADS, payloads
from tests.assistant.serving import served, until
from tests.browser.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

BATCH = 8

# Elements in the conversation that are neither Gradio's own frame nor ours; handlers; what moved.
FOREIGN = """
const found = [];
for (const message of document.querySelectorAll('.sanad-question, .sanad-answer')) {
  const outer = message.getBoundingClientRect();
  for (const e of message.querySelectorAll('*')) {
    if (!['DIV', 'SPAN', 'BDI', 'MARK', 'A'].includes(e.tagName)) found.push(e.tagName);
    for (const a of e.attributes)
      if (!['class', 'dir', 'lang', 'href', 'target', 'rel', 'title'].includes(a.name)
          && !(e.matches('.sanad-passage') && ['tabindex', 'role', 'aria-label'].includes(a.name))) found.push(a.name);
    if (!/^(sanad-|$)/.test(e.className)) found.push(e.className);
    const ours = e.closest('.sanad-facts') || e.getAttribute('href')?.startsWith('/article/');
    if (e.tagName === 'A' && !ours) found.push('link ' + e.href);
    const r = e.getBoundingClientRect();
    if (r.left < outer.left - 1 || r.right > outer.right + 1) found.push('outside ' + e.className);
  }
}
const box = document.querySelector('#sanad-box textarea').getBoundingClientRect();
const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
if (!top.closest('#sanad-box')) found.push('covered by ' + top.outerHTML.slice(0, 100));
return found;
"""


# The same for what our own scripts build: the reader, the table, the chips.
ALLOWED = {
    "#sanad-reader": "A ARTICLE BDI BUTTON DIV H1 HEADER MARK NAV P PRE SPAN",
    "#sanad-articles": "A BDI BUTTON TD TR",
    "#sanad-chips": "BDI BUTTON LI SPAN",
    "#sanad-charts": "BDI DIV H3 LI SPAN UL rect svg",
    "#sanad-toasts": "BUTTON DIV SPAN",
    "#sanad-bubble": "BDI DIV SPAN",
    "#sanad-filters select": "OPTION",
}
BUILT = """
const found = [];
for (const [place, tags] of Object.entries(arguments[0]))
  for (const root of document.querySelectorAll(place))
    for (const e of root.querySelectorAll('*')) {
      if (!tags.split(' ').includes(e.tagName)) found.push(place + ' ' + e.tagName);
      for (const a of e.attributes) if (/^(on|style|src)/.test(a.name)) found.push(place + ' ' + a.name);
      if (e.tagName === 'A' && !/^(https?:|\\/)/.test(e.getAttribute('href'))) found.push('link ' + e.href);
    }
if (document.documentElement.scrollWidth > innerWidth) found.push('wider than the window');
return found;
"""


def is_text(payload: str) -> bool:
    """Neither files nor JSON bring in anything else, and NUL is refused when it is added."""
    return "\ud800" not in payload and "\x00" not in payload


def words(n: int) -> str:
    """A sentence's worth of words that no other article has, so that it is found first."""
    made = random.Random(n)
    syllables = ["".join(pair) for pair in product("bdfgklmnprstvz", "aeiou")]
    return " ".join("".join(made.choices(syllables, k=3)) for _ in range(8)).capitalize()


@pytest.fixture
def hostile(chrome: Chrome, tmp_path: Path, canary: tuple[str, list[str]]) -> Iterator[Page]:
    """A page over articles that hold every payload in every field; CSP switched off."""
    home = tmp_path / "home"
    with Assistant(home) as assistant:
        report = assistant.add(
            Article(
                id=f"h{n}",
                text=f"{words(n)} said {payload} to them. That was all.",
                title=f"{payload} title",
                source=f"{payload} source",
                author=payload,
                url="https://example.org/?'onmouseover='alert(1)'x='",
                published="2024-03-05",
            )
            for n, payload in enumerate(payloads(canary[0]))
            if is_text(payload)
        )
    assert report.skipped == ()
    with served(home) as client:
        until(lambda: "gradio_config" in client.get("/").text)
        chrome.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
        try:
            yield Page(chrome, str(client.base_url))
        finally:
            chrome.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})


@pytest.mark.timeout(300)
def test_hostile_articles_and_questions_stay_text(hostile: Page, canary: tuple[str, list[str]]) -> None:
    page, (address, asked) = hostile, canary
    title = page.chrome.title
    found = 0
    for n, payload in enumerate(payloads(address)):
        if not is_text(payload):
            continue
        found += words(n) in page.ask(words(n)).text
        assert page.chrome.execute_script(FOREIGN) == [], payload
        page.ask(f"who? {payload}"[:900])
        assert page.chrome.execute_script(FOREIGN) == [], payload
        if n % BATCH == BATCH - 1:  # a page with everything in it at once, then a fresh one
            assert page.chrome.title == title
            page.open_fresh()
    assert found >= 60  # two are code, which is never a passage
    assert asked == []
    page.assert_quiet()


@pytest.mark.timeout(300)
def test_hostile_articles_and_questions_stay_text_before_gradio_is_there(
    hostile: Page, canary: tuple[str, list[str]]
) -> None:
    page, (address, asked) = hostile, canary
    title = page.chrome.title
    said = [(n, payload) for n, payload in enumerate(payloads(address)) if is_text(payload)]
    found = 0
    page.chrome.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/assets/*.js*"]})
    try:
        for some in (said[at : at + BATCH] for at in range(0, len(said), BATCH)):
            *before, last = [text for n, payload in some for text in (f"who? {payload}"[:900], words(n))]
            log = write_log([Exchange(text) for text in before])
            keep = "sessionStorage['sanad-log'] = arguments[0]; sessionStorage['sanad-asked'] = arguments[1]"
            page.chrome.execute_script(keep, log, last)
            page.reload()
            until(lambda: page.texts("#sanad-early .sanad-answer:last-child"))
            assert page.chrome.execute_script(FOREIGN) == [], some
            shown = "".join(page.texts("#sanad-early .sanad-answer"))
            found += sum(words(n) in shown for n, _ in some)
            assert page.chrome.title == title
            page.open_fresh()
    finally:
        page.chrome.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    assert found >= 50  # with what came before, some questions find other articles first
    assert asked == []


@pytest.mark.timeout(300)
def test_hostile_articles_stay_text_in_the_reader_and_the_library(
    hostile: Page, canary: tuple[str, list[str]]
) -> None:
    page, (address, asked) = hostile, canary
    title = page.chrome.title
    page.open_library()
    until(lambda: len(page.all("#sanad-charts .sanad-chart")) == 3)
    page.click("#sanad-more")
    until(lambda: len(page.all("#sanad-articles tr")) >= 60)
    assert page.chrome.execute_script(BUILT, ALLOWED) == []
    for n, payload in enumerate(payloads(address)):
        if not is_text(payload):
            continue
        page.chrome.execute_script(f"location.hash = '/article/h{n}?start=0&end=70'")
        until(lambda n=n: words(n) in "".join(page.texts("#sanad-reader .sanad-text")))
        page.chrome.execute_script("document.querySelector('#sanad-reader .sanad-actions a').click()")
        until(lambda: page.all("#sanad-chips li"))
        assert page.chrome.execute_script(BUILT, ALLOWED) == [], payload
    page.click("#sanad-filter")
    until(lambda: len(page.all("#sanad-filters option")) > 60)
    assert page.chrome.execute_script(BUILT, ALLOWED) == []
    assert page.chrome.title == title
    assert asked == []


def test_the_net_is_fine_enough(chrome: Chrome, address: str) -> None:
    """The check above sees an element that should not be there."""
    page = Page(chrome, address)
    page.ask("Who closed the old bridge on Friday?")
    page.chrome.execute_script(
        "document.querySelector('.sanad-passage').insertAdjacentHTML('beforeend', '<form style=x></form>')"
    )
    assert page.chrome.execute_script(FOREIGN) == ["FORM", "style"]
    page.chrome.execute_script("document.querySelector('#sanad-chips').innerHTML = '<img src=/favicon.ico>'")
    assert page.chrome.execute_script(BUILT, ALLOWED) == ["#sanad-chips IMG", "#sanad-chips src"]
    assert len(PAYLOADS) >= 60

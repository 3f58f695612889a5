"""The page as a person uses it: ask, read cards, read an article, keep the library."""

from __future__ import annotations

import json
import shutil
import tempfile
from typing import TYPE_CHECKING, Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.assistant.serving import until

if TYPE_CHECKING:
    from selenium.webdriver.remote.webelement import WebElement

_REPLIES = "#sanad-chat .sanad-answer, #sanad-chat .sanad-notice"
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def open_browser() -> webdriver.Chrome:
    """Chromium without a window and with an empty profile; logs its console and its requests."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*_FLAGS, f"--user-data-dir={tempfile.mkdtemp(prefix='chromium-')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


class Page:
    """The chat in a browser tab."""

    def __init__(
        self, chrome: webdriver.Chrome, address: str, *, width: int = 1280, dark: bool = False
    ) -> None:
        self.chrome = chrome
        self.address = address.rstrip("/")
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        theme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": theme})
        chrome.get("about:blank")
        for kind in ("browser", "performance"):
            chrome.get_log(kind)  # what came before is not ours
        self.open_fresh()

    def open_fresh(self) -> None:
        """Open the chat as in a browser that never was here."""
        self.chrome.get(self.address + "/robots.txt")
        self.chrome.execute_script("sessionStorage.clear(); localStorage.clear()")
        self.open()

    def open(self, path: str = "/") -> None:
        """Open an address of the page, as a person would by typing it."""
        self.chrome.get("about:blank")
        self.chrome.get(self.address + path)
        self.ready()

    def reload(self) -> None:
        """What the browser's button does."""
        self.chrome.refresh()
        self.ready()

    def ready(self) -> None:
        """Wait for the chat and for what stands around it."""
        until(lambda: self.all("#sanad-box textarea") and self.all("#sanad-top"))

    def all(self, css: str) -> list[WebElement]:
        """The elements a selector finds, now."""
        return self.chrome.find_elements(By.CSS_SELECTOR, css)

    def texts(self, css: str) -> list[str]:
        """The visible text of each; '' for what is not shown."""
        script = (
            "return [...document.querySelectorAll(arguments[0])]"
            ".map(e => e.checkVisibility() ? e.innerText.trim() : '')"
        )
        found: list[str] = self.chrome.execute_script(script, css)
        return found

    def styles(self, css: str, name: str) -> list[str]:
        """A computed style of each."""
        script = (
            "return [...document.querySelectorAll(arguments[0])].map(e => getComputedStyle(e)[arguments[1]])"
        )
        found: list[str] = self.chrome.execute_script(script, css, name)
        return found

    def attributes(self, css: str, name: str) -> list[str]:
        """An attribute of each, '' where it has none."""
        script = (
            "return [...document.querySelectorAll(arguments[0])].map(e => e.getAttribute(arguments[1]) || '')"
        )
        found: list[str] = self.chrome.execute_script(script, css, name)
        return found

    def hover(self, element: WebElement) -> None:
        """Move the pointer over an element."""
        ActionChains(self.chrome).move_to_element(element).perform()

    def type(self, text: str) -> None:
        """Type a text wherever the focus is."""
        ActionChains(self.chrome).send_keys(text).perform()

    def press(self, *keys: str) -> None:
        """Press keys by their names (TAB, ENTER, ESCAPE), wherever the focus is."""
        for key in keys:
            ActionChains(self.chrome).send_keys(getattr(Keys, key)).perform()

    def ask(self, question: str) -> WebElement:
        """Type a question, press Enter, wait; gives the newest answer or notice."""
        before = self.conversation()
        box = self.all("#sanad-box textarea")[0]
        until(box.is_displayed)
        # Keys cannot be typed for every character; the page is told as by typing.
        script = (
            "const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;"
            "set.call(arguments[0], arguments[1]);"
            "arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
        )
        self.chrome.execute_script(script, box, question)
        box.send_keys(Keys.ENTER)
        return self.answer_after(before)

    def answer_after(self, before: str) -> WebElement:
        """Wait until the conversation is another and ends with a reply; gives that reply."""
        until(lambda: self.conversation() not in (before, ""))
        return self.all(_REPLIES)[-1]

    def conversation(self) -> str:
        """The conversation's text; '' while an answer is on its way. Its HTML changes when Gradio takes it over."""
        script = (
            "const said = [...document.querySelectorAll(arguments[0] + ', .sanad-question')];"
            "const last = said.at(-1);"
            "return !last || last.matches('.sanad-question') || last.textContent.endsWith('…')"
            " || document.querySelector('.sanad-searching') ? ''"
            " : said.map(e => e.textContent).join()"
        )
        found: str = self.chrome.execute_script(script, _REPLIES)
        return found

    def click(self, css: str, place: int = 0) -> None:
        """Click one of what a selector finds; again where the page was just then built anew."""

        def clicked() -> bool:
            try:
                self.all(css)[place].click()
            except (StaleElementReferenceException, IndexError):
                return False
            return True

        until(clicked)

    def say(self, word: str) -> None:
        """Press the button that bears this word (or its beginning)."""
        script = (
            "return [...document.querySelectorAll('button, summary, a')].findIndex("
            "e => e.checkVisibility() && e.innerText.trim().startsWith(arguments[0]))"
        )
        self.click("button, summary, a", until(lambda: self.chrome.execute_script(script, word) + 1) - 1)

    def open_library(self) -> None:
        """Go to the library."""
        self.click("#sanad-views a", 1)
        until(lambda: self.all("#sanad-articles tr, #sanad-none:not([hidden])"))

    def rows(self) -> list[str]:
        """The titles in the library's table."""
        return self.texts("#sanad-articles .sanad-list-name")

    def add(self, token: str = "", **fields: str) -> str:
        """In the library: fill the form and send it; gives the report."""
        if not self.all("#sanad-add[open]"):
            self.click("#sanad-add summary")
        if token:
            self.all("#sanad-token input")[0].send_keys(token)
        for name, value in fields.items():
            self.all(f"#sanad-form [name={name}]")[0].send_keys(value)
        report = self.all("#sanad-report")[0]
        self.chrome.execute_script("arguments[0].textContent = ''", report)
        self.click("#sanad-form button")
        until(lambda: report.text)
        until(lambda: self.all("#sanad-form button:enabled"))
        return report.text

    def add_link(self, url: str) -> str:
        """In the library, where adding is open: give a link; gives the report."""
        report = self.all("#sanad-report")[0]
        self.chrome.execute_script("arguments[0].textContent = ''", report)
        field = self.all("#sanad-link input")[0]
        field.clear()
        field.send_keys(url)
        self.click("#sanad-link button")
        until(lambda: report.text)
        until(lambda: self.all("#sanad-link button:enabled"))
        return report.text

    def requests(self) -> list[str]:
        """The address of every request since the page was opened."""
        events = [json.loads(entry["message"])["message"] for entry in self.chrome.get_log("performance")]
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def assert_quiet(self, *statuses: int) -> None:
        """No request went elsewhere, and the console holds no error but answers with these statuses."""
        ours = (self.address + "/", "data:", "blob:")
        assert [url for url in self.requests() if not url.startswith(ours)] == []
        errors: list[Any] = [
            entry["message"]
            for entry in self.chrome.get_log("browser")
            if entry["level"] in ("SEVERE", "WARNING") and "favicon" not in entry["message"]
            if not any(f"status of {status}" in entry["message"] for status in statuses)
        ]
        assert errors == []

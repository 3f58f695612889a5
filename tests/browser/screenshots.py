"""Take the pictures of the documentation: `python -m tests.browser.screenshots [folder]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.assistant.serving import served, until
from tests.browser.page import Page, open_browser

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
ENGLISH = "who attacked Al-Tanf?"
ARABIC = "من تبنى الهجوم على قاعدة التنف؟"
UNANSWERED = "How much did onions cost in Lima in 1931?"


def ask(*questions: str) -> Callable[[Page], None]:
    """Ask one after the other."""

    def act(page: Page) -> None:
        for question in questions:
            page.ask(question)

    return act


def read(question: str) -> Callable[[Page], None]:
    """Ask, and open the first citation."""

    def act(page: Page) -> None:
        page.ask(question)
        page.click(".sanad-title")
        until(lambda: page.all("#sanad-reader #passage"))

    return act


class Picture(NamedTuple):
    """What is done before a picture is taken, and in which window."""

    name: str
    act: Callable[[Page], None]
    width: int = 1280
    speaks: str = "en"
    dark: bool = False


PICTURES = (
    Picture("chat-en", ask(ENGLISH)),
    Picture("chat-ar", read(ARABIC), speaks="ar"),
    Picture("chat-dark", read(ENGLISH), dark=True),
    Picture("chat-phone", ask(ARABIC), width=390, speaks="ar"),
    Picture("chat-followup", ask(ENGLISH, "and how many drones were used?")),
    Picture("chat-not-found", ask(UNANSWERED)),
    Picture("library", Page.open_library),
)


def take(folder: Path) -> None:
    """Serve the seeds, ask, and save what is seen."""
    folder.mkdir(parents=True, exist_ok=True)
    chrome = open_browser()
    given = {"watch": [ROOT / "seeds"]}
    with tempfile.TemporaryDirectory() as home, served(Path(home) / "home", **given) as client:
        until(lambda: "gradio_config" in client.get("/").text)
        for picture in PICTURES:
            page = Page(chrome, str(client.base_url), width=picture.width, dark=picture.dark)
            if picture.speaks == "ar":
                page.click("#sanad-language")
            picture.act(page)
            chrome.execute_script("document.activeElement.blur()")
            chrome.save_screenshot(str(folder / f"{picture.name}.png"))
    chrome.quit()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")

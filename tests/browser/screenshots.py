"""Take the pictures of the documentation: `python -m tests.browser.screenshots [folder]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.assistant.serving import served, until
from tests.browser.page import Page, open_browser

ROOT = Path(__file__).parents[2]
ENGLISH = "who attacked Al-Tanf?"
ARABIC = "من تبنى الهجوم على قاعدة التنف؟"
# name, question, width, dark
PICTURES = (
    ("chat-en", ENGLISH, 1280, False),
    ("chat-ar", ARABIC, 1280, False),
    ("chat-dark", ENGLISH, 1280, True),
    ("chat-phone", ARABIC, 390, False),
)


def take(folder: Path) -> None:
    """Serve the seeds, ask, and save what is seen."""
    folder.mkdir(parents=True, exist_ok=True)
    chrome = open_browser()
    given = {"watch": [ROOT / "seeds"], "examples": str(ROOT / "seeds" / ".examples.json")}
    with tempfile.TemporaryDirectory() as home, served(Path(home) / "home", **given) as client:
        until(lambda: "gradio_config" in client.get("/").text)
        for name, question, width, dark in PICTURES:
            page = Page(chrome, str(client.base_url), width=width, dark=dark)
            page.ask(question)
            chrome.execute_script("document.activeElement.blur()")
            chrome.save_screenshot(str(folder / f"{name}.png"))
    chrome.quit()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")

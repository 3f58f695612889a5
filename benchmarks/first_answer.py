"""How soon the first answer stands in the page: a server that starts, and a browser that is open already."""

from __future__ import annotations

import shutil
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

_PATIENCE_S = 60
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
)


def has_browser() -> bool:
    """Whether Chromium and its driver are installed."""
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


class Browser:
    """An open Chromium without a window, with an empty profile."""

    def __init__(self) -> None:
        self._profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for flag in (*_FLAGS, f"--user-data-dir={self._profile.name}"):
            options.add_argument(flag)
        self.chrome = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))

    def ask(self, address: str, question: str) -> None:
        """Open the page, type a question as soon as there is a box, and wait until its answer is shown."""
        self.chrome.delete_all_cookies()
        self.chrome.get(address)
        self._wait_for("#sanad-box textarea")
        box = self.chrome.find_element(By.CSS_SELECTOR, "#sanad-box textarea")
        box.send_keys(question, Keys.ENTER)
        self._wait_for("#sanad-chat .sanad-answer")

    def _wait_for(self, css: str) -> None:
        end = time.monotonic() + _PATIENCE_S
        while not self.chrome.find_elements(By.CSS_SELECTOR, css):
            if time.monotonic() > end:
                raise TimeoutError(f"no {css} in the page within {_PATIENCE_S} s")
            time.sleep(0.02)

    def close(self) -> None:
        """End it."""
        self.chrome.quit()
        self._profile.cleanup()

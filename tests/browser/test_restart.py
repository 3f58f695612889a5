"""The server goes and comes back under an open page: what was typed and asked meanwhile is not lost."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from assistant import Assistant
from index import Article
from tests.assistant.serving import until
from tests.browser.conftest import EXAMPLES
from tests.browser.page import Page
from tests.conftest import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

ROOT = Path(__file__).parents[2]
ENGLISH, ARABIC = EXAMPLES


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Assistant(tmp_path / "home") as assistant:
        assistant.add(Article(id=code, text=TEXTS[code], language=code) for code in ("en", "ar"))
    return tmp_path / "home"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


@contextmanager
def running(home: Path, port: int) -> Iterator[str]:
    """A server of its own process; at the end it is killed."""
    command = [sys.executable, "-m", "assistant", "serve", "--home", str(home), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=address, timeout=30) as client:
                until(lambda: is_there(client), 60)
            yield address
        finally:
            process.kill()


def is_there(client: httpx.Client) -> bool:
    try:
        return "gradio_config" in client.get("/").text
    except httpx.TransportError:
        return False


def ask(page: Page, question: str) -> None:
    page.click("#sanad-box textarea")
    page.type(question)
    page.press("ENTER")


@pytest.mark.parametrize("speaks", ["en", "ar"])
def test_a_question_asked_while_the_server_is_away_is_answered_when_it_is_back(
    chrome: Chrome, home: Path, port: int, speaks: str
) -> None:
    with running(home, port) as address:
        page = Page(chrome, address)
        if speaks == "ar":
            page.click("#sanad-language")
        page.ask(ENGLISH)
    ask(page, "Who found cracks in the pillars?")
    line = page.all("#sanad-pending")[0]
    until(lambda: ("server" if speaks == "en" else "الخادم") in line.text)
    assert line.text.startswith("Who found cracks in the pillars?")
    assert not [e for e in page.all(".toast-wrap *") if e.is_displayed()]
    page.type("typed, not asked")
    with running(home, port):
        until(lambda: page.texts(".sanad-question") == [ENGLISH, "Who found cracks in the pillars?"], 60)
        until(lambda: len(page.texts(".sanad-answer")) == 2)
        assert "cracks" in page.texts(".sanad-passage")[-1]
        until(lambda: page.texts("#sanad-pending") == [""])
        assert page.all("#sanad-box textarea")[0].get_property("value") == "typed, not asked"
        page.reload()
        until(lambda: len(page.texts(".sanad-answer")) == 2)  # it is not asked again


def test_an_idle_page_goes_on_with_a_server_that_was_started_anew(
    chrome: Chrome, home: Path, port: int
) -> None:
    with running(home, port) as address:
        page = Page(chrome, address)
        page.ask(ENGLISH)
    with running(home, port):
        ask(page, ARABIC)
        until(lambda: page.texts(".sanad-question") == [ENGLISH, ARABIC], 60)
        until(lambda: len(page.texts(".sanad-answer")) == 2)


def test_what_waits_can_be_taken_back(chrome: Chrome, home: Path, port: int) -> None:
    with running(home, port) as address:
        page = Page(chrome, address)
        page.ask(ENGLISH)
    ask(page, ARABIC)
    until(lambda: page.texts("#sanad-pending") != [""])
    page.click("#sanad-pending button")
    assert page.texts("#sanad-pending") == [""]
    assert page.all("#sanad-box textarea")[0].get_property("value") == ARABIC
    with running(home, port):
        page.open()
        until(lambda: page.texts(".sanad-question") == [ENGLISH])
        assert page.all("#sanad-box textarea")[0].get_property("value") == ARABIC

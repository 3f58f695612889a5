"""More ask than may wait: the page keeps the question and asks it again by itself."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpx

from assistant import Assistant
from index import Article
from tests.assistant.serving import served_site, until
from tests.browser.conftest import EXAMPLES
from tests.browser.page import Page
from tests.conftest import TEXTS

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome

    from assistant import Answer


class Held(Assistant):
    """An assistant whose `ask` waits until it is released; the chat's questions do not go through it."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.begun, self.released = threading.Event(), threading.Event()

    def ask(self, *args: Any, **kwargs: Any) -> Answer:
        self.begun.set()
        assert self.released.wait(60)
        return super().ask(*args, **kwargs)


def test_a_question_that_is_refused_waits_in_the_page_and_is_answered(chrome: Chrome, tmp_path: Path) -> None:
    assistant = Held(tmp_path / "home")
    assistant.add(Article(id="en", text=TEXTS["en"], language="en"))
    limits = {"max_concurrent": "1", "max_waiting": "0"}
    with served_site(tmp_path / "home", assistant, **limits) as (client, _):
        until(lambda: "gradio_config" in client.get("/").text, 90)
        page = Page(chrome, str(client.base_url))
        asked = {"question": EXAMPLES[0]}
        other = threading.Thread(
            target=lambda: httpx.post(f"{client.base_url}/api/v1/ask", json=asked, timeout=90)
        )
        other.start()
        assert assistant.begun.wait(30)
        page.click("#sanad-box textarea")
        page.type(EXAMPLES[0])
        page.press("ENTER")
        until(lambda: EXAMPLES[0] in "".join(page.texts("#sanad-pending")), 30)
        assert client.post("/api/v1/ask", json=asked).status_code == 429
        assert not page.all(".sanad-question")
        assistant.released.set()
        until(lambda: page.all("#sanad-chat .sanad-answer"), 60)
        assert page.texts(".sanad-question") == [EXAMPLES[0]]
        until(lambda: page.texts("#sanad-pending") == [""], 30)
        other.join()

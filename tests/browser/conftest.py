"""A real browser against a real server; skipped, with the reason, where there is no Chromium."""

from __future__ import annotations

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from index import Article
from tests.assistant.serving import served, until
from tests.browser.page import Page, open_browser
from tests.conftest import TEXTS
from tests.llm.server import KEY, Server, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

# Several passages, so that there is one before and one after, and something to scroll.
LONG = "\n\n".join(
    f"On the {n} evening the walkers reached another village in the hills and rested there. "
    + "They wrote down what they had seen, whom they had met, and what the weather had been like. " * 4
    + ("The keeper of the inn set up a long line of lanterns for them." if n == "forty first" else "")
    for n in ("first", "second", "third", "tenth", "twentieth", "forty first", "fiftieth", "last")
)
EXAMPLES = ["Who closed the old bridge on Friday?", "أين افتتح المستشفى الجديد؟"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    for item in items:
        if "tests/browser/" not in item.nodeid:
            continue
        item.add_marker(pytest.mark.browser)
        if missing:
            item.add_marker(pytest.mark.skip(reason=f"not installed: {', '.join(missing)}"))


@pytest.fixture(scope="session")
def chrome() -> Iterator[Chrome]:
    browser = open_browser()
    yield browser
    browser.quit()


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an article in each of eight scripts."""
    home = tmp_path_factory.mktemp("library") / "home"
    with Assistant(home) as assistant:
        assistant.add(
            Article(
                id=language,
                text=text,
                language=language,
                source="وكالة الميناء" if language == "ar" else "Harbour News",
                url=f"https://example.org/{language}",
                published="2024-03-05",
            )
            for language, text in TEXTS.items()
        )
        assistant.add(Article(id="walk", text=LONG, language="en", title="The long walk"))
    (home / "examples.json").write_text(json.dumps(EXAMPLES), "utf-8")
    return home


@pytest.fixture(scope="session")
def address(library: Path) -> Iterator[str]:
    with served(library, examples=str(library / "examples.json")) as client:
        until(lambda: "gradio_config" in client.get("/").text)
        yield str(client.base_url)


@pytest.fixture
def page(chrome: Chrome, address: str) -> Iterator[Page]:
    """The chat, freshly opened; afterwards nothing may have gone wrong in the browser."""
    page = Page(chrome, address)
    yield page
    page.assert_quiet()


@pytest.fixture(scope="module")
def model() -> Iterator[Server]:
    with speaking() as model:
        yield model


@pytest.fixture(scope="module")
def site(library: Path, model: Server) -> Iterator[str]:
    with served(library, llm_url=model.url, llm_model="tiny", llm_key=KEY) as client:
        until(lambda: "gradio_config" in client.get("/").text, 90)
        yield str(client.base_url)


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """An address that nothing may ask, and the list of those who did."""
    asked: list[str] = []

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hit", asked
    server.shutdown()
    server.server_close()

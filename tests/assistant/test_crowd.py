"""Many at once, and who takes without end: the others are answered all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from index import Article
from tests.assistant.test_server import running

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def large_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an article of nearly five million characters."""
    home: Path = tmp_path_factory.mktemp("large") / "home"
    paragraph = "The keeper of the inn (at the river's end) set up a long line of lanterns, and waited. " * 5
    text = "\n\n".join(f"Evening {number}. {paragraph}" for number in range(11_000))[:4_900_000]
    with Assistant(home) as assistant:
        assistant.add(Article(id="large", text=text, language="en", title="The long walk"))
    return home


def test_eight_readers_of_a_large_article_do_not_hold_up_the_rest(large_home: Path) -> None:
    with running(large_home) as (_, client), ThreadPoolExecutor(8) as threads:
        meanwhile = 0
        readers = [threads.submit(client.get, "/article/large?start=100&end=400") for _ in range(8)]
        while not all(reader.done() for reader in readers):
            assert client.get("/api/v1/health").status_code == 200
            meanwhile += 1
        pages = {reader.result().text for reader in readers}
    assert len(pages) == 1
    assert meanwhile > 60  # as many as 176, and 20 where each page was made at once, in a thread of its own

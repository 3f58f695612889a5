"""A language model's server for a test, and an assistant that writes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant import Assistant, LanguageModel
from index import Article
from tests.llm.server import KEY, Server, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUESTION = "Who led the work on the bridge over the Orontes?"
BRIDGE = Article(
    id="bridge",
    text="The mayor opened the new bridge over the Orontes on Monday.\n\n"
    "Engineer Salma Haddad had led the work for three years. It cost 240 million pounds, and was not finished in 2021.",
    title="A bridge over the Orontes",
    source="Valley Herald",
    published="2024-03-05",
    language="en",
)
JISR = Article(
    id="jisr",
    text="افتتح رئيس البلدية الجسر الجديد فوق نهر العاصي يوم الاثنين.\n\n"
    "وقادت المهندسة سلمى حداد العمل في الجسر ثلاث سنوات. وبلغت كلفته ٢٤٠ مليون ليرة.",
    title="جسر فوق العاصي",
    published="2024-03-06",
    language="ar",
)


@pytest.fixture
def server() -> Iterator[Server]:
    with speaking() as server:
        yield server


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two articles."""
    home = tmp_path_factory.mktemp("llm") / "home"
    with Assistant(home) as assistant:
        assistant.add([BRIDGE, JISR])
        assistant.settle(20)
    return home


@pytest.fixture
def writing(server: Server, kept: Path) -> Iterator[Assistant]:
    """An assistant over them that writes with the server."""
    with Assistant(kept, llm=LanguageModel(server.url, "tiny", KEY), embeds=False) as assistant:
        yield assistant

"""Servers shared by the tests of the surfaces; each test brings articles of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index import Article
from tests.assistant.serving import TOKEN, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server as `sanad serve` starts it, open for changes from this machine."""
    with served(tmp_path_factory.mktemp("open") / "home") as client:
        yield client


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server with a write token."""
    with served(tmp_path_factory.mktemp("guarded") / "home", token=TOKEN) as client:
        yield client


@pytest.fixture(scope="session")
def read_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that takes no changes."""
    with served(tmp_path_factory.mktemp("closed") / "home", read_only=True) as client:
        yield client


@pytest.fixture
def bridge() -> Article:
    """An article with everything that can be known of one."""
    return Article(
        id="bridge",
        text="The mayor opened the new bridge over the Orontes on Monday.\n\n"
        "Engineer Salma Haddad had led the work for three years. It cost two million.",
        title="A bridge over the Orontes",
        source="Valley Herald",
        url="https://example.org/bridge?a=1&b=2",
        author="R. Khoury",
        published="2024-03-05",
        language="en",
    )

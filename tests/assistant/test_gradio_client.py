"""Gradio's own client, as programs use it: what it can call, and that it needs the token like everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.assistant.serving import TOKEN, served, until
from tests.assistant.test_api import HIT, body

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from index import Article

QUESTION = "Who opened the new bridge over the Orontes?"


def connected(client: httpx.Client, **given: Any) -> Client:
    until(lambda: client.get("/config", headers=given.get("headers")).status_code in (200, 401))
    return Client(str(client.base_url), verbose=False, analytics_enabled=False, download_files=False, **given)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that even reading needs a token for."""
    home: Path = tmp_path_factory.mktemp("closed") / "home"
    with served(home, token=TOKEN, read_token=TOKEN[::-1]) as client:
        yield client


def test_a_program_asks_and_searches(client: httpx.Client, bridge: Article) -> None:
    client.post("/api/articles", json=body(bridge))
    until(lambda: client.get("/api/health").json()["embedding"]["waiting"] == 0)  # scores change until then
    program = connected(client)
    told = program.view_api(return_format="dict", print_info=False)
    assert set(told["named_endpoints"]) == {"/ask", "/search"}
    assert told["unnamed_endpoints"] == {}
    answer = program.predict(QUESTION, api_name="/ask")
    expected = client.post("/api/ask", json={"question": QUESTION}).json()
    assert {**answer, "took_ms": 0} == {**expected, "took_ms": 0}
    found = program.predict(QUESTION, k=1, source="Valley Herald", api_name="/search")
    assert [set(hit) for hit in found["hits"]] == [HIT]
    assert program.predict(QUESTION, source="Other", api_name="/search")["hits"] == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"question": "؟!"}, "the question is empty"),
        ({"question": 5}, "the question must be text"),
        ({"question": "a", "k": 1000}, "from 1 to 100"),
        ({"question": "a", "k": "3"}, "k must be a whole number"),
        ({"question": "a", "k": True}, "k must be a whole number"),
        ({"question": "a", "source": 5}, "must be text"),
    ],
)
def test_it_is_told_what_is_wrong(client: httpx.Client, given: dict[str, Any], told: str) -> None:
    with pytest.raises(AppError, match=told):
        connected(client).predict(**given, api_name="/ask")


def test_it_needs_the_token(closed: httpx.Client) -> None:
    with pytest.raises(Exception, match="credentials were not provided"):
        connected(closed)
    program = connected(closed, headers={"Authorization": f"Bearer {TOKEN[::-1]}"})
    assert program.predict("Anything at all?", api_name="/ask")["answered"] is False

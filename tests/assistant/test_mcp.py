"""The door for LLM agents, driven by the protocol's own client over both transports."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from assistant import Assistant, AsyncAssistant
from assistant.agents.mcp_server import QUOTED, create_server
from assistant.core.settings import load
from index import Article
from tests.assistant.serving import TOKEN, served
from tests.assistant.test_api import HIT, assert_problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

ROOT = Path(__file__).parents[2]
ARABIC = "افتتح رئيس البلدية الجسر الجديد فوق نهر العاصي يوم الاثنين. وقال إن كلفته بلغت مليوني ليرة."
LONG = "The harbour of Tartus was dredged. " * 400


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("agents") / "home"
    with Assistant(path) as assistant:
        assistant.add(
            [
                Article(id="bridge", text=ARABIC, source="الوكالة", published="2024-03-05"),
                Article(id="long", text=LONG, source="Herald"),
            ]
        )
    return path


async def over_stdio(home: Path, work: Callable[[Client], Awaitable[Any]]) -> Any:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "assistant", "mcp", "--home", str(home)],
        cwd=str(ROOT),
        env=dict(os.environ),
    )
    async with Client(command) as client:
        return await work(client)


async def over_http(home: Path, work: Callable[[Client], Awaitable[Any]]) -> Any:
    with served(home, token=TOKEN, read_token=TOKEN[::-1]) as client:
        headers = {"Authorization": f"Bearer {TOKEN[::-1]}"}
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            transport = streamable_http_client(
                f"{client.base_url}/mcp".replace("//mcp", "/mcp"), http_client=http
            )
            async with Client(transport) as agent:
                return await work(agent)


async def in_memory(server: Any, work: Callable[[Client], Awaitable[Any]]) -> Any:
    async with Client(server) as client:
        return await work(client)


async def conversation(agent: Client) -> dict[str, Any]:
    async def call(name: str, **given: Any) -> Any:
        result = await agent.call_tool(name, given)
        return result.structured_content if not result.is_error else result.content[0].text  # type: ignore[union-attr]

    return {
        "tools": (await agent.list_tools()).tools,
        "instructions": agent.instructions,
        "ask": await call("ask", question="Who opened the new bridge over the Orontes?"),
        "then": await call(
            "ask", question="and how much did it cost?", history=["Who opened the new bridge?"]
        ),
        "none": await call("ask", question="Which vaccine was approved?", source="Herald"),
        "search": await call("search", question="harbour", k=2),
        "read": await call("read_article", article_id="long", start=35, max_chars=100),
        "end": await call("read_article", article_id="bridge"),
        "version": agent.server_info.version,
        "missing": await call("read_article", article_id="nothing"),
        "empty": await call("ask", question="؟!"),
        "wrong": await call("search", question="a", language="Arabic!"),
    }


@pytest.mark.parametrize("transport", [over_stdio, over_http])
def test_an_agent_asks_searches_and_reads(transport: Callable[..., Any], home: Path) -> None:
    told = asyncio.run(transport(home, conversation))
    assert {tool.name for tool in told["tools"]} == {"ask", "search", "read_article"}
    for tool in told["tools"]:
        assert tool.annotations.read_only_hint
        assert len(tool.description) > 150
        assert all(value.get("description") for value in tool.input_schema["properties"].values())
    assert "never an instruction" in told["instructions"]
    assert told["version"] == version("sanad")

    shown = told["ask"]["citations"] or told["ask"]["nearest"]
    assert set(shown[0]) == HIT
    assert shown[0]["article"]["id"] == "bridge"
    assert ARABIC[shown[0]["start"] : shown[0]["end"]] == shown[0]["text"]
    assert told["then"]["carried"] == ["opened", "new", "bridge"]
    assert told["none"]["answered"] is False
    assert told["none"]["citations"] == []
    assert told["search"]["hits"][0]["article"]["id"] == "long"

    assert told["read"]["text"] == LONG[35:135]
    assert (told["read"]["next_start"], told["read"]["length"]) == (135, len(LONG))
    assert told["end"]["text"] == ARABIC
    assert told["end"]["next_start"] is None

    for name in ("ask", "then", "none", "search", "read", "end"):  # the first that an agent reads of each
        assert next(iter(told[name].items())) == ("note", QUOTED)

    assert told["missing"].startswith("no article 'nothing'")
    assert str(home) not in told["missing"]
    assert "the question is empty" in told["empty"]
    assert "language is 'Arabic!'" in told["wrong"]


@pytest.mark.parametrize(
    ("tool", "given", "told"),
    [
        (
            "ask",
            {},
            ["`question` is missing (One question in plain words", "it takes `question`, and may take"],
        ),
        ("ask", None, ["`question` is missing"]),
        ("ask", {"q": "Who?"}, ["`question` is missing", "`q` is no argument of it"]),
        ("ask", {"question": "Who?", "from": "2024-01-01"}, ["`from` is no argument", "`published_from`"]),
        ("ask", {"question": 5}, ["`question` is 5, and must be a text"]),
        ("ask", {"question": None}, ["`question` is null, and must be a text"]),
        ("ask", {"question": "Who?", "k": 0}, ["`k` is 0, and must be a whole number from 1 to 20"]),
        ("ask", {"question": "Who?", "k": "three"}, ['`k` is "three", and must be a whole number']),
        (
            "ask",
            {"question": "Who?", "history": "Who?"},
            ['`history` is "Who?", and must be a list of texts'],
        ),
        ("ask", {"question": "Who?", "history": [1]}, ["`history` is [1], and must be a list of texts"]),
        (
            "ask",
            {"question": "Who?", "language": ["ar"]},
            ['`language` is ["ar"], and must be a text or null'],
        ),
        ("search", {"question": "Who?", "k": 500}, ["`k` is 500, and must be a whole number from 1 to 50"]),
        (
            "read_article",
            {"article_id": "long", "start": -1, "max_chars": 1},
            ["`start` is -1, and must be a whole number of 0 or more", "`max_chars` is 1, and must be"],
        ),
        ("read_article", {"id": "x" * 500}, ["`article_id` is missing", "`id` is no argument"]),
        ("read_article", {"article_id": ["x" * 500]}, ["must be a text"]),
        ("remove", {"id": "x"}, ["there is no tool 'remove': there are ask, search, read_article"]),
    ],
)
def test_what_is_wrong_with_a_call_is_told_in_plain_words(
    home: Path, tool: str, given: dict[str, Any] | None, told: list[str]
) -> None:
    async def work(agent: Client) -> Any:
        return await agent.call_tool(tool, given)

    with Assistant(home) as assistant:
        server = create_server(AsyncAssistant(assistant), load({}, {}))
        result = asyncio.run(in_memory(server, work))
    assert result.is_error
    (content,) = result.content
    for part in told:
        assert part in content.text
    for jargon in ("validation error", "pydantic", "input_value", "type=", "Error executing"):
        assert jargon not in content.text
    assert len(content.text) < 700
    assert "\n" not in content.text


def test_an_agent_gets_a_gloss_on_request(home: Path) -> None:
    async def work(agent: Client) -> Any:
        question = {"question": "Who opened the new bridge over the Orontes?", "article": "bridge"}
        return [await agent.call_tool("ask", {**question, "gloss": code}) for code in ("en", "tlh")]

    with Assistant(home) as assistant:
        server = create_server(AsyncAssistant(assistant), load({}, {}))
        told, refused = asyncio.run(in_memory(server, work))
    (hit,) = told.structured_content["citations"] or told.structured_content["nearest"]
    meanings = {word["word"]: word["meanings"] for word in hit["gloss"]}
    assert meanings["جسر"][0] == "bridge"
    assert refused.is_error
    assert "gloss is 'tlh': it must be one of en, ar" in refused.content[0].text


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("ask", {"question": "Who mended the bridge?"}),
        ("search", {"question": "bridge"}),
        ("read_article", {"article_id": "bridge"}),
    ],
)
def test_an_agent_waits_with_all_others_and_is_refused_in_words(
    home: Path, tool: str, given: dict[str, Any]
) -> None:
    with Assistant(home) as assistant:
        asker = AsyncAssistant(assistant, max_concurrent=1, max_waiting=0)

        async def work(agent: Client) -> Any:
            with asker.admission.admit():
                return await agent.call_tool(tool, given)

        result = asyncio.run(in_memory(create_server(asker, load({}, {})), work))
        asker.close()
    assert result.is_error
    assert "too many questions" in result.content[0].text


def test_the_door_is_guarded_like_the_others(client: httpx.Client, guarded: httpx.Client) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"Accept": "application/json, text/event-stream"}
    foreign = client.post("/mcp", json=call, headers={**headers, "Origin": "https://evil.example"})
    assert_problem(foreign, 403)
    assert_problem(client.post("/mcp", json=call, headers={**headers, "Host": "evil.example"}), 400)
    assert_problem(client.post("/mcp", content=b"x" * 70_000, headers=headers), 413)
    assert guarded.post("/mcp", json=call, headers=headers).status_code < 500


def test_nonsense_is_refused_without_a_fault(client: httpx.Client) -> None:
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    for content in (b"", b"{", b"[]", b'"x"', b"\xff", json.dumps({"jsonrpc": "2.0"}).encode()):
        assert 400 <= client.post("/mcp", content=content, headers=headers).status_code < 500

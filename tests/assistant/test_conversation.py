"""What the browser keeps of a conversation, and what is read of what it sends."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette

from assistant import Assistant, AsyncAssistant
from assistant.core.conversation import (
    MAX_EXCHANGES,
    MAX_LOG_CHARS,
    Exchange,
    filters_dict,
    read_filters,
    read_log,
    write_log,
)
from assistant.core.settings import load
from assistant.page.routes import page_routes
from index import Filters, QuestionError
from tests.assistant.hostile import payloads
from tests.assistant.test_api import assert_problem

if TYPE_CHECKING:
    from pathlib import Path

FILTERS = Filters(source="وكالة الميناء", language="ar", published_from="2024-01-01", article="a")


def test_a_log_is_read_as_it_was_written() -> None:
    said = [Exchange("من هاجم القاعدة؟"), Exchange("and when?", FILTERS), Exchange("Ister", None, "ar")]
    assert read_log(write_log(said)) == said
    assert filters_dict(FILTERS) == {
        "source": "وكالة الميناء",
        "language": "ar",
        "published_from": "2024-01-01",
        "article": "a",
    }


def test_the_newest_are_kept() -> None:
    said = [Exchange(f"question {n}") for n in range(100)]
    assert read_log(write_log(said)) == said[-MAX_EXCHANGES:]
    long = [Exchange(f"{n} " + "س" * 990) for n in range(MAX_EXCHANGES)]
    kept = write_log(long)
    assert len(kept) <= MAX_LOG_CHARS
    assert read_log(kept) == long[-len(read_log(kept)) :]


@pytest.mark.parametrize(
    "log",
    [
        "", "null", "{}", "[", "[" * 100_000, '[1, null, "x", {}, {"question": 1}, {"question": ""}]',
        '[{"question": "' + "x" * 1001 + '"}]', '[{"question": "q", "filters": {"language": "not a code"}}]',
    ],
)  # fmt: skip
def test_what_is_not_understood_is_left_out(log: str) -> None:
    assert read_log(log) == []


@pytest.mark.parametrize("payload", payloads())
def test_any_text_makes_a_log_that_can_be_read(payload: str) -> None:
    assert (
        len(read_log(json.dumps([{"question": f"who {payload}"[:900], "filters": {"source": payload}}]))) <= 1
    )
    assert read_log(payload) == []


def test_filters_that_cannot_be_used_are_refused_by_name() -> None:
    assert read_filters("") is None
    assert read_filters('{"unknown": "x"}') is None
    assert read_filters('{"language": "ar"}') == Filters(language="ar")
    assert read_filters('{"to": "2024-01-01"}') == Filters(
        published_to="2024-01-01"
    )  # as older pages kept it
    with pytest.raises(QuestionError, match="published_from"):
        read_filters('{"published_from": "yesterday"}')


@pytest.mark.parametrize("log", ["", "[]", "[[", "null", "[" * 5_000 + "]" * 5_000, '[{"question": "؟"}]'])
def test_an_export_of_nothing_is_empty(client: httpx.Client, log: str) -> None:
    answer = client.post("/page/export", json={"log": log, "format": "markdown"})
    assert answer.status_code == 200
    assert answer.text.strip() == ""
    assert client.post("/page/export", json={"log": log, "format": "json"}).json() == {"conversation": []}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"log": 5, "format": "json"}',
        '{"log": "[]"}',
        '{"log": "[]", "format": ["json"]}',
        '{"log": "[]", "format": {}}',
        "\x00",
        "[" * 2_000 + "]" * 2_000,
        '{"log": ' + '{"a": ' * 2_000 + "1" + "}" * 2_000 + "}",
    ],
)
def test_what_is_no_export_is_refused(client: httpx.Client, body: str) -> None:
    assert_problem(client.post("/page/export", content=body), 422)


def test_an_export_waits_with_all_questions_and_is_refused_with_them(home: Path) -> None:
    async def export(asker: AsyncAssistant) -> list[httpx.Response]:
        site = Starlette(routes=page_routes(asker, load({}, {}), []))
        log = write_log([Exchange("Who mended the bridge?")])
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=site), base_url="http://sanad"
        ) as client:
            asking = {"log": log, "format": "json"}
            with asker.admission.admit():
                refused = await client.post("/page/export", json=asking)
            return [refused, await client.post("/page/export", json=asking)]

    with Assistant(home) as assistant:
        asker = AsyncAssistant(assistant, max_concurrent=1, max_waiting=0)
        refused, exported = asyncio.run(export(asker))
        asker.close()
    assert assert_problem(refused, 429)["type"] == "/api/docs#busy"
    assert int(refused.headers["retry-after"]) >= 1
    assert [one["question"] for one in exported.json()["conversation"]] == ["Who mended the bridge?"]


def test_before_gradio_is_there_the_page_gets_what_the_chat_would_show(client: httpx.Client) -> None:
    client.put("/api/v1/articles/thaw", json={"text": "The river Ister thawed in March.", "language": "en"})
    log = write_log([Exchange("When did the Ister thaw?")])
    given = {"question": "And where?", "narrow": '{"language": "en", "interface": "ar"}', "log": log}
    reply = client.post("/page/answer", json=given)
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["content-encoding"] == "gzip"
    told = reply.json()
    assert [one.question for one in read_log(told["log"])] == ["When did the Ister thaw?", "And where?"]
    assert read_log(told["log"])[1][1:] == (Filters(language="en"), "ar")
    assert told["shown"].count("class='sanad-question'") == 2
    assert told["shown"].count("<div class='sanad-card'>") >= 1
    nothing = client.post("/page/answer", json=given | {"question": " "}).json()
    assert nothing["log"] == log
    assert "sanad-notice" in nothing["shown"]


@pytest.mark.parametrize(
    "body", ["", "[]", '{"question": "q", "narrow": ""}', '{"question": 5, "narrow": "", "log": ""}']
)
def test_what_is_no_question_of_the_page_is_refused(client: httpx.Client, body: str) -> None:
    assert_problem(client.post("/page/answer", content=body), 422)

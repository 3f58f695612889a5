"""What Gradio is given: plain values for known functions, and of anything else nothing at all."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from assistant import Assistant, AsyncAssistant
from assistant.core.settings import load, prepare_environment
from assistant.http.gradio_bodies import TEXT
from assistant.http.gradio_door import GradioDoor
from tests.assistant.serving import until
from tests.assistant.test_api import assert_problem
from tests.assistant.test_guard import page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["page"]  # the fixture

JOIN = "/gradio_api/queue/join"
ANSWERS = "/gradio_api/queue/data"
QUESTION = "Who opened the new bridge?"
ASK, SEARCH, SUBMIT, RESTORE = range(4)
FILE = {"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}
GOOD: dict[str, Any] = {"data": [QUESTION, "", ""], "fn_index": SUBMIT, "session_hash": "tab1"}


def joined(client: httpx.Client, body: dict[str, Any]) -> httpx.Response:
    return client.post(JOIN, json=body)


def told(client: httpx.Client, session: str) -> list[dict[str, Any]]:
    """The events of a session until all its questions are answered."""
    lines = client.get(ANSWERS, params={"session_hash": session}).text.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line]


@pytest.mark.usefixtures("page")
def test_a_question_of_the_page_is_answered(client: httpx.Client) -> None:
    assert joined(client, {**GOOD, "trigger_id": 17, "event_data": None}).status_code == 200
    events = told(client, "tab1")
    assert events[-1]["msg"] == "close_stream"
    assert [event["success"] for event in events if event["msg"] == "process_completed"] == [True]
    assert QUESTION.rstrip("?") in json.dumps(events)


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "changed",
    [
        {"data": [FILE, "", ""]},
        {"data": [[FILE], "", ""]},
        {"data": [QUESTION, "", {"url": "http://127.0.0.1:1/"}]},
        {"data": [QUESTION, "", None]},
        {"data": [QUESTION, "", 5]},
        {"data": [QUESTION, ""]},
        {"data": [QUESTION, "", "", ""]},
        {"data": {"0": QUESTION}},
        {"data": "abc"},
        {"data": None},
        {"data": [FILE, 3, "", "", "", ""], "fn_index": ASK},
        {"data": [QUESTION, [3], "", "", "", ""], "fn_index": ASK},
        {"data": [QUESTION, 1e300, "", "", "", ""], "fn_index": ASK},
        {"data": [QUESTION, 10**17, "", "", "", ""], "fn_index": ASK},
        {"fn_index": 99},
        {"fn_index": -1},
        {"fn_index": "2"},
        {"fn_index": 2.0},
        {"fn_index": True},
        {"fn_index": None},
        {"session_hash": None},
        {"session_hash": ""},
        {"session_hash": "../x"},
        {"session_hash": "é"},
        {"session_hash": "x" * 65},
        {"session_hash": 5},
        {"event_data": FILE},
        {"trigger_id": "17"},
        {"trigger_id": FILE},
        {"path": "/etc/hostname"},
        {"meta": {"_type": "gradio.FileData"}},
        {"event_id": "x"},
        {"oauth_token": "x"},
        {"batched": True},
        {"simple_format": True},
    ],
    ids=str,
)
def test_anything_else_is_refused(client: httpx.Client, changed: dict[str, Any]) -> None:
    assert_problem(joined(client, {**GOOD, **changed}), 422)
    assert_problem(client.get(ANSWERS, params={"session_hash": "tab2"}), 404)


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("missing", ["data", "fn_index", "session_hash"])
def test_nothing_may_be_missing(client: httpx.Client, missing: str) -> None:
    body = {name: value for name, value in GOOD.items() if name != missing}
    assert missing in assert_problem(joined(client, body), 422)["detail"]


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        json.dumps(GOOD).encode()[:-1],
        json.dumps(GOOD).encode() + b"x",
        json.dumps(GOOD).replace("Who", "\xff").encode("latin-1"),
        json.dumps(GOOD).encode("utf-16"),
        b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
        json.dumps({**GOOD, "data": [QUESTION, "", "\ud800"]}).encode(),
        json.dumps(GOOD).replace('"fn_index": 2', '"fn_index": 2, "fn_index": 2').encode(),
        json.dumps({**GOOD, "data": [QUESTION, float("nan"), ""]}).encode(),
        json.dumps({**GOOD, "data": [QUESTION, 1, "", "", "", ""], "fn_index": ASK})
        .replace("1", "9" * 5000)
        .encode(),
        b"[" * 60_000,
        b'{"data":' * 6_000,
    ],
    ids=lambda content: str(content[:30]),
)
def test_what_is_not_json_in_utf8_is_refused(client: httpx.Client, content: bytes) -> None:
    assert_problem(client.post(JOIN, content=content, headers={"Content-Type": "application/json"}), 422)


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("session_hash=", 422),
        ("session_hash=a&session_hash=a", 422),
        ("session_hash=tab3&more=1", 422),
        ("session_hash=%ff", 422),
        ("session_hash=..%2f", 422),
        ("session_hash=" + "x" * 65, 422),
        ("session_hash=neverasked", 404),
    ],
)
def test_answers_are_told_for_a_session_that_asked(client: httpx.Client, query: str, status: int) -> None:
    assert_problem(client.get(f"{ANSWERS}?{query}"), status)


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", ["/", "/config", "/theme.css", "/gradio_api/info", "/gradio_api/app_id"])
@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "http://127.0.0.1:1", "https://evil.example", "null"]
)
def test_no_other_origin_may_read_the_page(client: httpx.Client, path: str, origin: str) -> None:
    response = client.get(path, headers={"Origin": origin})
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control-")]
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    assert_problem(client.options(path, headers=asked), 404)


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info"])
def test_gradio_believes_no_header_and_no_query(client: httpx.Client, path: str) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Cookie": "a=b"}
    query = {"deep_link": "x", "page": "evil", "all_endpoints": "True"}
    assert client.get(path, headers=headers, params=query).text == client.get(path).text
    assert "evil" not in client.get(path, headers=headers, params=query).text


@contextmanager
def page_alone(
    home: Path, unread_s: float, max_waiting: int = 64
) -> Iterator[tuple[httpx.Client, Any, AsyncAssistant]]:
    """The page without anything before it, Gradio's own app in it, and the assistant that answers."""
    from assistant.page.chat import create_page

    settings = load({"home": str(home)}, {})
    prepare_environment(settings)
    with Assistant(home) as assistant:
        asker = AsyncAssistant(assistant, max_concurrent=1, max_waiting=max_waiting)
        app = create_page(asker, settings, unread_s=unread_s)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            until(lambda: server.started)
            port = server.servers[0].sockets[0].getsockname()[1]
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                yield client, next(route.app for route in app.routes if hasattr(route, "app")), asker
        finally:
            server.should_exit = True
            thread.join(10)
            asker.close()


def held(gradio: Any) -> dict[str, int]:
    """How much Gradio keeps of those who asked, by the name of what keeps it."""
    kept = (gradio.get_blocks()._queue, gradio.state_holder, gradio)
    found = {
        name: len(value)
        for owner in kept
        for name, value in vars(owner).items()
        if isinstance(value, dict | set | list) and name != "active_jobs"
    }
    found["waiting"] = len(gradio.get_blocks()._queue)
    return found


def test_answers_that_nobody_calls_for_are_forgotten(home: Path) -> None:
    with page_alone(home, unread_s=0.5) as (client, gradio, _):
        joined(client, GOOD)
        told(client, "tab1")
        until(lambda: not gradio.get_blocks()._queue.pending_event_ids_session)
        before = held(gradio)
        assert before["pending_messages_per_session"] == 0

        def sum_of_kept() -> int:
            return sum(held(gradio).values()) - held(gradio)["session_data"] - held(gradio)["time_last_used"]

        expected = sum_of_kept()
        for number in range(150):
            while joined(client, {**GOOD, "session_hash": f"unread{number}"}).status_code == 503:
                time.sleep(0.05)
        until(lambda: sum_of_kept() == expected)
        after = held(gradio)
        assert after["session_data"] <= 65
        assert after["time_last_used"] <= 65
        assert_problem(client.get(ANSWERS, params={"session_hash": "unread149"}), 404)
        joined(client, {**GOOD, "session_hash": "unread149"})
        assert told(client, "unread149")[-1]["msg"] == "close_stream"


def test_who_leaves_before_the_answer_is_forgotten_too(home: Path) -> None:
    with page_alone(home, unread_s=0.2) as (client, gradio, _):
        for number in range(10):
            session = f"gone{number}"
            joined(client, {**GOOD, "session_hash": session})
            with client.stream("GET", ANSWERS, params={"session_hash": session}) as answers:
                next(answers.iter_raw())
        queue = gradio.get_blocks()._queue
        until(lambda: not queue.pending_messages_per_session and not queue.pending_event_ids_session)
        assert_problem(client.get(ANSWERS, params={"session_hash": "gone9"}), 404)


@pytest.mark.parametrize("number", [ASK, SEARCH, SUBMIT, RESTORE])
def test_beyond_the_queue_of_questions_gradio_is_refused_in_words(home: Path, number: int) -> None:
    data = {ASK: [QUESTION, 3, *[""] * 6], SEARCH: [QUESTION, 3, *[""] * 6], SUBMIT: [QUESTION, "", ""]}
    asked = {**GOOD, "fn_index": number, "data": data.get(number, [json.dumps([{"question": QUESTION}])])}
    with page_alone(home, unread_s=30, max_waiting=0) as (client, _, asker):
        with asker.admission.admit():
            assert joined(client, asked).status_code == 200
            (refused,) = [event for event in told(client, "tab1") if event["msg"] == "process_completed"]
            assert not refused["success"]
            assert "too many questions" in refused["output"]["error"]
        assert joined(client, asked).status_code == 200
        assert [
            event["success"] for event in told(client, "tab1") if event["msg"] == "process_completed"
        ] == [True]


class Endless:
    """An app whose answers never end."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, scope: Any, _: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == ANSWERS:
            self.begun.set()
            await asyncio.Event().wait()
        await send({"type": "http.response.body", "body": b""})


async def status(door: GradioDoor, method: str, path: str, body: bytes = b"") -> int:
    """What a door answers to a request of the session tab1."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    query = b"session_hash=tab1" if path == ANSWERS else b""
    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": []}
    await door(scope, receive, send)
    return statuses[0]


def test_one_listens_at_a_time_and_is_not_forgotten_meanwhile() -> None:
    async def listen() -> None:
        forgotten: list[str] = []

        async def forget(session: str) -> None:
            forgotten.append(session)

        app = Endless()
        door = GradioDoor(app, {SUBMIT: [TEXT] * 3}, forget, unread_s=0.05)
        assert await status(door, "GET", ANSWERS) == 404
        assert await status(door, "POST", JOIN, json.dumps(GOOD).encode()) == 200
        first = asyncio.create_task(status(door, "GET", ANSWERS))
        await app.begun.wait()
        assert await status(door, "GET", ANSWERS) == 409
        await asyncio.sleep(0.2)
        assert not forgotten
        first.cancel()
        await asyncio.wait([first])
        while not forgotten:
            await asyncio.sleep(0.01)
        assert await status(door, "GET", ANSWERS) == 404

    asyncio.run(listen())

"""Written answers in Python, over HTTP, on the command line and for agents."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client

from assistant import Assistant, AsyncAssistant, LanguageModel
from assistant.agents.mcp_server import create_server
from assistant.core.settings import SettingsError, load
from assistant.writing import writer
from assistant.writing.writer import Sentence, Written, whole
from index import ModelError, QuestionError
from tests.assistant.serving import served, until
from tests.assistant.test_cli import sanad
from tests.llm.conftest import QUESTION
from tests.llm.server import KEY, begins, drips, refuses, says, waits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from tests.llm.server import Server

LED = "Engineer Salma Haddad had led the work for three years."
MORE = "It cost 999 million pounds."
BODY = {"question": QUESTION, "write": True, "k": 1}
EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture
def client(server: Server, kept: Path) -> Iterator[httpx.Client]:
    with served(kept, llm_url=server.url, llm_model="tiny", llm_key=KEY, read_s=60.0) as client:
        yield client


def test_python_gets_each_sentence_then_the_whole(server: Server, writing: Assistant) -> None:
    server.play = says(f"{LED[:-1]} [1]. {MORE[:-1]} [1].")
    events = list(writing.write(writing.ask(QUESTION, k=1)))
    led = Sentence(LED, (1,))
    assert events == [led, Written("tiny", (led,), ("number",))]
    assert writing.writes_with == "tiny"


def test_ask_can_write(server: Server, writing: Assistant) -> None:
    server.play = says(f"{LED[:-1]} [1].")
    answer = writing.ask(QUESTION, k=1, write=True)
    assert answer.written is not None
    assert answer.written.text == f"{LED} [1]"
    assert answer.to_dict()["written"]["note"] is None


def test_an_english_asker_reads_what_arabic_passages_say(server: Server, writing: Assistant) -> None:
    server.play = says(
        "Salma Haddad led the work on the bridge for three years [1]. It cost 240 million pounds [1]."
    )
    answer = writing.ask("Which engineer led the work on the new bridge?", filters=_only("ar"), write=True)
    assert answer.citations[0].article.language == "ar"
    assert answer.written is not None
    assert len(answer.written.sentences) == 2


def _only(language: str) -> Any:
    from index import Filters

    return Filters(language=language)


def test_where_there_is_no_answer_nothing_is_asked_of_the_model(server: Server, writing: Assistant) -> None:
    answer = writing.ask("What is the boiling point of tungsten?")
    assert answer.verdict == "none"
    assert whole(writing.write(answer)) == Written("tiny")
    assert server.asked == []


def test_without_a_model_nothing_is_written(kept: Path) -> None:
    with Assistant(kept, embeds=False) as assistant:
        assert assistant.writes_with is None
        with pytest.raises(QuestionError, match="--llm-url"):
            assistant.ask(QUESTION, write=True)


def test_trouble_leaves_the_answer_as_it_is(server: Server, writing: Assistant) -> None:
    server.play = refuses(500)
    answer = writing.ask(QUESTION, k=1, write=True)
    assert answer.answered
    assert answer.written == Written("tiny", trouble="failed")


def test_closing_the_iterator_ends_the_request(server: Server, writing: Assistant) -> None:
    server.play = begins(f"{LED[:-1]} [1]. And ", drips(0.1))
    events = writing.write(writing.ask(QUESTION, k=1))
    assert next(events) == Sentence(LED, (1,))
    events.close()  # type: ignore[attr-defined]  # a generator
    assert server.left.wait(60)


def test_so_many_are_written_at_once(server: Server, writing: Assistant) -> None:
    released = threading.Event()
    server.play = waits(released, [f"{LED[:-1]} [1]."])
    answer = writing.ask(QUESTION, k=1)
    results: list[Written] = []
    threads = [
        threading.Thread(target=lambda: results.append(whole(writing.write(answer))))
        for _ in range(writer.AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    until(lambda: len(server.asked) == writer.AT_ONCE)
    assert whole(writing.write(answer)).trouble == "busy"
    released.set()
    for thread in threads:
        thread.join()
    assert {result.trouble for result in results} == {None}
    assert whole(writing.write(answer)).trouble is None


# -- HTTP ----------------------------------------------------------------------------------------


def told(text: str) -> list[tuple[str, Any]]:
    events = [block.split("\n") for block in text.split("\n\n") if block and not block.startswith(":")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in events]


def test_http_gives_the_written_answer_with_the_answer(server: Server, client: httpx.Client) -> None:
    server.play = says(f"{LED[:-1]} [1]. {MORE[:-1]} [1].")
    answer = client.post("/api/v1/ask", json=BODY).json()
    assert answer["answered"]
    assert answer["written"] == {
        "model": "tiny",
        "text": f"{LED} [1]",
        "sentences": [{"text": LED, "citations": [1]}],
        "left_out": ["number"],
        "trouble": None,
        "note": "one sentence without support left out",
    }
    assert "written" not in client.post("/api/v1/ask", json={"question": QUESTION}).json()


def test_http_tells_it_as_it_comes(server: Server, client: httpx.Client) -> None:
    released = threading.Event()
    server.play = begins(f"{LED[:-1]} [1]. The", lambda wire: (released.wait(20), wire.done()))
    text = ""
    with client.stream("POST", "/api/v1/ask", json=BODY, headers=EVENTS) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for piece in response.iter_text():
            text += piece
            if "event: sentence" in text:  # it came while the model was still writing
                released.set()
    events = told(text)
    assert [name for name, _ in events] == ["answer", "sentence", "written"]
    assert events[0][1]["answered"]
    assert events[1][1] == {"text": LED, "citations": [1]}
    assert events[2][1]["left_out"] == ["uncited"]


@pytest.mark.parametrize("headers", [EVENTS, {}], ids=["events", "json"])
def test_a_client_that_leaves_ends_the_request(
    server: Server, client: httpx.Client, headers: dict[str, str]
) -> None:
    server.play = begins("The", drips(0.1))  # minutes, if nothing ends it
    body = json.dumps(BODY).encode()
    told = {"Host": client.base_url.netloc.decode(), "Content-Type": "application/json", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**told, "Content-Length": len(body)}.items())
    with socket.create_connection((client.base_url.host, client.base_url.port)) as connection:
        connection.sendall(f"POST /api/v1/ask HTTP/1.1\r\n{head}\r\n".encode() + body)
        until(lambda: server.asked)
    assert server.left.wait(60)


def test_a_slow_model_keeps_nobody_waiting(server: Server, client: httpx.Client) -> None:
    released = threading.Event()
    server.play = waits(released)
    with client.stream("POST", "/api/v1/ask", json=BODY, headers=EVENTS):
        until(lambda: server.asked)
        assert client.post("/api/v1/ask", json={"question": QUESTION}).json()["answered"]
        assert client.get("/api/v1/health").status_code == 200
        released.set()


def test_http_without_a_model_says_so(kept: Path) -> None:
    with served(kept) as client:
        response = client.post("/api/v1/ask", json=BODY)
        assert response.status_code == 422
        assert "--llm-url" in response.json()["detail"]


def test_the_key_is_nowhere(server: Server, client: httpx.Client) -> None:
    server.play = refuses(401)
    pages = [
        client.post("/api/v1/ask", json=BODY).text,
        client.post("/api/v1/ask", json=BODY, headers=EVENTS).text,
        *(
            client.get(path).text
            for path in ("/api/v1/health", "/api/v1/metrics", "/page/start", "/", "/config")
        ),
    ]
    assert server.keys[0] == f"Bearer {KEY}"
    assert not [page for page in pages if KEY in page]


# -- the command line, agents, settings -----------------------------------------------------------


def test_the_command_line_writes(server: Server, kept: Path) -> None:
    server.play = says(f"{LED[:-1]} [1]. \x1b[31mIt cost 999 million pounds [1].")
    asked = ("ask", QUESTION, "--k", "1", "--write", "--llm-url", server.url, "--llm-model", "tiny")
    done = sanad(*asked, home=kept, SANAD_LLM_KEY=KEY, SANAD_READ_S="60")
    assert done.returncode == 0, done.stderr
    assert f"{LED} [1]" in done.stdout
    assert "(one sentence without support left out; written by tiny)" in done.stdout
    assert server.keys == [f"Bearer {KEY}"]
    written = json.loads(sanad(*asked, "--json", home=kept).stdout)["written"]
    assert written["sentences"] == [{"text": LED, "citations": [1]}]


def test_the_command_line_without_a_model_says_so(kept: Path) -> None:
    done = sanad("ask", QUESTION, "--write", home=kept)
    assert (done.returncode, done.stdout) == (64, "")
    assert "--llm-url" in done.stderr


def test_agents_can_have_it_written(server: Server, writing: Assistant) -> None:
    server.play = says(f"{LED[:-1]} [1]. {MORE[:-1]} [1].")

    async def ask() -> Any:
        async with AsyncAssistant(writing) as asker, Client(create_server(asker, load({}, {}))) as client:
            result = await client.call_tool("ask", {"question": QUESTION, "k": 1, "write": True})
            return json.loads(result.content[0].text)

    written = asyncio.run(ask())["written"]
    assert (written["text"], written["left_out"]) == (f"{LED} [1]", ["number"])


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8080",
        "ftp://a/v1",
        "http://me:secret@a/v1",
        "http://a/v1?key=1",
        "http://",
        "http://a:x/v1",
    ],
)
def test_an_address_is_checked(url: str) -> None:
    with pytest.raises(SettingsError, match="SANAD_LLM_URL"):
        load({}, {"SANAD_LLM_URL": url})


def test_the_settings_do_not_show_the_key() -> None:
    settings = load({}, {"SANAD_LLM_URL": "http://a/v1/", "SANAD_LLM_MODEL": "m", "SANAD_LLM_KEY": KEY})
    assert (settings.llm_url, settings.llm_key) == ("http://a/v1", KEY)
    assert KEY not in repr(settings)
    with pytest.raises(SettingsError) as raised:
        load({}, {"SANAD_LLM_KEY": f"{KEY} {KEY}"})
    assert KEY not in str(raised.value)


def test_a_model_needs_an_address_and_a_name(kept: Path) -> None:
    done = sanad("ask", QUESTION, "--write", home=kept, SANAD_LLM_URL="http://127.0.0.1:9/v1")
    assert done.returncode == 78
    assert "--llm-model" in done.stderr


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.writing.client.find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"sanad\[llm\]"):
        LanguageModel("http://127.0.0.1:9/v1", "tiny")

"""What the client makes of a server that answers well, badly, late, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from assistant import LanguageModel
from assistant.writing import client
from assistant.writing.client import LINES, ModelTrouble
from tests.llm.server import KEY, begins, drips, refuses, says, sends, waits

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.llm.server import Server, Wire

MESSAGES = [{"role": "user", "content": "سؤال: who?"}]


async def said(model: LanguageModel) -> str:
    return "".join([piece async for piece in model.stream(MESSAGES)])


def trouble(server: Server, play: Callable[[Wire], None]) -> str:
    server.play = play
    with pytest.raises(ModelTrouble) as raised:
        asyncio.run(said(LanguageModel(server.url, "tiny", KEY)))
    assert str(raised.value) == LINES[raised.value.trouble]
    return raised.value.trouble


def test_what_the_model_writes_comes_whole(server: Server) -> None:
    server.play = says("The bridge, الجسر, 橋 [1].", pieces=1)
    assert asyncio.run(said(LanguageModel(server.url, "tiny", KEY))) == "The bridge, الجسر, 橋 [1]."
    (asked,) = server.asked
    assert (asked["model"], asked["stream"], asked["messages"]) == ("tiny", True, MESSAGES)
    assert server.keys == [f"Bearer {KEY}"]


def test_without_a_key_none_is_sent(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "an-organisation")
    headers: dict[str, str] = {}

    def play(wire: Wire) -> None:
        headers.update(wire.headers)
        says("yes")(wire)

    server.play = play
    asyncio.run(said(LanguageModel(server.url, "tiny")))
    assert server.keys == [None]
    assert not [name for name, value in headers.items() if KEY in value or "organisation" in value]


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, "refused"), (403, "refused"), (404, "missing"), (429, "limited"), (400, "failed"), (500, "failed"),
     (503, "failed"), (418, "failed")],
)  # fmt: skip
def test_a_refusal_is_told_by_its_kind(server: Server, status: int, expected: str) -> None:
    assert trouble(server, refuses(status)) == expected


@pytest.mark.parametrize(
    "play",
    [
        sends(b"{not json"),
        sends(b"\xff\xfe"),
        sends([1, 2, 3]),
        sends("text"),
        sends({"choices": 3}),
        sends({"choices": [3]}),
        sends({"choices": [{"delta": {"content": 5}, "finish_reason": None}]}),
        sends({"choices": [{"delta": "text", "finish_reason": None}]}),
        sends({"choices": [{"delta": {"content": ["a"]}, "finish_reason": None}]}),
        sends({}),
        sends(),
        lambda wire: (wire.begin(200, "text/html"), wire.raw(b"<html>welcome</html>")),
        lambda wire: (wire.begin(), wire.raw(b"\0" * 10_000)),
    ],
)
def test_what_is_no_answer_is_garbled(server: Server, play: Callable[[Wire], None]) -> None:
    assert trouble(server, play) == "garbled"


@pytest.mark.parametrize(
    "then",
    [
        lambda wire: wire.cut(),
        lambda wire: wire.done("length"),
        lambda wire: wire.done("content_filter"),
        lambda wire: wire.raw(b"data: [DONE]\n\n"),
        lambda wire: wire.raw(b""),
    ],
)
def test_an_answer_without_an_end_is_cut(server: Server, then: Callable[[Wire], None]) -> None:
    assert trouble(server, begins("The bridge", then)) == "cut"


def test_an_error_in_the_stream_is_an_error(server: Server) -> None:
    assert trouble(server, begins("The", lambda wire: wire.event({"error": {"message": KEY}}))) == "failed"


def test_a_model_that_never_ends_is_cut(server: Server) -> None:
    assert trouble(server, begins("The", drips(0.0))) == "cut"


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ModelTrouble) as raised:
        asyncio.run(said(LanguageModel(url, "tiny", KEY)))
    assert raised.value.trouble == "unreachable"


def test_a_server_that_says_nothing_is_slow(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_S", 0.3)
    released = threading.Event()
    assert trouble(server, waits(released)) == "slow"
    released.set()


def test_a_server_that_stops_to_write_is_slow(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_S", 5.0)
    monkeypatch.setattr(client, "WHOLE_S", 5.3)
    monkeypatch.setattr(client.time, "monotonic", _hurried(client.time.monotonic, 4.8))
    released = threading.Event()
    assert trouble(server, begins("The bridge", lambda _: released.wait(20))) == "slow"
    released.set()


def _hurried(clock: Callable[[], float], by_s: float) -> Callable[[], float]:
    """A clock on which most of the time is over once it was looked at."""
    first = clock()
    return lambda: clock() + (by_s if clock() - first > 0.05 else 0.0)


def test_a_redirection_is_not_followed(server: Server) -> None:
    """Another server than the one that was named must not see the passages."""
    assert trouble(server, refuses(307, Location=server.url + "/elsewhere")) == "failed"
    assert len(server.asked) == 1


def test_a_model_that_takes_no_temperature_is_asked_without(server: Server) -> None:
    def play(wire: Wire) -> None:
        refuses(400)(wire) if "temperature" in wire.body else says("yes")(wire)

    server.play = play
    assert asyncio.run(said(LanguageModel(server.url, "tiny", KEY))) == "yes"


def test_leaving_the_loop_ends_the_request(server: Server) -> None:
    server.play = begins("The", drips(0.1))

    async def leave() -> None:
        stream = LanguageModel(server.url, "tiny").stream(MESSAGES)
        assert await anext(stream)
        await stream.aclose()

    asyncio.run(leave())
    assert server.left.wait(60)


def test_the_key_is_in_no_log_and_no_error(
    server: Server, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    model = LanguageModel(server.url, "tiny", KEY)
    for play in (says("yes"), refuses(401), sends(b"{"), begins("x", lambda wire: wire.cut())):
        server.play = play
        with contextlib.suppress(ModelTrouble):  # what it says is one of `LINES`
            asyncio.run(said(model))
    assert KEY not in repr(model)
    assert KEY not in caplog.text + "".join(capsys.readouterr())

"""Helpers: the same answers from other processes, whatever becomes of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant import Assistant, AsyncAssistant
from assistant.core.settings import helper_environment, load
from assistant.serving.answering import Answering, number_of
from assistant.serving.helpers import Helpers
from index import Article, Filters, QuestionError
from tests.assistant.serving import TOKEN, until
from tests.assistant.test_async_assistant import QUESTIONS
from tests.assistant.test_server import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture
def filled(home: Path, articles: list[Article]) -> Iterator[Assistant]:
    with Assistant(home) as assistant:
        assistant.add(articles)
        assert assistant.settle()  # so that two processes have the same vectors to rank by
        yield assistant


@asynccontextmanager
async def helped(
    assistant: Assistant, size: int = 2, idle_s: float = 60, patience_s: float = 60
) -> AsyncIterator[Answering]:
    settings = load({"home": str(assistant.home), "helpers": str(size), "read_s": "60"}, {})
    asker = AsyncAssistant(assistant)
    answering = Answering(asker, settings)
    answering.helpers = Helpers(settings, size, idle_s=idle_s, patience_s=patience_s)
    answering.helpers.start()
    try:
        await number(answering, size)
        yield answering
    finally:
        await answering.helpers.close()
        asker.close()


async def number(answering: Answering, wanted: int) -> None:
    await asyncio.to_thread(until, lambda: answering.helpers.number == wanted, 60)


def said(content: bytes | dict[str, Any]) -> dict[str, Any]:
    told = json.loads(content) if isinstance(content, bytes) else content
    return {name: value for name, value in told.items() if name != "took_ms"}


def children(pid: int) -> list[int]:
    """The helpers of a process; the one that parses files is no helper."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    found = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return [child for child in found if b"helper_child" in Path(f"/proc/{child}/cmdline").read_bytes()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_helper_gives_the_answers_that_are_given_here(filled: Assistant) -> None:
    async def ask_all() -> None:
        async with helped(filled) as answering:
            together = await asyncio.gather(*(answering.ask(q, [], 3, None) for q in QUESTIONS * 5))
            alone = [said(filled.ask(question, read_s=60).to_dict()) for question in QUESTIONS]
            assert [said(content) for content in together] == alone * 5
            after = await answering.ask("and when?", QUESTIONS[:1], 3, Filters(language="en"))
            assert said(after) == said(
                filled.ask("and when?", QUESTIONS[:1], filters=Filters(language="en"), read_s=60).to_dict()
            )
            found = json.loads(await answering.search(QUESTIONS[1], 2, None))
            expected = filled.search(QUESTIONS[1], 2)
            assert [hit["passage_id"] for hit in found["hits"]] == [hit.passage_id for hit in expected]
            assert answering.asker.waiting == 0

    asyncio.run(ask_all())


def test_what_was_added_or_removed_is_in_a_helpers_next_answer(filled: Assistant) -> None:
    async def follow() -> None:
        async with helped(filled, size=1) as answering:
            filled.add(Article(id="saffron", text="Saffron was harvested in Taliouine.", language="en"))
            found = json.loads(await answering.search("saffron", 5, None))
            assert "saffron" in {hit["article"]["id"] for hit in found["hits"]}
            filled.remove("saffron")
            found = json.loads(await answering.search("saffron", 5, None))
            assert "saffron" not in {hit["article"]["id"] for hit in found["hits"]}

    asyncio.run(follow())


def test_a_helper_that_is_killed_costs_no_answer_and_is_replaced(filled: Assistant) -> None:
    async def lose() -> None:
        async with helped(filled) as answering:
            asked = [asyncio.create_task(answering.ask(q, [], 3, None)) for q in QUESTIONS * 6]
            await asyncio.sleep(0)
            for pid in children(os.getpid()):
                os.kill(pid, signal.SIGKILL)
            for question, content in zip(QUESTIONS * 6, await asyncio.gather(*asked), strict=True):
                assert said(content) == said(filled.ask(question, read_s=60).to_dict())
            assert answering.helpers.number == 0
            answering.helpers.start()
            await number(answering, 2)
            assert said(await answering.ask(QUESTIONS[0], [], 3, None))["question"] == QUESTIONS[0]

    asyncio.run(lose())


def test_a_helper_that_is_stopped_costs_no_answer_and_is_replaced(filled: Assistant) -> None:
    async def stop() -> None:
        async with helped(filled, patience_s=0.5) as answering, asyncio.timeout(60):
            stopped = children(os.getpid())
            assert len(stopped) == 2
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            asked = [answering.ask(question, [], 3, None) for question in QUESTIONS * 6]
            for question, content in zip(QUESTIONS * 6, await asyncio.gather(*asked), strict=True):
                assert said(content) == said(filled.ask(question, read_s=60).to_dict())
            assert answering.helpers.number == 0
            await asyncio.to_thread(until, lambda: not any(map(alive, stopped)))
            answering.helpers.start()
            await number(answering, 2)

    asyncio.run(stop())


def test_who_goes_away_takes_no_helper_and_no_answer_of_others_along(filled: Assistant) -> None:
    async def leave() -> None:
        async with helped(filled, size=1) as answering:
            for turn in range(5):
                asked = [asyncio.create_task(answering.ask(q, [], 3, None)) for q in QUESTIONS]
                await asyncio.sleep(0.005 * turn)
                asked[0].cancel()
                asked[2].cancel()
                told = await asyncio.gather(*asked, return_exceptions=True)
                for place in (1, 3):
                    assert said(told[place])["question"] == QUESTIONS[place]  # type: ignore[arg-type]
            assert answering.helpers.number == 1
            assert answering.asker.waiting == 0

    asyncio.run(leave())


def test_an_error_is_told_as_without_helpers(filled: Assistant) -> None:
    async def err() -> None:
        async with helped(filled, size=1) as answering:
            with pytest.raises(QuestionError, match="empty"):
                await answering.ask("؟!", [], 3, None)
            assert answering.helpers.number == 1

    asyncio.run(err())


def test_helpers_without_questions_end(filled: Assistant) -> None:
    async def idle() -> None:
        async with helped(filled, size=1, idle_s=0.2) as answering:
            await number(answering, 0)
            assert said(await answering.ask(QUESTIONS[0], [], 3, None))["question"] == QUESTIONS[0]

    asyncio.run(idle())


def test_a_helper_that_cannot_open_is_done_without(tmp_path: Path) -> None:
    async def without() -> None:
        helpers = Helpers(load({"home": str(tmp_path), "model": str(tmp_path / "none")}, {}), 2)
        helpers.start()
        while not await asyncio.to_thread(lambda: helpers.given_up):
            await asyncio.sleep(0.02)
        assert await helpers.answer({}) == b""
        await helpers.close()

    asyncio.run(without())


@pytest.mark.parametrize(
    ("given", "cores", "has_bundled_encoder", "expected"),
    [
        ({}, 1, True, 0), ({}, 2, True, 2), ({}, 64, True, 4), ({}, 8, False, 0),
        ({"helpers": "0"}, 8, True, 0), ({"helpers": "7"}, 1, False, 7),
    ],
)  # fmt: skip
def test_how_many_there_may_be(
    given: dict[str, str], cores: int, has_bundled_encoder: bool, expected: int
) -> None:
    assert number_of(load(given, {}), cores, has_bundled_encoder=has_bundled_encoder) == expected


def test_a_helper_is_told_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_TOKEN", TOKEN)
    assert TOKEN not in helper_environment().values()
    assert "PATH" in helper_environment()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_line_brings_helpers_and_none_outlives_the_server(
    home: Path, articles: list[Article], number: int
) -> None:
    with Assistant(home) as assistant:
        assistant.add(articles)
        assert assistant.settle()
        expected = [said(assistant.ask(question, read_s=60).to_dict()) for question in QUESTIONS]
    with running(home, "--helpers", "2", "--read-s", "60") as (process, client):

        def crowd() -> list[dict[str, Any]]:
            with ThreadPoolExecutor(16) as threads:
                asked = threads.map(
                    lambda question: client.post("/api/v1/ask", json={"question": question}).json(),
                    QUESTIONS * 5,
                )
                return [said(one) for one in asked]

        assert not children(process.pid)
        until(lambda: crowd() and "sanad_helpers 2.0" in client.get("/api/metrics").text, 90)
        assert crowd() == expected * 5
        helpers = children(process.pid)
        assert len(helpers) == 2
        process.send_signal(number)
        process.wait(10)
        until(lambda: not any(map(alive, helpers)))

"""The assistant in an event loop, and from many threads at once."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant, AsyncAssistant
from assistant.core.problems import TooBusy
from index import Article, Filters, QuestionError

if TYPE_CHECKING:
    from pathlib import Path

QUESTIONS = [
    "Who found cracks in the bridge?",
    "متى افتتح المستشفى؟",
    "Когда начнутся работы?",
    "湖中发现了什么？",
]


def test_many_questions_at_once_get_the_answers_of_one_after_the_other(
    home: Path, articles: list[Article]
) -> None:
    async def ask_all() -> None:
        async with AsyncAssistant(home) as assistant:
            await assistant.run(assistant.assistant.add, articles)
            assert await assistant.run(assistant.assistant.settle)
            together = await asyncio.gather(*(assistant.ask(question) for question in QUESTIONS * 5))
            alone = [assistant.assistant.ask(question) for question in QUESTIONS]
            assert [a.citations for a in together] == [a.citations for a in alone] * 5
            then = await assistant.ask("and when?", QUESTIONS[:1])
            assert then == replace(assistant.assistant.ask("and when?", QUESTIONS[:1]), took_ms=then.took_ms)
            assert then.carried
            found = await assistant.search(QUESTIONS[0], 2, Filters(language="ru"))
            assert {hit.article.id for hit in found} <= {"ru"}
            with pytest.raises(QuestionError):
                await assistant.ask("?!")
            assert assistant.waiting == 0

    asyncio.run(ask_all())


def test_who_finds_no_place_in_line_is_told_and_who_leaves_makes_room(home: Path) -> None:
    release, begun = threading.Event(), threading.Event()
    ran: list[int] = []

    def work(number: int) -> None:
        begun.set()
        release.wait(10)
        ran.append(number)

    async def crowd() -> None:
        with Assistant(home) as assistant:
            asker = AsyncAssistant(assistant, at_once=1, max_waiting=1)
            first = asyncio.create_task(asker.run(work, 1))
            second = asyncio.create_task(asker.run(work, 2))
            await asyncio.to_thread(begun.wait, 10)
            with pytest.raises(TooBusy):
                await asker.run(work, 3)
            second.cancel()
            await asyncio.wait([second])
            third = asyncio.create_task(asker.run(work, 4))
            await asyncio.sleep(0)
            release.set()
            await asyncio.gather(first, third)
            asker.close()
            assert assistant.articles() == []  # it was open before, and stays so

    asyncio.run(crowd())
    assert ran == [1, 4]


def test_threads_ask_add_edit_and_remove_together(home: Path) -> None:
    with Assistant(home) as assistant, ThreadPoolExecutor(8) as threads:

        def live(number: int) -> None:
            name = f"a{number}"
            for turn in range(4):
                assistant.add(
                    Article(id=name, text=f"Caravan {number} reached the oasis on day {turn}.", language="en")
                )
                assistant.edit(name, source=f"Herald {turn}")
                found = assistant.search(
                    f"caravan {number}", 3, Filters(source=f"Herald {turn}", article=name)
                )
                assert [hit.text for hit in found] == [f"Caravan {number} reached the oasis on day {turn}."]
            assistant.remove(name)

        list(threads.map(live, range(16)))
        assert assistant.articles() == []
        assert assistant.check() == []

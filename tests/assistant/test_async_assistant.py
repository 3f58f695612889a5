"""The assistant in an event loop, and from many threads at once."""

from __future__ import annotations

import asyncio
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


def test_an_assistant_that_was_open_stays_open_and_the_former_name_of_a_limit_is_read(home: Path) -> None:
    async def fill() -> None:
        with Assistant(home) as assistant:
            async with AsyncAssistant(assistant, at_once=1, max_waiting=0) as asker:
                with asker.admission.admit(), pytest.raises(TooBusy):
                    await asker.search(QUESTIONS[0])
            assert assistant.articles() == []

    asyncio.run(fill())


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

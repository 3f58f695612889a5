"""Provide `ask` and `search` to programs that use Gradio's own client (`gradio_client`)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from assistant.core import question as questions
from assistant.core.serialization import search_dict
from index import Filters, QuestionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from assistant.core.settings import Settings
    from assistant.serving.async_assistant import AsyncAssistant


def functions(asker: AsyncAssistant, settings: Settings) -> list[Callable[..., Awaitable[dict[str, Any]]]]:
    """Return the functions `ask` and `search`; an empty filter is no filter.

    Args:
        asker: answers the questions.
        settings: limits.
    """

    def checked(question: object, k: object) -> tuple[str, int]:
        if not isinstance(question, str):
            raise QuestionError("the question must be text")
        if type(k) is not int:
            raise QuestionError("k must be a whole number")
        text = questions.check(question, max_chars=settings.question_chars)
        return text, questions.check_k(k, max_k=settings.max_k)

    async def ask(
        question: str,
        k: int = 3,
        source: str = "",
        language: str = "",
        date_from: str = "",
        date_to: str = "",
    ) -> dict[str, Any]:
        """The passages that answer a question, cited, as `POST /api/v1/ask` gives them."""
        text, k = checked(question, k)
        filters = _filters(source, language, date_from, date_to)
        return (await asker.ask(text, k=k, filters=filters, read_s=settings.read_s)).to_dict()

    async def search(
        question: str,
        k: int = 10,
        source: str = "",
        language: str = "",
        date_from: str = "",
        date_to: str = "",
    ) -> dict[str, Any]:
        """The passages nearest to a question, as `GET /api/v1/search` gives them."""
        text, k = checked(question, k)
        began = time.perf_counter()
        ranking = await asker.search(text, k, _filters(source, language, date_from, date_to))
        return dict(search_dict(ranking, 1000 * (time.perf_counter() - began)))

    return [ask, search]


def _filters(source: str, language: str, date_from: str, date_to: str) -> Filters:
    if not all(isinstance(value, str | None) for value in (source, language, date_from, date_to)):
        raise QuestionError("source, language, date_from and date_to must be text")
    return Filters(source=source, language=language, published_from=date_from, published_to=date_to)

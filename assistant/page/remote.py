"""Provide `ask` and `search` to programs that use Gradio's own client (`gradio_client`)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from assistant.core import question as questions
from assistant.core.serialization import search_dict
from index import QuestionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from assistant.core.settings import Settings
    from assistant.serving.async_assistant import AsyncAssistant
    from index import Filters


def functions(asker: AsyncAssistant, settings: Settings) -> list[Callable[..., Awaitable[dict[str, Any]]]]:
    """Return the functions `ask` and `search`; an empty filter is none. The dates have their earlier names too.

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

    async def ask(  # noqa: PLR0913, PLR0917 - one argument a filter
        question: str,
        k: int = 3,
        source: str = "",
        language: str = "",
        published_from: str = "",
        published_to: str = "",
        date_from: str = "",
        date_to: str = "",
    ) -> dict[str, Any]:
        """The passages that answer a question, cited, as `POST /api/v1/ask` gives them."""
        text, k = checked(question, k)
        filters = _filters(source, language, published_from or date_from, published_to or date_to)
        return (await asker.ask(text, k=k, filters=filters, read_s=settings.read_s)).to_dict()

    async def search(  # noqa: PLR0913, PLR0917 - one argument a filter
        question: str,
        k: int = 10,
        source: str = "",
        language: str = "",
        published_from: str = "",
        published_to: str = "",
        date_from: str = "",
        date_to: str = "",
    ) -> dict[str, Any]:
        """The passages nearest to a question, as `GET /api/v1/search` gives them."""
        text, k = checked(question, k)
        began = time.perf_counter()
        filters = _filters(source, language, published_from or date_from, published_to or date_to)
        ranking = await asker.search(text, k, filters)
        return dict(search_dict(ranking, 1000 * (time.perf_counter() - began)))

    return [ask, search]


def _filters(*values: object) -> Filters | None:
    names = ("source", "language", "published_from", "published_to")
    return questions.filters_of(dict(zip(names, values, strict=True)))

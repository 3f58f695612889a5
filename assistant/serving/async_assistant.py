"""Run an assistant from an event loop: as many questions at once as is fast, the rest in a queue."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from assistant.core.assistant import CITATIONS, READ_S, Assistant
from assistant.serving.admission import MAX_WAITING, Admission, seconds_until
from assistant.writing.writer import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import ParamSpec, TypeVar

    from assistant.core.answer import Answer
    from index import Filters, Ranking

    P = ParamSpec("P")
    T = TypeVar("T")


class AsyncAssistant:
    """Provides `ask` and `search` of an `Assistant` as coroutines, and every other method through `run`.

    Answering more questions at once than there are cores makes each slower and none faster.
    So only a few are answered at once; the others wait in a queue, first in, first out.

    Example:
        >>> async with AsyncAssistant("var") as assistant:  # doctest: +SKIP
        ...     answers = await asyncio.gather(*(assistant.ask(question) for question in questions))

    Attributes:
        assistant: the assistant that answers.
        admission: the queue of questions.
    """

    def __init__(
        self,
        assistant: Assistant | str | Path | None = None,
        *,
        max_concurrent: int | None = None,
        max_waiting: int = MAX_WAITING,
        at_once: int | None = None,
    ) -> None:
        """Wrap an open assistant, or open one.

        Args:
            assistant: an open one (it stays open), or the home folder of one to open.
            max_concurrent: how many questions are answered at once; None: as many as there are cores.
            max_waiting: how many more may wait before further ones are refused.
            at_once: the former name of `max_concurrent`.
        """
        self._owns = not isinstance(assistant, Assistant)
        self.assistant = assistant if isinstance(assistant, Assistant) else Assistant(assistant)
        self.admission = Admission(max_concurrent or at_once, max_waiting)

    @property
    def waiting(self) -> int:
        """How many questions are being answered or wait now."""
        return self.admission.admitted

    async def ask(  # noqa: PLR0913  # those of `Assistant.ask`
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        k: int = CITATIONS,
        filters: Filters | None = None,
        read_s: float = READ_S,
        gloss: str | None = None,
        write: bool = False,
        translate: str | None = None,
    ) -> Answer:
        """Answer a question with cited passages, or say that none answers it; see `Assistant.ask`.

        The time in the queue counts as reading time. While the language model writes, the next question is answered.

        Raises:
            QuestionError: the question, an earlier one, k, a filter or a reader's language cannot be used; or something
                is to be written, but there is no language model.
            TooBusy: too many questions are waiting.
        """
        deadline = time.monotonic() + read_s

        def ask() -> Answer:
            left_s = seconds_until(deadline)
            return self.assistant.ask(question, history, k=k, filters=filters, read_s=left_s, gloss=gloss)

        return await self.complete(await self.run(ask), write=write, translate=translate)

    async def complete(self, answer: Answer, *, write: bool = False, translate: str | None = None) -> Answer:
        """Return an answer with what the language model writes for it; see `Assistant.write` and `translate`.

        Args:
            answer: the result of `ask`.
            write: whether an answer is written from the citations.
            translate: ISO 639-1 code of the language to translate the passages into; None: they are not translated.

        Raises:
            QuestionError: the language is not known, or there is no language model.
        """
        writing = self.assistant.writing(answer) if write else None
        translating = self.assistant.translating(answer, translate) if translate is not None else None
        if writing:
            async with aclosing(writing):
                answer = replace(answer, written=whole([each async for each in writing]))
        if translating:
            async with aclosing(translating):
                answer = replace(answer, translations=dict([each async for each in translating]))
        return answer

    async def search(
        self, question: str, k: int = 10, filters: Filters | None = None, *, read_s: float = 0.0
    ) -> Ranking:
        """Return the passages nearest to a question; see `Assistant.search`.

        Raises:
            QuestionError: the question, k or a filter cannot be used.
            TooBusy: too many questions are waiting.
        """
        deadline = time.monotonic() + read_s

        def search() -> Ranking:
            left_s = seconds_until(deadline) if read_s > 0 else 0.0
            return self.assistant.search(question, k, filters, read_s=left_s)

        return await self.run(search)

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function in the queue of questions.

        A call that is cancelled while it waits does not start.

        Raises:
            TooBusy: too many questions are waiting.
        """
        return await self.admission.run(work, *args, **kwargs)

    def close(self) -> None:
        """Cancel the calls that wait; close the assistant if it was opened here."""
        self.admission.close()
        if self._owns:
            self.assistant.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

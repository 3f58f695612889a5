"""Write an answer with a language model, and give its sentences one by one, each once it was checked."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from assistant.writing.checks import reason_against
from assistant.writing.client import LINES, ModelTrouble
from assistant.writing.prompt import messages
from assistant.writing.sentences import Cutter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Iterator

    from assistant.writing.checks import Reason
    from assistant.writing.client import LanguageModel, Trouble
    from assistant.writing.sentences import Cited
    from index import Hit, Supporter

log = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 8
"""Answers and translations written at once in a process; each holds a connection, and local servers work on few."""

MOST_PASSAGES = 10
"""Passages that the model gets; more would cost more than they tell."""


class Asked(NamedTuple):
    """What an answer is written for.

    Attributes:
        question: as it was asked.
        carried: words that it lacks, from the questions before it.
        language: ISO 639-1 code of the question, and so of the answer.
        hits: the passages that may be cited.
    """

    question: str
    carried: tuple[str, ...]
    language: str
    hits: tuple[Hit, ...]


class Sentence(NamedTuple):
    """A sentence that may be shown; `citations` are numbers of the passages, from 1."""

    text: str
    citations: tuple[int, ...]


class Written(NamedTuple):
    """A written answer.

    Attributes:
        model: the name of the language model.
        sentences: those that were shown.
        left_out: why each of the others was not.
        trouble: why the model wrote nothing or not all; None if it did.
    """

    model: str
    sentences: tuple[Sentence, ...] = ()
    left_out: tuple[Reason, ...] = ()
    trouble: Trouble | None = None

    @property
    def text(self) -> str:
        """The sentences with their citations, as one text."""
        return " ".join(cited_text(sentence) for sentence in self.sentences)

    @property
    def note(self) -> str | None:
        """One line that says what is missing, in English; None if nothing is."""
        lines = [LINES[self.trouble]] if self.trouble else []
        if self.left_out:
            n = len(self.left_out)
            lines.append(f"{'one sentence' if n == 1 else f'{n} sentences'} without support left out")
        return "; ".join(lines) or None


def cited_text(sentence: Sentence) -> str:
    """Return a sentence with its citations."""
    return f"{sentence.text} {''.join(f'[{number}]' for number in sentence.citations)}"


class Writer:
    """Writes answers with one language model, as many at once as `AT_ONCE`.

    Attributes:
        model: the language model.
        places: one for each text that may be written at once, of a translator too.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.places = threading.BoundedSemaphore(AT_ONCE)

    async def write(self, asked: Asked, supporter: Supporter) -> AsyncGenerator[Sentence | Written]:
        """Yield each sentence once it was checked, then the whole answer; leaving the loop ends the request.

        Args:
            asked: the question and its passages; without passages nothing is asked of the model.
            supporter: checks sentences against the passages.
        """
        if not asked.hits:
            yield Written(self.model.name)
        elif not self.places.acquire(blocking=False):
            yield Written(self.model.name, trouble="busy")
        else:
            try:
                async with aclosing(self._write(asked, supporter)) as events:
                    async for each in events:
                        yield each
            finally:
                self.places.release()

    async def _write(self, asked: Asked, supporter: Supporter) -> AsyncGenerator[Sentence | Written]:
        shown: list[Sentence] = []
        left_out: list[Reason] = []
        trouble: Trouble | None = None
        prepared = asyncio.create_task(asyncio.to_thread(supporter.prepare))  # while the model reads
        try:
            async with aclosing(self._said(asked)) as said:
                async for cited in said:
                    await prepared
                    reason = await asyncio.to_thread(
                        reason_against, cited, asked.language, len(asked.hits), supporter
                    )
                    if reason:
                        left_out.append(reason)
                    else:
                        shown.append(Sentence(*cited))
                        yield shown[-1]
        except ModelTrouble as error:
            trouble = error.trouble
        finally:
            prepared.cancel()
        yield Written(self.model.name, tuple(shown), tuple(left_out), trouble)

    async def _said(self, asked: Asked) -> AsyncGenerator[Cited]:
        """Yield the sentences as the model writes them; when it stops halfway, not the one that it had begun."""
        cutter = Cutter()
        async with aclosing(self.model.stream(messages(*asked))) as pieces:
            async for piece in pieces:
                for cited in cutter.feed(piece):
                    yield cited
        for cited in cutter.end():
            yield cited


def stepwise(events: AsyncGenerator[T]) -> Iterator[T]:
    """Yield what an asynchronous iterator yields, from a thread without an event loop."""
    with asyncio.Runner() as runner:
        # generators of the client's that were left half read close each other when the loop does, and say so
        runner.get_loop().set_exception_handler(lambda _, told: log.debug("%s", told["message"]))
        try:
            while True:
                try:
                    yield runner.run(_next(events))
                except StopAsyncIteration:
                    return
        finally:
            runner.run(_closed(events))


def whole(events: Iterable[Sentence | Written]) -> Written:
    """Return the whole answer, which comes last."""
    *_, last = events
    if not isinstance(last, Written):
        raise TypeError("the last of what a writer yields is the whole answer")
    return last


async def _next(events: AsyncGenerator[T]) -> T:
    return await anext(events)


async def _closed(events: AsyncGenerator[T]) -> None:
    await events.aclose()

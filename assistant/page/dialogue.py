"""Handle the questions of the chat: show messages, keep exchanges, apply filters."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.core import question as questions
from assistant.core.assistant import READ_S
from assistant.core.conversation import (
    MAX_EXCHANGES,
    Exchange,
    filters_dict,
    read_filters,
    read_interface,
    read_log,
    write_log,
)
from assistant.core.followup import follow_all
from assistant.core.phrases import phrases
from assistant.core.problems import public_message, surprise
from assistant.presenting import cards, render
from assistant.serving.admission import seconds_until
from index import NotFound, SanadError, detect, language_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from assistant.core.answer import Answer
    from assistant.serving.async_assistant import AsyncAssistant
    from index import Filters

PASSAGES = 3
_TABS = 64  # whose messages are cached; those of another tab are made again from its log

Message = dict[str, str]
History = list[Message]


class Dialogue:
    """Handles the chat's events over one assistant; each call brings the log of its conversation.

    The messages that a tab shows are cached, so that earlier questions need not be answered again.
    """

    def __init__(self, asker: AsyncAssistant, question_chars: int, read_s: float = READ_S) -> None:
        self._assistant = asker.assistant
        self._admission = asker.admission
        self._question_chars = question_chars
        self._read_s = read_s
        # tab -> (log, messages)
        self._shown: OrderedDict[str, tuple[str, History]] = OrderedDict()

    async def ask(
        self, typed: str, narrow: str, log: str, tab: str = ""
    ) -> AsyncIterator[tuple[History, str, str]]:
        """Show the question, then its answer.

        Args:
            typed: the question.
            narrow: filters as JSON, with the interface's language.
            log: the conversation so far, as the browser keeps it.
            tab: id that Gradio gives the browser's tab; "": nothing is cached.

        Yields:
            (messages shown, log, ""): the empty text clears the field that held the question.

        Raises:
            TooBusy: too many questions are waiting.
        """
        history = await self._history(log, tab)
        try:
            text = questions.check(typed, max_chars=self._question_chars)
            filters = read_filters(narrow)
        except SanadError as error:
            yield _kept(history, cards.notice_html(str(error))), log, ""
            return
        exchanges = [*read_log(log), Exchange(text, filters, read_interface(narrow))]
        async for shown, is_whole in self._steps(history, exchanges):
            yield shown, self._remember(tab, exchanges, shown) if is_whole else log, ""

    async def restore(self, log: str, tab: str = "") -> tuple[History, str]:
        """Return the messages and the log of a conversation, each question answered from the current collection.

        Raises:
            TooBusy: too many questions are waiting.
        """
        exchanges = read_log(log)
        history: History = []
        for number in range(1, len(exchanges) + 1):
            *_, (history, _) = [step async for step in self._steps(history, exchanges[:number])]
        return history, self._remember(tab, exchanges, history)

    async def _history(self, log: str, tab: str) -> History:
        """Return the messages that a tab shows; rebuilt if the tab was reopened or the server restarted."""
        kept, history = self._shown.get(tab, ("", []))
        return history if kept == log else (await self.restore(log, tab))[0]

    def _remember(self, tab: str, exchanges: Sequence[Exchange], history: History) -> str:
        """Cache what a tab shows; return its log."""
        log = write_log(exchanges) if exchanges else ""
        if tab:
            self._shown[tab] = log, history
            self._shown.move_to_end(tab)
            if len(self._shown) > _TABS:
                self._shown.popitem(last=False)
        return log

    def _steps(self, history: History, exchanges: Sequence[Exchange]) -> AsyncIterator[tuple[History, bool]]:
        """Yield the messages with the last question, and whether its answer is whole; in the queue of questions."""
        deadline = time.monotonic() + self._read_s

        def steps() -> Iterator[tuple[History, bool]]:
            asked = [*history, self._question(exchanges)]
            yield _kept(asked, cards.searching_html(_language(exchanges[-1]))), False
            for reply, is_whole in self._replies(exchanges, deadline):
                yield _kept(asked, reply), is_whole

        return self._admission.stream(steps)

    def _question(self, exchanges: Sequence[Exchange]) -> Message:
        exchange, followed = exchanges[-1], follow_all(one.question for one in exchanges)[-1]
        language = _language(exchange)
        say = phrases(language)
        notes = [(say.carried, list(followed.carried))] if followed.carried else []
        if exchange.filters:
            notes.append((say.only, self._narrowed(exchange.filters)))
        return _message("user", cards.question_html(exchange.question, language, notes))

    def _narrowed(self, filters: Filters) -> list[str]:
        named = filters_dict(filters)
        if "language" in named:
            named["language"] = language_of(named["language"]).name
        if "article" in named:
            named["article"] = self._title(named["article"])
        first, last = named.pop("published_from", ""), named.pop("published_to", "")
        days = [f"{first} – {last}".strip()] if first or last else []
        return [*(render.label(value) for value in named.values()), *days]

    def _title(self, article_id: str) -> str:
        try:
            return self._assistant.article(article_id).title or article_id
        except NotFound:
            return article_id

    def _replies(self, exchanges: Sequence[Exchange], deadline: float) -> Iterator[tuple[str, bool]]:
        """Yield the answer to the last exchange: with the passages as found (False), then as read (True)."""
        before, last = [one.question for one in exchanges[:-1]], exchanges[-1]
        left_s = seconds_until(deadline)
        try:
            steps = self._assistant.answering(
                last.question, before, k=PASSAGES, filters=last.filters, read_s=left_s
            )
            for step, is_read in zip(steps, (False, True), strict=True):
                given = self._assistant.with_line(_spoken(step, last))
                yield cards.answer_html(given, self._titles(given), reading=not is_read), is_read
        except SanadError as error:
            yield cards.notice_html(public_message(error)), True
        except Exception as error:  # noqa: BLE001 - the page would wait for ever
            yield cards.notice_html(surprise(error)["detail"]), True

    def _titles(self, answer: Answer) -> dict[str, str]:
        others = {other for hit in (*answer.citations, *answer.nearest) for other in hit.also_in}
        return {other: self._title(other) for other in others}


def _language(exchange: Exchange) -> str:
    """Return the language of a question; the interface's if the question is too short to tell."""
    return detect(exchange.question, exchange.interface or "und", is_question=True)


def _spoken(answer: Answer, exchange: Exchange) -> Answer:
    """Return an answer that is given in the interface's language if its question is too short to tell its own."""
    is_told = detect(exchange.question, is_question=True) != "und"
    return answer if is_told or not exchange.interface else replace(answer, language=exchange.interface)


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _kept(history: History, reply: str) -> History:
    return [*history, _message("assistant", reply)][-2 * MAX_EXCHANGES :]

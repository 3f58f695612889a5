"""Handle the questions of the chat: show messages, keep exchanges, apply filters."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from assistant.core import question as questions
from assistant.core.conversation import (
    MAX_EXCHANGES,
    Exchange,
    filters_dict,
    read_filters,
    read_log,
    write_log,
)
from assistant.core.followup import Followed, follow_all
from assistant.core.phrases import LANGUAGE_NAMES, phrases
from assistant.core.problems import public_message, surprise
from assistant.presenting import cards, render
from index import NotFound, SanadError, detect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.core.answer import Answer
    from assistant.core.assistant import Assistant
    from index import Filters

PASSAGES = 3
_TABS = 64  # whose messages are cached; those of another tab are made again from its log

Message = dict[str, str]
History = list[Message]


class Dialogue:
    """Handles the chat's events over one assistant; each call brings the log of its conversation.

    The messages that a tab shows are cached, so that earlier questions need not be answered again.
    """

    def __init__(self, assistant: Assistant, question_chars: int) -> None:
        self._assistant = assistant
        self._question_chars = question_chars
        # tab -> (log, messages)
        self._shown: OrderedDict[str, tuple[str, History]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, typed: str, narrow: str, log: str, tab: str = "") -> Iterator[tuple[History, str, str]]:
        """Show the question at once, then its answer.

        Args:
            typed: the question.
            narrow: filters as JSON.
            log: the conversation so far, as the browser keeps it.
            tab: id that Gradio gives the browser's tab; "": nothing is cached.

        Yields:
            (messages shown, log, ""): the empty text clears the field that held the question.
        """
        history = self._history(log, tab)
        try:
            text = questions.check(typed, max_chars=self._question_chars)
            filters = read_filters(narrow)
        except SanadError as error:
            yield _kept(history, cards.notice_html(str(error))), log, ""
            return
        exchanges = [*read_log(log), Exchange(text, filters)]
        followed = follow_all(one.question for one in exchanges)[-1]
        asked = [*history, self._question(exchanges[-1], followed)]
        yield _kept(asked, cards.searching_html(detect(text))), log, ""
        for reply, is_whole in self._replies(exchanges):
            answered = _kept(asked, reply)
            yield answered, self._remember(tab, exchanges, answered) if is_whole else log, ""

    def restore(self, log: str, tab: str = "") -> tuple[History, str]:
        """Return the messages and the log of a conversation, each question answered from the current collection."""
        exchanges = read_log(log)
        history: History = []
        followed = follow_all(one.question for one in exchanges)
        for number, one in enumerate(exchanges):
            asked = [*history, self._question(one, followed[number])]
            *_, (reply, _) = self._replies(exchanges[: number + 1])
            history = _kept(asked, reply)
        return history, self._remember(tab, exchanges, history)

    def _history(self, log: str, tab: str) -> History:
        """Return the messages that a tab shows; rebuilt if the tab was reopened or the server restarted."""
        with self._lock:
            kept, history = self._shown.get(tab, ("", []))
        return history if kept == log else self.restore(log, tab)[0]

    def _remember(self, tab: str, exchanges: Sequence[Exchange], history: History) -> str:
        """Cache what a tab shows; return its log."""
        log = write_log(exchanges) if exchanges else ""
        if tab:
            with self._lock:
                self._shown[tab] = log, history
                self._shown.move_to_end(tab)
                if len(self._shown) > _TABS:
                    self._shown.popitem(last=False)
        return log

    def _question(self, exchange: Exchange, followed: Followed) -> Message:
        language = detect(exchange.question)
        say = phrases(language)
        notes = [(say.carried, list(followed.carried))] if followed.carried else []
        if exchange.filters:
            notes.append((say.only, self._narrowed(exchange.filters)))
        return _message("user", cards.question_html(exchange.question, language, notes))

    def _narrowed(self, filters: Filters) -> list[str]:
        named = filters_dict(filters)
        if "language" in named:
            named["language"] = LANGUAGE_NAMES.get(named["language"], named["language"])
        if "article" in named:
            named["article"] = self._title(named["article"])
        first, last = named.pop("from", ""), named.pop("to", "")
        days = [f"{first} – {last}".strip()] if first or last else []
        return [*(render.label(value) for value in named.values()), *days]

    def _title(self, article_id: str) -> str:
        try:
            return self._assistant.article(article_id).title or article_id
        except NotFound:
            return article_id

    def _replies(self, exchanges: Sequence[Exchange]) -> Iterator[tuple[str, bool]]:
        """Yield the answer to the last exchange: with the passages as found (False), then as read (True)."""
        before, last = [one.question for one in exchanges[:-1]], exchanges[-1]
        try:
            steps = self._assistant.answering(last.question, before, k=PASSAGES, filters=last.filters)
            found = next(steps)
            yield cards.answer_html(found, self._titles(found), reading=True), False
            read = next(steps)
            yield cards.answer_html(read, self._titles(read)), True
        except SanadError as error:
            yield cards.notice_html(public_message(error)), True
        except Exception as error:  # noqa: BLE001 - the page would wait for ever
            yield cards.notice_html(surprise(error)["detail"]), True

    def _titles(self, answer: Answer) -> dict[str, str]:
        others = {other for hit in (*answer.citations, *answer.nearest) for other in hit.also_in}
        return {other: self._title(other) for other in others}


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _kept(history: History, reply: str) -> History:
    return [*history, _message("assistant", reply)][-2 * MAX_EXCHANGES :]

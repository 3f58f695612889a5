"""What happens when someone asks in the chat: messages shown, exchanges kept, filters honoured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant import cards, render
from assistant import question as questions
from assistant.conversation import (
    MAX_EXCHANGES,
    Exchange,
    filters_dict,
    read_filters,
    read_log,
    write_log,
)
from assistant.followup import Followed, follow_all
from assistant.phrases import LANGUAGE_NAMES, phrases
from assistant.problems import public_message, surprise
from index import NotFound, SanadError, detect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.answer import Answer
    from assistant.assistant import Assistant
    from index import Filters

PASSAGES = 3

Message = dict[str, str]
History = list[Message]


class Dialogue:
    """The chat's events over one assistant; what a conversation is comes with each call."""

    def __init__(self, assistant: Assistant, question_chars: int) -> None:
        self._assistant = assistant
        self._question_chars = question_chars

    def ask(
        self, typed: str, narrow: str, log: str, history: History
    ) -> Iterator[tuple[History, History, str, str]]:
        """Show the question at once, then its answer.

        Args:
            typed: the question.
            narrow: filters as JSON.
            log: the conversation so far, as the browser keeps it.
            history: the messages so far.

        Yields:
            (messages shown, messages kept, log, ""): the field that held the question is emptied.
        """
        try:
            text = questions.check(typed, max_chars=self._question_chars)
            filters = read_filters(narrow)
        except SanadError as error:
            shown = _kept(history, cards.notice_html(str(error)))
            yield shown, history, log, ""
            return
        said = read_log(log)
        if said and not history:  # the page was opened anew, or the server was
            history = self.restore(log)[0]
        exchanges = [*said, Exchange(text, filters)]
        followed = follow_all(one.question for one in exchanges)[-1]
        asked = [*history, self._question(exchanges[-1], followed)]
        yield _kept(asked, cards.searching_html(detect(text))), asked, log, ""
        answered = _kept(asked, self._reply(exchanges))
        yield answered, answered, write_log(exchanges), ""

    def restore(self, log: str) -> tuple[History, History, str]:
        """The conversation of a log, each question answered by what the collection holds now; of none, an empty one."""
        exchanges = read_log(log)
        history: History = []
        followed = follow_all(one.question for one in exchanges)
        for number, one in enumerate(exchanges):
            asked = [*history, self._question(one, followed[number])]
            history = _kept(asked, self._reply(exchanges[: number + 1]))
        return history, history, write_log(exchanges)

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

    def _reply(self, exchanges: Sequence[Exchange]) -> str:
        """The answer to the last of them."""
        before, last = [one.question for one in exchanges[:-1]], exchanges[-1]
        try:
            answer = self._assistant.ask(last.question, before, k=PASSAGES, filters=last.filters)
            return cards.answer_html(answer, self._titles(answer))
        except SanadError as error:
            return cards.notice_html(public_message(error))
        except Exception as error:  # noqa: BLE001 - the page would wait for ever
            return cards.notice_html(surprise(error)["detail"])

    def _titles(self, answer: Answer) -> dict[str, str]:
        others = {other for hit in (*answer.citations, *answer.nearest) for other in hit.also_in}
        return {other: self._title(other) for other in others}


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _kept(history: History, reply: str) -> History:
    return [*history, _message("assistant", reply)][-2 * MAX_EXCHANGES :]

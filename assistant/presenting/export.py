"""Export a conversation as Markdown or JSON, each answer with its citations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assistant.core.conversation import filters_dict
from assistant.core.phrases import phrases
from assistant.presenting.citing import citation_markdown, markdown
from assistant.presenting.render import verdict_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.core.answer import Answer
    from assistant.core.conversation import Exchange

Answered = tuple["Exchange", "Answer"]


def as_json(conversation: Sequence[Answered]) -> str:
    """Return each answer as `Answer.to_dict` returns it, with its filters, as JSON."""
    made = [
        {**answer.to_dict(), "filters": filters_dict(one.filters) if one.filters else {}}
        for one, answer in conversation
    ]
    return json.dumps({"conversation": made}, ensure_ascii=False, indent=2)


def as_markdown(conversation: Sequence[Answered], site: str = "") -> str:
    """Return a section for each question, with its passages quoted and cited, as Markdown.

    Args:
        conversation: oldest first.
        site: where this collection is served, for links to the passages.
    """
    return "\n\n".join(_section(one, answer, site) for one, answer in conversation) + "\n"


def _section(one: Exchange, answer: Answer, site: str) -> str:
    say = phrases(answer.language)
    parts = [f"## {markdown(one.question)}"]
    if answer.carried:
        parts.append(f"{say.carried}: {markdown(' '.join(answer.carried))}")
    if answer.corrected:
        parts.append(f"{say.corrected}: {markdown(answer.understood)}")
    if one.filters:
        narrowed = ", ".join(f"{name}: {value}" for name, value in filters_dict(one.filters).items())
        parts.append(f"{say.only}: {markdown(narrowed)}")
    if answer.short_answer:
        parts.append(f"**{markdown(answer.short_answer.text)}** [{answer.short_answer.citation}]")
    parts += [markdown(line) for line in verdict_lines(answer, say)]
    cited = [citation_markdown(hit.article, hit.start, hit.end, site) for hit in answer.shown]
    return "\n\n".join([*parts, *cited])

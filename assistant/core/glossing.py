"""Gloss the passages of an answer, word by word, for a reader of another language."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assistant.core.answer import Answer
    from index import Glossed, Hit


class Gloss(NamedTuple):
    """The gloss of an answer; it is no translation.

    Attributes:
        language: ISO 639-1 code of the reader's language.
        line: the gloss of the short answer in reading order; None if there is none, or if it is in that language.
        passages: by `Hit.passage_id` the glossed words of passages in other languages, with offsets of the article.
    """

    language: str
    line: str | None
    passages: Mapping[str, tuple[Glossed, ...]]


def glossed(answer: Answer, target: str, gloss: Callable[[str, str, str], tuple[Glossed, ...]]) -> Gloss:
    """Gloss the passages and the short answer of an answer.

    Args:
        answer: what is glossed.
        target: ISO 639-1 code of the reader's language.
        gloss: glosses a text, given its language and the reader's.
    """
    from index import gloss_line

    foreign = {hit.rank: hit for hit in answer.shown if _language(hit) != target}
    passages = {
        hit.passage_id: tuple(
            word._replace(start=word.start + hit.start, end=word.end + hit.start)
            for word in gloss(hit.text, _language(hit), target)
        )
        for hit in foreign.values()
    }
    short = answer.short_answer
    line = None
    if short is not None and short.citation in foreign:
        line = gloss_line(gloss(short.text, _language(foreign[short.citation]), target))
    return Gloss(target, line or None, passages)


def _language(hit: Hit) -> str:
    return hit.article.language or "und"

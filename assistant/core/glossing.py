"""Gloss an answer or a part of an article, word by word, for a reader of another language."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.core.answer import Answer
    from index import Article, Glossed, Hit

    Glossing = Callable[[str, str, str], tuple[Glossed, ...]]

HUB = "en"
"""Language of a reader whose own language the lexicon lacks."""


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


def language_for(asked: str, known: Sequence[str]) -> str | None:
    """Return the language to gloss in for a question in a language; None without a lexicon.

    Args:
        asked: ISO 639-1 code of the question's language.
        known: codes of the lexicon's languages.
    """
    return next((language for language in (asked, HUB) if language in known), None)


def is_foreign(article: Article, target: str) -> bool:
    """Return whether an article is known to be in another language than a reader's."""
    return article.language not in (target, None, "und")


def glossed(answer: Answer, target: str, gloss: Glossing) -> Gloss:
    """Gloss the passages and the short answer of an answer.

    Args:
        answer: what is glossed.
        target: ISO 639-1 code of the reader's language.
        gloss: glosses a text, given its language and the reader's.
    """
    foreign = [hit for hit in answer.shown if _language(hit) != target]
    passages = {
        hit.passage_id: tuple(
            word._replace(start=word.start + hit.start, end=word.end + hit.start)
            for word in gloss(hit.text, _language(hit), target)
        )
        for hit in foreign
    }
    return Gloss(target, line_of(answer, target, gloss), passages)


def line_of(answer: Answer, target: str, gloss: Glossing) -> str | None:
    """Return the gloss of the short answer in reading order; None if there is none, or if it is in that language."""
    from index import gloss_line

    short = answer.short_answer
    if short is None:
        return None
    language = next(_language(hit) for hit in answer.shown if hit.rank == short.citation)
    return gloss_line(gloss(short.text, language, target)) or None if language != target else None


def _language(hit: Hit) -> str:
    return hit.article.language or "und"

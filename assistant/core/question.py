"""Check what a person typed: the question, k and the filters; all their limits are here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from index import Filters, QuestionError, language_codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")

MAX_CHARS = 1000
MAX_K = 100
MAX_HISTORY = 30
"""How many of the questions before are used; older ones are ignored."""
_MAX_FILTER_CHARS = 300
_FILTERS = tuple(field.name for field in fields(Filters))
_EARLIER = {
    "from": "published_from", "to": "published_to", "date_from": "published_from", "date_to": "published_to",
}  # fmt: skip

# Controls that reorder what is shown; ZWNJ and ZWJ (U+200C, U+200D) are spelling and stay.
_BIDI_CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_DROPPED = re.compile(f"[{_BIDI_CONTROLS}\ufeff\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def check(question: str, *, max_chars: int = MAX_CHARS) -> str:
    """Return the question as it will be searched: one line, without control characters.

    Args:
        question: as it was typed; any text, lone surrogates included.
        max_chars: longest question allowed, counted after stripping.

    Returns:
        Text with at least one letter or digit, spaces collapsed.

    Raises:
        QuestionError: nothing to search for, or too long.
    """
    stripped = question.strip()
    if len(stripped) > max_chars:
        raise QuestionError(
            f"the question has {len(stripped):,} characters, the limit is {max_chars:,}:"
            " ask one thing in a sentence or two"
        )
    text = " ".join(_CONTROLS.sub(" ", _DROPPED.sub("", stripped)).split())
    if not any(unicodedata.category(character)[0] in "LN" for character in text):
        raise QuestionError("the question is empty: write at least one word")
    return text


def check_asks(question: str) -> None:
    """Refuse a question that is nothing but a link.

    Raises:
        QuestionError: it is only a link; the message says what to do with it.
    """
    if all(map(_LINK.fullmatch, question.split())):
        raise QuestionError(
            "that is a link, not a question: add the article that it leads to (`sanad add --allow-links LINK`,"
            " or in the library of a server started with --allow-links), then ask what it says"
        )


def check_history(history: Sequence[str], *, max_chars: int = MAX_CHARS) -> list[str]:
    """Return the newest of the questions asked before, each as `check` returns it.

    Raises:
        QuestionError: one of them cannot be used.
    """
    if isinstance(history, str):  # a sequence of letters, which is a mistake
        raise QuestionError("history is one text: give a list of the questions asked before, oldest first")
    newest = list(history)[-MAX_HISTORY:]
    checked = []
    for number, question in enumerate(newest, start=len(history) - len(newest) + 1):
        try:
            checked.append(check(question, max_chars=max_chars))
        except QuestionError as error:
            raise QuestionError(f"question {number} of the history: {error}") from error
    return checked


def check_k(k: int, *, max_k: int = MAX_K) -> int:
    """Return k, the number of passages wanted.

    Raises:
        QuestionError: k is below 1 or above max_k.
    """
    if not 1 <= k <= max_k:
        raise QuestionError(f"k is {k}: it must be from 1 to {max_k}")
    return k


def renamed(given: Mapping[str, T]) -> dict[str, T]:
    """Return names and values with the earlier names of the dates as they are now; a date named twice stays so."""
    now = {name: _EARLIER.get(name, name) for name in given}
    return {name if now[name] in given else now[name]: value for name, value in given.items()}


def filters_of(given: Mapping[str, object]) -> Filters | None:
    """Return the filters among names and values; None if there are none.

    Args:
        given: `source`, `language`, `published_from`, `published_to`, `article`, each a text or None, and anything
            else, which is ignored. `from` and `to`, or `date_from` and `date_to`, are read as the dates too.

    Raises:
        QuestionError: a value is no text or too long, a date is not ISO 8601, the first date is after the last, or the
            language is not a code.
    """
    named = renamed(given)
    told = {name: _text(name, named.get(name)) for name in _FILTERS}
    if language := told["language"]:
        if not _LANGUAGE.fullmatch(language.lower()):
            raise QuestionError(f"language is {language!r}: it must be a code such as ar or en")
        told["language"] = language.lower()
    first, last = (_date(name, told[name]) for name in ("published_from", "published_to"))
    if first and last and first[:10] > last[:10]:
        raise QuestionError(f"published_from ({first}) is after published_to ({last}): exchange them")
    return Filters(**told) if any(told.values()) else None


def check_filters(filters: Filters | None) -> Filters | None:
    """Return filters checked, as `filters_of` does."""
    return filters_of(asdict(filters)) if filters else None


def check_gloss(gloss: str | None, languages: Sequence[str]) -> str | None:
    """Return the language to gloss in; None for none.

    Args:
        gloss: as it was given.
        languages: those that the lexicon has.

    Raises:
        QuestionError: it is none of them.
    """
    language = _text("gloss", gloss)
    if language is not None and not languages:
        raise QuestionError("nothing can be glossed: this installation lacks the lexicon")
    return None if language is None else _one_of(languages, "gloss", language)


def check_translate(translate: str) -> str:
    """Return the language to translate into.

    Args:
        translate: as it was given.

    Raises:
        QuestionError: it is none of the languages that are known.
    """
    return _one_of(language_codes(), "translate", _text("translate", translate) or "")


def _one_of(languages: Sequence[str], name: str, given: str) -> str:
    if given.lower() in languages:
        return given.lower()
    raise QuestionError(f"{name} is {given[:20]!r}: it must be one of {', '.join(languages)}")


def _text(name: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise QuestionError(f"{name} must be text")
    if len(value) > _MAX_FILTER_CHARS:
        raise QuestionError(f"{name} has {len(value):,} characters, the limit is {_MAX_FILTER_CHARS}")
    return _DROPPED.sub("", value).strip() or None


def _date(name: str, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        date.fromisoformat(text) if len(text) == len("2023-10-19") else datetime.fromisoformat(text)
    except ValueError as error:
        raise QuestionError(f"{name} is {text!r}: it must be a date such as 2023-10-19") from error
    return text

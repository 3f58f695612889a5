"""Check and normalise the metadata of an article, so that each value fits on one line."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING

from index.errors import ArticleError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_ID_CHARS = 200

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]+)?")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_JOINERS = "\u200c\u200d"  # Persian and Indic spelling needs them; other format characters are invisible


def article_id(value: str | None, name: str) -> str | None:
    """Return an id unchanged: 1 to MAX_ID_CHARS printable characters; None stays None.

    Raises:
        ArticleError: it is empty, too long, or has control or direction characters.
    """
    if value is None:
        return None
    if not 1 <= len(value) <= MAX_ID_CHARS or not value.isprintable() or not value.strip():
        raise ArticleError(
            f"{name}: the id {value[:40]!a} is not 1 to {MAX_ID_CHARS} printable characters; "
            "choose another or leave it out"
        )
    return value


def published(value: str | None, name: str) -> str | None:
    """Return a date, or a date and time, in ISO 8601 with ASCII digits; None and "" give None.

    Raises:
        ArticleError: it is not a full date.
    """
    if not value:
        return None
    plain = "".join(str(unicodedata.decimal(char, char)) for char in str(value)).strip()
    try:
        if len(plain) <= 10:
            return date.fromisoformat(plain).isoformat()
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d)", "", plain)).isoformat()
    except ValueError as error:
        raise ArticleError(f"{name}: the date {value!a} is not ISO 8601; write it as 2023-10-19") from error


def url(value: str | None, name: str) -> str | None:
    """Return an http or https address; None and "" give None.

    Raises:
        ArticleError: it is not such an address.
    """
    if not value:
        return None
    if not _ADDRESS.fullmatch(value.strip()) or not value.strip().isprintable():
        raise ArticleError(f"{name}: the url {value[:80]!a} is not an http or https address; mend it")
    return value.strip()


def language(value: str | None, name: str) -> str | None:
    """Return the lower-case primary code of a language tag (`ar-SY` gives `ar`); None and "" give None.

    Raises:
        ArticleError: it is not a language tag.
    """
    if not value:
        return None
    tag = _LANGUAGE.fullmatch(value.strip())
    if tag is None:
        raise ArticleError(
            f"{name}: the language {value[:40]!a} is not an ISO 639-1 code; write it as ar or en"
        )
    return tag[1].lower()


def lenient(check: Callable[[str | None, str], str | None], value: str | None) -> str | None:
    """Return the result of a check, or None if it raises ArticleError."""
    try:
        return check(value, "")
    except ArticleError:
        return None


def cleaned(value: str | None) -> str | None:
    """Return a text on one line without control and direction characters; None if nothing is left."""
    if value is None:
        return None
    if value.isprintable():
        return " ".join(value.split()) or None
    words = (
        "".join(char for char in word if char.isprintable() or char in _JOINERS) for word in value.split()
    )
    return " ".join(filter(None, words)) or None


def shortened(value: str, max_chars: int) -> str:
    """Return the text on one line, cut after a word to at most `max_chars` characters with `…`."""
    line = cleaned(value[: max_chars * 20]) or ""
    if len(line) <= max_chars:
        return line
    head = line[: max_chars - 1]
    if not line[max_chars - 1].isspace() and head.rfind(" ") > max_chars // 2:
        head = head[: head.rfind(" ")]
    while head and unicodedata.category(line[len(head)]).startswith("M"):
        head = head[:-1]
    return head.rstrip(" ,،;؛:-–—.") + "…"

"""Encode what was read from a file as JSON, and back; what comes back cannot be trusted."""

from __future__ import annotations

from typing import Any

from index import errors
from index.processes.frames import Broken
from index.records import Added, Article

_FIELDS = ("text", "title", "source", "url", "author", "published", "language", "origin")


def packed(parts: list[Article | Added]) -> list[dict[str, str | None]]:
    """Return parts as JSON objects."""
    return [
        {"skipped": each.name, "reason": each.reason}
        if isinstance(each, Added)
        else {name: getattr(each, name) for name in _FIELDS if getattr(each, name) is not None}
        for each in parts
    ]


def unpacked(items: list[dict[str, Any]]) -> list[Article | Added]:
    """Return the parts that `packed` encoded; a compromised child can send nothing else.

    Raises:
        Broken: the items are not parts.
    """
    try:
        return [
            Added("skipped", str(item["skipped"]), None, str(item["reason"]))
            if "skipped" in item
            else Article(**{name: str(value) for name, value in item.items() if name in _FIELDS})
            for item in items
        ]
    except (TypeError, KeyError, AttributeError) as error:
        raise Broken("no parts") from error


def error_named(name: str, message: str) -> errors.ArticleError:
    """Return the article error of that name; an unknown name gives an UnreadableArticle."""
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, errors.ArticleError):
        return kind(message)
    return errors.UnreadableArticle(message)

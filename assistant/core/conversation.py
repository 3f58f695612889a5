"""Read and write a conversation as the browser keeps it: questions and their filters, without answers.

The browser sends it back with each question, so it is untrusted input: invalid entries are left out,
and its size is limited.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.core.phrases import READING
from assistant.core.question import MAX_HISTORY, check, filters_of
from index import SanadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index import Filters

MAX_EXCHANGES = MAX_HISTORY
MAX_LOG_CHARS = 16_000  # with the question it must fit into a request's body


class Exchange(NamedTuple):
    """A question as it was typed, the filters of its answer, and the interface's language, "" if unknown."""

    question: str
    filters: Filters | None = None
    interface: str = ""


def read_filters(text: str) -> Filters | None:
    """Return the filters of a JSON object such as {"language": "ar", "published_from": "2024-01-01"}; None for none.

    Raises:
        QuestionError: a value cannot be used.
    """
    return _filters(_json(text))


def read_interface(text: str) -> str:
    """Return the interface's language of a JSON object such as {"interface": "ar"}; "" for none that it speaks."""
    given = _json(text)
    return _interface(given) if isinstance(given, dict) else ""


def read_log(text: str) -> list[Exchange]:
    """Return the exchanges of a log, oldest first; invalid ones are left out."""
    found = _json(text)
    exchanges = [_exchange(item) for item in found] if isinstance(found, list) else []
    return [one for one in exchanges if one is not None][-MAX_EXCHANGES:]


def write_log(exchanges: Sequence[Exchange]) -> str:
    """Return a log of the newest exchanges, as many as fit into it."""
    kept: list[dict[str, Any]] = []
    room = MAX_LOG_CHARS
    for one in reversed(exchanges[-MAX_EXCHANGES:]):
        item: dict[str, Any] = {"question": one.question}
        if one.filters:
            item["filters"] = filters_dict(one.filters)
        if one.interface:
            item["interface"] = one.interface
        room -= len(json.dumps(item, ensure_ascii=False)) + 2
        if room < 0:
            break
        kept.append(item)
    return json.dumps(kept[::-1], ensure_ascii=False)


def filters_dict(filters: Filters) -> dict[str, str]:
    """Return the filters that are set, by their names."""
    return {name: value for name, value in asdict(filters).items() if value}


def _json(text: str) -> Any:  # noqa: ANN401  # whatever JSON holds
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        return None


def _filters(given: object) -> Filters | None:
    return filters_of(given) if isinstance(given, dict) else None


def _interface(given: dict[str, object]) -> str:
    found = given.get("interface")
    return found if isinstance(found, str) and found in READING else ""


def _exchange(item: object) -> Exchange | None:
    if not isinstance(item, dict) or not isinstance(item.get("question"), str):
        return None
    try:
        filters = _filters(item.get("filters"))
        return Exchange(check(item["question"]), filters, _interface(item))
    except SanadError:
        return None

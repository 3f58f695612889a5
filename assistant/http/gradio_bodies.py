"""Check the one body that Gradio receives: the function to call, and its plain values.

Gradio takes an object among a function's values for a file to read or an address to fetch, whoever sends it.
So only plain values pass, and the body that goes on is built anew from the checked parts.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from index import QuestionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEXT: tuple[type, ...] = (str,)
PLAIN: tuple[type, ...] = (str, int, float, bool, type(None))

_NEEDED = frozenset({"data", "fn_index", "session_hash"})
_KNOWN = _NEEDED | {"event_data", "trigger_id"}  # the page sends these too; Gradio does not need them
_SESSION = re.compile(r"[A-Za-z0-9-]{1,64}")  # the page's have 8 to 13 characters, gradio_client's 36
_MAX_NUMBER = 2**53  # larger numbers of JSON are not exact


class Call(NamedTuple):
    """A call of a function.

    Attributes:
        session: id that a browser's tab or a client chose; whoever names it receives the answer.
        body: JSON for Gradio.
    """

    session: str
    body: bytes


def is_session(text: str) -> bool:
    """Return whether a text can be the id of a session."""
    return _SESSION.fullmatch(text) is not None


def checked(content: bytes, functions: Mapping[int, Sequence[tuple[type, ...]]]) -> Call:
    """Return the call that a body asks for.

    Args:
        content: as it was sent.
        functions: by number, the types that each value may have, in order.

    Raises:
        QuestionError: it is not what the page or gradio_client sends.
    """
    given = _read(content)
    if unknown := sorted(given.keys() - _KNOWN):
        raise QuestionError(f"the body has {unknown[0][:50]!r}, which is not known here")
    if missing := sorted(_NEEDED - given.keys()):
        raise QuestionError(f"the body lacks {missing[0]!r}")
    number, session, data = given["fn_index"], given["session_hash"], given["data"]
    if type(number) is not int or number not in functions:
        raise QuestionError("fn_index is not the number of a function that can be called")
    if not isinstance(session, str) or not is_session(session):
        raise QuestionError("session_hash must be 1 to 64 letters, digits and hyphens")
    if given.get("event_data") is not None or type(given.get("trigger_id")) not in (int, type(None)):
        raise QuestionError("event_data must be null, and trigger_id a number")
    _check(data, functions[number])
    return Call(session, json.dumps({"data": data, "fn_index": number, "session_hash": session}).encode())


def _read(content: bytes) -> dict[str, Any]:
    try:
        given = json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise QuestionError("the body is not JSON in UTF-8 with each key once") from error
    if not isinstance(given, dict):
        raise QuestionError("the body must be a JSON object")
    return given


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _check(data: object, kinds: Sequence[tuple[type, ...]]) -> None:
    if not isinstance(data, list) or len(data) != len(kinds):
        raise QuestionError(f"data must be a list of {len(kinds)} values")
    for place, (value, types) in enumerate(zip(data, kinds, strict=True)):
        if type(value) not in types:
            wanted = "text" if types == TEXT else "text, a number, true, false or null"
            raise QuestionError(f"data[{place}] must be {wanted}")
        if not _is_sound(value):
            raise QuestionError(f"data[{place}] is half a character or a number that is too large")


def _is_sound(value: object) -> bool:
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, int | float):
        return math.isfinite(value) and abs(value) <= _MAX_NUMBER
    return True

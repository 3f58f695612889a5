"""Explain what is wrong with a tool's arguments, so that a language model can correct its call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_KINDS = {"string": "a text", "integer": "a whole number", "boolean": "true or false", "null": "null"}
_MAX_SHOWN = 60


def complaint(tool: str, schema: Mapping[str, Any], given: Mapping[str, Any], wrong: Collection[str]) -> str:
    """Return what is missing, wrong or unknown, and what the tool takes.

    Args:
        tool: its name.
        schema: JSON Schema of its arguments.
        given: the arguments of the call.
        wrong: the names of those that are missing or cannot be used.
    """
    known: Mapping[str, Any] = schema["properties"]
    told = [_wrong(name, known[name], given) for name in known if name in wrong]
    told += [f"`{name[:_MAX_SHOWN]}` is no argument of it" for name in given if name not in known]
    needed = [f"`{name}`" for name in schema.get("required", ())]
    others = [f"`{name}`" for name in known if f"`{name}`" not in needed]
    takes = f"it takes {', '.join(needed)}, and may take {', '.join(others)}"
    return f"`{tool}` cannot be called so: {'; '.join(told)}. Call it again: {takes}."


def _wrong(name: str, schema: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    if name not in given:
        return f"`{name}` is missing ({schema.get('description', _kind(schema)).rstrip('.')})"
    shown = json.dumps(given[name], ensure_ascii=False, default=str)
    shown = shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}…"
    return f"`{name}` is {shown}, and must be {_kind(schema)}"


def _kind(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return "a list of texts"
    low, high = schema.get("minimum"), schema.get("maximum")
    within = (
        "" if low is None else f" from {low:,} to {high:,}" if high is not None else f" of {low:,} or more"
    )
    return f"{_KINDS.get(schema.get('type', ''), 'another value')}{within}"

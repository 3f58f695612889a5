"""Parse the `key: value` lines between two `---` lines that many Markdown files begin with."""

from __future__ import annotations

import re

_MAX_CHARS = 8_000
_BLOCK = re.compile(r"\ufeff?---[ \t]*\r?\n(?P<body>.*?)(?:\r?\n|(?<=\n))---[ \t]*(?:\r?\n|$)", re.DOTALL)
_PAIR = re.compile(r"(?P<key>[A-Za-z][\w -]{0,40}):(?:[ \t]+(?P<value>.*))?$")
_CONTINUED = re.compile(r"[ \t]+\S|-[ \t]|#|\s*$")


def parse(text: str) -> tuple[dict[str, str], int]:
    """Read the front matter at the start of a text.

    Only plain `key: value` lines are read; nested values are skipped. A block with any other line
    between the fences is not front matter.

    Returns:
        The values by lower-case key, quotes removed, and the offset at which the text proper
        begins: `({}, 0)` when there is no front matter.
    """
    if not text.startswith(("---", "\ufeff---")):
        return {}, 0
    block = _BLOCK.match(text, 0, _MAX_CHARS)
    if block is None:
        return {}, 0
    values: dict[str, str] = {}
    for line in block["body"].splitlines():
        pair = _PAIR.match(line)
        if pair is None and not _CONTINUED.match(line):
            return {}, 0
        if pair is not None and pair["value"]:
            values.setdefault(pair["key"].strip().lower(), _plain(pair["value"]))
    return (values, block.end()) if values else ({}, 0)


def _plain(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return "".join(char for char in value if char.isprintable()).strip()

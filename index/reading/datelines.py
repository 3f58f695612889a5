"""Find the date of an article on a short line above its prose."""

from __future__ import annotations

import re

from index.chunking.sections import Kind, blocks
from index.reading.dates import of_line

_TOP_CHARS = 1_200
_YEAR = re.compile(r"\d{4}")


def dated(text: str) -> str | None:
    """Return the date of a dateline above the prose as ISO 8601; never that of a sentence or a title."""
    if not _YEAR.search(text, 0, _TOP_CHARS):
        return None
    top = text[:_TOP_CHARS]
    found = blocks(top)
    first = next((at for at, block in enumerate(found) if block.kind is Kind.PROSE), len(found))
    above = [top[block.start : block.end] for block in found[:first]]
    title = max(above, key=len, default="")
    dates = (of_line(line) for line in above if len(above) == 1 or line != title)
    return next((date for date in dates if date), None)

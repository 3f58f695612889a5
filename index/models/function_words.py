"""Know what function words and written-on particles mean in English; bundled/function-words.txt lists them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.analysis.folding import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

IN = "en"
"""The language of the meanings."""
_FILE = Path(__file__).parent.parent / "bundled" / "function-words.txt"


@cache
def function_words(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the meanings of each listed word of a language, by the folded word; empty for one without a list."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        code, colon, listed = line.partition(": ")
        if colon and code == language:
            pairs = (entry.partition("=") for entry in listed.split())
            found |= {fold(word): tuple(told.replace("_", " ").split("/")) for word, _, told in pairs}
    return found

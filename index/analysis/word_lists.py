"""Read the shipped lists of words, which hold one language a line: its ISO 639-1 code, a colon, its words."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "bundled"


def word_list(name: str) -> dict[str, str]:
    """Return what a file of `index/bundled/` lists, by language; lines that begin with # are comments."""
    lines = (_FOLDER / name).read_text("utf-8").splitlines()
    parts = (line.partition(":") for line in lines if not line.startswith("#"))
    return {language: listed.strip() for language, colon, listed in parts if colon}

"""Write a stem of the lexicon as a word that people read; training/surfaces.py counts how each is written."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent.parent / "bundled" / "lexicon"


def written(stem: str, language: str) -> str:
    """Return the form in which a stem is written most often; the stem itself where none is known."""
    return _forms(language).get(stem, stem)


@cache  # read once, by the first gloss of a process
def _forms(language: str) -> Mapping[str, str]:
    path = _FOLDER / f"surfaces.{language}.txt.gz"
    if not path.is_file():
        return {}
    rows = (line.partition("\t") for line in gzip.decompress(path.read_bytes()).decode().splitlines())
    return {stem: form for stem, _, form in rows}

"""Translations of terms with probabilities, from one memory-mapped file; two other languages meet through English.

The file is made by training/lexicon.py. `lexicon.json` says where each array stands in `lexicon.bin`:

    words.LL       uint8    the terms of a language, one after the other in UTF-8, sorted by their bytes
    ends.LL        uint32   where each term ends in `words.LL`
    sizes.LL.MM    uint8    how many translations into MM each term of LL has
    targets.LL.MM  uint32 or uint16   numbers of the translations among the terms of MM, best first
    roots.LL.MM    uint8    square root of each probability, times 255

One of LL and MM is always English.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np

from index.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT = 1
HUB = "en"
MAX_TRANSLATIONS = 20
"""Translations of a term given at most."""
SMALLEST = 0.003
"""Probability below which a translation through English is dropped (swept .03 to .003, docs/retrieval.md)."""
_THROUGH = 12


class Lexicon:
    """Translations of stems; immutable, and shared between threads and processes.

    Attributes:
        languages: ISO 639-1 codes of the languages that can be translated from and to.
    """

    def __init__(self, arrays: dict[str, NDArray[np.generic]], languages: tuple[str, ...]) -> None:
        self.languages = languages
        self._arrays = arrays
        self._starts: dict[str, NDArray[np.int64]] = {}
        self._translate = lru_cache(maxsize=16_384)(self._look_up)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map the lexicon in a folder into memory.

        Raises:
            ModelError: the files are missing, of another format, or shorter than they say.
        """
        try:
            header = json.loads((path / "lexicon.json").read_text(encoding="utf-8"))
            mapped = np.memmap(path / "lexicon.bin", dtype=np.uint8, mode="r")
            if header["format"] != FORMAT:
                raise ModelError(
                    f"the lexicon {path} has format {header['format']}, this version reads {FORMAT}:"
                    " make it again with training/lexicon.py"
                )
            arrays = {
                name: np.frombuffer(mapped, dtype=dtype, count=count, offset=offset)
                for name, (dtype, offset, count) in header["arrays"].items()
            }
            return cls(arrays, tuple(header["languages"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"the lexicon {path} cannot be read ({error}): restore the folder or make it with"
                " training/lexicon.py"
            ) from error

    def translate(self, stem: str, source: str, target: str) -> list[tuple[str, float]]:
        """Stems of the target language for a stem of the source language, the most probable first.

        Args:
            stem: as `word_terms` gives it under the source language's rules.
            source, target: ISO 639-1 codes.

        Returns:
            At most `MAX_TRANSLATIONS` stems with probabilities in (0, 1]; nothing for an unknown stem or language, or
            when source and target are the same.
        """
        return list(self._translate(stem, source, target))

    def _look_up(self, stem: str, source: str, target: str) -> tuple[tuple[str, float], ...]:
        if source == target or not {source, target} <= set(self.languages):
            return ()
        number = self._number(stem, source)
        if number < 0:
            return ()
        if HUB in {source, target}:
            found = self._direct(number, source, target)
        else:
            found = self._through_hub(number, source, target)
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MAX_TRANSLATIONS]
        return tuple((self._term(translation, target), p) for translation, p in ranked)

    def _through_hub(self, number: int, source: str, target: str) -> dict[int, float]:
        found: dict[int, float] = {}
        for middle, p in self._direct(number, source, HUB, _THROUGH).items():
            for last, q in self._direct(middle, HUB, target, _THROUGH).items():
                found[last] = found.get(last, 0.0) + p * q
        return {translation: p for translation, p in found.items() if p >= SMALLEST}

    def _direct(
        self, number: int, source: str, target: str, most: int = MAX_TRANSLATIONS
    ) -> dict[int, float]:
        pair = f"{source}.{target}"
        starts = self._starts.get(pair)
        if starts is None:
            sizes = self._arrays[f"sizes.{pair}"]
            starts = self._starts[pair] = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
        first, last = int(starts[number]), int(starts[number + 1])
        last = min(last, first + most)
        roots = self._arrays[f"roots.{pair}"][first:last].tolist()
        targets = self._arrays[f"targets.{pair}"][first:last].tolist()
        return {t: (root / 255) ** 2 for t, root in zip(targets, roots, strict=True)}

    def _number(self, stem: str, language: str) -> int:
        """Place of a stem among the language's terms, or -1; binary search."""
        wanted = stem.encode("utf-8", "surrogatepass")
        low, high = 0, len(self._arrays[f"ends.{language}"])
        while low < high:
            middle = (low + high) // 2
            term = self._bytes(middle, language)
            if term == wanted:
                return middle
            low, high = (middle + 1, high) if term < wanted else (low, middle)
        return -1

    def _term(self, number: int, language: str) -> str:
        return self._bytes(number, language).decode("utf-8")

    def _bytes(self, number: int, language: str) -> bytes:
        ends = self._arrays[f"ends.{language}"]
        first = int(ends[number - 1]) if number else 0
        return self._arrays[f"words.{language}"][first : int(ends[number])].tobytes()

"""Translate terms with probabilities, from one memory-mapped file; pairs without English go through English.

training/lexicon.py makes the file. `lexicon.json` says where each array stands in `lexicon.bin`:

    words.LL       uint8    the terms of a language, one after the other, sorted by their bytes: one byte a character
                            by the language's alphabet in `lexicon.json`, or UTF-16-BE where that is empty
    lengths.LL     uint8    bytes of each term in `words.LL`
    present.LL.MM  uint8    which terms of LL have translations into MM, one bit each
    sizes.LL.MM    uint8    how many, for those that have any
    targets.LL.MM  uint16   numbers of the translations among the terms of MM, best first, lower 16 bits
    above.LL.MM    uint8    their upper 8 bits
    roots.LL.MM    uint8    square root of each probability, times 255

One of LL and MM is always English.
"""

from __future__ import annotations

import json
from codecs import charmap_decode
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from index.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT = 1
HUB = "en"
FORMS = "forms"
"""The folder beside a lexicon that holds the one of forms."""
PIVOT = "ar"
"""Language through which English words are paraphrased: the one with the largest part of the lexicon."""
MAX_TRANSLATIONS = 12
"""Most translations of a term."""
SMALLEST = 0.003
"""Probability below which a translation through English is dropped (swept .03 to .003, docs/lab/sweeps.md)."""
_SQUARES = [(root / 255) ** 2 for root in range(256)]


class _Terms(NamedTuple):
    """The terms of a language: their concatenated bytes, and where each ends, after a leading 0."""

    words: memoryview
    ends: memoryview


class Pair(NamedTuple):
    """The concatenated translations of a language pair, and where those of each term end, after a leading 0."""

    ends: memoryview
    targets: memoryview
    above: memoryview
    roots: memoryview


class Lexicon:
    """Translations of stems; immutable, and shared between threads and processes.

    Attributes:
        languages: ISO 639-1 codes of the languages that can be translated from and to.
        forms: translates forms of words instead of stems, into words as they are written, the most probable first
            (training/forms.py); None without such a file.
    """

    forms: Lexicon | None = None

    def __init__(
        self,
        arrays: dict[str, NDArray[np.generic]],
        alphabets: dict[str, str],
    ) -> None:
        self.languages = tuple(alphabets)
        self._arrays = arrays
        # numbers are read one by one: a memoryview returns a Python int, NumPy wraps each in an object
        self._views = {name: array.data for name, array in arrays.items()}
        self._alphabets = alphabets
        self._codes = {
            language: {ord(character): code for code, character in enumerate(alphabet)}
            for language, alphabet in alphabets.items()
        }
        self._terms: dict[str, _Terms] = {}
        self._pairs: dict[tuple[str, str], Pair] = {}
        self._find = lru_cache(maxsize=16_384)(self._number)
        self._translate = lru_cache(maxsize=16_384)(self._look_up)
        self._paraphrase = lru_cache(maxsize=16_384)(self._there_and_back)

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
            made = cls(arrays, dict(header["alphabets"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"the lexicon {path} cannot be read ({error}): restore the folder or make it with"
                " training/lexicon.py"
            ) from error
        if (path / FORMS).is_dir():
            made.forms = cls.open(path / FORMS)
        return made

    def translate(self, stem: str, source: str, target: str) -> tuple[tuple[str, float], ...]:
        """Return stems of the target language for a stem of the source language, most probable first.

        Args:
            stem: as `word_terms` returns it under the source language's rules.
            source, target: ISO 639-1 codes.

        Returns:
            At most `MAX_TRANSLATIONS` stems with probabilities in (0, 1]; nothing for an unknown stem or language, or
            when source and target are the same.
        """
        if source == target or source not in self._alphabets or target not in self._alphabets:
            return ()
        return self._translate(stem, source, target)

    def knows(self, stem: str, source: str) -> bool:
        """Return whether a stem of the source language may have translations; if not, `translate` finds none."""
        if source not in self._alphabets:
            return False
        return self.has(stem, source) or (_may_be_name(stem, source) and self.has(stem, HUB))

    def has(self, stem: str, language: str) -> bool:
        """Return whether a stem is a word of a language; unlike in `knows`, a name spelled as in English is not."""
        return language in self._alphabets and self._find(stem, language) >= 0

    def translates(self, stem: str, language: str) -> bool:
        """Return whether a stem has translations into English; faster than to look them up."""
        number = self._find(stem, language) if language in self._alphabets else -1
        if number < 0 or language == HUB:
            return False
        ends = self._pair(language, HUB).ends
        return ends[number] < ends[number + 1]

    def size(self, language: str) -> int:
        """Return the number of terms of a language."""
        return len(self._arrays[f"lengths.{language}"]) if language in self._alphabets else 0

    def paraphrases(
        self, stem: str, language: str, most: int = MAX_TRANSLATIONS
    ) -> tuple[tuple[str, float], ...]:
        """Return other stems of the same language that share translations with a stem, most probable first.

        The probability is that of translating there and back: sum over e of p(e | stem) p(paraphrase | e). So
        "meeting" finds "gathering", and an Arabic verb its verbal noun and broken plurals, by their meaning.

        Args:
            stem: as `word_terms` returns it under the language's rules.
            language: ISO 639-1 code.
            most: how many to return at most.

        Returns:
            At most `most` stems, without the stem itself, with probabilities in (0, 1]; nothing for an
            unknown stem or language.

        Source: Bannard, Callison-Burch, ACL 2005, https://aclanthology.org/P05-1074 (bilingual pivoting).
        """
        return self._paraphrase(stem, language, most)

    def _there_and_back(self, stem: str, language: str, most: int) -> tuple[tuple[str, float], ...]:
        number = self._find(stem, language) if language in self.languages else -1
        if number < 0 or PIVOT not in self.languages:
            return ()
        pivot = PIVOT if language == HUB else HUB
        there, back = self._pair(language, pivot), self._pair(pivot, language)
        return self._told(through(there, back, number, number, most), language)

    def _look_up(self, stem: str, source: str, target: str) -> tuple[tuple[str, float], ...]:
        number = self._find(stem, source)
        found: list[tuple[int, float]] = []
        if number >= 0 and HUB in {source, target}:
            found = _ranked(_translations(self._pair(source, target), number), MAX_TRANSLATIONS)
        elif number >= 0:
            pairs = self._pair(source, HUB), self._pair(HUB, target)
            found = through(*pairs, number, -1, MAX_TRANSLATIONS)
        if not found and _may_be_name(stem, source):
            return self._translate(stem, HUB, target) if target != HUB else ()
        return self._told(found, target)

    def _told(self, found: list[tuple[int, float]], language: str) -> tuple[tuple[str, float], ...]:
        return tuple([(self.term(number, language), p) for number, p in found])

    def _pair(self, source: str, target: str) -> Pair:
        pair = self._pairs.get((source, target))
        if pair is None:
            of = f"{source}.{target}"
            views = [self._views[f"{name}.{of}"] for name in ("targets", "above", "roots")]
            pair = self._pairs[source, target] = Pair(_ends(self._sizes(of)), *views)
        return pair

    def _terms_of(self, language: str) -> _Terms:
        terms = self._terms.get(language)
        if terms is None:
            ends = _ends(self._arrays[f"lengths.{language}"])
            terms = self._terms[language] = _Terms(self._views[f"words.{language}"], ends)
        return terms

    def _sizes(self, of: str) -> NDArray[np.generic]:
        """Return how many translations each term has in a pair, "ar.en"."""
        n_terms = len(self._arrays[f"lengths.{of.partition('.')[0]}"])
        sizes = np.zeros(n_terms, dtype=np.uint8)
        present = np.unpackbits(self._arrays[f"present.{of}"].view(np.uint8), count=n_terms)
        sizes[present.view(bool)] = self._arrays[f"sizes.{of}"]
        return sizes

    def _number(self, stem: str, language: str) -> int:
        """Return the place of a stem among the language's terms, or -1, by binary search."""
        wanted = self._encoded(stem, language)
        words, ends = self._terms_of(language)
        low, high = 0, len(ends) - 1 if wanted else 0
        while low < high:
            middle = (low + high) // 2
            term = words[ends[middle] : ends[middle + 1]].tobytes()
            if term == wanted:
                return middle
            low, high = (middle + 1, high) if term < wanted else (low, middle)
        return -1

    def _encoded(self, stem: str, language: str) -> bytes:
        """Return the stem in the language's own bytes; empty if it has a character that no term has."""
        if not self._alphabets[language]:
            return stem.encode("utf-16-be", "surrogatepass")
        codes = self._codes[language]
        found = [codes.get(ord(character), -1) for character in stem]
        return b"" if -1 in found else bytes(found)

    def term(self, number: int, language: str) -> str:
        """Return a term of a language by its number."""
        words, ends = self._terms_of(language)
        encoded, alphabet = words[ends[number] : ends[number + 1]].tobytes(), self._alphabets[language]
        return charmap_decode(encoded, "strict", alphabet)[0] if alphabet else encoded.decode("utf-16-be")


def _may_be_name(stem: str, source: str) -> bool:
    """Return whether a word of another language may be a name spelled as in English: Tanf, Trump."""
    return source != HUB and stem.isascii()


def _ends(sizes: NDArray[np.generic]) -> memoryview:
    return np.cumsum(np.append(0, sizes), dtype=np.int32).data


def _translations(pair: Pair, number: int) -> list[tuple[int, float]]:
    """Return the numbers and probabilities of a term's translations, best first."""
    ends, targets, above, roots = pair
    first = ends[number]
    last = min(ends[number + 1], first + MAX_TRANSLATIONS)
    low, high = targets[first:last], above[first:last]
    return [(t + (u << 16), _SQUARES[root]) for t, u, root in zip(low, high, roots[first:last], strict=True)]


def _ranked(found: Iterable[tuple[int, float]], most: int) -> list[tuple[int, float]]:
    """Return the most probable ones, best first; of equal ones the smaller number first."""
    return [(number, -p) for p, number in sorted([(-p, number) for number, p in found])[:most]]


def through(there: Pair, onward: Pair, number: int, without: int, most: int) -> list[tuple[int, float]]:
    """Return a term's translations through another language: sum over its terms e of p(e | term) p(translation | e).

    Args:
        there: from the term's language into the other.
        onward: from the other into the target language.
        number: of the term.
        without: the number of a translation to leave out, or -1.
        most: how many to return at most.

    Returns:
        Numbers and probabilities, `SMALLEST` or more, best first.
    """
    found: dict[int, float] = {}
    for middle, p in _translations(there, number):
        for last, q in _translations(onward, middle):
            found[last] = found.get(last, 0.0) + p * q
    found.pop(without, None)
    return _ranked([(last, p) for last, p in found.items() if p >= SMALLEST], most)

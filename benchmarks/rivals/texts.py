"""Made-up passages in which words are as frequent as in language: Arabic and English letters by turns."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

WORDS = 60_000  # different words of a script; rank r is drawn as often as 1 / (r + 2.7) (Zipf and Mandelbrot)
SENTENCES, LENGTH = 5, 16  # 80 words a passage
LETTERS = {"en": ("bdfghklmnprstvz", "aeiou"), "ar": ("بتجحدرزسشصعفقكلمنهط", "اوي")}
BLOCK = 1_000  # passages of one random stream; passage i is the same at every size


class Passage(NamedTuple):
    """A passage and what is asked about it: some successive words of its third sentence."""

    id: str
    language: str
    text: str
    question: str


def passages(n: int, seed: int = 0, prefix: str = "p") -> Iterator[Passage]:
    """Give n passages, always the same for a seed."""
    for first in range(0, n, BLOCK):
        rng = np.random.default_rng([seed, first])
        drawn = np.searchsorted(_cumulated(), rng.random((BLOCK, SENTENCES, LENGTH)))
        starts = rng.integers(0, LENGTH - 6, BLOCK)
        for i in range(min(BLOCK, n - first)):
            yield _passage(f"{prefix}{first + i}", "ar" if i % 2 else "en", drawn[i], int(starts[i]))


def _passage(name: str, language: str, drawn: NDArray[np.int64], start: int) -> Passage:
    vocabulary = _vocabulary(language)
    sentences = [[vocabulary[rank] for rank in row] for row in drawn.tolist()]
    text = " ".join(" ".join(sentence).capitalize() + "." for sentence in sentences)
    mark = "؟" if language == "ar" else "?"
    return Passage(name, language, text, " ".join(sentences[2][start : start + 6]) + mark)


@cache
def _cumulated() -> NDArray[np.float64]:
    weights = 1 / (np.arange(WORDS) + 2.7)
    total = np.cumsum(weights)
    return total / total[-1]


@cache
def _vocabulary(language: str) -> list[str]:
    """Give different words, the frequent ones short."""
    consonants, vowels = LETTERS[language]
    syllables = [c + v for c in consonants for v in vowels]
    base = len(syllables)
    words = []
    for rank in range(WORDS):
        # numbers written in syllables, from two digits on; multiplied so that neighbours do not look alike
        number = rank * 7919 % base**2 if rank < base**2 else base**2 + (rank * 7919) % base**3
        word = ""
        while number or len(word) < 4:
            number, digit = divmod(number, base)
            word += syllables[digit]
        words.append(word)
    return words

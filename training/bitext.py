"""Parallel text as the training sees it: each English text once, the others pointing at it.

Because an English sentence is kept once, translations of it in two other languages are
translations of each other too.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from training.ragged import Ints, Ragged, encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from training.corpus import Pair


class Side(NamedTuple):
    """The texts of one language.

    Attributes:
        texts: as rows of the model.
        english: for each text, the number of the English text it translates.
        weights: for each text, how often it is to be drawn.
    """

    texts: Ragged
    english: Ints
    weights: NDArray[np.float32]


class Bitext(NamedTuple):
    """English texts, and for each language its side; English itself is a side too."""

    english: list[str]
    sides: dict[str, Side]


def gather(pairs: Iterable[Pair], tokenizer: Tokenizer, row_of: NDArray[np.int32]) -> Bitext:
    """Group pairs by their English text; pairs without English are left out."""
    numbers: dict[str, int] = {}
    best: dict[int, float] = defaultdict(float)
    foreign: dict[str, dict[tuple[int, str], float]] = defaultdict(dict)
    for pair in pairs:
        if pair.right_language != "en":
            continue
        number = numbers.setdefault(pair.right, len(numbers))
        best[number] = max(best[number], pair.weight)
        foreign[pair.left_language][number, pair.left] = pair.weight
    sides = {}
    for language, rows in sorted(foreign.items()):
        sides[language] = Side(
            encode(tokenizer, row_of, [text for _, text in rows]),
            np.array([number for number, _ in rows], dtype=np.int64),
            np.array(list(rows.values()), dtype=np.float32),
        )
    english = list(numbers)
    sides["en"] = Side(
        encode(tokenizer, row_of, english),
        np.arange(len(english)),
        np.array([best[number] for number in range(len(english))], dtype=np.float32),
    )
    return Bitext(english, sides)

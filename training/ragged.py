"""Texts as rows of the model, kept end to end in one array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Ints = NDArray[np.int64]


class Ragged(NamedTuple):
    """Sequences of rows: text i is `rows[starts[i] : starts[i + 1]]`.

    Attributes:
        rows: all texts, one after the other, int32.
        starts: one more than there are texts.
    """

    rows: NDArray[np.int32]
    starts: Ints

    @property
    def lengths(self) -> Ints:
        """How many rows each text has."""
        return np.diff(self.starts)

    def take(self, texts: Ints) -> tuple[NDArray[np.int32], Ints]:
        """Give the rows of texts, end to end, and how many each has."""
        starts = self.starts[texts]
        lengths = self.starts[texts + 1] - starts
        ends = np.cumsum(lengths)
        places = np.arange(int(ends[-1]) if len(ends) else 0)
        places += np.repeat(starts - (ends - lengths), lengths)
        return self.rows[places], lengths


Encode = Callable[[Sequence[str]], Ragged]


def encode(tokenizer: Tokenizer, row_of: NDArray[np.int32], texts: Sequence[str]) -> Ragged:
    """Turn texts into rows, without the unknown token's. Each distinct chunk is tokenised once."""
    chunks = [text.split() for text in texts]
    distinct = sorted(set(chain.from_iterable(chunks)))
    encodings = tokenizer.encode_batch(distinct, add_special_tokens=False)
    rows = [[int(row_of[t]) for t in encoding.ids if row_of[t]] for encoding in encodings]
    known = dict(zip(distinct, rows, strict=True))
    flat = [[row for chunk in own for row in known[chunk]] for own in chunks]
    starts = np.zeros(len(flat) + 1, dtype=np.int64)
    np.cumsum([len(own) for own in flat], out=starts[1:])
    whole = np.fromiter(chain.from_iterable(flat), dtype=np.int32, count=int(starts[-1]))
    return Ragged(whole, starts)

"""Find the words of a passage that answer a question, by the shipped reader on ONNX Runtime; no torch needed.

Its body is the shipped encoder's, trained to read question and passage together (`training/reader.py`); the token
embedding table is the encoder's own file.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from index.errors import ModelError
from index.models.bundled_encoder import tokenizer_of
from index.models.digests import verified
from index.models.encoder import SHIPPED_NAME
from index.models.engine import session
from index.models.spans import Reading, best_span, whole_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

GRAPH = "model.onnx"
PROMPT = "query: "
BEGIN, SEPARATOR = 0, 2
"""Numbers of the tokens that begin the input and end its parts."""
MAX_QUESTION = 48
"""Tokens of a question that are read."""
MAX_TOKENS = 224
"""Tokens that are read at once, as in training; a longer passage is read in windows that overlap by half."""


class Reader(Protocol):
    """Finds the answer to a question in a passage."""

    @property
    def name(self) -> str:
        """`bundled`, or the name or folder it was opened by."""

    def read(self, question: str, passage: str) -> Reading | None:
        """Return the span of a passage that answers best; None if there is nothing to read."""


def read_in_time(
    reader: Reader, question: str, passages: Sequence[str], budget_s: float
) -> list[Reading | None]:
    """Read passages in order, as many at once as there are cores; those not begun in time stay unread (None).

    Args:
        reader: the reader to use.
        question: as it was searched.
        passages: likeliest first.
        budget_s: seconds from now in which reading a passage may begin.
    """
    until = time.monotonic() + budget_s

    def one(passage: str) -> Reading | None:
        return reader.read(question, passage) if time.monotonic() < until else None

    return list(_threads().map(one, passages))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="sanad-read")


os.register_at_fork(after_in_child=_threads.cache_clear)  # a child process has none of these threads


class Window(NamedTuple):
    """A part of a passage that is read at once.

    Attributes:
        ids: the input's tokens.
        first: place of the passage's first token in it.
        offsets: for each token of the passage, its characters in the passage.
    """

    ids: list[int]
    first: int
    offsets: list[tuple[int, int]]


class OnnxReader:
    """The reader that ships with Sanad. Safe to use from several threads."""

    def __init__(self, opened: InferenceSession, tokenizer: Tokenizer) -> None:
        """Take the parts of an opened folder: a graph from `input_ids` and `attention_mask` to `logits`."""
        self._session = opened
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, folder: Path, encoder: Path) -> Self:
        """Open the model.

        Args:
            folder: of the reader; its files are compared with the digests in its `SHA256SUMS`.
            encoder: of the encoder that it was made from, for its tokenizer and its token embedding table.

        Raises:
            ModelError: a file is missing, damaged or cannot be read.
        """
        try:
            verified(folder, GRAPH)
            return cls(session((folder / GRAPH).read_bytes(), encoder / "onnx"), tokenizer_of(encoder))
        except Exception as error:  # the engine raises no specific error for a bad file
            raise ModelError(
                f"{folder}: the reader that ships with Sanad cannot be used ({error}); install Sanad again"
            ) from error

    @property
    def name(self) -> str:
        """`bundled`: the reader that ships with the program."""
        return SHIPPED_NAME

    def read(self, question: str, passage: str) -> Reading | None:
        """Return the span of a passage that answers best; None if there is nothing to read."""
        found = [
            span
            for window in self._windows(question, passage)
            if (span := best_span(self._logits(window.ids), window.first, window.offsets))
        ]
        if not found:
            return None
        best = max(found, key=lambda span: span.score)
        start, end = whole_words(passage, best.start, best.end)
        return Reading(start, end, best.score) if start < end else None

    def _windows(self, question: str, passage: str) -> Iterator[Window]:
        asked = self._tokenizer.encode(PROMPT + _plain(question), add_special_tokens=False).ids[:MAX_QUESTION]
        whole = self._tokenizer.encode(_plain(passage), add_special_tokens=False)
        ids, offsets = whole.ids, whole.offsets
        before = [BEGIN, *asked, SEPARATOR]
        room = MAX_TOKENS - len(before) - 1
        step = room // 2
        for first in range(0, max(len(ids) - room, 0) + step, step):
            own = ids[first : first + room]
            yield Window([*before, *own, SEPARATOR], len(before), offsets[first : first + room])

    def _logits(self, ids: list[int]) -> NDArray[np.float32]:
        """Return the scores of a window's tokens, (length, 2)."""
        rows = np.array([ids], dtype=np.int64)
        (logits,) = self._session.run(["logits"], {"input_ids": rows, "attention_mask": np.ones_like(rows)})
        scores: NDArray[np.float32] = logits[0]
        return scores


def _plain(text: str) -> str:
    """Return a text of the same length that can be tokenised, with lone surrogates and NUL replaced."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")

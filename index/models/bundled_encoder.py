"""Run the shipped encoder, multilingual-e5-small in 8-bit weights, on ONNX Runtime; no torch needed.

The folder is a sentence-transformers model, so `SentenceTransformer(folder, backend="onnx")` gives the same vectors.
"""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from index.errors import ModelError
from index.models import memory
from index.models.digests import verified
from index.models.encoder import SHIPPED_NAME
from index.models.engine import session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

GRAPH = "onnx/model.onnx"
MAX_TOKENS = 512
MAX_CHARACTERS = 16 * MAX_TOKENS
"""Characters of a text that are tokenised: no token is longer than 16 characters."""
BATCH_TOKENS = 1024
"""Most tokens of a batch of texts; more is no faster, and takes more memory."""
LIBRARIES = 400_000_000
"""Address space that the engine takes besides the model, in bytes."""
NICENESS = 10
"""Niceness of the threads that encode passages, where threads have priorities (Linux): questions come first."""


class OnnxEncoder:
    """Encode texts as the mean of a transformer's token vectors.

    Safe to use from several threads: the engine releases the GIL while it computes. A question is encoded on the
    caller's thread, passages on as many threads of low priority as there are cores.
    """

    def __init__(
        self, session: InferenceSession, tokenizer: Tokenizer, prompts: Mapping[str, str], fingerprint: str
    ) -> None:
        """Take the parts of an opened model folder.

        Args:
            session: gives `last_hidden_state` (n, length, dimension) of `input_ids` and `attention_mask`.
            tokenizer: splits at least at white space.
            prompts: the prefixes of a `query` and of a `document`.
            fingerprint: digest of the folder's files.
        """
        self._fingerprint = fingerprint
        self._session = session
        self._tokenizer = tokenizer
        self._prompts = prompts
        self._unknown = tokenizer.token_to_id("<unk>")
        self._sizes = {
            prompt: len(tokenizer.encode(prompt, add_special_tokens=False).ids) for prompt in prompts.values()
        }

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a model folder.

        Args:
            folder: its files are compared with the digests in its `SHA256SUMS`.

        Raises:
            ModelError: a file is missing, damaged or cannot be read.
        """
        try:
            fingerprint, files = verified(folder, GRAPH)
            memory.require("the model that ships with Sanad", files, libraries=LIBRARIES)
            prompts = json.loads((folder / "config_sentence_transformers.json").read_text("utf-8"))["prompts"]
            return cls(session(folder / GRAPH), tokenizer_of(folder), prompts, fingerprint)
        except (OSError, ValueError, KeyError) as error:
            raise _unusable(folder, error) from error
        except Exception as error:  # the engine and the tokenizer raise no specific error for a bad file
            if isinstance(error, ModelError):
                raise
            raise _unusable(folder, error) from error

    @property
    def name(self) -> str:
        """`bundled`: the model that ships with the program."""
        return SHIPPED_NAME

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._session.get_outputs()[0].shape[-1])

    @property
    def fingerprint(self) -> str:
        """Digest of the model's files."""
        return self._fingerprint

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row for each text, shape (n, dimension); zero where no token is known."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        tokens = [self._tokens(self._prompts["document"], text) for text in texts]
        batches = list(_batches([len(ids) for ids in tokens]))
        with ThreadPoolExecutor(_cores(), "sanad-encode", initializer=_give_way) as threads:
            made = threads.map(lambda batch: self._run([tokens[number] for number in batch]), batches)
            for batch, rows in zip(batches, made, strict=True):
                vectors[batch] = rows
        return vectors

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a question, shape (dimension,); zero where no token is known."""
        tokens = self._tokens(self._prompts["query"], text)
        if not tokens:
            return np.zeros(self.dimension, dtype=np.float32)
        vector: NDArray[np.float32] = self._run([tokens])[0]
        return vector

    def _tokens(self, prompt: str, text: str) -> list[int]:
        """Return the tokens of prompt and text; none if the model knows no token of the text."""
        # A lone surrogate cannot be tokenised; like NUL it is no part of a word in any language.
        plain = text[:MAX_CHARACTERS].replace("\0", " ").encode("utf-8", "ignore").decode("utf-8")
        ids: list[int] = self._tokenizer.encode(prompt + plain).ids
        own = ids[1 + self._sizes[prompt] : -1]
        return ids if any(token != self._unknown for token in own) else []

    def _run(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return the vectors of token lists, (n, dimension)."""
        ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, own in enumerate(tokens):
            ids[row, : len(own)] = own
            mask[row, : len(own)] = 1
        (states,) = self._session.run(["last_hidden_state"], {"input_ids": ids, "attention_mask": mask})
        sums = np.einsum("nld,nl->nd", states, mask.astype(np.float32))
        unit: NDArray[np.float32] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return unit


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the numbers of texts in batches of similar length; texts without tokens are left out."""
    batch: list[int] = []
    for number in sorted((n for n, length in enumerate(lengths) if length), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[number] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


@cache  # the reader uses the encoder's, which takes a third of a second to open
def tokenizer_of(folder: Path) -> Tokenizer:
    """Open the tokenizer of a model's folder; it truncates texts to MAX_TOKENS."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _give_way() -> None:
    """Lower the priority of this thread, so that others go first."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _unusable(folder: Path, error: Exception) -> ModelError:
    return ModelError(
        f"{folder}: the model that ships with Sanad cannot be read ({error}); install Sanad again"
    )

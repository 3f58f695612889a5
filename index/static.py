"""The shipped model: one vector for each word or piece of a word, summed; no torch needed.

The folder is a sentence-transformers model (`StaticEmbedding`, then `Normalize`), so
`SentenceTransformer(folder)` gives the same vectors. Rows are stored as bytes: the vector of token
t is `embeddings[mapping[t]] * weights[t]`. Several tokens may share a row (inflections of a word),
and `weights` carries both the scale of the bytes and how much the token says.
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate, chain, filterfalse
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index import memory
from index.analysis import LONGEST_KEPT
from index.embedding import digest
from index.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray

FILES = ("modules.json", "model.safetensors", "tokenizer.json")
# Parts of no word: cutting there, and lower case, make many more words known ones. The tokenizer
# does both itself, so no vector depends on it.
SPACED = str.maketrans(dict.fromkeys("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~،؛؟«»“”‘’…–—", " "))
MAX_KNOWN = 300_000  # words whose tokens are kept at hand, emptied when full


class StaticEncoder:
    """Encodes by looking up the tokens of each word and adding up their vectors.

    Safe to use from several threads.
    """

    def __init__(
        self,
        folder: Path,
        tokenizer: Tokenizer,
        rows: NDArray[np.int8],
        row_of: NDArray[np.integer],
        weights: NDArray[np.float32],
    ) -> None:
        """Take the parts as they are stored.

        Args:
            folder: what was read, for the fingerprint.
            tokenizer: splits at white space at least: a word's tokens do not depend on its neighbours.
            rows: (r, d).
            row_of: (v,), for each token its row.
            weights: (v,), for each token its factor.
        """
        self._folder = folder
        self._tokenizer = tokenizer
        self._rows = rows
        self._row_of = row_of.astype(np.int32, copy=False)
        self._weights = weights
        self._known: dict[str, tuple[int, ...]] = {}

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a model folder.

        Raises:
            ModelError: a file is missing or is not what it should be.
        """
        try:
            memory.require("the model that ships with Sanad", [folder / name for name in FILES], libraries=0)
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            parts = load_file(folder / "model.safetensors")
            rows, row_of, weights = (parts[name] for name in ("embeddings", "mapping", "weights"))
        except (OSError, KeyError, SafetensorError) as error:
            raise _unusable(folder, error) from error
        except Exception as error:  # tokenizers raises plain Exception for a bad file
            if type(error) is not Exception:
                raise
            raise _unusable(folder, error) from error
        return cls(folder, tokenizer, rows, row_of, weights)

    @property
    def name(self) -> str:
        """`bundled`: the model that ships with the program."""
        return "bundled"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._rows.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the model's files."""
        return digest(self._folder, [self._folder / name for name in FILES])

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one unit row for each text, zero where no token is known, shape (n, dimension)."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            words = text.translate(SPACED).lower().split()
            known = self._tokens_of(words)
            tokens = [*chain.from_iterable(map(known.__getitem__, words))]
            rows = self._rows.take(self._row_of[tokens], axis=0).astype(np.float32)
            vector[:] = _unit(self._weights[tokens] @ rows)
        return vectors

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """Give the vector of a question, shape (dimension,): a passage's would be the same."""
        vector: NDArray[np.float32] = self.encode_passages([text])[0]
        return vector

    def _tokens_of(self, words: list[str]) -> dict[str, tuple[int, ...]]:
        """Give a table that holds the tokens of at least these words."""
        known = self._known
        new = [*dict.fromkeys(filterfalse(known.__contains__, words))]
        if not new:
            return known
        if len(known) + len(new) > MAX_KNOWN:
            # A new table, not an emptied one: another thread may be reading the old.
            known, new = {}, [*dict.fromkeys(words)]
            self._known = known
        fresh = dict(zip(new, map(tuple, self._ids(new)), strict=True))
        if all(len(word) <= LONGEST_KEPT for word in fresh):
            known.update(fresh)
            return known
        known.update((word, tokens) for word, tokens in fresh.items() if len(word) <= LONGEST_KEPT)
        return {word: fresh[word] if word in fresh else known[word] for word in words}

    def _ids(self, words: list[str]) -> list[list[int]]:
        """Give each word's tokens.

        All words go through the tokenizer as one text, which saves most of the cost of calling it for each:
        a word's tokens do not depend on its neighbours, and its offsets tell which word a token is of.
        """
        # A lone surrogate cannot be tokenised; it is no part of a word in any language.
        plain = [word.encode("utf-8", "ignore").decode("utf-8") for word in words]
        ends = list(accumulate(len(word) + 1 for word in plain))
        encoding = self._tokenizer.encode(" ".join(plain), add_special_tokens=False)
        found: list[list[int]] = [[] for _ in words]
        place = 0
        for token, (start, _) in zip(encoding.ids, encoding.offsets, strict=True):
            while start >= ends[place]:
                place += 1
            found[place].append(token)
        return found


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    norm = np.sqrt(vector @ vector)
    return vector / norm if norm > 0 else vector


def _unusable(folder: Path, error: Exception) -> ModelError:
    return ModelError(
        f"{folder}: the model that ships with Sanad cannot be read ({error}); install Sanad again"
    )

"""The shipped model: one vector for each word or piece of a word, summed; no torch needed.

The folder is a sentence-transformers model (`StaticEmbedding`, then `Normalize`), so
`SentenceTransformer(folder)` gives the same vectors. Rows are stored as bytes: the vector of token
t is `embeddings[mapping[t]] * weights[t]`. Several tokens may share a row (inflections of a word),
and `weights` carries both the scale of the bytes and how much the token says.
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate, chain, filterfalse, pairwise
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index import memory
from index.analysis import LONGEST_KEPT
from index.embedding import digest
from index.errors import ModelError
from index.kernel import compiled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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

    @property
    def is_light(self) -> bool:
        """Always: a sentence is a sum of rows."""
        return True

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the model's files."""
        return digest(self._folder, [self._folder / name for name in FILES])

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one unit row for each text, zero where no token is known, shape (n, dimension)."""
        return self.encode_sentences([[text] for text in texts])[0]

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """Give the vector of a question, shape (dimension,): a passage's would be the same."""
        words = text.translate(SPACED).lower().split()
        vector = np.empty(self.dimension, dtype=np.float32)
        embed(vector, [words], self._tokens_of(words), self._rows, self._row_of, self._weights)
        return vector

    def encode_sentences(self, passages: Sequence[Sequence[str]]) -> tuple[NDArray[np.float32], list[bytes]]:
        """Give the vector of each passage, (n, dimension), and a sketch of its sentences.

        A sketch is the number s of sentences, s numbers of tokens, s lengths (float32) of their sums, and the tokens;
        all of four bytes in the machine's order. So the cosines that are found from it are those of the sentences' own
        vectors.
        """
        words = [[text.translate(SPACED).lower().split() for text in sentences] for sentences in passages]
        known = self._tokens_of([*chain.from_iterable(chain.from_iterable(words))])
        vectors = np.zeros((len(words), self.dimension), dtype=np.float32)
        sketches = [
            embed(vector, own, known, self._rows, self._row_of, self._weights)
            for vector, own in zip(vectors, words, strict=True)
        ]
        return vectors, sketches

    def cosines(self, sketches: Sequence[bytes], vector: NDArray[np.float32]) -> list[list[float]]:
        """Compare the sentences of passages with a question; see `LightEncoder`."""
        return cosines(sketches, vector, self._rows, self._row_of, self._weights)

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


def embed_in_numpy(
    vector: NDArray[np.float32],
    sentences: Sequence[Sequence[str]],
    known: Mapping[str, tuple[int, ...]],
    rows: NDArray[np.int8],
    row_of: NDArray[np.int32],
    weights: NDArray[np.float32],
) -> bytes:
    """Add up the tokens of a passage, and give the sketch of its sentences (`StaticEncoder.encode_sentences`).

    Args:
        vector: (d,), where the passage's is written to, of unit length or zero.
        sentences: the words of each.
        known: the tokens of at least these words.
        rows, row_of, weights: the model's parts, as `StaticEncoder` takes them.
    """
    of_each = [[*chain.from_iterable(map(known.__getitem__, own))] for own in sentences]
    sizes = np.array([len(sentences), *map(len, of_each)], dtype=np.int32)
    tokens = np.array([*chain.from_iterable(of_each)], dtype=np.int32)
    counted = np.zeros((len(sentences), len(tokens)), dtype=np.float32)
    counted[np.repeat(np.arange(len(sentences)), sizes[1:]), np.arange(len(tokens))] = weights[tokens]
    sums = counted @ _rows_of(rows, row_of, tokens)
    lengths = np.sqrt(np.einsum("ij,ij->i", sums, sums))
    vector[:] = _unit(np.add.reduce(sums, axis=0))
    return b"".join([sizes.tobytes(), lengths.tobytes(), tokens.tobytes()])


embed = embed_in_numpy if compiled is None else compiled.embed


def cosines_in_numpy(
    sketches: Sequence[bytes],
    vector: NDArray[np.float32],
    rows: NDArray[np.int8],
    row_of: NDArray[np.int32],
    weights: NDArray[np.float32],
) -> list[list[float]]:
    """Give the cosines of passages' sentences with a vector, from their sketches.

    Args:
        sketches: as `StaticEncoder.encode_sentences` makes them.
        vector: (d,), unit.
        rows, row_of, weights: the model's parts, as `StaticEncoder` takes them.

    Raises:
        ValueError, IndexError: what was given is no sketch.
    """
    if not sketches:
        return []
    read = [np.frombuffer(one, dtype=np.int32) for one in sketches]
    counts = [int(one[0]) for one in read]
    sizes = np.concatenate([one[1 : 1 + n] for one, n in zip(read, counts, strict=True)])
    lengths = np.concatenate([one[1 + n : 1 + 2 * n] for one, n in zip(read, counts, strict=True)])
    tokens = np.concatenate([one[1 + 2 * n :] for one, n in zip(read, counts, strict=True)])
    is_whole = all(0 <= 2 * n < len(one) for one, n in zip(read, counts, strict=True))
    if not is_whole or int(sizes.sum(dtype=np.int64)) != len(tokens):
        raise ValueError("a sketch is damaged")
    of_tokens, products = _rows_of(rows, row_of, tokens), np.empty(len(tokens), dtype=np.float32)
    ends = [*accumulate(len(one) - 1 - 2 * n for one, n in zip(read, counts, strict=True))]
    for begin, end in pairwise([0, *ends]):
        # each passage alone: the last bits of a product depend on how many rows it has
        np.matmul(of_tokens[begin:end], vector, out=products[begin:end])
    products *= weights[tokens]
    sums = np.bincount(np.repeat(np.arange(len(sizes)), sizes), weights=products, minlength=len(sizes))
    lengths = lengths.view(np.float32)
    found = np.divide(sums, lengths, out=np.zeros(len(sums)), where=lengths > 0).tolist()
    ends = [*accumulate(counts)]
    return [found[end - n : end] for end, n in zip(ends, counts, strict=True)]


cosines = cosines_in_numpy if compiled is None else compiled.cosines


def _rows_of(
    rows: NDArray[np.int8], row_of: NDArray[np.int32], tokens: Sequence[int] | NDArray[np.int32]
) -> NDArray[np.float32]:
    return rows.take(row_of[tokens], axis=0).astype(np.float32)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    norm = np.sqrt(vector @ vector)
    return vector / norm if norm > 0 else vector


def _unusable(folder: Path, error: Exception) -> ModelError:
    return ModelError(
        f"{folder}: the model that ships with Sanad cannot be read ({error}); install Sanad again"
    )

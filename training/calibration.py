"""What the inputs of the dense layers range over, measured on texts of many languages."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from onnx import helper

from training.network import InFloats, Range
from training.pieces import MAX_TOKENS, lines, questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from onnx import ModelProto
    from tokenizers import Tokenizer

    from training.network import Multiply

OF_A_FILE = 24
MAX_CHARACTERS = 600


def sample(data: Path) -> Iterator[str]:
    """Give some texts of each file of the corpora, with the prompts that the model was trained with."""
    for path in sorted(data.glob("qa-train/*.jsonl.gz")):
        for number, text in enumerate(_spread([text for _, text in questions(path)])):
            yield ("query: ", "passage: ")[number % 2] + text[:MAX_CHARACTERS]
    for path in sorted(data.glob("parallel/*.tsv.gz")):
        for line in _spread(list(islice(lines(path), 20_000))):
            for text in line.split("\t")[2:]:
                yield "passage: " + text[:MAX_CHARACTERS]


def tokens(tokenizer: Tokenizer, texts: Iterator[str]) -> Iterator[Sequence[int]]:
    """Cut texts into the numbers of their pieces."""
    tokenizer.enable_truncation(MAX_TOKENS)
    for text in texts:
        yield tokenizer.encode(text).ids


def _spread(rows: Sequence[str]) -> Sequence[str]:
    return rows[:: max(1, len(rows) // OF_A_FILE)][:OF_A_FILE]


def ranges(build: Callable[[Multiply], ModelProto], inputs: Iterator[Sequence[int]]) -> dict[str, Range]:
    """Run a model in float32, and give the range of each dense layer's input.

    Args:
        build: makes the model, its dense layers computed in the given way.
        inputs: tokens of texts.
    """
    floats = InFloats()
    model = build(floats)
    outputs = [helper.make_empty_tensor_value_info(name) for name in floats.inputs.values()]
    model.graph.output.extend(outputs)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, Range] = {}
    for tokens in inputs:
        ids = np.array([tokens])
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        for name, values in zip(floats.inputs, session.run([*floats.inputs.values()], given), strict=True):
            now = Range(values.min(axis=(0, 1)), values.max(axis=(0, 1)))
            before = found.get(name, now)
            found[name] = Range(
                np.minimum(before.least, now.least), np.maximum(before.greatest, now.greatest)
            )
    return found

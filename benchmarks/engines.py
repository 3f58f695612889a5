"""Compare engines that can run the shipped encoder: time, memory, start, and how near the vectors are to float32.

Run: `python -m benchmarks.engines --whole ONNX_FOLDER --torch TORCH_FOLDER --texts mono/FILE.txt.gz`. ONNX_FOLDER is
what `python -m training.encoder --whole` writes; TORCH_FOLDER is the same model as sentence-transformers saves it, with
`model.safetensors`. Needs `pip install ctranslate2 openvino onnx` besides. Each engine runs in a process of its own, on
one thread for a question and on all cores for passages, in turns, and the median of the rounds counts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.processes import memory_mb
from index.models.bundled_encoder import GRAPH, tokenizer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Run = Callable[[NDArray[np.int64]], NDArray[np.float32]]
    """Token numbers without padding, (n, length), to unit vectors, (n, dimension)."""

SHIPPED = Path(__file__).parent.parent / "index" / "bundled" / "encoder"
ENGINES = (
    "onnxruntime float32",
    "onnxruntime shipped",
    "onnxruntime dynamic int8",
    "ctranslate2 float32",
    "ctranslate2 int8",
    "openvino float32",
    "openvino shipped",
)
QUESTION_TOKENS, PASSAGE_TOKENS = 16, 128
"""The first tokens of each text: all of one length, so that every engine computes the same."""
BATCH = 8
"""Passages of a batch: 1,024 tokens, as the shipped encoder has them."""
N_QUESTIONS, N_PASSAGES = 64, 128


def main() -> None:
    """Run every engine in turns, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", type=Path, required=True)
    parser.add_argument("--torch", type=Path, required=True)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)  # a child's
    parser.add_argument("--made", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.engine:
        print(json.dumps(measured(given)))
        return
    with tempfile.TemporaryDirectory() as folder:
        given.made = Path(folder)
        convert(given.whole / GRAPH, given.torch, given.made)
        found: dict[str, list[dict[str, float]]] = {engine: [] for engine in ENGINES}
        for _ in range(given.rounds):
            for engine in ENGINES:
                found[engine].append(_in_a_child(given, engine))
    print("| engine | start, s | memory, MB | question, ms | passages/s | cosine with float32 |")
    print("|---|---|---|---|---|---|")
    for engine, rounds in found.items():
        start, memory, question, passages, cosine = (
            statistics.median(one[name] for one in rounds) for name in rounds[0]
        )
        print(f"| {engine} | {start:.2f} | {memory:.0f} | {question:.1f} | {passages:.0f} | {cosine:.4f} |")


def convert(whole: Path, saved: Path, made: Path) -> None:
    """Write the forms of the model that engines want: `int8.onnx`, and a folder for each type of CTranslate2."""
    from ctranslate2.converters import TransformersConverter
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    options = {"DefaultTensorType": TensorProto.FLOAT}  # the graph names few types
    quantize_dynamic(whole, made / "int8.onnx", weight_type=QuantType.QInt8, extra_options=options)
    for kind in ("float32", "int8"):
        TransformersConverter(str(saved)).convert(str(made / kind), quantization=kind)


def _in_a_child(given: argparse.Namespace, engine: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.engines", "--engine", engine]
    for name in ("whole", "torch", "texts", "made"):
        command += [f"--{name}", str(getattr(given, name))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(given: argparse.Namespace) -> dict[str, float]:
    """Measure one engine: seconds to open, MB, ms for a question, passages a second, mean cosine with float32."""
    texts = _texts(given.texts)
    folder = SHIPPED if given.engine.endswith("shipped") else given.whole
    questions = _tokens(folder, texts, QUESTION_TOKENS)[:N_QUESTIONS]
    passages = _tokens(folder, texts, PASSAGE_TOKENS)[:N_PASSAGES]
    before, began = memory_mb([os.getpid()]), time.perf_counter()
    run = opened(given, given.engine)
    run(questions[:1])
    start = time.perf_counter() - began
    vectors = np.concatenate([run(passages[:BATCH])])
    times = [_seconds(run, questions[number : number + 1]) for number in range(len(questions))]
    batches = [passages[first : first + BATCH] for first in range(0, len(passages), BATCH)]
    began = time.perf_counter()
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        list(threads.map(run, batches))
    speed = len(passages) / (time.perf_counter() - began)
    memory = memory_mb([os.getpid()]) - before
    exact = opened(given, ENGINES[0])(_tokens(given.whole, texts, PASSAGE_TOKENS)[:BATCH])
    return {
        "start": start,
        "memory": memory,
        "question": statistics.median(times) * 1000,
        "passages": speed,
        "cosine": float((vectors * exact).sum(axis=1).mean()),
    }


def opened(given: argparse.Namespace, engine: str) -> Run:
    """Open an engine with its model; each call runs on one thread."""
    name, kind = engine.split(" ", 1)
    graph = {"float32": given.whole / GRAPH, "shipped": SHIPPED / GRAPH}.get(kind, given.made / "int8.onnx")
    states = {"onnxruntime": _onnxruntime, "openvino": _openvino, "ctranslate2": _ctranslate2}[name](
        given.made / kind if name == "ctranslate2" else graph
    )

    def run(ids: NDArray[np.int64]) -> NDArray[np.float32]:
        means = states(ids).mean(axis=1)
        unit: NDArray[np.float32] = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit

    return run


def _onnxruntime(graph: Path) -> Callable[[NDArray[np.int64]], Any]:
    from index.models.engine import session

    made = session(graph)
    return lambda ids: made.run(
        ["last_hidden_state"], {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    )[0]


def _openvino(graph: Path) -> Callable[[NDArray[np.int64]], Any]:
    import openvino

    model = openvino.Core().compile_model(graph, "CPU", {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1})
    return lambda ids: model.create_infer_request().infer(
        {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    )[0]


def _ctranslate2(folder: Path) -> Callable[[NDArray[np.int64]], Any]:
    import ctranslate2

    cores = len(os.sched_getaffinity(0))
    encoder = ctranslate2.Encoder(str(folder), inter_threads=cores, intra_threads=1, compute_type=folder.name)
    return lambda ids: np.array(encoder.forward_batch(ids.tolist()).last_hidden_state)


def _seconds(run: Run, ids: NDArray[np.int64]) -> float:
    began = time.perf_counter()
    run(ids)
    return time.perf_counter() - began


def _texts(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [line.strip() for line in file if len(line) > 8 * PASSAGE_TOKENS]
    return lines[:: len(lines) // (2 * N_PASSAGES)]


def _tokens(folder: Path, texts: Sequence[str], length: int) -> NDArray[np.int64]:
    """Return the first tokens of the texts that have so many, (n, length)."""
    prompt = "query: " if length == QUESTION_TOKENS else "passage: "
    ids = [tokenizer_of(folder).encode(prompt + text).ids[:length] for text in texts]
    return np.array([one for one in ids if len(one) == length])


if __name__ == "__main__":
    main()

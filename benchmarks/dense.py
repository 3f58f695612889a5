"""How many of the exact ten nearest vectors the dense index finds, and in what time; beside an inverted file.

Run: `python -m benchmarks.dense --data DIR [--rows 100000]`. Vectors are those of paragraphs in DIR/mono, questions
those of DIR/eval, which have nothing to do with the paragraphs: the hard case, as the nearest lie in many directions.
Or `python -m benchmarks.dense --made 1000000`: of that many made-up passages (benchmarks/rivals/texts.py) and questions
about some of them, whose nearest are more alike than real ones are; without the inverted file.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import faiss
import numpy as np

from benchmarks.rivals.texts import passages
from index.models import open_encoder
from index.ranking.parameters import POOL
from index.segments.dense import DenseIndex, Scan
from index.segments.view import SEGMENT_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from index.models.encoder import Encoder

K = 10


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path)
    source.add_argument("--made", type=int)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    encoder = open_encoder(None)
    if given.made:
        vectors, asked = made_up(encoder, given.made)
    else:
        vectors = encoder.encode_passages(paragraphs(given.data, given.rows))
        asked = np.stack([encoder.encode_question(question) for question in questions(given.data)])
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    exact = flat.search(asked, K)[1]
    print(f"{len(vectors):,} vectors, {len(asked)} questions\n\n| index | recall@10 | ms |\n|---|---|---|")
    report("exact scan", exact, asked, lambda vector: flat.search(vector[None], K)[1][0])
    firsts = range(0, len(vectors), SEGMENT_ROWS)
    indexes = [DenseIndex(vectors[first : first + SEGMENT_ROWS]) for first in firsts]
    for name, k in (("ours (codes, best compared exactly)", K), ("ours, as a question asks it", POOL)):
        report(f"{name}, k = {k}", exact, asked, lambda vector, k=k: nearest(indexes, firsts, vector, k)[:K])
    if given.data:
        report_inverted(vectors, exact, asked)


def made_up(
    encoder: Encoder, n: int, n_questions: int = 400
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give the vectors of n made-up passages, (n, d), and of questions about some of them, spread evenly."""
    vectors, asked, drawn = [], [], passages(n)
    while some := list(itertools.islice(drawn, 50_000)):
        vectors.append(encoder.encode_passages([passage.text for passage in some]))
        asked += [passage.question for passage in some]
    asked = asked[:: max(n // n_questions, 1)]
    return np.concatenate(vectors), np.stack([encoder.encode_question(question) for question in asked])


def report_inverted(
    vectors: NDArray[np.float32], exact: NDArray[np.int64], asked: NDArray[np.float32]
) -> None:
    """Print a row for each of some numbers of lists that are looked into."""
    n_lists = int(2 * np.sqrt(len(vectors)))
    inverted = faiss.index_factory(vectors.shape[1], f"IVF{n_lists},Flat", faiss.METRIC_INNER_PRODUCT)
    inverted.train(vectors)
    inverted.add(vectors)
    for share in (32, 8, 4):
        inverted.nprobe = n_lists // share
        name = f"inverted file, {inverted.nprobe} of {n_lists} lists"
        report(name, exact, asked, lambda vector: inverted.search(vector[None], K)[1][0])


def nearest(
    indexes: Sequence[DenseIndex], firsts: Sequence[int], vector: NDArray[np.float32], k: int
) -> NDArray[np.int64]:
    """Give the k rows that a question would find."""
    scan = Scan(indexes, firsts, vector, k, [None] * len(indexes))
    scan.run()
    return scan.nearest()


def report(
    name: str,
    exact: NDArray[np.int64],
    asked: NDArray[np.float32],
    search: Callable[[NDArray[np.float32]], NDArray[np.int64]],
) -> None:
    """Print a row."""
    begun = time.perf_counter()
    found = [search(vector) for vector in asked]
    ms = (time.perf_counter() - begun) * 1000 / len(asked)
    recall = np.mean([len(np.intersect1d(a, b)) / K for a, b in zip(exact, found, strict=True)])
    print(f"| {name} | {recall:.4f} | {ms:.2f} |")


def paragraphs(data: Path, count: int) -> list[str]:
    """Give the first paragraphs of all files by turns."""
    files = [
        gzip.decompress(path.read_bytes()).decode().splitlines()
        for path in sorted(data.glob("mono/*.txt.gz"))
    ]
    lines = (line.strip() for group in itertools.zip_longest(*files, fillvalue="") for line in group)
    return list(itertools.islice((line for line in lines if len(line) > 40), count))


def questions(data: Path, count: int = 400) -> list[str]:
    """Give English and Arabic development questions by turns."""
    sets = []
    for name in ("xquad-dev.en", "xquad-dev.ar", "arcd-dev.ar"):
        read = json.loads((data / "eval" / f"{name}.json").read_text("utf-8"))
        paragraphs = (paragraph for article in read["data"] for paragraph in article["paragraphs"])
        sets.append([qa["question"] for paragraph in paragraphs for qa in paragraph["qas"]])
    return list(itertools.islice(itertools.chain.from_iterable(zip(*sets, strict=False)), count))


if __name__ == "__main__":
    main()

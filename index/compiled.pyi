from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.coverage import Told
from index.lexicon import Pair
from index.locating import Located, Part, Rarity, Term
from index.postings import Postings
from index.query import Query
from index.scoring import Norm, Runs

INTERFACE: int

def through(
    there: Pair, onward: Pair, number: int, without: int, most: int, smallest: float
) -> list[tuple[int, float]]: ...
def held(
    row_ends: NDArray[np.int64],
    row_words: NDArray[np.int32],
    word_ends: NDArray[np.int64],
    word_terms: NDArray[np.int32],
    n_terms: int,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8], NDArray[np.int32]]: ...
def fill(
    matrix: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    rows: NDArray[np.int32],
    counts: NDArray[np.uint8],
    columns: NDArray[np.int64],
) -> None: ...
def locate(
    query: Sequence[Term],
    parts: Sequence[Part],
    rarity: Rarity,
    saturated: float,
    most: float,
    hash_of: Callable[[str], int],
) -> tuple[Any, ...]: ...
def positions(ascending: NDArray[np.uint64], terms: NDArray[np.uint64]) -> NDArray[np.int64]: ...
def add(
    scores: NDArray[np.float32],
    postings: Postings,
    located: Located,
    places: NDArray[np.int64],
    gains: NDArray[np.float32],
    norm: Norm,
    runs: Runs,
) -> None: ...
def gained(
    postings: Postings,
    located: Located,
    places: NDArray[np.int64],
    gains: NDArray[np.float32],
    rows: NDArray[np.int64],
    norm: Norm,
) -> NDArray[np.float32]: ...
def top(scores: NDArray[np.float32], k: int, least: float) -> NDArray[np.int64]: ...
def union(ascending: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]: ...

class Seeker:
    def __init__(self, query: Query, hash_of: Callable[[str], int], /) -> None: ...
    def shares(self, passages: Sequence[Told], /) -> tuple[list[float], list[float], list[float]]: ...

def embed(
    vector: NDArray[np.float32],
    sentences: Sequence[Sequence[str]],
    known: Mapping[str, tuple[int, ...]],
    rows: NDArray[np.int8],
    row_of: NDArray[np.int32],
    weights: NDArray[np.float32],
) -> bytes: ...
def cosines(
    sketches: Sequence[bytes],
    vector: NDArray[np.float32],
    rows: NDArray[np.int8],
    row_of: NDArray[np.int32],
    weights: NDArray[np.float32],
) -> list[list[float]]: ...
def products(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], vector: NDArray[np.float64]
) -> NDArray[np.float64]: ...
def encoded(vectors: NDArray[np.float32], centroids: NDArray[np.float32]) -> NDArray[np.uint8]: ...
def near(passages: list[bytes], least: float) -> list[list[int]]: ...

import numpy as np
from numpy.typing import NDArray

from index.segments.postings import Postings
from index.segments.scoring import Norm, Runs
from index.segments.term_lookup import Located

INTERFACE: int

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

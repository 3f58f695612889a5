"""Where training starts: English rows from the teacher, the other languages' by translation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.ragged import Ragged

Floats = NDArray[np.float32]
SIF = 5e-4  # Arora, Liang, Ma, ICLR 2017: a word of share p weighs SIF / (SIF + p)
PIECE = 0.3  # what a piece of a word weighs beside a whole one
SHARPNESS = 1.5  # above 1 the likeliest translation counts for more
IDENTITY = 0.7  # length of a word's own mark beside its meaning of length 1
# tried one at a time on the XQuAD development halves, 2026-11-20, before training and with 256
# dimensions: SIF 3e-5..1e-3, PIECE 0.1..1, SHARPNESS 0.7..2, IDENTITY 0..1.5; en->ar recall@1 was
# .407 at worst, .536 as set. TOP was not swept.
TOP = 2  # leading principal components taken out: what all words have in common


def english_vectors(words: Ragged, taught: Floats, counts: Floats, rows: int, dimension: int) -> Floats:
    """Give each row the mean of its words' teacher vectors, reduced to the leading components.

    Args:
        words: each word as rows; only words that are one row are used.
        taught: the teacher's vectors of the words.
        counts: how much each word counts in its row's mean.
        rows: rows of the model.
        dimension: components kept.

    Returns:
        (rows, dimension) unit rows; zero for rows the teacher did not see.
    """
    whole = np.flatnonzero(words.lengths == 1)
    row = words.rows[words.starts[whole]]
    centred = taught[whole] - taught[whole].mean(axis=0)
    _, _, axes = np.linalg.svd(centred[:20_000], full_matrices=False)
    reduced = centred @ axes[TOP : TOP + dimension].T
    sums = csr_matrix((counts[whole], (row, np.arange(len(whole)))), shape=(rows, len(whole)))
    return unit(np.asarray(sums @ reduced, dtype=np.float32))


def spread(english: Floats, rng: np.random.Generator) -> Floats:
    """Add a random direction of length `IDENTITY` to each row, its own mark beside its meaning.

    Similar words stay similar, but a word is most like itself; translations inherit the mark.
    """
    marks = unit(rng.standard_normal(english.shape).astype(np.float32))
    return unit(english + IDENTITY * marks)


def project(english: Floats, tables: Sequence[csr_matrix], importance: Floats) -> Floats:
    """Give foreign rows the mean of their translations' vectors, by p(e|f) ** SHARPNESS * importance.

    Without the importance of the English words, "the" and "of" would be in every translation.

    Args:
        english: (r, d).
        tables: expected counts, foreign by English, one for each language.
        importance: (r,) inverse-frequency weights.

    Returns:
        (r, d) unit rows; zero for rows without translation.
    """
    counts = sum(tables[1:], start=tables[0])
    chances = (diags(1 / np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1e-9)) @ counts).tocsr()
    chances.data **= SHARPNESS
    chances = chances @ diags(importance)
    return unit(np.asarray(chances @ english, dtype=np.float32))


def weights(counts: Sequence[float], languages: Sequence[str]) -> Floats:
    """Give rows their inverse-frequency weights, share taken within each language."""
    totals: dict[str, float] = {}
    for count, language in zip(counts, languages, strict=True):
        totals[language] = totals.get(language, 0.0) + count
    shares = [c / max(totals[lg], 1e-9) for c, lg in zip(counts, languages, strict=True)]
    share = np.asarray(shares, dtype=np.float32)
    pieces = np.asarray([language == "" for language in languages])
    return np.where(pieces, PIECE, 1.0).astype(np.float32) * SIF / (SIF + share)


def first_vectors(
    taught: Floats,
    tables: Sequence[csr_matrix],
    importance: Floats,
    languages: Sequence[str],
    rng: np.random.Generator,
) -> Floats:
    """Put the parts together: English from the teacher, others by translation, the rest at random."""
    english = spread(taught, rng)
    at_home = np.asarray([language == "en" for language in languages])
    own = at_home | np.any(taught != 0, axis=1)
    vectors = np.where(own[:, None], english, project(english, tables, importance))
    empty = np.flatnonzero(~np.any(vectors != 0, axis=1))
    vectors[empty] = unit(rng.standard_normal((len(empty), vectors.shape[1])).astype(np.float32))
    return np.asarray(vectors, dtype=np.float32)


def centre(vectors: Floats, counts: Sequence[float], languages: Sequence[str]) -> Floats:
    """Take each language's mean direction out of its rows: what says only which language it is."""
    count, language = np.asarray(counts, dtype=np.float32), np.asarray(languages)
    centred = vectors.copy()
    for code in sorted(set(languages) - {""}):
        rows = np.flatnonzero(language == code)
        norms = np.linalg.norm(vectors[rows], axis=1)
        mean = count[rows] @ vectors[rows] / max(float(count[rows] @ norms), 1e-9)
        centred[rows] -= norms[:, None] * mean
    return centred


def unit(vectors: Floats) -> Floats:
    """Scale rows to length 1; zero rows stay zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)

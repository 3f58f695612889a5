"""Word alignment by agreement: two lexical models, one in each direction, that must explain every link together.

IBM model 1 with a prior for the diagonal, trained in both directions at once; the posterior of a link is the product of
the two directions'. All arrays are flat: one entry for each (sentence pair, source position, target position).
Sources: Brown et al., CL 1993; Liang, Taskar, Klein, NAACL 2006, "Alignment by agreement"; Dyer, Chahuneau, Smith,
NAACL 2013 (the diagonal prior of fast_align).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Pairs(NamedTuple):
    """Expected number of links between a source word and a target word; all (p,)."""

    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    counts: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the alignment is trained.

    Attributes:
        rounds: of expectation and maximisation.
        diagonal: strength of the preference for links near the diagonal; 0 is model 1.
        null: share of a target word's mass that no source word explains, before training.
        agree: whether the two directions must agree; otherwise each learns alone and counts are averaged.
    """

    rounds: int = 5
    diagonal: float = 4.0
    null: float = 0.1
    agree: bool = True


class _Entries(NamedTuple):
    pair: NDArray[np.int32]  # index into the distinct (source, target) pairs
    by_target: NDArray[np.int32]  # which target token of the corpus
    by_source: NDArray[np.int32]  # which source token of the corpus
    prior: NDArray[np.float32]
    weight: NDArray[np.float32]


def align(
    sources: Sequence[NDArray[np.int32]],
    targets: Sequence[NDArray[np.int32]],
    weights: NDArray[np.float32],
    settings: Settings,
) -> Pairs:
    """Count links over a corpus.

    Args:
        sources, targets: word numbers of each sentence of the two languages, aligned.
        weights: (n,) what a sentence pair counts.
        settings: of the training.

    Returns:
        Pairs with a positive expected count, in no order.
    """
    entries, pair_source, pair_target = _expand(sources, targets, weights, settings.diagonal)
    many = len(pair_source)
    joint = np.bincount(entries.pair, entries.weight, many)
    for _ in range(settings.rounds):
        forward = joint / np.bincount(pair_source, joint)[pair_source]
        backward = joint / np.bincount(pair_target, joint)[pair_target]
        posterior = _posterior(entries, forward, entries.by_target, settings.null)
        other = _posterior(entries, backward, entries.by_source, settings.null)
        posterior = posterior * other if settings.agree else (posterior + other) / 2
        joint = np.bincount(entries.pair, posterior * entries.weight, many) + 1e-12
    return Pairs(pair_source, pair_target, joint)


def _posterior(
    entries: _Entries, table: NDArray[np.float64], group: NDArray[np.int32], null: float
) -> NDArray[np.float32]:
    score = (table.astype(np.float32)[entries.pair]) * entries.prior
    total = np.bincount(group, score).astype(np.float32)
    # the unexplained share scales with what an even table would give, so that rare words may stay unlinked
    return score / (total[group] + null * np.float32(1e-3) + np.float32(1e-12))


def _expand(
    sources: Sequence[NDArray[np.int32]],
    targets: Sequence[NDArray[np.int32]],
    weights: NDArray[np.float32],
    diagonal: float,
) -> tuple[_Entries, NDArray[np.int32], NDArray[np.int32]]:
    n = np.array([len(s) for s in sources], dtype=np.int64)
    m = np.array([len(t) for t in targets], dtype=np.int64)
    source, target = np.concatenate(sources), np.concatenate(targets)
    sizes = n * m
    sentence = np.repeat(np.arange(len(n)), sizes)
    inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    row, column = inside // m[sentence], inside % m[sentence]
    by_source = ((np.cumsum(n) - n)[sentence] + row).astype(np.int32)
    by_target = ((np.cumsum(m) - m)[sentence] + column).astype(np.int32)
    distance = np.abs((row + 0.5) / n[sentence] - (column + 0.5) / m[sentence])
    prior = np.exp(-diagonal * distance).astype(np.float32)
    del row, column, inside, distance
    width = int(target.max()) + 1
    keys = source[by_source].astype(np.int64) * width + target[by_target]
    distinct, pair = np.unique(keys, return_inverse=True)
    entries = _Entries(pair.astype(np.int32), by_target, by_source, prior, weights[sentence])
    return entries, (distinct // width).astype(np.int32), (distinct % width).astype(np.int32)

"""The model while it learns: a vector and a weight for each row, and the two lessons.

Contrast: of all passages in the batch, the question's own is to be nearest. Likeness: how near
texts are to each other is to follow what the teacher says of their English.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.draw import Bags

TEMPERATURE = 0.05
TEACHER_TEMPERATURE = 0.05


class Student:
    """Rows with a direction and a weight each; a text is the weighted sum of its rows, made unit.

    A batch touches few of the rows, so only those are copied out, differentiated and stepped,
    without torch's sparse gradients. Steps are Adam's, moments kept for each row
    and advanced when it is touched (as SparseAdam does).

    Source: Kingma, Ba, ICLR 2015, https://arxiv.org/abs/1412.6980
    """

    def __init__(self, vectors: NDArray[np.float32], weights: NDArray[np.float32]) -> None:
        """Start from vectors (r, d), made unit, and weights (r,) > 0."""
        norms = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        self._parts = [
            _Part(torch.from_numpy(vectors / norms)),
            _Part(torch.from_numpy(np.log(weights).astype(np.float32))[:, None]),
        ]
        self._touched = torch.empty(0, dtype=torch.int64)
        self._leaves: list[Tensor] = []

    def encode(self, *texts: Bags) -> list[Tensor]:
        """Give unit vectors of each group of texts, (n, d); the groups share one gradient."""
        rows = np.concatenate([bags.rows for bags in texts])
        lengths = np.concatenate([bags.lengths for bags in texts])
        touched, local = np.unique(rows, return_inverse=True)
        self._touched = torch.from_numpy(touched.astype(np.int64))
        self._leaves = [part.values[self._touched].requires_grad_() for part in self._parts]
        vectors, weights = self._leaves
        starts = torch.from_numpy(np.cumsum(lengths) - lengths)
        summed = functional.embedding_bag(
            torch.from_numpy(local.astype(np.int64)), vectors * weights.exp(), starts, mode="sum"
        )
        sizes = [len(bags.lengths) for bags in texts]
        return list(functional.normalize(summed, dim=-1).split(sizes))

    def step(self, loss: Tensor, rates: tuple[float, float]) -> None:
        """Go down the gradient of a loss over the texts encoded last.

        Args:
            loss: a scalar.
            rates: the learning rates of vectors and of weights.
        """
        loss.backward()  # type: ignore[no-untyped-call]
        for part, leaf, rate in zip(self._parts, self._leaves, rates, strict=True):
            if leaf.grad is not None:
                part.step(self._touched, leaf.grad, rate)

    def vectors(self) -> NDArray[np.float32]:
        """Give the rows times their weights, (r, d)."""
        vectors, weights = (part.values for part in self._parts)
        return np.asarray((vectors * weights.exp()).numpy(), dtype=np.float32)


class _Part:
    """Values with their Adam moments."""

    def __init__(self, values: Tensor) -> None:
        self.values = values
        self._first = torch.zeros_like(values)
        self._second = torch.zeros_like(values)
        self._steps = 0

    def step(self, rows: Tensor, gradient: Tensor, rate: float) -> None:
        self._steps += 1
        first = self._first[rows].lerp_(gradient, 0.1)
        second = self._second[rows].lerp_(gradient.square(), 0.001)
        self._first[rows], self._second[rows] = first, second
        rate *= (1 - 0.999**self._steps) ** 0.5 / (1 - 0.9**self._steps)
        self.values[rows] -= rate * first / (second.sqrt_() + 1e-8)


def contrast(questions: Tensor, passages: Tensor, same: Tensor | None = None) -> Tensor:
    """Cross-entropy of finding the passage by the question, and the question by the passage.

    Args:
        questions: unit rows, (n, d).
        passages: unit rows in the same order; more than n are wrong for every question.
        same: (n,) numbers; texts with one number are never each other's wrong ones.

    Source: van den Oord, Li, Vinyals, 2018, https://arxiv.org/abs/1807.03748
    """
    scores = questions @ passages.T / TEMPERATURE
    number = len(questions)
    if same is not None:
        twins = (same[:, None] == same[None, :]) & ~torch.eye(number, dtype=torch.bool)
        scores[:, :number] = scores[:, :number].masked_fill(twins, -1e4)
    target = torch.arange(number)
    forth = functional.cross_entropy(scores, target)
    back = functional.cross_entropy(scores[:, :number].T, target)
    return (forth + back) / 2


def likeness(left: Tensor, right: Tensor, teacher: Tensor) -> Tensor:
    """Divergence of the texts' likeness to each other from the likeness the teacher gives.

    Args:
        left: unit rows of texts, (n, d).
        right: unit rows of the same texts, in another language perhaps.
        teacher: unit rows of the same texts in English, (n, e).
    """
    wanted = functional.softmax(teacher @ teacher.T / TEACHER_TEMPERATURE, dim=-1)
    found = functional.log_softmax(left @ right.T / TEMPERATURE, dim=-1)
    return functional.kl_div(found, wanted, reduction="batchmean")

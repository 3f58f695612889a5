"""Trains the reader for a given time, and goes on from where a stopped training was."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from training.body import Reader
    from training.examples import Example, Examples

RATE = 2e-4
"""Greatest learning rate; with six frozen layers, 1e-4 to 2e-4 learn alike. The shipped reader had 2e-4."""
WARMING, LAST = 0.04, 0.01
"""Share of the time in which the rate rises, and the part of it that is left at the end."""
DECAY = 0.01
BATCH, POOL = 16, 8
"""Examples of a step, and the steps whose examples are sorted by length together."""
KEPT_EVERY = 180
"""Seconds between two checkpoints."""
HIDDEN = -1e4
"""What a token that is none is marked with."""


@dataclass
class Training:
    """A training that can be stopped and gone on with.

    Attributes:
        spent: seconds trained before.
        seen: examples learned from.
    """

    reader: Reader
    seconds: float
    checkpoint: Path | None = None
    spent: float = 0.0
    seen: int = 0

    def __post_init__(self) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.reader.to(self._device)
        self._marks = torch.compile(self.reader, dynamic=True)  # a third faster; wants a C++ compiler
        self._weights = [weights for weights in self.reader.parameters() if weights.requires_grad]
        self._optimiser = torch.optim.AdamW(self._weights, lr=RATE, weight_decay=DECAY, fused=True)
        if self.checkpoint and self.checkpoint.exists():
            self._restore(self.checkpoint)

    def run(self, examples: Examples, random: Random) -> None:
        """Learn from the examples until the time is over."""
        began, kept, losses = time.monotonic() - self.spent, self.spent, defaultdict[str, list[float]](list)
        for batch in _batches(iter(examples), random):
            self.spent = time.monotonic() - began
            if self.spent >= self.seconds:
                break
            for group in self._optimiser.param_groups:
                group["lr"] = RATE * _schedule(self.spent / self.seconds)
            for example, loss in zip(batch, self._step(batch), strict=True):
                losses[example.kind].append(loss)
            self.seen += len(batch)
            if self.spent - kept > KEPT_EVERY:
                kept = self.spent
                self.keep()
                told = "  ".join(
                    f"{kind} {np.mean(some[-400:]):.3f}" for kind, some in sorted(losses.items())
                )
                print(f"{self.spent:5.0f} s  {self.seen:6,} examples  loss: {told}", flush=True)
        self.keep()

    def keep(self) -> None:
        """Write the checkpoint."""
        if self.checkpoint:
            state = {
                "reader": {
                    name: weights for name, weights in self.reader.named_parameters() if weights.requires_grad
                },
                "optimiser": self._optimiser.state_dict(),
                "spent": self.spent,
                "seen": self.seen,
            }
            fresh = self.checkpoint.with_suffix(".new")
            torch.save(state, fresh)
            fresh.replace(self.checkpoint)

    def _restore(self, path: Path) -> None:
        state = torch.load(path, map_location=self._device)
        restore(self.reader, state["reader"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.spent, self.seen = state["spent"], state["seen"]

    def _step(self, batch: list[Example]) -> list[float]:
        """Learn from a batch, and give the loss of each example."""
        ids, mask = (part.to(self._device) for part in tensors(batch))
        with torch.autocast(self._device.type, torch.bfloat16, enabled=_computes_bfloat16(self._device)):
            marks = self._marks(ids, mask)
        losses = loss_of(marks.float().masked_fill(mask[..., None] == 0, HIDDEN), batch)
        self._optimiser.zero_grad()
        losses.mean().backward()
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        self._optimiser.step()
        found: list[float] = losses.tolist()
        return found


def restore(reader: Reader, weights: dict[str, torch.Tensor]) -> None:
    """Take over trained weights."""
    missing, unknown = reader.load_state_dict(weights, strict=False)
    trained = {name for name, own in reader.named_parameters() if own.requires_grad}
    if unknown or trained.intersection(missing):
        raise ValueError(f"the checkpoint is of another network: {unknown or missing}")


def tensors(batch: list[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Give the tokens and where there are any, (examples, length) each."""
    ids = torch.ones(len(batch), max(len(example.ids) for example in batch), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, example in enumerate(batch):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        mask[row, : len(example.ids)] = 1
    return ids, mask


def loss_of(marks: torch.Tensor, batch: list[Example]) -> torch.Tensor:
    """Give how unlikely the right start and end are, (examples,).

    Where only is known that the passage answers, it is how unlikely an answer is.
    """
    logs = marks.log_softmax(dim=1)
    right = torch.tensor([[example.start, example.end] for example in batch], device=marks.device)
    found = -logs.gather(1, right[:, None, :]).squeeze(1)
    somewhere = -logs[:, 1:].logsumexp(dim=1)
    whole = torch.tensor([example.whole for example in batch], device=marks.device)
    return torch.where(whole[:, None], somewhere, found).mean(dim=1)


def _batches(examples: Iterator[Example], random: Random) -> Iterator[list[Example]]:
    """Give batches of examples that are about as long."""
    while True:
        pool = sorted(islice(examples, BATCH * POOL), key=lambda example: len(example.ids))
        batches = [pool[first : first + BATCH] for first in range(0, len(pool), BATCH)]
        random.shuffle(batches)
        yield from batches


def _schedule(done: float) -> float:
    """Give the part of the greatest rate when this share of the time is over."""
    return min(done / WARMING + 0.02, 1.0, max(LAST, (1 - done) / (1 - WARMING)))


def _computes_bfloat16(device: torch.device) -> bool:
    """Whether numbers of 16 bits are computed faster than those of 32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))

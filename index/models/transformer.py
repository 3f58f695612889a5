"""Use any model of sentence-transformers: as an encoder, or a cross-encoder as a reranker."""

from __future__ import annotations

import json
import os
import threading
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from index.errors import ModelError
from index.models.encoder import digest
from index.models.folders import INSTEAD, check_parameters, files, first_line, found

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray
    from sentence_transformers import CrossEncoder, SentenceTransformer

E5_PROMPTS = {"query": "query: ", "document": "passage: "}
E5 = ("intfloat/e5-", "intfloat/multilingual-e5-")  # trained with prompts that their files do not state
PROBES = (
    "The minister opened the bridge.",
    "افتتح الوزير الجسر.",
    "Министр открыл мост.",
    "部长为大桥揭幕。",
)

WITHOUT = "name a cross-encoder of sentence-transformers with --reranker, or leave it out"
CLASSIFIER = "ForSequenceClassification"
MAX_PAIR_TOKENS = 512
"""Tokens of a question and a passage that a reranker reads, if its model takes so many."""
BATCH = 8


class TransformerEncoder:
    """A sentence-transformers model as an `Encoder`; its own prompts are used."""

    def __init__(self, name: str, folder: Path, model: SentenceTransformer) -> None:
        """Take a loaded model and the folder it was loaded from."""
        self._name = name
        self._folder = folder
        self._model = model

    @classmethod
    def open(cls, model: str, device: str = "cpu") -> Self:
        """Find a model in a folder, among those downloaded before, or on the hub; check and load it.

        Args:
            model: its folder or name.
            device: the device, as torch names it: `cpu`, `cuda`, `cuda:1`.

        Raises:
            ModelError: it is missing, is not to be trusted, or cannot be loaded; or the device is absent.
        """
        name, folder, integers = found(model)
        loaded = _load(model, folder, device)
        check_parameters(model, loaded, integers)
        made = cls(name, folder, loaded)
        if not made.encode_passages(PROBES).any():
            raise ModelError(f"{model}: gives vectors of zeros; {INSTEAD}")
        return made

    @property
    def name(self) -> str:
        """The name or folder the model was opened by."""
        return self._name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the model's settings, tokenizer and weights."""
        return digest(self._folder, files(self._folder))

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row for each text, shape (n, dimension); zero for a text without content.

        Raises:
            ModelError: the model cannot read a text, or gave vectors of another shape.
        """
        return self._rows(self._model.encode_document, texts)

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a question, shape (dimension,); zero for one without content.

        Raises:
            ModelError: the model cannot read it, or gave a vector of another shape.
        """
        vector: NDArray[np.float32] = self._rows(self._model.encode_query, [text])[0]
        return vector

    def _rows(self, encode: Callable[..., object], texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        clean = [_clean(text) for text in texts]
        filled = [number for number, text in enumerate(clean) if text.strip()]
        if not filled:
            return vectors
        try:
            rows = encode(
                [clean[number] for number in filled],
                convert_to_numpy=True,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        except (IndexError, RuntimeError) as error:  # tokens without a vector, or out of memory
            raise ModelError(f"{self._name}: cannot read a text ({first_line(error)}); {INSTEAD}") from error
        rows = np.asarray(rows, dtype=np.float32)
        if rows.shape != (len(filled), self.dimension):
            raise ModelError(
                f"{self._name}: gave vectors of shape {rows.shape}, not "
                f"{(len(filled), self.dimension)}; {INSTEAD}"
            )
        rows[~np.isfinite(rows).all(axis=1)] = 0.0
        vectors[filled] = rows
        return vectors


class TransformerReranker:
    """A cross-encoder with one score for a question and a passage, as a `Reranker`."""

    def __init__(self, name: str, model: CrossEncoder) -> None:
        """Take a loaded model."""
        self._name = name
        self._model = model
        self._lock = threading.Lock()  # its tokenizer is not for several threads

    @classmethod
    def open(cls, model: str, device: str = "cpu") -> Self:
        """Find a model in a folder, among those downloaded before, or on the hub; check, load and try it.

        Args:
            model: its folder or name.
            device: the device, as torch names it.

        Raises:
            ModelError: it is missing, is not to be trusted, cannot be loaded, or does not score pairs; or the device
                is absent.
        """
        name, folder, integers = found(model)
        _require_classifier(model, folder)
        loaded = _load_cross(model, folder, device)
        check_parameters(model, loaded, integers)
        made = cls(name, loaded)
        made.score(PROBES[0], PROBES)
        return made

    @property
    def name(self) -> str:
        """The name or folder it was opened by."""
        return self._name

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one logit for each passage, the higher the better it matches the question.

        Raises:
            ModelError: the model cannot read a text, or gave what is no number.
        """
        import torch

        pairs = [(_clean(question), _clean(passage)) for passage in passages]
        try:
            with self._lock:
                told = self._model.predict(
                    pairs, batch_size=BATCH, show_progress_bar=False, activation_fn=torch.nn.Identity()
                )
        except (IndexError, RuntimeError, ValueError) as error:  # tokens without a vector, or out of memory
            raise ModelError(
                f"{self._name}: cannot score a passage ({first_line(error)}); {WITHOUT}"
            ) from error
        logits = np.asarray(told, dtype=np.float64)
        if logits.shape != (len(pairs),) or not np.isfinite(logits).all():
            raise ModelError(f"{self._name}: gave what is no score (NaN) for a passage; {WITHOUT}")
        scores: list[float] = logits.tolist()
        return scores


def _clean(text: str) -> str:
    return text.encode("utf-8", "ignore").decode("utf-8")


def _require_classifier(model: str, folder: Path) -> None:
    """Refuse a model that was not trained to score: its last layer would be made of random numbers."""
    try:
        told = json.loads((folder / "config.json").read_text("utf-8"))
        kinds = [str(kind) for kind in told.get("architectures") or []]
        n_labels = len(told.get("id2label") or (0, 1))  # two where it is silent
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise ModelError(f"{model}: no cross-encoder ({first_line(error)}); {WITHOUT}") from error
    if not any(kind.endswith(CLASSIFIER) for kind in kinds):
        kind = ", ".join(kinds) or "a model of no kind"
        raise ModelError(f"{model}: {kind[:80]} is no cross-encoder; {WITHOUT}")
    if n_labels != 1:
        raise ModelError(f"{model}: gives {n_labels} values for a pair of texts, not one score; {WITHOUT}")


def _load_cross(model: str, folder: Path, device: str) -> CrossEncoder:
    _require_device(model, device)
    from sentence_transformers import CrossEncoder

    try:
        loaded: CrossEncoder = CrossEncoder(
            str(folder),
            device=device,
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
        loaded.max_seq_length = min(loaded.max_seq_length or MAX_PAIR_TOKENS, MAX_PAIR_TOKENS)
    except Exception as error:  # from any library that reads a part of the folder
        raise ModelError(f"{model}: cannot be loaded ({first_line(error)}); {WITHOUT}") from error
    return loaded


def _require_device(model: str, device: str) -> None:
    """Refuse an absent device, and keep tokenizers from starting threads of their own."""
    import torch

    if device != "cpu" and not torch.cuda.is_available():
        raise ModelError(
            f"{model}: cannot compute on {device}, as torch finds no such device here; leave --device out to use the"
            " processor, or install a torch that knows the device"
        )
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _load(model: str, folder: Path, device: str) -> SentenceTransformer:
    _require_device(model, device)
    from sentence_transformers import SentenceTransformer

    try:
        loaded = SentenceTransformer(
            str(folder),
            device=device,
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # from any library that reads a part of the folder
        raise ModelError(f"{model}: cannot be loaded ({first_line(error)}); {INSTEAD}") from error
    if not any(loaded.prompts.values()) and model.startswith(E5) and "instruct" not in model:
        loaded.prompts.update(E5_PROMPTS)
    return loaded

"""Any sentence-transformers model as an encoder: found, checked, then loaded.

A model folder can hold code. Nothing of it is run: module types must be the library's own,
weights must be safetensors, and a folder with Python files or pickles in it is refused before the
library sees it.
"""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import memory, tensors
from index.embedding import digest
from index.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

LIBRARY = "sentence_transformers."
WANTED = ("*.json", "*.txt", "*.model", "*.safetensors")
FORBIDDEN = frozenset({".py", ".pyc", ".so", ".bin", ".pkl", ".pickle", ".ckpt", ".pt", ".pth"})
CODE = frozenset({".py", ".pyc", ".so"})
HUB_TIMEOUT_S = 3.0
E5_PROMPTS = {"query": "query: ", "document": "passage: "}
E5 = ("intfloat/e5-", "intfloat/multilingual-e5-")  # trained with prompts their files do not state
LIBRARIES = 1_100_000_000  # torch, and what comes with it
PROBES = (
    "The minister opened the bridge.",
    "افتتح الوزير الجسر.",
    "Министр открыл мост.",
    "部长为大桥揭幕。",
)
AGAIN = "download the model again, or use --model bundled, the model that ships with Sanad"
INSTEAD = "use --model bundled, the model that ships with Sanad"


class TransformerEncoder:
    """A sentence-transformers model behind our two verbs; its own prompts are used."""

    def __init__(self, name: str, folder: Path, model: SentenceTransformer) -> None:
        """Take a loaded model and the folder it was loaded from."""
        self._name = name
        self._folder = folder
        self._model = model

    @classmethod
    def open(cls, model: str) -> Self:
        """Find a model in a folder, among those downloaded before, or on the hub; check and load it.

        Raises:
            ModelError: it is missing, is not to be trusted, or cannot be loaded.
        """
        path = Path(model).expanduser()
        local = path.is_dir()
        folder = path.resolve() if local else _fetch(model)
        _check(model, folder, FORBIDDEN if local else CODE)
        # a collection remembers its model by this name: it must be found from any working folder
        name = str(path.absolute()) if local else model
        integers = _check_weights(model, folder)
        memory.require(model, _files(folder), LIBRARIES)
        loaded = _load(model, folder)
        _check_parameters(model, loaded, integers)
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
        return digest(self._folder, _files(self._folder))

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one unit row for each text, shape (n, dimension); zero for a text without content.

        Raises:
            ModelError: the model cannot read a text, or gave vectors of another shape.
        """
        return self._rows(self._model.encode_document, texts)

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """Give the unit vector of a question, shape (dimension,); zero for one without content.

        Raises:
            ModelError: the model cannot read it, or gave a vector of another shape.
        """
        vector: NDArray[np.float32] = self._rows(self._model.encode_query, [text])[0]
        return vector

    def _rows(self, encode: Callable[..., object], texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        clean = [text.encode("utf-8", "ignore").decode("utf-8") for text in texts]
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
        except (IndexError, RuntimeError) as error:  # tokens without a vector, no memory
            raise ModelError(f"{self._name}: cannot read a text ({_first_line(error)}); {INSTEAD}") from error
        rows = np.asarray(rows, dtype=np.float32)
        if rows.shape != (len(filled), self.dimension):
            raise ModelError(
                f"{self._name}: gave vectors of shape {rows.shape}, not "
                f"{(len(filled), self.dimension)}; {INSTEAD}"
            )
        rows[~np.isfinite(rows).all(axis=1)] = 0.0
        vectors[filled] = rows
        return vectors


def _files(folder: Path) -> list[Path]:
    return [path for pattern in WANTED for path in folder.rglob(pattern)]


def _fetch(model: str) -> Path:
    """Give the folder of a hub model: as downloaded before, else downloaded now."""
    from huggingface_hub import HfApi, constants, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True, allow_patterns=list(WANTED)))
    except HFValidationError as error:
        raise ModelError(f"{model}: no such folder, and no hub model's name; {INSTEAD}") from error
    except LocalEntryNotFoundError as error:
        if constants.HF_HUB_OFFLINE:
            raise ModelError(f"{model}: not downloaded, and the hub is off; {INSTEAD}") from error
    try:
        # One short question first: the download itself would try again and again.
        HfApi().model_info(model, timeout=HUB_TIMEOUT_S)
        return Path(snapshot_download(model, allow_patterns=list(WANTED)))
    except HfHubHTTPError as error:
        reason = f"the hub does not give it (status {error.response.status_code})"
        raise ModelError(f"{model}: {reason}; check the name, or {INSTEAD}") from error
    except Exception as error:
        if not _is_network(error):
            raise
        raise ModelError(f"{model}: cannot be downloaded, the hub is out of reach; {INSTEAD}") from error


def _is_network(error: Exception) -> bool:
    """Tell whether an error comes from the network; the client's own errors have many bases."""
    if isinstance(error, OSError):
        return True
    return any(base.__module__.startswith(("httpx", "requests")) for base in type(error).__mro__)


def _check(model: str, folder: Path, forbidden: frozenset[str]) -> None:
    """Refuse a folder that could run code when it is loaded.

    Raises:
        ModelError: names the file or the module type.
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in forbidden:
            raise ModelError(f"{model}: refused, {path.name} could run code; use a model of safetensors")
    if not any(folder.rglob("*.safetensors")):
        raise ModelError(f"{model}: holds no safetensors weights; {INSTEAD}")
    for path in sorted(folder.rglob("*.json")):
        if path.name in {"modules.json", "router_config.json"}:
            _check_types(model, folder, path)


def _check_types(model: str, folder: Path, listing: Path) -> None:
    """Refuse module types that are not the library's own, and module folders outside the model."""
    try:
        content = json.loads(listing.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            modules = [(kind, "") for kind in content["types"].values()]
        else:
            modules = [(entry["type"], entry["path"]) for entry in content]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"{model}: {listing.name} is not a list of modules; {INSTEAD}") from error
    for kind, where in modules:
        if not str(kind).startswith(LIBRARY):
            raise ModelError(f"{model}: refused, {listing.name} names the foreign module type {kind}")
        if not (folder / str(where)).resolve().is_relative_to(folder.resolve()):
            raise ModelError(f"{model}: refused, {listing.name} points outside the model: {where}")


def _check_weights(model: str, folder: Path) -> frozenset[str]:
    """Refuse weights that are not whole; gives the names of the tensors of integers.

    Raises:
        ModelError: names the file and says what is wrong with it.
    """
    integers: set[str] = set()
    for path in sorted(folder.rglob("*.safetensors")):
        try:
            integers |= tensors.whole_numbers(path)
        except (OSError, ValueError) as error:
            raise ModelError(f"{model}: {path.name} is damaged, {error}; {AGAIN}") from error
    return frozenset(integers)


def _check_parameters(model: str, loaded: SentenceTransformer, integers: frozenset[str]) -> None:
    """Refuse parameters that are no numbers, or that the file has as integers although the model computes with reals.

    Raises:
        ModelError: names the parameter.
    """
    import torch

    for name, values in loaded.named_parameters():
        if not values.is_floating_point():
            continue
        if name.endswith(tuple(integers)):
            raise ModelError(f"{model}: the weights {name} are stored as integers; {AGAIN}")
        if not torch.isfinite(values).all():
            raise ModelError(f"{model}: the weights {name} hold what is no number (NaN); {AGAIN}")


def _load(model: str, folder: Path) -> SentenceTransformer:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer

    try:
        loaded = SentenceTransformer(
            str(folder),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # of any library that reads a part of the folder, for anything in it
        raise ModelError(f"{model}: cannot be loaded ({_first_line(error)}); {INSTEAD}") from error
    if not any(loaded.prompts.values()) and model.startswith(E5) and "instruct" not in model:
        loaded.prompts.update(E5_PROMPTS)
    return loaded


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200]

"""Find third-party model folders, download them if needed, and check them before a library opens them.

A model folder can hold code. None of it is run: module types must be the library's own, weights must be
safetensors, and a folder with Python files or pickles in it is refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelError
from index.models import memory, tensors

if TYPE_CHECKING:
    from torch import nn

LIBRARY = "sentence_transformers."
WANTED = ("*.json", "*.txt", "*.model", "*.safetensors")
FORBIDDEN = frozenset({".py", ".pyc", ".so", ".bin", ".pkl", ".pickle", ".ckpt", ".pt", ".pth"})
CODE = frozenset({".py", ".pyc", ".so"})
HUB_TIMEOUT_S = 3.0
LIBRARIES = 1_100_000_000  # torch and its dependencies
INSTEAD = (
    "use --model bundled (of a reader: --reader bundled), the model that ships with Sanad, or no --reranker"
)
AGAIN = f"download the model again, or {INSTEAD}"


def found(model: str) -> tuple[str, Path, frozenset[str]]:
    """Find a model in a folder, among those downloaded before, or on the hub, and check its files.

    Args:
        model: a folder, or a name on the Hugging Face hub.

    Returns:
        The name that finds it from any working folder, its folder, and the names of its integer tensors.

    Raises:
        ModelError: it is missing, is not to be trusted, or needs more memory than this process may take.
    """
    path = Path(model).expanduser()
    local = path.is_dir()
    folder = path.resolve() if local else _fetch(model)
    _check(model, folder, FORBIDDEN if local else CODE)
    integers = _check_weights(model, folder)
    memory.require(model, files(folder), LIBRARIES)
    return str(path.absolute()) if local else model, folder, integers


def files(folder: Path) -> list[Path]:
    """Return the files in a folder that make up the model."""
    return [path for pattern in WANTED for path in folder.rglob(pattern)]


def _fetch(model: str) -> Path:
    """Return the folder of a hub model, downloaded now unless it was before."""
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
        # One short request first: the download itself would retry again and again.
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
    """Return whether an error comes from the network; the client's own errors have many bases."""
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
    """Refuse incomplete weights; return the names of the integer tensors.

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


def check_parameters(model: str, loaded: nn.Module, integers: frozenset[str]) -> None:
    """Refuse parameters that are not finite, or that are stored as integers where the model computes with floats.

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


def first_line(error: Exception) -> str:
    """Return the first line of an error's message, at most 200 characters."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200]

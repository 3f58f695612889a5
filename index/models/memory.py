"""Check that this process may take the memory that a model needs.

The libraries that read models are written in Rust: if memory is refused (`ulimit -v`), they end the process,
where Python would raise an error.
"""

from __future__ import annotations

import resource
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable

WEIGHTS = 2  # bytes for each byte of weights: the file is mapped, and mapped again or copied
TEXTS = (
    24  # bytes for each byte of JSON: parsed, and made into tables; measured with vocabularies of 3 and 46 MB
)
SEARCH = 350_000_000  # faiss and BLAS, for two cores; more cores take more


def require(model: str, files: Iterable[Path], libraries: int) -> None:
    """Refuse a model that would not fit in memory, without reading it.

    Args:
        model: its name, for the message.
        files: those of its files that are read.
        libraries: bytes that the libraries take, whatever the model.

    Raises:
        ModelError: says how much it needs and how much there is.
        OSError: a file is not there.
    """
    room = _room()
    if room is None:
        return
    factors = {".safetensors": WEIGHTS, ".json": TEXTS}
    needed = libraries + SEARCH
    needed += sum(path.stat().st_size * factors.get(path.suffix, 1) for path in files)
    if needed > room:
        raise ModelError(
            f"{model}: needs about {needed // 1_000_000:,} MB of memory, and this process may take "
            f"{room // 1_000_000:,} MB more: allow it more (ulimit -v), or use a smaller model"
        )


def _room() -> int | None:
    """Return the bytes that this process may still take, or None if no limit is known."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:  # not Linux, so the limit has no effect
        return None
    return max(0, limit - pages * resource.getpagesize())

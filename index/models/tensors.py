"""Check the header of a weights file (https://github.com/huggingface/safetensors#format) before it is loaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_HEADER_BYTES = 25_000_000  # a model of a hundred thousand tensors needs half of it


def whole_numbers(path: Path) -> frozenset[str]:
    """Return the names of the integer tensors, after checking that the file is as long as its header declares.

    Raises:
        ValueError: it does not; says why.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if not 2 <= size <= MAX_HEADER_BYTES:
            raise ValueError("it does not begin with a header")
        try:
            header = json.loads(file.read(size))
            tensors = {name: told for name, told in header.items() if name != "__metadata__"}
            end = max(told["data_offsets"][1] for told in tensors.values())
            kinds = {name: str(told["dtype"]) for name, told in tensors.items()}
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise ValueError("its header lists no tensors") from error
    held, declared = path.stat().st_size, 8 + size + end
    if held != declared:
        raise ValueError(f"it has {held:,} bytes, its header declares {declared:,}")
    return frozenset(name for name, kind in kinds.items() if kind.startswith(("I", "U", "BOOL")))

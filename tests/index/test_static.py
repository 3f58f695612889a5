from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.analysis import LONGEST_KEPT
from index.embedding import SHIPPED
from index.errors import ModelError
from index.static import StaticEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from sentence_transformers import SentenceTransformer

TEXTS = [
    "who attacked Al-Tanf?",
    "هاجمت طائرات مسيرة قاعدة التَّنف، في سوريا.",
    "نیروهای آمریکایی در سوریه می‌جنگند",
    "امریکی فوج نے حملے کی تصدیق کی",
    "כוחות ארה״ב הותקפו",
    "İstanbul'da saldırı DÜZENLENDİ",
    "Die Straße, größer als früher — „gesperrt“",
    "l'armée américaine a été attaquée",
    "¿Quién atacó la base?",
    "Ат-Танф: нападение на базу",
    "美国军队在叙利亚遭到袭击。坦夫基地",
    "सीरिया में अमेरिकी अड्डे पर हमला",
    "pangkalan Amerika diserang",
    "Επίθεση στη βάση",
    "ฐานทัพสหรัฐถูกโจมตี",
    "căn cứ bị tấn công",
    "١٩٩٠ 1990 ۱۹۹۰",
    "x" * 5000,
    "中" * 5000,
    "a\u0301" * 300 + "\u200f",
    "",
    " \n\t",
]


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    return StaticEncoder.open(SHIPPED)


@pytest.fixture(scope="module")
def reference() -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(SHIPPED), device="cpu", local_files_only=True)


def test_vectors_are_those_of_sentence_transformers(
    encoder: StaticEncoder, reference: SentenceTransformer
) -> None:
    expected = reference.encode(TEXTS, convert_to_numpy=True, show_progress_bar=False)
    assert (
        np.abs(encoder.encode_passages(TEXTS) - expected).max() < 5e-5
    )  # sums of thousands of terms in float32


def test_rows_are_unit_float32_or_zero(encoder: StaticEncoder) -> None:
    vectors = encoder.encode_passages(TEXTS)
    assert vectors.dtype == np.float32
    norms = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(norms - 1) < 1e-5) | (norms == 0))
    assert np.all(norms[: TEXTS.index("Επίθεση στη βάση")] > 0)


@pytest.mark.parametrize("text", ["", "   ", "؟!…", "𓀀𓀁", "\ud800", "\x00"])
def test_a_text_without_known_tokens_is_the_zero_vector(encoder: StaticEncoder, text: str) -> None:
    assert not encoder.encode_question(text).any()


def test_lone_surrogates_change_nothing_else(encoder: StaticEncoder) -> None:
    expected = encoder.encode_question("the base was attacked")
    assert np.array_equal(encoder.encode_question("the base\udcff was attacked"), expected)


def test_no_text_gives_no_row(encoder: StaticEncoder) -> None:
    assert encoder.encode_passages([]).shape == (0, encoder.dimension)


def test_a_vector_does_not_depend_on_the_batch(encoder: StaticEncoder) -> None:
    together = encoder.encode_passages(TEXTS)
    backwards = encoder.encode_passages(TEXTS[::-1])[::-1]
    alone = np.stack([StaticEncoder.open(SHIPPED).encode_question(text) for text in TEXTS[:6]])
    assert np.array_equal(together, backwards)
    assert np.array_equal(together[:6], alone)


def test_the_table_of_known_words_is_bounded(encoder: StaticEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = encoder.encode_passages(TEXTS)
    monkeypatch.setattr("index.static.MAX_KNOWN", 3)
    small = StaticEncoder.open(SHIPPED)
    assert np.array_equal(np.stack([small.encode_question(text) for text in TEXTS]), expected)


def test_the_table_keeps_no_word_that_is_as_long_as_a_book(encoder: StaticEncoder) -> None:
    text = f"attacked {'هجوم' * 20_000} القاعدة {'base' * 12}"
    expected = StaticEncoder.open(SHIPPED).encode_question(text)
    assert np.array_equal(encoder.encode_question(text), expected)
    assert np.array_equal(encoder.encode_question(text), expected)
    assert "القاعدة" in encoder._known
    assert max(map(len, encoder._known)) == LONGEST_KEPT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("القاعده", "القاعدة"),
        ("التَّنف", "التنف"),
        ("أمريكا", "امريكا"),
        ("کتاب", "كتاب"),
        ("بالمدينة", "المدينة"),
        ("ATTACKED", "attacked"),
        ("1990", "١٩٩٠"),
    ],
)
def test_spellings_of_a_word_are_one(encoder: StaticEncoder, one: str, other: str) -> None:
    assert encoder.encode_question(one) @ encoder.encode_question(other) == pytest.approx(1)


@pytest.mark.parametrize(
    ("question", "answer", "wrong"),
    [
        ("Who attacked the military base?", "هاجم مسلحون القاعدة العسكرية.", "ارتفعت أسعار النفط."),
        ("Wer griff den Militärstützpunkt an?", "The military base was attacked.", "Oil is dearer."),
        ("من هاجم القاعدة العسكرية؟", "The military base was attacked.", "Oil prices rose."),
        ("¿Quién es el presidente?", "انتخب الرئيس أمس.", "تقع المدينة على البحر."),
    ],
)
def test_meaning_crosses_languages(encoder: StaticEncoder, question: str, answer: str, wrong: str) -> None:
    near, far = encoder.encode_passages([answer, wrong]) @ encoder.encode_question(question)
    assert near > far


def test_opens_without_torch() -> None:
    code = (
        "import sys; from index.embedding import open_encoder; open_encoder(None)\n"
        "sys.exit('torch' in sys.modules or 'sentence_transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(SHIPPED, copy)
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelError, match="install Sanad again"):
        StaticEncoder.open(copy)
    (copy / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=str(copy)):
        StaticEncoder.open(copy)


def test_the_fingerprint_follows_the_files(tmp_path: Path, encoder: StaticEncoder) -> None:
    copy = tmp_path / "model"
    shutil.copytree(SHIPPED, copy)
    assert StaticEncoder.open(copy).fingerprint == encoder.fingerprint
    with (copy / "tokenizer.json").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert StaticEncoder.open(copy).fingerprint != encoder.fingerprint


def test_a_sketch_compares_sentences_as_their_vectors_would(encoder: StaticEncoder) -> None:
    passages = [TEXTS[:3], [], ["", *TEXTS[3:5], " "], TEXTS[5:], ["中文"]]
    question = encoder.encode_question("who attacked Al-Tanf?")
    found = encoder.cosines(encoder.encode_sentences(passages)[1], question)
    for own, cosines in zip(passages, found, strict=True):
        assert cosines == pytest.approx(encoder.encode_passages(own) @ question, abs=1e-6)
    alone = [encoder.cosines([sketch], question)[0] for sketch in encoder.encode_sentences(passages)[1]]
    assert found == alone  # to the last bit
    assert encoder.cosines([], question) == []


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\x02",
        b"\xff\xff\xff\x7f",
        b"\x01\0\0\0" + b"\xff\xff\xff\x7f" * 2,
        b"\x01\0\0\0\x02\0\0\0",
        b"\x01\0\0\0" + bytes(8) + b"\x05\0\0\0",
    ],
)
def test_a_sketch_that_is_none_is_an_error(encoder: StaticEncoder, damaged: bytes) -> None:
    _, (sound,) = encoder.encode_sentences([["the bridge was opened"]])
    with pytest.raises((ValueError, IndexError)):
        encoder.cosines([sound, damaged], encoder.encode_question("bridge"))

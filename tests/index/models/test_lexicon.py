from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import index
from index.errors import ModelError
from index.models.lexicon import MAX_TRANSLATIONS, Lexicon

if TYPE_CHECKING:
    from conftest import MakeLexicon

BUNDLED = Path(index.__file__).parent / "bundled" / "lexicon"


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return Lexicon.open(BUNDLED)


def test_a_translation_comes_back_with_its_probability(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon(
        {"ar": ({"هجوم": [("attack", 0.81), ("strike", 0.04)]}, {"attack": [("هجوم", 0.5)]})}
    )
    assert lexicon.languages == ("en", "ar")
    (first, p), (second, q) = lexicon.translate("هجوم", "ar", "en")
    assert (first, second) == ("attack", "strike")
    assert p == pytest.approx(0.81, abs=2 * 0.9 / 255)
    assert q == pytest.approx(0.04, abs=2 * 0.2 / 255)
    assert [term for term, _ in lexicon.translate("attack", "en", "ar")] == ["هجوم"]


def test_paths_through_english_add_up(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon(
        {
            "de": ({"angriff": [("attack", 0.64), ("strike", 0.25)]}, {}),
            "ar": ({}, {"attack": [("هجوم", 0.49)], "strike": [("هجوم", 0.36), ("ضرب", 0.64)]}),
        }
    )
    found = dict(lexicon.translate("angriff", "de", "ar"))
    assert found["هجوم"] == pytest.approx(0.64 * 0.49 + 0.25 * 0.36, abs=0.01)
    assert found["ضرب"] == pytest.approx(0.25 * 0.64, abs=0.01)


def test_there_and_back_gives_the_other_words_of_a_meaning(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon(
        {
            "ar": (
                {"لقاء": [("meet", 0.64), ("gather", 0.25)], "اجتماع": [("meet", 0.81)]},
                {"meet": [("اجتماع", 0.49), ("لقاء", 0.36)], "gather": [("اجتماع", 0.25)]},
            )
        }
    )
    (arabic,) = lexicon.paraphrases("لقاء", "ar")
    assert arabic == ("اجتماع", pytest.approx(0.64 * 0.49 + 0.25 * 0.25, abs=0.02))
    assert [term for term, _ in lexicon.paraphrases("gather", "en")] == ["meet"]
    assert lexicon.paraphrases("unknown", "en") == lexicon.paraphrases("لقاء", "xx") == ()


def test_small_probabilities_through_english_are_dropped(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon(
        {"de": ({"angriff": [("attack", 0.04)]}, {}), "ar": ({}, {"attack": [("هجوم", 0.04)]})}
    )
    assert lexicon.translate("angriff", "de", "ar") == ()


@pytest.mark.parametrize(
    ("stem", "source", "target"),
    [
        ("هجوم", "ar", "ar"),
        ("nothing", "en", "ar"),
        ("هجوم", "xx", "en"),
        ("هجوم", "ar", "xx"),
        ("", "ar", "en"),
        ("\ud800", "ar", "en"),
    ],
)
def test_what_is_unknown_has_no_translation(
    make_lexicon: MakeLexicon, stem: str, source: str, target: str
) -> None:
    lexicon = make_lexicon({"ar": ({"هجوم": [("attack", 0.81)]}, {})})
    assert lexicon.translate(stem, source, target) == ()


def test_a_name_unknown_to_its_language_is_looked_up_as_english(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon({"de": ({"angriff": [("attack", 1.0)]}, {}), "ar": ({}, {"tanf": [("تنف", 1.0)]})})
    assert lexicon.translate("tanf", "de", "ar") == (("تنف", 1.0),)


def test_every_term_of_a_vocabulary_is_found(make_lexicon: MakeLexicon) -> None:
    table = {f"w{number}": [(f"t{number * 7 % 500}", 1.0)] for number in range(500)}
    lexicon = make_lexicon({"de": (table, {})})
    for word, found in table.items():
        assert lexicon.translate(word, "de", "en") == tuple(found)


def test_a_missing_lexicon_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        Lexicon.open(tmp_path / "nowhere")


def test_a_truncated_lexicon_is_refused(tmp_path: Path) -> None:
    for name in ("lexicon.json", "lexicon.bin"):
        (tmp_path / name).write_bytes((BUNDLED / name).read_bytes())
    (tmp_path / "lexicon.bin").write_bytes((BUNDLED / "lexicon.bin").read_bytes()[:1000])
    with pytest.raises(ModelError, match="cannot be read"):
        Lexicon.open(tmp_path)


def test_another_format_is_refused(tmp_path: Path) -> None:
    header = json.loads((BUNDLED / "lexicon.json").read_text(encoding="utf-8"))
    (tmp_path / "lexicon.json").write_text(json.dumps(header | {"format": 99}), encoding="utf-8")
    (tmp_path / "lexicon.bin").write_bytes(b"\0" * 16)
    with pytest.raises(ModelError, match="format 99"):
        Lexicon.open(tmp_path)


def test_the_shipped_lexicon_is_small(shipped: Lexicon) -> None:
    assert sum(path.stat().st_size for path in BUNDLED.iterdir()) <= 15_000_000
    assert Lexicon.open(BUNDLED).translate("attack", "en", "ar")
    assert {"en", "ar", "fa", "ur", "he", "tr", "fr", "de", "es", "ru", "zh", "hi", "id"} <= set(
        shipped.languages
    )


@pytest.mark.parametrize(
    ("stem", "source", "target", "expected"),
    [
        ("syria", "en", "ar", "سوريا"),
        ("attack", "en", "ar", "هجوم"),
        ("حرب", "ar", "en", "war"),
        ("aleppo", "en", "ar", "حلب"),
        ("krieg", "de", "en", "war"),
        ("krieg", "de", "ar", "حرب"),
        ("войн", "ru", "ar", "حرب"),
        ("guerr", "fr", "en", "war"),
        ("savas", "tr", "en", "war"),
        ("战争", "zh", "en", "war"),
        ("युद्ध", "hi", "en", "war"),
        ("perang", "id", "en", "war"),
        ("جنگ", "fa", "en", "war"),
        ("מלחמ", "he", "en", "war"),
    ],
)
def test_the_shipped_lexicon_knows_common_words(
    shipped: Lexicon, stem: str, source: str, target: str, expected: str
) -> None:
    found = shipped.translate(stem, source, target)
    assert expected in [term for term, _ in found[:8]], found
    assert len(found) <= MAX_TRANSLATIONS
    assert all(0 < p <= 1 for _, p in found)


def test_opening_needs_no_heavy_library() -> None:
    import subprocess

    code = (
        "import sys, index.models.lexicon;"
        " raise SystemExit(any(m in sys.modules for m in ('torch', 'scipy', 'faiss')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_arrays_stay_on_disk(shipped: Lexicon) -> None:
    assert not shipped._arrays["words.ar"].flags.owndata
    assert shipped._arrays["words.ar"].dtype == np.uint8

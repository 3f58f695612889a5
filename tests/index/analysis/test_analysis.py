from __future__ import annotations

import itertools
import sys
import unicodedata
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import (
    LONGEST_KEPT,
    Word,
    folded_counts,
    is_stopword,
    parts_of,
    stemmer_of,
    word_keys,
    word_terms,
    words,
)
from index.analysis.counting import _KNOWN
from index.analysis.folding import fold, stream_safe
from index.analysis.scripts import WORD
from index.analysis.tokenizing import _PIECES
from index.chunking.sentences import sentences


def folded(text: str) -> list[str]:
    return [word.folded for word in words(text)]


def stems(text: str, language: str) -> list[str]:
    return [word_terms(word, stemmer_of(word, language)).stem for word in folded(text)]


def surfaces(text: str) -> list[str]:
    return [text[word.start : word.end] for word in words(text)]


@pytest.mark.parametrize(
    ("variants", "language"),
    [
        ("التنف التَّنف والتنف بالتنف للتنف فالتنف كالتنف وبالتنف ٱلتنف التـــنف ﺍﻟﺘﻨﻒ", "ar"),
        ("القاعدة القاعده القاعدةُ والقاعدة", "ar"),
        ("مسؤول مسئول المسؤولون المسئولين", "ar"),
        ("إسرائيل اسرائيل أسرائيل وإسرائيل", "ar"),
        ("مستشفى مستشفي المستشفى", "ar"),
        ("الله والله بالله لله", "ar"),
        ("کتاب‌ها کتابها كتابهای", "fa"),
        ("لڑکیوں لڑکیوں", "ur"),
        ("attack attacks attacked attacking ATTACKED", "en"),
        ("Angriff Angriffe ANGRIFFE", "de"),
        ("Straße STRASSE strasse", "de"),
        ("naïve naive NAÏVE", "fr"),
        ("İstanbul istanbul Istanbul", "tr"),
        ("ракета ракеты ракетами РАКЕТА", "ru"),
        ("ещё еще", "ru"),
        ("во\u0301йны войны", "ru"),
        ("लड़का लड़का", "hi"),
        ("Ｔａｎｆ Tanf tanf", "en"),
    ],
)
def test_variants_of_a_word_have_one_stem(variants: str, language: str) -> None:
    assert len(set(stems(variants, language))) == 1, stems(variants, language)


def test_a_letter_with_a_breve_is_another_letter() -> None:
    assert stems("война", "ru") != stems("воина", "ru")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ليبيا", "يبيا"),
        ("بيروت", "يروت"),
        ("كوريا", "وريا"),
        ("لبنان", "بنان"),
        ("فتح", "تح"),
        ("وزن", "زن"),
        ("الى", "ي"),
    ],
)
def test_first_letters_that_look_like_particles_stay(one: str, other: str) -> None:
    assert stems(one, "ar") != stems(other, "ar")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("١٢٣ ۱۲۳ १२३ ๑๒๓ 123 １２３", ["123"] * 6),
        ("1,200 1.200 ١٬٢٠٠ 1200", ["1200"] * 4),
        ("3.5 3,5 ٣٫٥", ["3.5"] * 3),
        ("12.10.2023", ["12", "10", "2023"]),
        ("3.14.", ["3.14"]),
        ("و١٬٢٠٠", ["و", "1200"]),
        ("عام2019", ["عام", "2019"]),
        ("2019年", ["2019", "年"]),
        ("U.N. USA U.S.A. US U.S.", ["u.n", "usa", "usa", "u.s", "u.s"]),
    ],
)
def test_numbers_and_abbreviations(text: str, expected: list[str]) -> None:
    assert folded(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tanf'a Ankara'da ABD’nin", ["tanf", "a", "ankara", "da", "abd", "nin"]),
        ("l'attaque d’Al-Tanf", ["l", "attaque", "d", "al", "tanf"]),
        ("don't Iran’s", ["don", "t", "iran", "s"]),
        ("Ba'ath Qur’an Ta'izz", ["baath", "quran", "taizz"]),
        ("Baʿath", ["baath"]),
        ("п'ять", ["пять"]),
        ('צה"ל צה״ל', ["צהל", "צהל"]),
        ('"שלום"', ["שלום"]),
        ("#التنف_السوري", ["التنف", "السوري"]),
        ("می‌خواهم", ["ميخواهم"]),
        ("co\u00adoperate", ["cooperate"]),
    ],
)
def test_marks_inside_words(text: str, expected: list[str]) -> None:
    assert folded(text) == expected


@pytest.mark.parametrize(
    "word", ["हिन्दी", "التَّنف", "مُحَمَّد", "שָׁלוֹם", "தமிழ்", "বাংলা", "Việt", "ሰላም", "e\u0301te\u0301"]
)
def test_a_word_with_marks_is_one_word(word: str) -> None:
    assert surfaces(f"a {word}, b") == ["a", word, "b"]


def test_scripts_without_spaces_give_bigrams() -> None:
    assert folded("北京市") == ["北京", "京市"]
    assert folded("京") == ["京"]
    assert folded("タンフ基地") == ["タン", "ンフ", "フ基", "基地"]
    assert surfaces("กำลัง") == ["กำ", "ำลั", "ลัง"]
    assert word_terms("北京", stemmer_of("北京", "zh")) == ("北京", (), None)


def test_latin_inside_chinese_stays_a_word() -> None:
    assert folded("在Tanf基地") == ["在", "tanf", "基地"]


def test_grams_are_bounded_by_the_word() -> None:
    assert word_terms("tanf", "en").grams == ("_tan", "tanf", "anf_")
    assert word_terms("of", "en").grams == ("_of_",)
    assert word_terms("2019", "").grams == ("2019",)


def test_rules_follow_the_script_of_the_word_first() -> None:
    assert [stemmer_of("كتاب", code) for code in ("ar", "en", "fa", "ur", "ps", "und")] == [
        "ar",
        "ar",
        "fa",
        "ur",
        "",
        "ar",
    ]
    assert [stemmer_of("microsoft", code) for code in ("ar", "de", "und", "vi")] == ["en", "de", "en", ""]
    assert [stemmer_of("танф", code) for code in ("ru", "en", "uk", "sr")] == ["ru", "ru", "", "sr"]
    assert [stemmer_of("2019", code) for code in ("ar", "en")] == ["", ""]


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("من", "ar", True), ("وفي", "ar", True), ("متى", "ar", True), ("التنف", "ar", False), ("who", "en", True),
        ("tanf", "en", False), ("wer", "de", True), ("кто", "ru", True), ("किसने", "hi", True), ("nerede", "tr", True),
        ("who", "ar", True), ("из", "en", True), ("tanf", "xx", False), ("", "en", False),
    ],
)  # fmt: skip
def test_function_and_question_words(word: str, language: str, expected: bool) -> None:
    assert is_stopword(fold(word), language) is expected


def test_every_mark_of_the_basic_plane_belongs_to_a_word() -> None:
    marks = (chr(code) for code in range(0x10000) if unicodedata.category(chr(code)).startswith("M"))
    assert [f"U+{ord(mark):04X}" for mark in marks if not WORD.fullmatch("a" + mark + "b")] == []


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
def test_offsets_lie_in_any_text(text: str) -> None:
    found = words(text)
    assert all(0 <= word.start < word.end <= len(text) for word in found)
    assert all(a.start < b.start for a, b in pairwise(found))
    for word in found:
        word_terms(word.folded, stemmer_of(word.folded, "ar"))


@given(st.text(alphabet="التَّنفـ‌‍'’_.,1٢ aİßé北กำहि\u0301\ud800\x00\"", max_size=40))
def test_offsets_lie_in_text_made_of_the_hard_characters(text: str) -> None:
    found = words(text)
    assert all(0 <= word.start < word.end <= len(text) for word in found)
    assert all(a.start < b.start for a, b in pairwise(found))
    assert all(fold(word.folded) == word.folded for word in found if "." not in word.folded)


def test_nothing_of_a_text_is_lost() -> None:
    text = "هاجمت طائرات قاعدة التَّنف في 19-10-2023، said the U.N. in l'attaque 北京"
    covered = {i for word in words(text) for i in range(word.start, word.end)}
    assert [c for i, c in enumerate(text) if c.isalnum() and i not in covered] == []


@pytest.mark.parametrize("text", ["\x00", "\ud800", "a\ud800b", "", "❤️", "\u0301", "___", "''''"])
def test_odd_text_is_taken(text: str) -> None:
    assert all(isinstance(word, Word) for word in words(text))


@pytest.mark.parametrize(
    "unit", ["\u0301\u0323", "a'", "п'", "_a", "1.", "a.", "漢", "a", "١", "\u200c", "و1"]
)
@pytest.mark.timeout(20)
def test_long_runs_do_not_take_for_ever(unit: str) -> None:
    """A quadratic pass over 400,000 units would take hours."""
    found = words(unit * 400_000)
    assert all(one.start < other.start for one, other in itertools.pairwise(found))


def test_marks_in_a_row_are_cut() -> None:
    assert stream_safe("a" + "\u0301" * 100 + "b") == "a" + "\u0301" * 30 + "b"
    assert (
        folded("tanf" + "\u0323\u0301" * 50_000) == ["tanf"]
        or len(folded("tanf" + "\u0323\u0301" * 50_000)[0]) <= 64
    )


def test_the_terms_of_a_huge_word_are_few() -> None:
    (word,) = words("x" * 100_000)
    assert word.end == 100_000
    assert len(word_terms(word.folded, "en").grams) <= 64


def test_importing_the_analyser_loads_no_stemmer() -> None:
    code = "import sys, index.analysis; raise SystemExit('Stemmer' in sys.modules or 'torch' in sys.modules)"
    import subprocess

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("language", ["ar", "en", "ru", "zh", "und"])
@given(
    text=st.text(max_size=200)
    | st.sampled_from(["هاجم التنف والتنف، التنف!", "U.N. u.n. 1,200 1200", "中国中国"])
)
def test_counted_words_are_the_words(text: str, language: str) -> None:
    found = Counter(word.folded for word in words(text))
    assert folded_counts(text) == found
    by_sentence = word_keys(text, sentences(text), language)
    assert len(by_sentence) == len(sentences(text))
    assert [parts_of(key) for own in by_sentence for key in own] == [
        (stemmer_of(word.folded, language), word.folded) for word in words(text)
    ]


def test_the_words_of_a_sentence_are_its_own() -> None:
    text = "فتح الجسر أمس. وقال المهندس إنه آمن.\nIt is 40 m long."
    spans = sentences(text)
    assert word_keys(text, spans, "ar") == [
        word_keys(text[span.start : span.end], [(0, span.end - span.start)], "ar")[0] for span in spans
    ]
    assert len(spans) >= 3


def test_a_run_that_stands_in_two_sentences_belongs_to_the_first() -> None:
    text = "大桥开通"
    keys = word_keys(text, [(0, 2), (2, 4)], "zh")
    assert keys == [word_keys(text, [(0, 4)], "zh")[0], []]
    assert len(keys[0]) == 3  # 大桥, 桥开, 开通


def test_no_table_keeps_a_word_that_is_as_long_as_a_book() -> None:
    huge = "كتاب" * 20_000
    (before,) = word_keys("التنف base", [(0, 10)], "ar")
    long = f"التنف {huge} base"
    (keys,) = word_keys(long, [(0, len(long))], "ar")
    assert [keys[0], keys[-1]] == before
    assert len(keys) == len(before) + 1
    kept = [*_PIECES, *(surface for known in _KNOWN.values() for surface in known)]
    assert "التنف" in kept
    assert max(map(len, kept)) <= LONGEST_KEPT

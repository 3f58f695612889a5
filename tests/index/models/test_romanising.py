"""Words in Latin letters: each script by its rules, and nothing that is not written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models.romanising import romanised

WRITTEN = [
    ("لبنان", "ar", "Lbnan"),
    ("يوسف", "ar", "Yusf"),
    ("بيروت", "ar", "Birut"),
    ("سوريا", "ar", "Surya"),
    ("إيران", "ar", "Iran"),
    ("علي", "ar", "Ali"),
    ("مُحَمَّد", "ar", "Muhammad"),
    ("خديجة", "ar", "Khdija"),
    ("ویس", "fa", "Vis"),
    ("پژمان", "fa", "Pzhman"),
    ("رضا", "fa", "Rza"),
    ("رضا", "ar", "Rda"),
    ("ٹھٹھہ", "ur", "Ththh"),
    ("חיפה", "he", "Hiph"),
    ("שָׁלוֹם", "he", "Shalom"),
    ("תּוֹרָה", "he", "Torah"),
    ("Щербаков", "ru", "Shcherbakov"),
    ("Юлия", "ru", "Yuliya"),
    ("Гриць", "uk", "Hryts"),
    ("Гриц", "ru", "Grits"),
    ("Търново", "bg", "Tarnovo"),
    ("Θεόδωρος", "el", "Theodoros"),
    ("Μπάμπης", "el", "Bampis"),
    ("Ευρώπη", "el", "Evropi"),
    ("दिल्ली", "hi", "Dilli"),
    ("मुंबई", "hi", "Mumbai"),
    ("कमल", "hi", "Kamal"),
    ("ज़रूर", "hi", "Zarur"),
]


@pytest.mark.parametrize(("word", "language", "latin"), WRITTEN)
def test_each_letter_is_written_by_the_rules_of_its_script(word: str, language: str, latin: str) -> None:
    assert romanised(word, language) == latin


@pytest.mark.parametrize("word", ["Paris", "東京", "กรุงเทพ", "2019", "", "'"])
def test_a_script_without_rules_is_not_written(word: str) -> None:
    assert romanised(word, "und") is None


@given(
    st.text(alphabet=st.characters(min_codepoint=0x370, max_codepoint=0x97F)),
    st.sampled_from(["ar", "fa", "he", "uk", "el", "hi"]),
)
def test_any_text_gives_ascii_letters_that_begin_with_a_capital(word: str, language: str) -> None:
    latin = romanised(word, language)
    assert latin is None or (latin.isascii() and latin[0].upper() == latin[0])

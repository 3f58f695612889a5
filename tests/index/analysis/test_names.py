from __future__ import annotations

import pytest

from index.analysis import stemmer_of, word_terms, words
from index.analysis.names import name_key


def keys(text: str) -> list[str]:
    found = (word_terms(word.folded, stemmer_of(word.folded, "und")).name for word in words(text))
    return [key for key in found if key]


@pytest.mark.parametrize(
    ("variants", "key"),
    [
        ("Al-Tanf at-Tanf Tanf'a Ат-Танф التنف التَّنف بالتنف والتنف للتنف Τανφ तनफ", "tnf"),
        ("Soleimani Suleimani Soleymani سليماني Сулеймани سلیمانی", "slmn"),
        ("Zelensky Zelenskyy زيلينسكي Зеленский", "slnsk"),
        ("Netanyahu نتنياهو נתניהו", "ntnh"),
        ("Trump ترامب ترمب Трамп", "trmb"),
        ("America أمريكا أميركا", "mrk"),
        ("Putin بوتين پوتین Путин", "btn"),
        ("Damascus", "dmsks"),
        ("Tehran طهران تهران", "thrn"),
        ("Khamenei خامنئي Хаменеи", "kmn"),
        ("Gaza Газа", "gs"),
        ("Moscow Moskau", "msk"),
        ("Novak نوفاك Новак", "nfk"),
        ("Philip فيليب Филипп", "flb"),
        ("Jordan جوردان Джордан", "grdn"),
        ("Khan خان Хан", "kn"),
        ("Warsaw وارسو", "wrs"),
        ("France فرنسا", "frns"),
    ],
)
def test_a_name_has_one_key_in_every_script(variants: str, key: str) -> None:
    assert set(keys(variants)) == {key}, dict(zip(variants.split(), keys(variants), strict=False))


@pytest.mark.parametrize(
    "one_other", ["Tanf Taif", "Aleppo Alaska", "Iran Iraq", "Putin Berlin", "سوريا مصر"]
)
def test_other_names_have_other_keys(one_other: str) -> None:
    one, other = keys(one_other)
    assert one != other


@pytest.mark.parametrize("word", ["", "a", "ali", "2019", "北京", "ai", "و"])
def test_what_says_too_little_has_no_key(word: str) -> None:
    assert name_key(word) is None


def test_hezbollah_begins_as_its_first_arabic_word() -> None:
    (latin,) = keys("Hezbollah")
    assert latin.startswith(keys("حزب الله")[0])

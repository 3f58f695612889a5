"""Numbers that a text states, in any script."""

from __future__ import annotations

import pytest

from index.collection import shipped_lexicon
from index.models.quantities import numbers, values_of


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("It cost 1,250,000 pounds.", "en", 1_250_000),
        ("بلغت الكلفة ١٬٢٥٠٬٠٠٠ ليرة", "ar", 1_250_000),
        ("بلغت الكلفة 1،250،000 ليرة", "ar", 1_250_000),
        ("Es kostete 1.250.000 Pfund.", "de", 1_250_000),
        ("It cost 2.5 million.", "en", 2_500_000),
        ("كلفته ٢٫٥ مليون", "ar", 2_500_000),
        ("दाम ४५ रुपये है", "hi", 45),
        ("It rose by 3.5 per cent.", "en", 3.5),
        ("He has 6½ points.", "en", 6.5),
        ("In 2001–02 it was changed.", "en", 2002),
        ("ولد عام 1990 وتوفي و2014", "ar", 2014),
    ],
)
def test_digits_of_any_script_are_read(text: str, language: str, value: float) -> None:
    assert any(value in number.values for number in numbers(text, language, shipped_lexicon()))


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("twenty-one people", "en", 21),
        ("three hundred houses", "en", 300),
        ("the nineteenth century", "en", 19),
        ("القرن الثامن عشر", "ar", 18),
        ("ثلاثة أشخاص", "ar", 3),
        ("سبعينيات القرن الماضي", "ar", 70),
    ],
)
def test_words_state_numbers_too(text: str, language: str, value: float) -> None:
    assert value in values_of(text, language, shipped_lexicon())


def test_a_decade_may_be_named_by_its_last_digits() -> None:
    (number,) = numbers("the 1970s", "en", None)
    assert number.values == {1970, 70}
    (year,) = numbers("in 1970", "en", None)
    assert year.values == {1970}


def test_the_digits_of_a_name_are_no_number() -> None:
    assert numbers("MBH99 covers 12 km2", "en", None) == numbers("12 of them", "en", None)

"""Whether a text denies something."""

from __future__ import annotations

import pytest

from index.ranking.negation import Denial, denial


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("The bridge was not opened.", "en", Denial(plain=True)),
        ("They didn't open it.", "en", Denial(plain=True)),
        ("He left without a word.", "en", Denial(indirect=True)),
        ("The bridge was opened.", "en", Denial()),
        ("لم يفتتح الجسر", "ar", Denial(plain=True)),
        ("فُتح الجسر دون احتفال", "ar", Denial(indirect=True)),
        ("Мост не открыли.", "ru", Denial(plain=True)),
        ("大桥没有开通。", "zh", Denial(plain=True)),
        ("Nobody knows.", "xx", None),
    ],
)
def test_a_denial_is_known_by_its_words(text: str, language: str, found: Denial | None) -> None:
    assert denial(text, language) == found

"""The meanings of Arabic forms: the written dictionary before what was learned."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from training import forms

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_dictionary_comes_first_and_one_word_of_each_stem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "DICTIONARY", tmp_path / "words.tsv.gz")
    forms.DICTIONARY.write_bytes(gzip.compress("جسر\tbridge, overpass\nنهر\triver\n".encode()))
    learned = {"جسر": [("bridges", 0.5), ("viaduct", 0.2)], "بحر": [("sea", 0.9)]}
    merged = forms.with_dictionary(learned)
    assert {form: [word for word, _ in told] for form, told in merged.items()} == {
        "جسر": ["bridge", "overpass", "viaduct"],
        "نهر": ["river"],
        "بحر": ["sea"],
    }


def test_what_is_learned_best_is_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "DICTIONARY", tmp_path / "words.tsv.gz")
    forms.DICTIONARY.write_bytes(gzip.compress("علم\tscience, flag\n".encode()))
    merged = forms.with_dictionary({"علم": [("knowledge", 0.4), ("knew", 0.1)]})
    assert [word for word, _ in merged["علم"]] == ["science", "knowledge", "flag"]
    shares = [share for _, share in merged["علم"]]
    assert shares == sorted(shares, reverse=True)


def test_the_dictionary_holds_folded_arabic_and_english() -> None:
    lines = gzip.decompress(forms.DICTIONARY.read_bytes()).decode().splitlines()
    assert len(lines) > 10_000
    for line in lines:
        form, _, meanings = line.partition("\t")
        assert all("\u0621" <= letter <= "\u064a" for letter in form), line
        assert 1 <= len(meanings.split(", ")) <= 3, line
        assert all(meaning.strip() == meaning != "" for meaning in meanings.split(", ")), line

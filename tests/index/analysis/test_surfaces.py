"""What stands in a run of text: its words, stems and places; what is remembered of it, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from index.analysis import LONGEST_KEPT, known_surfaces, stem_of, stemmer_of, surfaces, words
from index.analysis.scripts import WORD

if TYPE_CHECKING:
    import pytest


@given(
    st.text(alphabet="التَّنفوب abcéÉ'’.-0123٢北京ไทย", max_size=60), st.sampled_from(["ar", "en", "fr", "zh"])
)
def test_a_surface_holds_the_words_that_stand_in_it(text: str, language: str) -> None:
    runs = list(WORD.finditer(text))
    known = known_surfaces([run.group() for run in runs], language)
    found = [
        (run.start() + first, run.start() + last, folded, stem)
        for run in runs
        for (first, last), folded, stem in zip(
            known[run.group()].places, known[run.group()].folded, known[run.group()].stems, strict=True
        )
    ]
    assert found == [(*word, stem_of(word.folded, stemmer_of(word.folded, language))) for word in words(text)]


def test_the_same_run_is_another_surface_in_another_language() -> None:
    assert known_surfaces(["mines"], "en")["mines"].stems != known_surfaces(["mines"], "de")["mines"].stems


def test_a_run_that_is_too_long_is_given_but_not_kept() -> None:
    long, short = "ط" * (LONGEST_KEPT + 1), "ط" * LONGEST_KEPT
    given = known_surfaces([long, short], "ar")
    assert set(given) >= {long, short}
    assert long not in known_surfaces([short], "ar")


def test_a_full_table_is_begun_anew_and_what_is_asked_for_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surfaces, "_MAX_KNOWN", 5)
    first = known_surfaces(["واحد", "اثنان", "ثلاثة"], "ar")
    second = known_surfaces(["ثلاثة", "one", "two", "three"], "en")
    assert set(second) >= {"ثلاثة", "one", "two", "three"}
    assert set(first) >= {"واحد", "اثنان", "ثلاثة"}, "the table in another thread's hands stays whole"
    assert "واحد" not in known_surfaces(["four"], "ar")

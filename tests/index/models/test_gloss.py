"""The gloss: each word's meanings by the lexicon, particles by themselves, names in the reader's script."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import index
from index.collection import shipped_lexicon
from index.models.function_words import function_words
from index.models.gloss import MEANINGS, gloss, gloss_line
from index.models.wordforms import written

if TYPE_CHECKING:
    from conftest import MakeLexicon

    from index.models.lexicon import Lexicon

SHIPPED = shipped_lexicon()
SURFACES = Path(index.__file__).parent / "bundled" / "lexicon" / "surfaces.en.txt.gz"


@pytest.fixture
def small(make_lexicon: MakeLexicon) -> Lexicon:
    """A lexicon of a few words, learned as the shipped one: from stems without conjunctions and articles."""
    into = {
        "مدين": [("citi", 0.8), ("town", 0.1)],
        "كبير": [("larg", 0.5), ("kabir", 0.3), ("big", 0.1)],
        "بير": [("well", 0.6)],
        "وزير": [("minist", 0.6)],
        "زير": [("minist", 0.5)],
        "جسر": [("the", 0.5), ("bridg", 0.4)],
        "فتح": [("open", 0.9)],
        "رسم": [("draw", 0.9)],
    }
    return make_lexicon({"ar": (into, {"bridg": [("جسر", 0.9)]}), "de": ({"bruck": [("bridg", 0.9)]}, {})})


def told(
    text: str, lexicon: Lexicon, language: str = "ar", target: str = "en"
) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.word, one.meanings) for one in gloss(text, language, target, lexicon)]


def test_the_most_probable_meanings_come_first_as_words_that_people_write(small: Lexicon) -> None:
    assert told("مدينة", small) == [("مدينة", ("city", "town"))]


def test_particles_have_entries_of_their_own(small: Lexicon) -> None:
    assert told("وبالمدينة", small) == [
        ("و", ("and",)),
        ("ب", ("in", "with")),
        ("ال", ("the",)),
        ("مدينة", ("city", "town")),
    ]
    assert told("للمدينة", small)[0] == ("لل", ("for the",))
    assert gloss_line(gloss("فتح الجسر في المدينة", "ar", "en", small)) == "open the bridge in the city"


def test_marks_belong_to_the_letter_before_them(small: Lexicon) -> None:
    text = "وَالْمَدِينَةُ"
    found = gloss(text, "ar", "en", small)
    assert [one.word for one in found] == ["وَ", "الْ", "مَدِينَةُ"]
    assert found[-1].meanings == ("city", "town")


def test_the_lexicon_decides_whether_a_first_letter_is_a_particle(small: Lexicon) -> None:
    assert [word for word, _ in told("وزير", small)] == ["وزير"]
    assert [word for word, _ in told("ووزير", small)] == ["و", "وزير"]
    assert [word for word, _ in told("كبير", small)] == ["كبير"]
    assert [word for word, _ in told("بمدينة", small)] == ["ب", "مدينة"]


def test_an_alef_with_a_hamza_begins_no_article(small: Lexicon) -> None:
    assert [word for word, _ in told("المدينة", small)] == ["ال", "مدينة"]
    assert [word for word, _ in told("ألمدينة", small)] == ["ألمدينة"]


def test_a_word_in_the_accusative_is_the_word(small: Lexicon) -> None:
    assert told("رسماً", small) == [("رسماً", ("draw",))]


def test_a_meaning_is_no_article_and_no_other_spelling_of_the_sound(small: Lexicon) -> None:
    assert told("جسر", small) == [("جسر", ("bridge",))]
    assert "Kabir" not in str(told("كبير", small))


def test_a_word_without_meanings_is_told_as_a_name(small: Lexicon) -> None:
    (one,) = gloss("زوزان", "ar", "en", small)
    assert (one.meanings, one.name) == ((), "Zuzan")
    (year,) = gloss("٢٠١٩", "ar", "en", small)
    assert year.name == "2019"
    (latin,) = gloss("Zozan", "ar", "en", small)
    assert latin.name == "Zozan"
    (arabic,) = gloss("Zozan", "de", "ar", small)
    assert arabic.name is None


def test_a_name_keeps_its_meaning_and_is_written_too(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon({"ar": ({"لبن": [("lebanon", 0.9)]}, {})})
    (one,) = gloss("لبنان", "ar", "en", lexicon)
    assert (one.meanings, one.name) == (("Lebanon",), "Lbnan")


@pytest.fixture
def formed(make_lexicon: MakeLexicon, small: Lexicon) -> Lexicon:
    """The small lexicon with a lexicon of forms beside it."""
    forms = {
        "مدينه": [("metropolis", 0.8), ("cities", 0.1)],
        "يلعب": [("plays", 0.8)],
        "لعبه": [("game", 0.7)],
        "بلعوم": [("throat", 0.7)],
        "دمشق": [("Damascus", 0.9)],
    }
    small.forms = make_lexicon({"ar": (forms, {})})
    return small


def test_a_known_form_has_meanings_of_its_own(formed: Lexicon) -> None:
    assert told("المدينة", formed)[1] == ("مدينة", ("metropolis", "cities"))
    assert told("مدينتها", formed) == [("مدينتها", ("metropolis", "cities"))]  # with a possessive
    assert told("جسرا", formed) == [("جسرا", ("bridge",))]  # by its stem
    assert told("مدينة", formed, target="de") == [("مدينة", ())]
    (damascus,) = gloss("دمشق", "ar", "en", formed)
    assert (damascus.meanings, damascus.name) == (("Damascus",), "Dmshq")


def test_a_verb_that_nothing_knows_is_looked_up_in_another_person(formed: Lexicon) -> None:
    assert told("تلعب", formed) == [("تلعب", ("plays",))]


def test_a_first_letter_is_a_particle_where_only_the_rest_is_a_form(formed: Lexicon) -> None:
    assert told("بلعبة ولعبة", formed) == [
        ("ب", ("in", "with")),
        ("لعبة", ("game",)),
        ("و", ("and",)),
        ("لعبة", ("game",)),
    ]
    assert [word for word, _ in told("بلعوم", formed)] == ["بلعوم"]


def test_the_shipped_forms_of_words_tell_what_their_stems_do_not() -> None:
    assert SHIPPED is not None
    first = {word: meanings[0] for word, meanings in told("يوم يومي نظرية ينظر", SHIPPED)}
    assert first["يوم"] != first["يومي"] == "daily"
    assert first["نظرية"] == "theory"


def test_other_languages_go_through_english(small: Lexicon) -> None:
    (one,) = gloss("Brücke", "de", "ar", small)
    assert one.meanings == ("جسر",)


def test_function_words_of_arabic_are_told_in_english_only(small: Lexicon) -> None:
    assert told("في", small) == [("في", ("in",))]
    assert told("في", small, target="de") == [("في", ())]
    assert told("der", small, language="de") == [("der", ())]
    assert gloss_line(gloss("der", "de", "en", small)) == ""


def test_the_list_of_function_words_is_clean() -> None:
    listed = function_words("ar")
    assert len(listed) >= 60
    assert all(meanings and all(told.strip() for told in meanings) for meanings in listed.values())
    assert not function_words("en")


def test_pairs_of_letters_do_not_overlap_in_a_gloss() -> None:
    assert SHIPPED is not None
    found = gloss("科学家在湖中发现了一种新的鱼类", "zh", "en", SHIPPED)
    assert found
    assert all(one.end <= after.start for one, after in itertools.pairwise(found))


@given(
    st.text(alphabet=st.sampled_from("والبلكسفىيمدنةهأ َّ1x中科"), max_size=40),
    st.sampled_from(["ar", "zh", "fa", "und"]),
)
def test_any_text_is_glossed_in_order_by_exactly_its_characters(text: str, language: str) -> None:
    assert SHIPPED is not None
    end = 0
    for one in gloss(text, language, "en", SHIPPED):
        assert end <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.word
        assert len(one.meanings) <= MEANINGS
        end = one.end


def test_stems_are_written_as_words() -> None:
    assert (written("citi", "en"), written("militari", "en"), written("germani", "en")) == (
        "city",
        "military",
        "Germany",
    )
    assert written("citi", "de") == "citi"
    assert written("qqq", "en") == "qqq"


def test_the_shipped_forms_are_sorted_differ_from_their_stems_and_are_small() -> None:
    assert SURFACES.stat().st_size <= 1_000_000
    rows = [line.split("\t") for line in gzip.decompress(SURFACES.read_bytes()).decode().splitlines()]
    assert rows == sorted(rows)
    assert all(len(row) == 2 and row[0] != row[1] for row in rows)

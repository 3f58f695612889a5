from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.analysis import stemmer_of, word_terms
from index.ranking.parameters import FLATTENING, MAX_WORDS, PARAPHRASED, PREFIXED, RAISING, UNTRANSLATED
from index.ranking.query import analyse, languages_of

if TYPE_CHECKING:
    from conftest import MakeLexicon

    from index.records import Query


def alternatives(query: Query) -> list[dict[str, float]]:
    return [dict(term.alternatives) for term in query.words]


def test_function_words_are_left_out() -> None:
    query = analyse("Who attacked Al-Tanf?", "en", ["en"], None)
    assert alternatives(query) == [{"attack": 1.0}, {"tanf": 1.0}]
    assert query.language == "en"
    assert query.text == "Who attacked Al-Tanf?"


@pytest.mark.parametrize("text", ["Al-Tanf", "at-Tanf", "Ат-Танф", "al‑Tanf"])
def test_a_romanised_article_is_no_word_of_its_own(text: str) -> None:
    (name,) = analyse(text, "und", ["ar"], None).names
    assert name.alternatives[0] == ("tnf", 1.0)


def test_an_article_alone_is_a_word() -> None:
    assert alternatives(analyse("Al Gore", "en", ["en"], None))[0] == {"al": 1.0}


def test_an_arabic_word_is_also_asked_for_without_its_particle() -> None:
    (term,) = analyse("لطهران", "ar", ["ar"], None).words
    bare = word_terms("طهران", stemmer_of("طهران", "ar")).stem
    assert dict(term.alternatives)[bare] == 0.5


def test_a_question_of_function_words_only_is_searched_as_it_is() -> None:
    assert alternatives(analyse("who is who", "en", ["en"], None)) == [{"who": 1.0}, {"is": 1.0}]


@pytest.mark.parametrize("text", ["", "???", "\x00", "\ud800"])
def test_a_question_without_words_has_no_terms(text: str) -> None:
    query = analyse(text, "und", ["ar"], None)
    assert (query.words, query.grams, query.names) == ((), (), ())


def test_repeated_words_count_more() -> None:
    (tanf,) = analyse("Tanf Tanf", "en", ["en"], None).words
    assert tanf.weight == 2.0


def test_only_so_many_words_are_used() -> None:
    text = " ".join(f"w{number}" for number in range(100))
    assert len(analyse(text, "en", ["en"], None).words) == MAX_WORDS == 32


def test_grams_and_names_come_from_content_words() -> None:
    query = analyse("who is in Tanf", "en", ["en"], None)
    assert [term.alternatives for term in query.grams] == [
        (("_tan", 1.0),),
        (("tanf", 1.0),),
        (("anf_", 1.0),),
    ]
    assert [term.alternatives for term in query.names] == [(("tnf", 1.0),)]


def test_a_word_is_also_looked_for_under_the_rules_of_the_other_languages() -> None:
    (word,) = alternatives(analyse("Vereinigung", "de", ["de", "en"], None))
    assert word == {"verein": 1.0, "vereinigung": 1.0}


def test_translations_join_with_flattened_probability(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon(
        {"ar": ({"هاجم": [("attack", 1.0)]}, {"attack": [("هاجم", 0.64), ("هجوم", 0.25)]})}
    )
    (word,) = alternatives(analyse("attacks", "en", ["en", "ar"], lexicon))
    raised = 0.64**-RAISING
    assert word["attack"] == 1.0
    assert word["هاجم"] == pytest.approx(raised * 0.64**FLATTENING, abs=0.01)
    assert word["هجوم"] == pytest.approx(raised * 0.25**FLATTENING, abs=0.01)
    assert word["لهجوم"] == pytest.approx(PREFIXED * raised * 0.25**FLATTENING, abs=0.01)
    assert set(word) == {"attack", "هاجم", "هجوم", "بهاجم", "لهاجم", "بهجوم", "لهجوم"}


def test_particles_are_tried_only_for_arabic_passages(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon({"ar": ({}, {"attack": [("هاجم", 0.64)]})})
    (word,) = alternatives(analyse("attack", "en", ["en"], lexicon))
    assert word == {"attack": 1.0}
    assert [dict(term.alternatives) for term in analyse("Tanf", "en", ["ar"], None).names] == [
        {"tnf": 1.0} | dict.fromkeys(("btnf", "ltnf", "wtnf", "ftnf"), PREFIXED)
    ]


def test_the_name_of_a_word_without_translation_weighs_more(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon({"ar": ({}, {"attack": [("هاجم", 1.0)]})})
    attack, tanf = analyse("attack Tanf", "en", ["ar"], lexicon).names
    assert (attack.weight, tanf.weight) == (1.0, UNTRANSLATED)


def test_two_languages_meet_through_english(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon(
        {
            "de": ({"angriff": [("attack", 0.81)]}, {}),
            "ar": ({}, {"attack": [("هجوم", 0.25)]}),
        }
    )
    (word,) = alternatives(analyse("Angriff", "de", ["ar"], lexicon))
    assert word["هجوم"] == pytest.approx((0.81 * 0.25) ** (FLATTENING - RAISING), abs=0.01)


def test_words_that_share_a_translation_stand_for_each_other_in_one_language(
    make_lexicon: MakeLexicon,
) -> None:
    lexicon = make_lexicon({"ar": ({"لقاء": [("meet", 0.64)]}, {"meet": [("اجتماع", 0.49), ("لقاء", 0.36)]})})
    (word,) = alternatives(analyse("لقاء", "ar", ["ar"], lexicon))
    assert word["لقاء"] == 1.0
    assert word["اجتماع"] == pytest.approx(PARAPHRASED * (0.64 * 0.49) ** FLATTENING, abs=0.01)
    (other,) = alternatives(analyse("لقاء", "ar", ["en"], lexicon))
    assert "اجتماع" not in other


def test_a_word_of_several_languages_is_translated_from_each(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon({"ar": ({}, {"pain": [("الم", 1.0)]}), "fr": ({"pain": [("bread", 1.0)]}, {})})
    (word,) = alternatives(analyse("pain", "en", ["ar", "en"], lexicon, ["fr"]))
    assert {"pain", "bread", "الم"} <= word.keys()


def test_a_short_question_is_in_the_languages_that_the_lexicon_knows_it_in(make_lexicon: MakeLexicon) -> None:
    lexicon = make_lexicon(
        {
            "ar": ({}, {"plan": [("قاعدة", 1.0)], "attack": [("هجوم", 1.0)]}),
            "fr": ({"plan": [("plan", 1.0)]}, {}),
        }
    )
    assert languages_of("plan attack", ["ar"], lexicon) == ("en",)
    assert languages_of("Plan 7", ["ar"], lexicon) == ("en", "fr")
    assert languages_of("plan", ["ar", "fr"], lexicon) == ("fr",)
    assert languages_of("plan", ["ar"], None) == ("und",)

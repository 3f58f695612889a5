from __future__ import annotations

from collections import Counter

import pytest

from index.analysis.detecting import detect, possible
from index.analysis.languages import LANGUAGES, direction, language_of, usual_in
from index.analysis.scripts import script_of_word
from index.analysis.stopwords import stopwords


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("who attacked Al-Tanf?", "en"),
        ("Wer griff X an?", "de"),
        ("Wer griff Al-Tanf an?", "de"),
        ("Qui a attaqué Al-Tanf ?", "fr"),
        ("¿Quién atacó Al-Tanf?", "es"),
        ("Chi ha attaccato Al-Tanf?", "it"),
        ("Siapa yang menyerang Al-Tanf?", "id"),
        ("Al-Tanf'a kim saldırdı?", "tr"),
        ("من هاجم التنف؟", "ar"),
        ("مَن هاجَمَ التَّنف؟", "ar"),
        ("چه کسی به التنف حمله کرد؟", "fa"),
        ("التنف پر کس نے حملہ کیا؟", "ur"),
        ("מי תקף את אל-תנף?", "he"),
        ("Кто атаковал Ат-Танф?", "ru"),
        ("Хто атакував Ат-Танф?", "uk"),
        ("अल-तनफ पर हमला किसने किया?", "hi"),
        ("谁袭击了坦夫基地？", "zh"),
        ("タンフを攻撃したのは誰", "ja"),
        ("누가 알탄프를 공격했나?", "ko"),
        ("ใครโจมตีอัลตันฟ์", "th"),
        ("Ποιος επιτέθηκε στην Ταναφ;", "el"),
    ],
)
def test_short_questions_are_told_apart(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("من هو Donald Trump؟", "ar"),
        ("who attacked التنف yesterday?", "en"),
        ("哪所大学在IT组织中排名第一", "zh"),
    ],
)
def test_a_foreign_name_does_not_change_the_language(text: str, language: str) -> None:
    assert detect(text) == language


def test_a_foreign_title_with_function_words_does_not_change_the_language() -> None:
    assert detect("ใครเป็นผู้เขียนหนังสือเรื่องนี้ To the Lighthouse และเขียนเมื่อไรในประเทศอังกฤษ") == "th"


@pytest.mark.parametrize("text", ["", " ", "123", "?!", "Al-Tanf", "\ud800"])
def test_text_that_does_not_say_gets_the_default(text: str) -> None:
    assert detect(text) == "und"
    assert detect(text, "ar") == "ar"


def test_an_arabic_name_alone_is_arabic() -> None:
    assert detect("التنف") == "ar"


def test_each_script_has_its_usual_language_first() -> None:
    usual = {
        script: usual_in(script).code for script in ("Arab", "Cyrl", "Deva", "Hebr", "Latn", "Thaa", "Zzzz")
    }
    assert usual == {
        "Arab": "ar", "Cyrl": "ru", "Deva": "hi", "Hebr": "he", "Latn": "en", "Thaa": "dv", "Zzzz": "",
    }  # fmt: skip


def test_rules_are_those_of_a_listed_language_in_the_script_they_are_for() -> None:
    for one in LANGUAGES.values():
        assert not one.rules or LANGUAGES[one.rules].script == one.script
        assert not one.latin or LANGUAGES[one.latin].rules == one.latin
        assert not set(one.letters) & set(usual_in(one.script).letters)


def test_what_has_a_list_of_words_is_listed() -> None:
    assert set(stopwords()) < set(LANGUAGES)
    for code, listed in stopwords().items():
        assert Counter(map(script_of_word, listed)).most_common(1)[0][0] == LANGUAGES[code].script


def test_a_name_is_shown_where_there_is_one() -> None:
    assert [language_of(code).name for code in ("ar", "sw", "und", "xx")] == ["العربية", "sw", "und", "xx"]


def test_of_a_question_few_words_in_latin_letters_do_not_decide() -> None:
    for question in ("US base attack", "Putin", "Tel Aviv", "Syria Iran militias"):
        assert detect(question, "ar", is_question=True) == "ar"
    assert detect("who attacked the base", "ar", is_question=True) == "en"
    assert detect("قطر", "en", is_question=True) == "ar"
    assert detect("Дамаск", "en", is_question=True) == "ru"
    assert detect("東京", "en", is_question=True) == "zh"
    assert detect("?", "en", is_question=True) == "en"


def test_directions() -> None:
    assert [direction(code) for code in ("ar", "fa", "ur", "he", "ar-SY")] == ["rtl"] * 5
    assert [direction(code) for code in ("en", "zh", "und", "")] == ["ltr"] * 4


KNOWN = {
    "en": {"oil", "prices", "base", "attack", "drone"},
    "fr": {"base", "attaque", "drone"},
    "es": {"base", "ataque"},
    "ar": {"هجوم"},
    "fa": {"هجوم"},
}


def languages(question: str, *near: str) -> tuple[str, ...]:
    words = question.casefold().split()
    return possible(
        question, near, lambda code: sum(word in KNOWN[code] for word in words) if code in KNOWN else None
    )


@pytest.mark.parametrize(
    ("question", "near", "expected"),
    [
        ("oil prices", ["ar"], ["en"]),  # only English has both words
        ("attaque base", ["ar", "en"], ["fr"]),  # the lexicon is surer than what is near
        ("base", ["ar", "fr", "en"], ["fr", "en"]),  # open: all that are near, the likeliest first
        ("base", ["ar"], ["en", "es", "fr"]),  # open, and none is near: all that know it
        ("atac baza", ["ro", "ar"], ["ro"]),  # no lexicon speaks against what is near
        ("Kafr Zita", ["ar", "en"], ["en"]),
        ("Kafr Zita", ["ar"], ["und"]),
        ("هجوم", ["ar", "en"], ["ar"]),
        ("هجوم", ["en"], ["ar", "fa"]),
        ("who attacked the base?", ["ar", "fr"], ["en"]),  # function words decide
        ("حمله پهپادی", ["ar"], ["fa"]),  # letters decide
        ("", ["ar"], ["und"]),
    ],
)
def test_a_short_question_is_in_the_languages_that_know_its_words(
    question: str, near: list[str], expected: list[str]
) -> None:
    assert languages(question, *near) == tuple(expected)


def test_a_whole_sentence_needs_no_lexicon() -> None:
    assert languages(
        "Präsident Ministerin Verhandlungen Waffenstillstand Hilfslieferungen Grenzübergang", "ar"
    ) == ("de",)

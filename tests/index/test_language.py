from __future__ import annotations

import pytest

from index.language import detect, direction


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


def test_directions() -> None:
    assert [direction(code) for code in ("ar", "fa", "ur", "he", "ar-SY")] == ["rtl"] * 5
    assert [direction(code) for code in ("en", "zh", "und", "")] == ["ltr"] * 4

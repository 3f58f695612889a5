"""What kind of question is asked, and which names stand in it."""

from __future__ import annotations

import pytest

from index.analysis.detecting import detect
from index.collection import shipped_lexicon
from index.ranking.asking import asks_of_nothing, asks_when, kind, names


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Who opened the bridge?", "en"),
        ("in what year did it open", "en"),
        ("من افتتح الجسر؟", "ar"),
        ("ومتى افتتح", "ar"),
        ("چه کسی پل را گشود", "fa"),
        ("Кто открыл мост", "ru"),
        ("Wann wurde die Brücke eröffnet", "de"),
        ("Qui a ouvert le pont", "fr"),
        ("¿Cuándo se abrió el puente", "es"),
        ("Köprüyü kim açtı", "tr"),
        ("Ποιος άνοιξε τη γέφυρα", "el"),
        ("पुल किसने खोला", "hi"),
        ("谁打开了这座桥", "zh"),
        ("橋を開通させたのは誰ですか", "ja"),
        ("ใครเปิดสะพาน", "th"),
        ("ai đã khánh thành cây cầu", "vi"),
        ("في أي عام افتتح الجسر", "ar"),
        ("منذ كم سنة افتتح الجسر", "ar"),
        ("قديش كلف الجسر", "ar"),
        ("الجسر اتكلف كام", "ar"),
        ("شلون صار الجسر", "ar"),
        ("De quand date le pont", "fr"),
        ("O que abriu o prefeito", "pt"),
        ("Di che anno è il ponte", "it"),
        ("La ce altitudine este podul", "ro"),
        ("Köprünün adı ne", "tr"),
        ("В котором году открыли мост", "ru"),
    ],
)
def test_a_word_that_asks_makes_it_a_question(question: str, language: str) -> None:
    assert kind(question, language) == "open"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Did the mayor open the bridge?", "en"),
        ("is the bridge open", "en"),
        ("هل افتتح العمدة الجسر", "ar"),
        ("Мэр открыл мост?", "ru"),
        ("Ist die Brücke offen", "de"),
        ("Czy most jest otwarty", "pl"),
        ("هل من جسر قرب المدينة", "ar"),
        ("Köprü açıldı mı", "tr"),
        ("桥开通了吗", "zh"),
    ],
)
def test_some_questions_ask_whether(question: str, language: str) -> None:
    assert kind(question, language) == "yes/no"


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("bridge opening", "en"),
        ("Orontes", "und"),
        ("tell me about the bridge", "en"),
        ("افتتاح الجسر", "ar"),
        ("قادمون من المدينة", "ar"),  # "from" is written as "who" is, and does not ask here
        ("milyonluk köprü", "tr"),  # begins as a word that asks does
        ("открытие моста", "ru"),
        ("大桥 开通", "zh"),
    ],
)
def test_what_asks_nothing_is_keywords(words: str, language: str) -> None:
    assert kind(words, language) == "keywords"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("When did Lisbon win in 1998?", ("Lisbon", "1998")),
        ("who met barack obama", ("barack", "obama")),
        ("من زار فرنسا عام ١٩٩٨؟", ("١٩٩٨",)),
        ("متى وصل أوباما إلى باريس؟", ("أوباما", "باريس")),
        ("Россия открыла мост?", ("Россия",)),
        ("What is the price of bread?", ()),
        ("Was kostet das Brot?", ()),
    ],
)
def test_names_are_told_by_capitals_or_by_a_translation_that_sounds_the_same(
    question: str, found: tuple[str, ...]
) -> None:
    assert set(found) <= set(names(question, detect(question), shipped_lexicon()))
    if not found:
        assert names(question, detect(question), shipped_lexicon()) == ()


@pytest.mark.parametrize(
    ("question", "language", "asks"),
    [
        ("When was the bridge opened?", "en", True),
        ("Who was mayor when the bridge was opened?", "en", False),
        ("متى افتتح الجسر؟", "ar", True),
        ("ومتى افتتح الجسر", "ar", True),
        ("Wann wurde die Brücke eröffnet?", "de", True),
        ("大桥何时开通", "zh", True),
        ("谁打开了这座桥", "zh", False),
        ("Ποιος άνοιξε τη γέφυρα", "el", False),
        ("Когда открыли мост", "und", True),
    ],
)
def test_a_question_that_begins_with_when_asks_for_a_time(question: str, language: str, asks: bool) -> None:
    assert asks_when(question, language) == asks


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What time is it?", "en"),
        ("what day is today", "en"),
        ("Who are you?", "en"),
        ("كم الساعة الآن؟", "ar"),
        ("ما هو تاريخ اليوم؟", "ar"),
        ("Quelle heure est-il ?", "fr"),
        ("Wie spät ist es?", "de"),
        ("Который час?", "ru"),
        ("saat kaç?", "tr"),
    ],
)
def test_a_question_of_time_words_alone_asks_of_nothing(question: str, language: str) -> None:
    assert asks_of_nothing(question, language)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What time does the ferry leave?", "en"),
        ("What happened on Tuesday?", "en"),
        ("How many died today?", "en"),
        ("متى وقع الانفجار؟", "ar"),
        ("في أي ساعة غادرت الباخرة؟", "ar"),
        ("几点开船？", "zh"),
    ],
)
def test_a_question_with_a_subject_asks_of_something(question: str, language: str) -> None:
    assert not asks_of_nothing(question, language)

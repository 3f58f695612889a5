"""Words that nothing knows are read as near ones that the collection answers to; words that exist never are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index import Article, Collection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index import Ranking

TEXTS = {
    "ar": [
        "هاجم مسلحون قافلة عسكرية قرب معبر الرملة. وأعلن الجيش أن الهجوم نفذ بطائرات مسيرة، وأن القاعدة لم تصب.",
        "بدأ عمال الميناء إضرابا عن العمل احتجاجا على تأخر رواتبهم. وزار بلهمسوف المدينة.",
    ],
    "en": [
        "The harbour authority closed the old bridge. Quarzelby, the chief engineer, found cracks in its pillars.",
        "Farmers expect the smallest wheat harvest in twenty years.",
    ],
    "ru": ["Пожарные потушили крупный пожар в сосновом лесу. Причиной пожара стала молния."],
}


def held(home: Path, *languages: str) -> Collection:
    collection = Collection(home, embeds=False)
    collection.add(
        [Article(text=text, language=language) for language in languages for text in TEXTS[language]]
    )
    return collection


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    with held(tmp_path_factory.mktemp("ar") / "home", "ar") as collection:
        yield collection


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    with held(tmp_path_factory.mktemp("all") / "home", *TEXTS) as collection:
        yield collection


def read(ranking: Ranking) -> dict[str, str]:
    return dict(ranking.corrected)


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("al ramla atack", {"atack": "attack"}),  # a letter less
        ("who atttacked the convoy", {"atttacked": "attacked"}),  # one more
        ("the workors of the port", {"workors": "workers"}),  # another one
        ("the convoy was attakced", {"attakced": "attacked"}),  # two exchanged
        ("The Atack", {"Atack": "Attack"}),  # capitals stay
    ],
)
def test_an_english_word_is_read_as_one_whose_translation_stands_there(
    arabic: Collection, question: str, understood: dict[str, str]
) -> None:
    ranking = arabic.search(question)
    assert read(ranking) == understood
    (wrong, right), *_ = understood.items()
    assert ranking.question == question.replace(wrong, right)
    assert ranking[0].text == arabic.search(ranking.question)[0].text
    assert read(arabic.search(ranking.question)) == {}


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("the old brdige", {"brdige": "bridge"}),
        ("smallest wheat harvset", {"harvset": "harvest"}),
        ("the harbuor athority", {"harbuor": "harbour", "athority": "authority"}),
        ("two changes: engeneeer", {"engeneeer": "engineer"}),
        ("متى بدأ إضراب المنياء", {"المنياء": "الميناء"}),
        ("مسلحنو هاجموا", {"مسلحنو": "مسلحون"}),
        ("потушили крупный пжоар", {"пжоар": "пожар"}),
    ],
)
def test_a_word_is_read_as_a_word_of_the_collection(
    mixed: Collection, question: str, understood: dict[str, str]
) -> None:
    assert read(mixed.search(question)) == understood


@pytest.mark.parametrize(
    "question",
    [
        "who attacked the convoy near the crossing",
        "the old bridge",
        "vaccination of children",  # stands nowhere, but the lexicon has it
        "is Balhamsov there",  # a name that the collection has in other letters
        "balhamsov",  # of four consonants, in a script of no passage
        "ATTKCK and UNHCX said",  # in capitals: an acronym
        "qqzxwv",  # near nothing
        "brg wht",  # too short
        "20233 b2b12",
        "",
    ],
)
def test_what_exists_is_left_alone(arabic: Collection, question: str) -> None:
    if question:
        ranking = arabic.search(question)
        assert (ranking.question, read(ranking)) == (question, {})


def test_a_name_with_a_capital_that_sounds_like_one_that_is_there_is_left_alone(mixed: Collection) -> None:
    assert read(mixed.search("what did Quarzalby find")) == {}
    assert read(mixed.search("what did quarzalby find")) == {"quarzalby": "quarzelby"}


def test_arabic_with_particles_and_endings_is_not_misspelt(arabic: Collection) -> None:
    for question in ("هل هاجموهم بالقافلة", "ستهاجم كالقافلة", "وبرواتبها للعمال"):
        assert read(arabic.search(question)) == {}, question


def test_a_language_that_the_lexicon_lacks_is_left_alone(home: Path) -> None:
    with Collection(home, embeds=False) as collection:
        collection.add([Article(text="Το μουσείο άνοιξε ξανά μετά από δύο χρόνια.", language="el")])
        assert read(collection.search("το μουσεοί άνοιξε")) == {}


def test_an_empty_collection_corrects_nothing(home: Path) -> None:
    with Collection(home, embeds=False) as collection:
        assert collection.search("al tnaf atack").corrected == ()


def test_a_removed_word_is_not_offered(home: Path) -> None:
    with held(home, "en") as collection:
        assert read(collection.search("wheat harvset")) == {"harvset": "harvest"}
        (wheat,) = [hit.article.id for hit in collection.search("wheat harvest", 1)]
        collection.remove(str(wheat))
        assert read(collection.search("wheat harvset")) == {}


def test_a_question_of_many_unknown_words_is_quick(arabic: Collection) -> None:
    words = " ".join(f"zq{chr(97 + n)}xatackw{chr(97 + n)}" for n in range(26))
    assert len(arabic.search(words).corrected) <= 5
    assert arabic.search("a" * 900).corrected == ()


def test_english_with_a_prefix_is_not_misspelt(arabic: Collection) -> None:
    # as what the lexicon has only the stem of, each would be read: "interestate"
    for question in ("an interstate convoy", "supertanker at the port", "a transcontinental convoy"):
        assert read(arabic.search(question)) == {}, question


def test_a_short_name_is_not_read_as_another(arabic: Collection) -> None:
    assert read(arabic.search("did Mr Voes attack")) == {}


def test_turkish_verbs_with_endings_are_not_misspelt(home: Path) -> None:
    with Collection(home, embeds=False) as collection:
        text = "Kurul kararı yayınladı. Proje genç bir mimar tarafından tasarlanmıştır ve uygulanmıştır."
        collection.add([Article(text=text, language="tr")])
        for question in ("kararı kim yayımladı", "projeyi kim tasarlamıştır", "projeyi kim uygulamıştır"):
            assert read(collection.search(question)) == {}, question
        assert (
            read(collection.search("kurulun kararı tasalamıştır")) == {}
        )  # no word: but near none that is there
        assert read(collection.search("porje kimin")) == {"porje": "proje"}

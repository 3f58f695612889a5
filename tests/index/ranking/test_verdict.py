"""What reading makes of a ranking: the words that answer, and whether anything does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index import Article, Collection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index import Ranking

BRIDGE = (
    "The mayor, Leila Haddad, opened the new bridge over the river on 5 March 2024. It cost nine million dinars."
    " Work on it had begun four years before."
)
HOSPITAL = (
    "افتتحت وزيرة الصحة سلمى النجار المستشفى الجديد في مدينة الوادي يوم الثلاثاء. ويضم المستشفى 180 سريرا."
)
SEAL = "The grey seal lives on the coast of the island and hunts fish by night. Researchers counted eighty of them."


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    with Collection(tmp_path_factory.mktemp("verdict")) as made:
        made.add(
            [
                Article(id="bridge", title="A bridge over the river", text=BRIDGE, language="en"),
                Article(id="hospital", title="مستشفى جديد", text=HOSPITAL, language="ar"),
                Article(id="seal", title="Seals", text=SEAL, language="en"),
            ]
        )
        assert made.settle()
        yield made


def asked(collection: Collection, question: str, budget_s: float | None = None) -> Ranking:
    return collection.read(collection.search(question, 3), 3, budget_s)


@pytest.mark.parametrize(
    ("question", "article", "answers"),
    [
        ("Who opened the new bridge?", "bridge", "Leila Haddad"),
        ("When was the new bridge opened?", "bridge", "5 March 2024"),
        ("How much did the bridge cost?", "bridge", "nine million"),
        ("من افتتح المستشفى الجديد؟", "hospital", "سلمى النجار"),
        ("كم سريرا يضم المستشفى الجديد؟", "hospital", "180"),
    ],
)
def test_the_words_that_answer_are_quoted_from_their_place(
    collection: Collection, question: str, article: str, answers: str
) -> None:
    ranking = asked(collection, question)
    assert ranking.verdict == "answered"
    short = ranking.short_answer
    assert short is not None
    assert answers in short.text
    assert short.article == article
    assert collection.article(article).text[short.start : short.end] == short.text
    hit = ranking.hits[short.citation - 1]
    assert hit.start <= short.start < short.end <= hit.end
    (evidence,) = hit.evidence
    assert evidence.start <= short.start < short.end <= evidence.end


def test_a_name_that_no_passage_mentions_rules_an_answer_out(collection: Collection) -> None:
    ranking = asked(collection, "Who opened the new bridge in Lima?")
    assert ranking.absent == ("Lima",)
    assert ranking.verdict != "answered"
    assert ranking.short_answer is None


def test_a_name_that_only_another_passage_mentions_counts_against_the_first(tmp_path: Path) -> None:
    with Collection(tmp_path) as made:
        made.add(
            [
                Article(
                    id="bridge", text="Salma Najjar opened the new bridge in Corva on Monday.", language="en"
                ),
                Article(id="ferry", text="The old ferry of Dunmore is out of service.", language="en"),
            ]
        )
        right, other = (asked(made, f"Who opened the new bridge in {town}?") for town in ("Corva", "Dunmore"))
    assert [ranking.hits[0].article.id for ranking in (right, other)] == ["bridge", "bridge"]
    assert other.absent == ()
    assert right.signs is not None
    assert other.signs is not None
    assert (right.signs.unnamed, other.signs.unnamed) == (0 / 1, 1 / 1)
    assert right.verdict == "answered"
    assert other.verdict != "answered"


def test_when_is_answered_by_a_sentence_that_tells_a_time_only(tmp_path: Path) -> None:
    told = "The minister Salma Najjar opened the hospital in the valley{}."
    question = "When did the minister open the hospital in the valley?"
    verdicts = []
    for number, when in enumerate((" on Tuesday", "")):
        with Collection(tmp_path / str(number)) as made:
            made.add([Article(id="hospital", text=told.format(when), language="en")])
            verdicts.append(asked(made, question).verdict)
    assert verdicts == ["answered", "related"]


def test_a_year_that_no_passage_mentions_does_too(collection: Collection) -> None:
    ranking = asked(collection, "Who opened the new bridge in 1931?")
    assert ranking.absent == ("1931",)
    assert ranking.verdict != "answered"


@pytest.mark.parametrize("words", ["new bridge", "grey seal", "المستشفى الجديد", "Leila Haddad"])
def test_keywords_get_passages_about_them_and_no_answer(collection: Collection, words: str) -> None:
    ranking = asked(collection, words)
    assert ranking.kind == "keywords"
    assert ranking.verdict == "related"
    assert ranking.short_answer is None


def test_a_question_that_asks_whether_gets_no_yes_or_no(collection: Collection) -> None:
    ranking = asked(collection, "Did the mayor open the bridge?")
    assert ranking.kind == "yes/no"
    assert ranking.verdict != "none"
    assert ranking.hits[0].article.id == "bridge"
    assert ranking.short_answer is None


@pytest.mark.parametrize("question", ["What is the capital of Germany?", "ما سعر الذهب في طوكيو؟"])
def test_what_has_nothing_to_do_with_the_articles_is_not_answered(
    collection: Collection, question: str
) -> None:
    assert asked(collection, question).verdict != "answered"


@pytest.mark.parametrize("question", ["What time is it?", "كم الساعة الآن؟", "Who are you?"])
def test_a_question_of_nothing_in_particular_is_about_no_article(
    collection: Collection, question: str
) -> None:
    ranking = asked(collection, question)
    assert ranking.verdict == "none"
    assert ranking.n_read == 0


def test_what_is_not_read_in_time_is_not_said_to_answer(collection: Collection) -> None:
    ranking = asked(collection, "Who opened the new bridge?", budget_s=0.0)
    assert ranking.n_read == 0
    assert ranking.verdict == "related"
    assert [hit.rank for hit in ranking.hits] == [1, 2, 3][: len(ranking.hits)]


def test_as_many_hits_come_back_as_are_wanted(collection: Collection) -> None:
    ranking = collection.read(collection.search("Who opened the new bridge?", 3), 1)
    assert [hit.rank for hit in ranking.hits] == [1]
    assert ranking.short_answer
    assert ranking.short_answer.citation == 1


def test_of_an_empty_collection_nothing_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Collection(tmp_path_factory.mktemp("empty")) as empty:
        ranking = asked(empty, "Who opened the new bridge?")
    assert ranking.verdict == "none"
    assert not ranking.hits

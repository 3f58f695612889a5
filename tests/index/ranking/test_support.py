"""Whether passages support a sentence, in the same language and in another."""

from __future__ import annotations

import pytest

from index import Article, Hit, Supporter
from index.collection import shipped_lexicon
from index.models import open_encoder
from index.models.calibration import Calibration

ENGLISH = (
    "The harbour of Latakia was closed on 3 October 2019 after a storm. The mayor, Salma Haddad, said that 240 ships"
    " were waiting outside. Repairs have cost two million pounds. The lighthouse was not damaged."
)
ARABIC = (
    "أغلق ميناء اللاذقية في 3 تشرين الأول 2019 بعد عاصفة."
    " وقالت رئيسة البلدية سلمى حداد إن ٢٤٠ سفينة تنتظر خارج الميناء."
    " وبلغت كلفة الإصلاح مليوني ليرة. ولم تتضرر المنارة."
)
OTHER = "Scientists have found a new kind of fish in the lake. The results are in Wednesday's journal."


@pytest.fixture(scope="module")
def supporter() -> Supporter:
    encoder = open_encoder(None)
    texts = [(ENGLISH, "en"), (ARABIC, "ar"), (OTHER, "en")]
    hits = [
        Hit(
            rank=rank,
            score=1.0,
            passage_id=str(rank),
            start=0,
            end=len(text),
            text=text,
            article=Article(text=text, language=language, title="News", published="2019-10-05"),
        )
        for rank, (text, language) in enumerate(texts, start=1)
    ]
    return Supporter(hits, encoder, Calibration(encoder), shipped_lexicon())


@pytest.mark.parametrize("cited", [[0], [1], [0, 1]], ids=["en", "ar", "both"])
@pytest.mark.parametrize(
    "sentence",
    [
        "The harbour of Latakia was closed on 3 October 2019.",
        "According to the mayor, Salma Haddad, 240 ships were waiting.",
        "The lighthouse was not damaged.",
    ],
)
def test_what_the_passages_say_is_supported(supporter: Supporter, sentence: str, cited: list[int]) -> None:
    assert supporter.lack(sentence, "en", cited) is None


@pytest.mark.parametrize("cited", [[0], [1]], ids=["en", "ar"])
@pytest.mark.parametrize(
    ("sentence", "lack"),
    [
        ("According to the mayor, Salma Haddad, 260 ships were waiting.", "number"),
        ("The harbour of Latakia was closed on 3 November 2019.", "date"),
        ("The harbour of Latakia was closed on 3 October 2018.", "number"),
        ("According to the mayor, Boris Lindqvist, 240 ships were waiting.", "name"),
        ("Zelensky said that 240 ships were waiting.", "name"),
        ("Farmers sowed their wheat after the rain, and prices stayed firm.", "meaning"),
    ],
)
def test_what_they_do_not_say_is_not(
    supporter: Supporter, sentence: str, lack: str, cited: list[int]
) -> None:
    assert supporter.lack(sentence, "en", cited) == lack


@pytest.mark.parametrize(
    ("sentence", "lack"),
    [
        ("أغلق ميناء اللاذقية في 3 تشرين الأول 2019.", None),
        ("أغلق ميناء اللاذقية في 3 تشرين الأول 2017.", "number"),
        ("أغلق ميناء اللاذقية في آذار 2019.", "date"),
    ],
)
def test_a_sentence_in_arabic_is_checked_too(supporter: Supporter, sentence: str, lack: str | None) -> None:
    assert supporter.lack(sentence, "ar", [0]) == lack


def test_only_the_cited_passages_count(supporter: Supporter) -> None:
    assert supporter.lack("Scientists have found a new kind of fish in the lake.", "en", [2]) is None
    assert supporter.lack("Scientists have found a new kind of fish in the lake.", "en", [0]) == "meaning"


def test_the_date_of_the_article_counts(supporter: Supporter) -> None:
    assert (
        supporter.lack("On 5 October 2019 it was told that the lighthouse was not damaged.", "en", [0])
        is None
    )


@pytest.mark.parametrize(
    "sentence", ["The harbour of Latakia was not closed after a storm.", "The lighthouse was damaged."]
)
def test_a_sentence_that_denies_what_the_passage_does_not_is_not_supported(
    supporter: Supporter, sentence: str
) -> None:
    assert supporter.lack(sentence, "en", [0]) == "negation"


@pytest.mark.parametrize("sentence", ["", "…", "\ud800", "١٢٣" * 50, "A" * 5000])
def test_any_text_is_checked(supporter: Supporter, sentence: str) -> None:
    supporter.lack(sentence, "en", [0, 1, 2])

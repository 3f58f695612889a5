"""The gloss as the page gets it: a line in the answer's card, and the words of a passage when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from assistant.core.glossing import language_for
from assistant.presenting import cards
from assistant.presenting.glosses import written_words
from index import Article, Glossed
from tests.assistant.serving import TOKEN, served
from tests.assistant.test_api import assert_problem
from tests.conftest import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

GLOSS = "/page/gloss/arabic"
WHOLE = {"start": 0, "end": len(TEXTS["ar"]), "into": "en"}


@pytest.fixture(scope="module")
def library(client: httpx.Client) -> httpx.Client:
    for name, language in (("arabic", "ar"), ("english", "en")):
        client.put(f"/api/v1/articles/{name}", json={"text": TEXTS[language], "language": language})
    return client


def test_each_written_word_comes_with_its_parts_in_order(library: httpx.Client) -> None:
    words = library.get(GLOSS, params=WHOLE).json()["words"]
    place = 0
    for word in words:
        place = TEXTS["ar"].index(word["word"], place) + len(word["word"])
        assert "".join(part["word"] for part in word["parts"]) == word["word"]
    (minister,) = [word for word in words if word["word"] == "الوزير"]
    assert [part["word"] for part in minister["parts"]] == ["ال", "وزير"]
    assert minister["parts"][0]["meanings"] == ["the"]
    start = TEXTS["ar"].index("وقال")
    some = library.get(GLOSS, params={**WHOLE, "start": start}).json()["words"]
    assert some == words[-len(some) :]


def test_pairs_of_letters_of_a_script_without_spaces_stay_apart() -> None:
    pairs = [
        Glossed(0, 2, "科学", ("science",), None, "科学"),
        Glossed(2, 4, "家在", ("home",), None, "家在"),
    ]
    assert [word["word"] for word in written_words(pairs)] == ["科学", "家在"]


def test_what_could_reorder_or_hide_text_is_taken_out() -> None:
    one = Glossed(0, 5, "a\u202eb\u0007c", ("d\u2066e",), "F\u202e", "\u202eg")
    part = {"word": "abc", "meanings": ["de"], "name": "F", "stem": "g"}
    assert written_words([one]) == [{"word": "abc", "parts": [part]}]


def test_an_article_in_the_readers_language_has_no_gloss(library: httpx.Client) -> None:
    assert library.get(GLOSS, params={**WHOLE, "into": "ar"}).json() == {"words": []}
    assert library.get("/page/gloss/english", params=WHOLE).json() == {"words": []}


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/page/gloss/nowhere", WHOLE, 404),
        (GLOSS, {**WHOLE, "into": "tlh"}, 422),
        (GLOSS, {"into": "en"}, 422),
        (GLOSS, {**WHOLE, "start": "-1"}, 422),
        (GLOSS, {**WHOLE, "start": 9, "end": 9}, 422),
        (GLOSS, {**WHOLE, "end": 10_001}, 422),
        (GLOSS, {"start": 0, "end": 9}, 422),
    ],
)
def test_what_cannot_be_glossed_is_refused(
    library: httpx.Client, path: str, params: dict[str, object], status: int
) -> None:
    assert_problem(library.get(path, params={name: str(value) for name, value in params.items()}), status)


def test_it_is_read_with_the_right_to_read_only(home: Path) -> None:
    with served(home, read_token=TOKEN) as client:
        assert_problem(client.get(GLOSS, params=WHOLE), 401)
        known = client.get(GLOSS, params=WHOLE, headers={"Authorization": f"Bearer {TOKEN}"})
        assert_problem(known, 404)


def test_the_reader_is_who_asks_or_reads_english() -> None:
    assert language_for("ar", ("en", "ar")) == "ar"
    assert language_for("el", ("en", "ar")) == "en"
    assert language_for("ar", ()) is None


@pytest.fixture
def assistant(home: Path) -> Iterator[Assistant]:
    with Assistant(home) as assistant:
        assistant.add(Article(id=code, text=TEXTS[code], language=code) for code in ("ar", "en"))
        yield assistant


def test_the_card_of_a_foreign_passage_says_what_it_can_be_glossed_in(assistant: Assistant) -> None:
    found, read = (
        assistant.with_line(one) for one in assistant.answering("What did the ministry of health open?")
    )
    assert "class='sanad-passage sanad-into-en' dir='rtl' lang='ar'" in cards.answer_html(found, reading=True)
    assert "sanad-line" not in cards.answer_html(found, reading=True)
    html = cards.answer_html(read)
    assert "<div class='sanad-line'>word by word: <bdi dir='ltr' lang='en'>" in html
    assert read.gloss is not None
    assert "hospital" in str(read.gloss.line)
    assert read.gloss.passages == {}


def test_a_passage_in_the_askers_language_is_plain(assistant: Assistant) -> None:
    *_, read = assistant.answering("Who closed the old bridge on Friday?")
    html = cards.answer_html(assistant.with_line(read))
    assert "class='sanad-passage' dir='ltr' lang='en'" in html
    assert "sanad-line" not in html

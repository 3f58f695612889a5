"""Search: what answers is first, whatever its language and the question's, in collections of every shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index import Article, Collection
from index.models.calibration import Calibration, parallel
from index.ranking.parameters import DEFAULT
from index.ranking.search import Searcher
from tests.index.encoders import Reads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from index import Ranking

TWELVE = ["ar", "de", "el", "en", "es", "hi", "ro", "ru", "th", "tr", "vi", "zh"]


def statements(languages: Sequence[str], places: Sequence[int] = range(16)) -> Iterator[Article]:
    for language in languages:
        for place in places:
            yield Article(
                id=f"{language}-{place}", text=parallel()[language].statements[place], language=language
            )


@pytest.fixture
def reads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Reads:
    encoder = Reads(*request.param)
    monkeypatch.setattr("index.collection.open_encoder", lambda *_, **_given: encoder)
    return encoder


def by_vectors(collection: Collection, encoder: Reads, question: str) -> Ranking:
    with collection.view() as (view, reader):
        searcher = Searcher(encoder, Calibration(encoder), None, DEFAULT._replace(dense=1.0))
        return searcher.search(view, reader, question, 10)


@pytest.mark.parametrize("reads", [("en", "ar", "ru")], indirect=True)
def test_no_language_crowds_out_another(home: Path, reads: Reads) -> None:
    with Collection(home) as collection:
        collection.add(statements(["en"], [place for place in range(16) if place != 3]))
        collection.add(statements(["ru"], [0, 1, 2]))
        collection.add(statements(["ar"]))
        collection.settle()
        with collection.view() as (view, _):
            asked = reads.encode_question(parallel()["en"].questions[3])
            cosines = {
                language: (segment.vectors[run] @ asked).max()
                for segment in view.vectors.segments
                for language, run in segment.runs()
            }
        assert cosines["en"] > cosines["ar"], "raw cosines prefer the question's own language"
        assert by_vectors(collection, reads, parallel()["en"].questions[3])[0].article.id == "ar-3"
        assert by_vectors(collection, reads, parallel()["en"].questions[1])[0].article.id in {
            "en-1",
            "ru-1",
            "ar-1",
        }


@pytest.mark.parametrize("reads", [("en",)], indirect=True)
def test_a_model_that_reads_english_only_changes_nothing_for_arabic_questions(
    home: Path, reads: Reads
) -> None:
    assert Calibration(reads).trust("ar", "ar") == 0.0
    found = {}
    for share in (None, 0.0):
        with Collection(home, None, share) as collection:
            collection.add(statements(["ar", "en"]))
            collection.settle()
            for question in parallel()["ar"].questions:
                hits = [hit.passage_id for hit in collection.search(question, 10)]
                assert found.setdefault(question, hits) == hits
    assert len(found) == 16


@pytest.mark.parametrize("languages", [["ar"], ["ar", "en"], TWELVE], ids=["one", "two", "twelve"])
def test_the_statement_that_answers_is_first_in_collections_of_many_languages(
    home: Path, languages: list[str]
) -> None:
    with Collection(home) as collection:
        collection.add(statements(languages))
        collection.settle()
        for asked in ("ar", "en"):
            firsts = [
                collection.search(question, 1)[0].article.id or "" for question in parallel()[asked].questions
            ]
            right = [int(first.partition("-")[2]) == place for place, first in enumerate(firsts)]
            assert sum(right) >= 14, (asked, firsts)


def test_the_passage_that_answers_is_first_among_ten(home: Path) -> None:
    with Collection(home) as collection:
        collection.add(statements(["ar"], range(7)))
        collection.add(statements(["en"], range(7, 9)))
        collection.add(statements(["zh"], [9]))
        collection.settle()
        for place, language in [(0, "ar"), (3, "ar"), (8, "en")]:
            for asked in ("ar", "en"):
                first = collection.search(parallel()[asked].questions[place], 1)[0]
                assert first.article.id == f"{language}-{place}"


def test_one_passage_is_found_and_none_is_not(home: Path) -> None:
    with Collection(home) as collection:
        assert len(collection.search("bridge", 5)) == 0
        collection.add(statements(["en"], [1]))
        collection.settle()
        (hit,) = collection.search("When can cars drive over the new bridge?", 5)
        assert hit.article.id == "en-1"


class Nothing(Reads):
    """Reads the passages, and of no question a word."""

    def encode_question(self, text: str) -> NDArray[np.float32]:
        return 0 * super().encode_question(text)


def test_a_question_of_which_the_model_knows_nothing_is_answered_by_words(home: Path) -> None:
    with Collection(home) as collection:
        collection.add(statements(["en"]))
        collection.settle()
        with collection.view() as (view, reader):
            encoder = Nothing("en", width=view.vectors.dimension)
            searcher = Searcher(encoder, Calibration(encoder), None)
            (first, *_) = searcher.search(view, reader, parallel()["en"].questions[8], 10)
        assert first.article.id == "en-8"

"""What every surface gives is what `shapes` says: no member more, none less; and OpenAPI says it too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from assistant import Assistant
from assistant.core import serialization, shapes
from assistant.core.watched import Watched
from index import Added, Article, Missing
from tests.index.reading.making import STORIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

BRIDGE = "افتتح رئيس البلدية الجسر الجديد فوق نهر العاصي يوم الاثنين. وقال إن كلفته بلغت مليوني ليرة."
STORY = "\n\n".join(STORIES["ar"].paragraphs)
QUESTION = "Who opened the new bridge over the Orontes?"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant(tmp_path_factory.mktemp("serialization") / "home") as library:
        library.add([Article(id="bridge", text=BRIDGE), Article(id="story", text=STORY)])
        library.settle()
        yield library


def assert_is(shape: Any, told: Any) -> None:
    """A value read as a shape is the same value: nothing is dropped, added or changed."""
    written = json.loads(serialization.json_bytes(told))
    assert TypeAdapter(shape).validate_json(json.dumps(written), strict=True) is not None
    assert json.loads(TypeAdapter(shape).dump_json(TypeAdapter(shape).validate_python(written))) == written


def test_answers_and_searches(library: Assistant) -> None:
    glossed = library.ask(QUESTION, gloss="en", read_s=60).to_dict()
    assert (glossed["citations"] or glossed["nearest"])[0]["gloss"]
    assert_is(shapes.AnswerOut, glossed)
    assert_is(shapes.AnswerOut, library.ask("Which vaccine was approved?").to_dict())
    assert_is(shapes.SearchOut, serialization.search_dict(library.search(QUESTION), 1.0))
    read = serialization.search_dict(library.search(QUESTION, read_s=60), 1.0, read=True)
    assert_is(shapes.ReadOut, read)
    assert set(read) > shapes.VerdictOut.__required_keys__


def test_articles_and_reports(library: Assistant) -> None:
    assert_is(shapes.ArticleOut, serialization.article_dict(library.article("bridge")))
    for info in library.articles():
        assert_is(shapes.InfoOut, serialization.info_dict(info))
        assert set(serialization.info_dict(info, origins=True)) == {
            *shapes.InfoOut.__annotations__,
            "origins",
        }
    report = library.add([Article(id="copy", text=f"{STORY}\n\nوكالات."), Article(text=" ")])
    assert report.added[0].alike
    assert_is(shapes.ReportOut, serialization.report_dict(report))
    assert_is(shapes.FacetsOut, serialization.facets_dict(library.facets()))
    assert_is(shapes.PassagesOut, serialization.passages_dict("bridge", library.passages("bridge"), 5, 1, 1))


def test_watched_folders() -> None:
    file = Added("skipped", "a.bin", None, "binary")
    state = Watched(
        name="news", folder=Path("/news"), since="2024-01-01", unlisted=(file,), skipped=(file, file)
    )
    gone = [Missing("a", None, "many", "2024-01-01", ("/news/a.txt",))]
    told = serialization.watched_dict(state)
    assert (told["unlisted"], told["skipped"]) == (1, 2)
    assert_is(shapes.WatchedOut, told)
    assert_is(shapes.WatchedDetails, serialization.watched_details(state, gone))


def test_openapi_describes_the_members(client: httpx.Client) -> None:
    described = client.get("/api/openapi.json").json()["components"]["schemas"]
    for name, schema in described.items():
        shape = getattr(shapes, name, None)
        if shape is None:  # of a request
            continue
        assert schema["description"] == shape.__doc__.split("\n")[0]
        for member, value in schema["properties"].items():
            docs = getattr(shape.__annotations__[member], "__metadata__", ())
            assert [value.get("description")] == [doc.documentation for doc in docs] or not docs, (
                name,
                member,
            )
    assert described["HitOut"]["properties"]["rank"]["description"] == "1 is best"
    assert described["HitOut"]["properties"]["article"]["$ref"] == "#/components/schemas/ArticleRef"


def test_the_command_line_prints_json_without_pydantic(library: Assistant) -> None:
    code = (
        "import sys; from assistant.cli import main; main(sys.argv[1:]);"
        " sys.exit('pydantic' in sys.modules or 'fastapi' in sys.modules)"
    )
    asked = ["search", QUESTION, "--json", "--home", str(library.home)]
    done = subprocess.run([sys.executable, "-c", code, *asked], capture_output=True, text=True, check=True)
    assert_is(shapes.SearchOut, json.loads(done.stdout))

"""The questions offered in the chat: about the collection that is asked, never about another."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from assistant.core.phrases import READING
from assistant.core.settings import SettingsError, load
from assistant.page.examples import MAX_EXAMPLES, examples_file, made_examples, read_examples
from index import Article
from tests.assistant.serving import TOKEN, served
from tests.conftest import TEXTS

if TYPE_CHECKING:
    from index import Answer  # noqa: F401

ROOT = Path(__file__).parents[2]
EN, AR = READING["en"], READING["ar"]


def test_they_are_a_list_of_questions_or_an_error(tmp_path: Path) -> None:
    path = tmp_path / "examples.json"
    path.write_text('["one?", "اثنان؟"]', "utf-8")
    assert read_examples(path) == ["one?", "اثنان؟"]
    for content in ('{"a": 1}', "[1]", "[", "\xff"):
        path.write_text(content, "latin-1")
        with pytest.raises(SettingsError, match=r"examples\.json"):
            read_examples(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_examples(tmp_path / "missing.json")


def test_they_are_made_from_titles_in_the_language_of_the_interface_and_are_answered(home: Path) -> None:
    titles = {"en": "A bridge is closed", "ar": "افتتاح مستشفى جديد", "ru": "Ремонт дорог"}
    with Assistant(home) as assistant:
        assistant.add(
            Article(id=code, text=TEXTS[code], language=code, title=title) for code, title in titles.items()
        )
        assert assistant.settle()
        english, arabic = made_examples(assistant, EN), made_examples(assistant, AR)
        assert english[0] == "Tell me about “A bridge is closed”"
        assert arabic[0] == "حدثني عن «افتتاح مستشفى جديد»"
        for questions in (english, arabic):
            assert len(questions) == len(titles)
            assert all(assistant.ask(question).verdict == "related" for question in questions)


def test_they_are_few_differ_and_are_short(home: Path) -> None:
    with Assistant(home) as assistant:
        assert made_examples(assistant, EN) == []
        for n in range(12):
            text = f"The ferry number {n} was late again in the harbour of town {n}."
            title = "The same" if n > 6 else f'Ferry "{n}" ' + "was late " * 20
            assistant.add(Article(id=str(n), text=text, title=title))
        found = made_examples(assistant, EN)
    assert len(found) == len(set(found)) == 4 <= MAX_EXAMPLES
    assert found[0] == EN.about.format("The same")
    assert all(len(question) < 100 and question.endswith((" late”", " was”")) for question in found[1:])


@pytest.mark.parametrize("interface", ["en", "ar"])
def test_a_collection_is_never_offered_anothers_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interface: str
) -> None:
    """The working folder may be that of the demonstration, whose own questions stand beside its articles."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    own = json.loads((ROOT / "seeds" / ".examples.json").read_text("utf-8"))
    monkeypatch.chdir(tmp_path)
    with served(tmp_path / "home") as client:
        start = {"articles": 0, "writes": "open", "links": False, "examples": [], "model": None}
        assert client.get("/page/start", params={"ui": interface}).json() == start
        client.put(
            "/api/articles/a", json={"text": "Snow fell on the pass.", "title": "Snow"}
        ).raise_for_status()
        found = client.get("/page/start", params={"ui": interface}).json()
        assert found["articles"] == 1
        assert found["examples"] == [READING[interface].about.format("Snow")]
    with served(tmp_path / "other", watch=[tmp_path / "seeds"]) as client:
        assert client.get("/page/start").json()["examples"] == own


def test_who_names_a_file_gets_it(tmp_path: Path) -> None:
    (tmp_path / ".examples.json").write_text("[]", "utf-8")
    named = tmp_path / "mine.json"
    assert examples_file(load({"examples": str(named), "watch": [tmp_path]}, {})) == named
    assert examples_file(load({"watch": [tmp_path]}, {})) == tmp_path / ".examples.json"
    assert examples_file(load({}, {})) is None


def test_who_may_add_is_told(tmp_path: Path) -> None:
    for given, told in (
        ({"read_only": True}, {"writes": "closed", "links": False}),
        ({"token": TOKEN}, {"writes": "token", "links": True}),
    ):
        with served(tmp_path / "home", allow_links=True, **given) as client:
            assert client.get("/page/start").json().items() >= told.items()

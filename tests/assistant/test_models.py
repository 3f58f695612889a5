"""A collection knows its model: no model named means its own, on the command line as everywhere."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from assistant.cli import main
from index import Collection, ModelError, StoreIncompatible, rebuild_home
from tests.conftest import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sanad(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, which has loaded torch; gives its exit code and what it printed."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


def model_of(home: Path) -> str:
    with Assistant(home) as assistant:
        return str(assistant.health()["model"])


@pytest.fixture
def filled(home: Path, tmp_path: Path) -> Path:
    with Collection(home) as collection:
        for language in ("en", "ar"):
            path = tmp_path / f"{language}.txt"
            path.write_text(TEXTS[language], "utf-8")
            collection.add([path])
    return home


def test_after_a_rebuild_with_a_model_every_command_uses_it(
    filled: Path, tiny_model: Path, tmp_path: Path, sanad: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is named by a path from one folder; the commands run in another."""
    home = ("--home", filled)
    with monkeypatch.context() as patch:
        patch.chdir(tiny_model.parent)
        assert sanad("rebuild", "--model", f"./{tiny_model.name}", *home)[:2] == (0, "rebuilt\n")
    answer = json.loads(sanad("ask", "Who closed the bridge?", "--json", *home)[1])
    assert (answer["citations"] or answer["nearest"])[0]["article"]["language"] == "en"
    assert len(sanad("list", *home)[1].splitlines()) == 2
    assert sanad("check", *home)[1] == "sound\n"
    assert sanad("backup", tmp_path / "saved", *home)[0] == 0
    (tmp_path / "new.txt").write_text("The oil base was attacked.")
    assert sanad("add", tmp_path / "new.txt", *home)[1].splitlines()[-1] == "1 added"
    assert sanad("rebuild", *home)[0] == 0
    assert model_of(filled) == str(tiny_model)


def test_bundled_is_a_name_that_is_taken(filled: Path, tiny_model: Path, sanad: Run) -> None:
    assert sanad("list", "--model", "bundled", "--home", filled)[0] == 0
    rebuild_home(filled, str(tiny_model))
    code, _, told = sanad("list", "--model", "bundled", "--home", filled)
    assert code == 78
    assert f"open it without --model, or run `sanad rebuild --home {filled} --model bundled`" in told
    assert sanad("rebuild", "--home", filled, "--model", "bundled")[0] == 0
    assert model_of(filled) == "bundled"


def test_from_python_too(filled: Path, tiny_model: Path) -> None:
    with Collection(filled) as collection, Collection(filled) as other:
        assert collection.health()["model"] == "bundled"
        collection.rebuild(str(tiny_model))
        assert other.health()["model"] == str(tiny_model)
        collection.rebuild()
        assert collection.health()["model"] == str(tiny_model)
        collection.rebuild("bundled")
        assert other.health()["model"] == "bundled"


def test_a_new_collection_keeps_the_model_it_was_begun_with(home: Path, tiny_model: Path) -> None:
    Collection(home, str(tiny_model)).close()
    assert model_of(home) == str(tiny_model)
    with Collection(home, "bundled") as collection:  # it holds nothing that another model could misread
        assert collection.health()["model"] == "bundled"
    assert [path.name for path in home.glob("*.sqlite")] == ["collection-2.sqlite"]


def test_another_model_is_refused_with_the_two_ways_on(filled: Path, tiny_model: Path) -> None:
    with pytest.raises(
        StoreIncompatible, match=r"open it without --model, or run `sanad rebuild .* --model /"
    ):
        Collection(filled, str(tiny_model))


def test_a_model_that_is_gone_is_told_with_a_remedy_that_works(
    filled: Path, tiny_model: Path, tmp_path: Path, sanad: Run
) -> None:
    model = shutil.copytree(tiny_model, tmp_path / "model")
    rebuild_home(filled, str(model))
    shutil.rmtree(model)
    with pytest.raises(ModelError, match=rf"`sanad rebuild --home {filled} --model bundled`") as refusal:
        Collection(filled)
    assert str(model) in str(refusal.value)
    assert sanad("rebuild", "--home", filled, "--model", "bundled")[0] == 0
    assert model_of(filled) == "bundled"

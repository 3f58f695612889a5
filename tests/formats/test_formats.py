"""Homes of every released format: opened, searched, changed and rebuilt; a newer one is refused by name."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from index import Article, Collection, StoreIncompatible, rebuild_home, restore
from index.store.database import FORMAT
from tests.formats.make import ARTICLES

GOLDEN = sorted(Path(__file__).parent.glob("format-*"))


@pytest.fixture(params=GOLDEN, ids=lambda path: path.name)
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a golden home."""
    return Path(shutil.copytree(request.param, tmp_path / "home"))


def opened(home: Path) -> Collection:
    """Open a home, after the command that the refusal names if today's model is another."""
    try:
        return Collection(home)
    except StoreIncompatible as problem:
        refusal = str(problem)
    assert f"`sanad rebuild --home {home}`" in refusal
    rebuild_home(home)
    return Collection(home)


def asks_well(collection: Collection) -> None:
    assert [collection.article(article.id or "") for article in ARTICLES] == list(ARTICLES)
    for question, name in (("cracks in the bridge", "harbour"), ("متى افتتح المستشفى الجديد؟", "مستشفى")):
        hit = collection.search(question, 2)[0]
        assert hit.article.id == name
        assert hit.text == hit.article.text[hit.start : hit.end]
    assert collection.check() == []


def test_the_present_format_has_its_home() -> None:
    assert f"format-{FORMAT}" in [path.name for path in GOLDEN]


def test_a_golden_home_is_read_changed_and_rebuilt(golden: Path) -> None:
    with opened(golden) as collection:
        asks_well(collection)
        collection.add([Article(id="new", text="A windmill was built on the hill.", language="en")])
        assert collection.search("windmill", 1)[0].article.id == "new"
        collection.rebuild()
        assert collection.search("windmill", 1)[0].article.id == "new"
        collection.remove("new")
        asks_well(collection)
    with Collection(golden) as again:
        asks_well(again)


def test_a_golden_database_is_restored_into_another_home(golden: Path, tmp_path: Path) -> None:
    restore(tmp_path / "other", golden / "collection-1.sqlite")
    with opened(tmp_path / "other") as collection:
        asks_well(collection)


def test_another_model_is_refused_with_a_remedy_that_works(golden: Path) -> None:
    """Whatever the model is today, this home is of another one."""
    _set(golden, "model fingerprint", "0" * 16)
    with pytest.raises(StoreIncompatible, match="model fingerprint 0000") as refusal:
        Collection(golden)
    assert f"`sanad rebuild --home {golden}`" in str(refusal.value)
    rebuild_home(golden)
    with Collection(golden) as collection:
        asks_well(collection)


def test_a_newer_format_is_refused_by_name(golden: Path) -> None:
    _set(golden, "format", str(FORMAT + 1))
    with pytest.raises(StoreIncompatible, match=rf"format {FORMAT + 1} \(now {FORMAT}\); update Sanad"):
        restore(golden.parent / "other", golden / "collection-1.sqlite")
    before = (golden / "collection-1.sqlite").read_bytes()
    for use in (Collection, rebuild_home):
        with pytest.raises(StoreIncompatible, match=rf"format {FORMAT + 1} \(now {FORMAT}\); update Sanad"):
            use(golden)
    assert (golden / "collection-1.sqlite").read_bytes() == before


def _set(home: Path, name: str, value: str) -> None:
    with sqlite3.connect(home / "collection-1.sqlite") as database:
        assert database.execute("UPDATE settings SET value = ? WHERE name = ?", (value, name)).rowcount
    database.close()

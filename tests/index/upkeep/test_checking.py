"""What `check` finds in a database whose rows were changed by hand: which article, and what of it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import Article, Collection, StoreDamaged
from index.upkeep.backups import restore

if TYPE_CHECKING:
    from pathlib import Path

ARTICLES = [
    Article(id="جسر", text="أغلق الجسر القديم بعد ظهور تشققات.\n\nقال المهندس إن الإصلاح يستغرق عامين.", language="ar"),
    Article(id="мост", text="Старый мост закрыли из-за трещин.\n\nРемонт займёт два года.", language="ru"),
    Article(id="पुल", text="दरारें दिखने के बाद पुराना पुल बंद कर दिया गया।", language="hi"),
    Article(id="桥", text="旧桥因出现裂缝而关闭。", language="zh"),
]  # fmt: skip


@pytest.fixture
def filled(home: Path) -> Path:
    with Collection(home) as collection:
        assert len(collection.add(ARTICLES).added) == len(ARTICLES)
        assert collection.settle()
        assert collection.check() == []
    return home


def change(home: Path, sql: str, *values: object) -> None:
    database = sqlite3.connect(home / "collection-1.sqlite")
    with database:
        assert database.execute(sql, values).rowcount > 0
    database.close()


def flipped(home: Path, article: str, byte: int, bit: int) -> bytes:
    database = sqlite3.connect(home / "collection-1.sqlite")
    sql = (
        "SELECT vector FROM vectors JOIN passages p ON p.number = passage JOIN articles a ON a.number = p.article"
        " WHERE a.id = ? AND ordinal = 1"
    )
    vector = bytearray(database.execute(sql, (article,)).fetchone()[0])
    database.close()
    vector[byte] ^= 1 << bit
    return bytes(vector)


def test_a_text_altered_and_a_vector_flipped_are_named_by_their_articles(filled: Path) -> None:
    change(filled, "UPDATE articles SET text = replace(text, 'два', 'три') WHERE id = 'мост'")
    sql = (
        "UPDATE vectors SET vector = ? WHERE passage = (SELECT p.number FROM passages p"
        " JOIN articles a ON a.number = p.article WHERE ordinal = 1 AND a.id = 'جسر')"
    )
    change(filled, sql, flipped(filled, "جسر", 4 * 17 + 3, 7))  # the sign of one value: its length stays one
    with Collection(filled) as collection:
        text, *vectors = collection.check(repair=True)
        assert text.startswith("article мост: its text is not the one that was added")
        assert "article جسر: the vector of passage 1 is not of its text" in vectors
        collection.remove("мост")
        collection.add(ARTICLES)
        assert collection.settle()
        assert collection.check() == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE articles SET text = CAST(x'ff61' AS TEXT) WHERE id = '桥'", "article 桥: its text is not"),
        ("UPDATE articles SET language = 'ja' WHERE id = '桥'", "article 桥: its text is not"),
        ("UPDATE passages SET start = start + 1", "article पुल: the vector of passage 1 is not of its text"),
        ('UPDATE passages SET "end" = 10000', "article पुल: passages that do not fit"),
        ("UPDATE passages SET start = -1", "article पुल: passages that do not fit"),
        ("UPDATE passages SET ordinal = 7", "article पुल: 1 passages of 1"),
        ("DELETE FROM passages", "article पुल: 0 passages of 1"),
        ("UPDATE vectors SET vector = x'00'", "article पुल: the vector of passage 1 is damaged"),
        (
            "UPDATE vectors SET vector = zeroblob(length(vector))",
            "article पुल: the vector of passage 1 is not",
        ),
        ("DELETE FROM vectors", "a passage has lost its vector"),
        ("UPDATE passages SET words = x'07'", "article पुल: words that are not in the vocabulary"),
        (
            "UPDATE passages SET words = x'ffffff7f01000000'",
            "article 桥: words that are not in the vocabulary",
        ),
        ("UPDATE passages SET sentences = x'00'", "article पुल: words that are not in the vocabulary"),
        ("UPDATE passages SET sentences = x'000000000100000009000000'", "article पुल: words that are not"),
        (
            "UPDATE passages SET sentences = x'01' || substr(sentences, 2)",
            "article पुल: sentences that are not of their text: passages 1",
        ),
        ("DELETE FROM vocabulary WHERE word = 'पुल'", "article पुल: words that are not in the vocabulary"),
        (
            "UPDATE vocabulary SET terms = zeroblob(length(terms))",
            "vocabulary: the terms of 'पुल' are not its own",
        ),
        ("UPDATE vocabulary SET terms = x''", "vocabulary: the terms of 'पुल' are not its own"),
        ("DELETE FROM canaries", "the canary sentences are gone"),
    ],
)
def test_whatever_does_not_fit_is_said(filled: Path, sql: str, said: str) -> None:
    change(filled, sql)
    with Collection(filled) as collection:
        assert [line for line in collection.check() if line.startswith(said)]


def test_vectors_that_cannot_be_searched_are_made_anew(filled: Path) -> None:
    size = len(flipped(filled, "桥", 0, 0)) // 4
    for value in (np.nan, 1.0, np.inf):
        change(filled, "UPDATE vectors SET vector = ?", np.full(size, value, np.float32).tobytes())
        with Collection(filled) as collection:
            found = collection.check(repair=True)
            assert [line for line in found if line.endswith("is damaged")]
            assert collection.settle()
            assert collection.check() == []


def test_an_edited_language_is_no_damage(filled: Path, tmp_path: Path) -> None:
    path = tmp_path / "köprü.txt"
    path.write_text("Eski köprü çatlaklar yüzünden kapatıldı. Onarım iki yıl sürecek.", "utf-8")
    with Collection(filled) as collection:
        name = collection.add([path]).added[0].article_id
        assert name
        assert collection.article(name).language == "tr"
        collection.edit(name, {"language": "az", "title": "Köprü"})
        assert collection.check() == []
    change(filled, "UPDATE articles SET text = replace(text, 'iki', 'altı') WHERE id = ?", name)
    with Collection(filled) as collection:
        assert {line.split(":")[0] for line in collection.check()} == {f"article {name}"}


def test_a_backup_with_an_altered_text_is_not_restored(filled: Path, tmp_path: Path) -> None:
    change(filled, "UPDATE articles SET text = replace(text, 'трещин', 'ничего') WHERE id = 'мост'")
    with Collection(filled) as collection:
        collection.backup(tmp_path / "saved")
    with pytest.raises(StoreDamaged, match="article мост: its text is not the one that was added"):
        restore(tmp_path / "other", tmp_path / "saved")


@pytest.mark.parametrize(
    "vector", ["NULL", "x'00'", "'text'", "randomblob(length(vector) - 4) || x'0000c07f'"]
)
def test_canaries_that_are_no_vectors_are_damage(filled: Path, vector: str) -> None:
    database = sqlite3.connect(filled / "collection-1.sqlite")
    with database:
        database.executescript(
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET sql = replace(sql, 'BLOB NOT NULL', 'BLOB') WHERE name = 'canaries';"
        )
    database.close()
    change(filled, f"UPDATE canaries SET vector = CAST({vector} AS BLOB)")  # noqa: S608
    with pytest.raises(StoreDamaged, match="canary sentences cannot be read"):
        Collection(filled)

"""The database: a change is whole, durable and numbered, and what is lost or damaged is named."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index import Article, StoreDamaged, StoreUnavailable
from index.analysis import word_keys
from index.store.acknowledged import Acknowledged
from index.store.articles import all_digests, insert_article
from index.store.database import Store
from index.store.passages import Prepared
from tests.index.threads import in_a_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.store.reader import Reader
    from index.store.writer import Writer

TEXT = "أُغلق الجسر القديم. The old bridge was closed."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "collection-1.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An empty database."""
    made = Store(path, create=True)
    yield made
    made.close()


def put(writer: Writer, name: str, text: str = TEXT) -> None:
    insert_article(writer, Article(id=name, text=text), (name, name), Prepared((), (), b""))


def add(store: Store, *names: str) -> None:
    """Add articles, each by a change of its own."""
    for name in names:
        with store.writing() as writer:
            put(writer, name)


def held(reader: Reader) -> set[str]:
    return set(all_digests(reader))


def held_now(store: Store) -> set[str]:
    with store.reading() as reader:
        return held(reader)


def sequence(store: Store) -> int:
    with store.reading() as reader:
        return reader.sequence


def without_journal(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


# -- one moment, the whole change or nothing --------------------------------------------------------


def test_a_reader_sees_one_moment_while_others_write(store: Store, path: Path) -> None:
    add(store, "a", "b")
    other = Store(path, wal=True)
    with store.reading() as reader:
        add(other, "c")
        in_a_thread(lambda: add(store, "d"))
        assert (reader.sequence, held(reader)) == (2, {"a", "b"})
        assert reader.counts()["articles"] == 2
        assert held_now(other) == {"a", "b", "c", "d"}
    assert (sequence(store), held_now(store)) == (2 + 2, {"a", "b", "c", "d"})
    other.close()


def test_nobody_sees_a_change_before_it_is_whole(store: Store, path: Path) -> None:
    other = Store(path, wal=True)
    with store.writing() as writer:
        put(writer, "a")
        assert held(writer) == {"a"}
        assert (held_now(other), sequence(other)) == (set(), 0)
        put(writer, "b")
    assert (held_now(other), sequence(other)) == ({"a", "b"}, 1)
    other.close()


def test_a_change_that_fails_leaves_nothing_and_takes_no_number(store: Store) -> None:
    add(store, "a")

    def fails() -> None:
        with store.writing() as writer:
            put(writer, "b")
            raise KeyError("b")

    with pytest.raises(KeyError):
        fails()
    assert (held_now(store), sequence(store)) == ({"a"}, 1)
    add(store, "c")
    assert (held_now(store), sequence(store)) == ({"a", "c"}, 2)
    assert store.missing() == []


def test_a_transaction_that_changes_nothing_takes_no_number(store: Store) -> None:
    with store.writing() as writer:
        writer.set({"format": "4"}, {})
    assert sequence(store) == 0
    with store.reading() as reader:
        assert (reader.settings(), reader.is_empty, reader.last_change()) == ({"format": "4"}, True, "")


def test_writers_wait_for_each_other_and_no_number_is_given_twice(store: Store, path: Path) -> None:
    other = Store(path, wal=True)
    threads = [
        threading.Thread(target=add, args=(one, *(f"{name}{i}" for i in range(10))))
        for name, one in (("a", store), ("b", other), ("c", store))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sequence(store), len(held_now(store))) == (3 * 10, 3 * 10)
    other.close()


def test_a_writer_that_waits_too_long_is_told_why(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.store.database.BUSY_TIMEOUT_S", 0.05)
    other = Store(path, wal=True)
    with store.writing() as writer:
        put(writer, "a")
        with pytest.raises(StoreUnavailable, match=r"writing to .*collection-1\.sqlite for more than 0.05 s"):
            add(other, "b")
    add(other, "b")
    assert held_now(store) == {"a", "b"}
    other.close()


def test_words_of_a_change_that_failed_are_numbered_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((bridge, closed), (old, again)) = word_keys("الجسر مغلق bridge closed", [(0, 10), (11, 24)], "ar")
    monkeypatch.setattr("index.store.database.WORDS_AT_HAND", 2)

    def fails() -> None:
        with store.writing() as writer:
            assert writer.words.of([bridge, closed], {}) == [1, 2]
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    for keys, numbers in (
        ([old], [1]),
        ([again, old], [2, 1]),
        ([closed, bridge], [3, 4]),
        ([old, bridge], [1, 4]),
    ):
        with store.writing() as writer:
            assert writer.words.of(keys, {}) == numbers
    with store.reading() as reader:
        assert reader.counts()["words"] == 4


# -- acknowledged changes ---------------------------------------------------------------------------


def test_the_number_beside_the_database_is_that_of_the_last_change_that_is_durable(
    store: Store, path: Path
) -> None:
    beside = Acknowledged(path)
    assert beside.read() is None
    add(store, "a", "b")
    assert beside.read() == 2
    with store.writing() as writer:
        put(writer, "c")
        assert beside.read() == 2
    assert beside.read() == 3
    assert store.missing() == []


def test_acknowledged_changes_that_are_gone_are_named_and_their_numbers_never_given_again(
    store: Store, path: Path, tmp_path: Path
) -> None:
    add(store, "a")
    store.copy_to(tmp_path / "older")
    add(store, "b", "c", "d")
    store.close_whole()
    (tmp_path / "older").replace(path)
    older = Store(path, wal=True)
    (line,) = older.missing()
    assert f"{path} has lost the changes 2 to 4, which were acknowledged (noticed: now)" in line
    assert f"sanad check --repair --home {tmp_path}" in line
    add(older, "e")
    assert sequence(older) == 4 + 1
    (line,) = older.missing()
    assert "has lost the changes 2 to 4" in line, "until a person goes on without them"
    assert "(noticed: now)" not in line
    with older.writing() as writer:
        writer.forget_lost()
    assert (older.missing(), held_now(older)) == ([], {"a", "e"})
    older.close()


@pytest.mark.parametrize("content", [None, b"", b"three\n"])
def test_without_the_number_beside_it_a_loss_cannot_be_noticed_and_that_is_said(
    store: Store, path: Path, content: bytes | None
) -> None:
    add(store, "a", "b")
    beside = Acknowledged(path)
    beside.path.unlink()
    if content is not None:
        beside.path.write_bytes(content)
    (line,) = store.missing()
    assert f"{beside.path} is gone or cannot be read" in line
    store.close()
    again = Store(path, wal=True)
    add(again, "c")
    assert (beside.read(), again.missing()) == (3, [])
    again.close()


# -- what is no database, or not a whole one --------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"", b"no database " * 1000, "ليست قاعدة بيانات\n".encode() * 500, b"SQLite format 3\0" + bytes(9000)],
    ids=["empty", "English", "Arabic", "zeros"],
)
def test_a_file_that_is_no_database_is_refused_by_name_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"collection-1\.sqlite"):
        Store(path)
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    foreign = sqlite3.connect(path)
    foreign.execute("CREATE TABLE songs (title TEXT)")
    foreign.commit()
    foreign.close()
    with pytest.raises(StoreDamaged, match=r"collection-1\.sqlite"):
        sequence(Store(path))


def test_a_file_that_is_not_there_is_not_made(path: Path) -> None:
    with pytest.raises(StoreDamaged, match="is not a collection"):
        Store(path)
    with pytest.raises(StoreUnavailable, match=r"is gone; .*sanad restore"):
        Store(path, wal=True)
    assert not path.exists()


def test_a_page_that_was_overwritten_is_damage(store: Store, path: Path) -> None:
    with store.writing() as writer:
        for i in range(200):
            put(writer, f"a{i}", TEXT * 20)
    store.close_whole()
    whole = path.read_bytes()
    page = 8_192
    for first in range(page, len(whole), page):
        path.write_bytes(whole[:first] + b"\xd8\xa7" * (page // 2) + whole[first + page :])
        with pytest.raises(StoreDamaged, match=r"collection-1\.sqlite"):
            found(path)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreDamaged, match=r"collection-1\.sqlite"):
        found(path)
    path.write_bytes(whole)
    found(path)


def found(path: Path) -> None:
    """Verify a database as `check` does, and report what SQLite finds as damage."""
    store = Store(path)
    try:
        with store.reading() as reader:
            if problems := reader.problems():
                raise reader.damaged(problems[0])
    finally:
        store.close()


def test_an_older_database_gets_what_it_lacks_with_its_next_change(store: Store, path: Path) -> None:
    store.close()
    older = sqlite3.connect(path)
    later = {"missing", "withheld", "edits", "folders"}
    sql = "SELECT name FROM sqlite_master WHERE type = 'table'"
    assert not later & {name for (name,) in older.execute(sql)}
    older.close()
    add(store, "a")
    with store.reading() as reader:
        assert later <= {name for (name,) in reader.select(sql)}
        assert reader.is_numbered


# -- copies, connections, files ---------------------------------------------------------------------


def test_a_copy_is_one_file_as_the_database_was_at_one_moment(
    store: Store, path: Path, tmp_path: Path
) -> None:
    add(store, "a", "b")
    copied = tmp_path / "copy"
    store.copy_to(copied, application_id=0x53414E41)
    add(store, "c")
    assert copied.read_bytes()[68:72] == b"SANA"  # where SQLite's header has it
    copy = Store(copied)
    with copy.reading() as reader:
        assert (reader.sequence, held(reader), reader.problems()) == (2, {"a", "b"}, [])
        assert {file.name for file in tmp_path.glob("copy*")} == {"copy"}, "no journal beside it"
    copy.close()
    assert held_now(store) == {"a", "b", "c"}
    assert path.read_bytes()[68:72] == bytes(4)


def test_closing_whole_leaves_one_file_unless_somebody_else_reads(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.store.database.BUSY_TIMEOUT_S", 0.05)
    add(store, "a")
    store.close()
    other = Store(path, wal=True)
    with other.reading():
        add(store, "b")
        with pytest.raises(StoreUnavailable, match=r"another process has .* open"):
            store.close_whole()
    other.close()
    store.close_whole()
    assert not path.with_name(path.name + "-wal").exists()
    moved = path.replace(path.with_name("moved"))
    assert held_now(Store(moved)) == {"a", "b"}


def test_a_thread_joins_once_and_may_come_back_after_it_parted(store: Store) -> None:
    add(store, "a")
    assert not store.join(), "the thread that opened it is connected"

    def visit() -> None:
        assert store.join()
        assert not store.join()
        store.part()
        store.part()  # nothing is left to close
        assert store.join()
        assert held_now(store) == {"a"}

    in_a_thread(visit)
    assert held_now(store) == {"a"}


def test_a_thread_cannot_join_a_database_that_was_deleted(store: Store, path: Path) -> None:
    add(store, "a")
    path.unlink()

    def visit() -> None:
        with pytest.raises(StoreUnavailable, match="is gone"):
            store.join()

    in_a_thread(visit)
    assert held_now(store) == {"a"}, "who has it open keeps reading it"


def test_connections_of_threads_that_ended_are_closed_by_the_next_one(store: Store, path: Path) -> None:
    def opened() -> int:
        return sum(file.readlink() == path for file in Path("/proc/self/fd").iterdir() if file.is_symlink())

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("only Linux lists open files there")
    add(store, "a")
    counts = []
    for number in range(10):
        in_a_thread(lambda name=f"b{number}": add(store, name))  # type: ignore[misc]
        counts.append(opened())
    assert max(counts) <= counts[1], "never more than after the second thread"


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_it_is_noticed_when_the_files_are_no_longer_those_that_others_find(
    store: Store, path: Path, suffix: str
) -> None:
    add(store, "a")
    assert store.is_in_place
    file = path.with_name(path.name + suffix)
    file.rename(path.with_name("elsewhere"))
    assert not store.is_in_place
    file.write_bytes(path.with_name("elsewhere").read_bytes())
    assert not store.is_in_place, "another file of the same name and content"
    file.unlink()
    path.with_name("elsewhere").rename(file)
    assert store.is_in_place

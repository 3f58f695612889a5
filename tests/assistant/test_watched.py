"""Watched folders on a running server: nothing ends the watching, and what is wrong is told everywhere."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from assistant import Assistant
from assistant.core.settings import SettingsError
from assistant.serving.watch import Watcher
from tests.assistant import serving
from tests.assistant.serving import TOKEN, served, served_site
from tests.assistant.test_api import assert_problem
from tests.assistant.test_server import running
from tests.confined import bound_by_permissions, mount, unmount

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from index import AddReport

until = partial(serving.until, timeout_s=60)  # where many work at once, changes are told late

WORDS = (
    "saffron",
    "indigo",
    "cumin",
    "henna",
    "sesame",
    "barley",
    "copper",
    "marble",
    "pepper",
    "walnut",
    "cotton",
)


def text(n: int) -> str:
    return f"Lot {n} of {WORDS[n % len(WORDS)]} was sold in Taliouine for {n * 7919} dirhams."


def fill(folder: Path, numbers: range) -> Path:
    folder.mkdir(exist_ok=True)
    for n in numbers:
        (folder / f"{n:03}.txt").write_text(text(n), "utf-8")
    return folder


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What went wrong is tried again soon."""
    monkeypatch.setattr("assistant.serving.watch._AGAIN_S", 0.3)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    return fill(tmp_path / "news", range(3))


def standing(client: httpx.Client) -> dict[str, Any]:
    """What health says of the one folder."""
    (found,) = client.get("/api/v1/health").json()["watched"]
    return found  # type: ignore[no-any-return]


def titles(client: httpx.Client) -> list[str]:
    return sorted(each["title"] for each in client.get("/api/v1/articles").json()["articles"])


def metric(client: httpx.Client, name: str) -> float:
    line = next(
        line
        for line in client.get("/api/v1/metrics").text.splitlines()
        if line.startswith(f"sanad_watched_{name}{{")
    )
    assert 'folder="news"' in line
    return float(line.rsplit(" ", 1)[1])


def is_alive(client: httpx.Client, folder: Path, n: int) -> None:
    """A file that is added is in the next answer."""
    (folder / f"{n:03}.txt").write_text(text(n), "utf-8")
    until(lambda: text(n) in titles(client))


def test_all_is_well(home: Path, news: Path) -> None:
    with served(home, watch=[news]) as client:
        health = client.get("/api/v1/health").json()
        assert health["status"] == "ok"
        (found,) = health["watched"]
        assert found["synced"] >= found["since"] > "2024"
        del found["synced"], found["since"]
        assert found == {
            "name": "news", "by": "events", "trouble": None, "missing": 0, "withheld": 0, "unlisted": 0, "skipped": 0,
        }  # fmt: skip
        assert (metric(client, "well"), metric(client, "in_trouble"), metric(client, "missing")) == (1, 0, 0)
        assert metric(client, "synced_timestamp_seconds") >= metric(client, "since_timestamp_seconds") > 1.7e9


def test_a_folder_that_may_not_be_listed_is_told_and_tried_again(
    home: Path, news: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with bound_by_permissions(), served(home, watch=[news]) as client:
        assert len(titles(client)) == 3
        news.chmod(0)
        try:
            until(lambda: standing(client)["trouble"] == "folder")
            assert client.get("/api/v1/health").json()["status"] == "warning"
            assert (metric(client, "well"), metric(client, "in_trouble")) == (0, 1)
            assert len(titles(client)) == 3
            (details,) = client.get("/api/v1/watched").json()["watched"]
            assert "cannot be listed" in details["details"]["trouble"]
        finally:
            news.chmod(0o755)
        until(lambda: standing(client)["trouble"] is None)
        assert client.get("/api/v1/health").json()["status"] == "ok"
        is_alive(client, news, 7)
    told = [record.getMessage() for record in caplog.records if "cannot follow" in record.getMessage()]
    assert len(told) == 1  # however often it was tried
    assert "its articles are kept" in told[0]


def test_a_folder_below_that_may_not_be_listed_is_told(home: Path, news: Path) -> None:
    below = fill(news / "below", range(3, 6))
    with bound_by_permissions(), served(home, watch=[news]) as client:
        below.chmod(0)
        try:
            until(lambda: standing(client)["unlisted"] == 1)
            assert client.get("/api/v1/health").json()["status"] == "warning"
            is_alive(client, news, 7)
            assert len(titles(client)) == 7
        finally:
            below.chmod(0o755)
        until(lambda: standing(client)["unlisted"] == 0)
        is_alive(client, below, 8)


def test_files_that_may_be_listed_only_are_told_one_by_one(home: Path, news: Path) -> None:
    with bound_by_permissions(), served(home, watch=[news]) as client:
        news.chmod(0o444)
        try:
            until(lambda: standing(client)["skipped"] == 3)
            (details,) = client.get("/api/v1/watched").json()["watched"]
            assert "may not be read" in details["details"]["skipped"][0]["reason"]
        finally:
            news.chmod(0o755)
        is_alive(client, news, 7)
        assert len(titles(client)) == 4


def test_a_name_that_is_no_text_is_told_and_stops_nothing(
    home: Path, news: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(home, watch=[news]) as client:
        bad = os.path.join(os.fsencode(news), b"bad\xff.txt")  # noqa: PTH118  # bytes
        for n in (7, 8):
            with open(bad, "ab") as file:  # noqa: PTH123
                file.write(text(9).encode())
            until(lambda: standing(client)["skipped"] == 1)
            is_alive(client, news, n)
        assert standing(client)["by"] == "events"
        assert client.get("/api/v1/health").json()["status"] == "ok"
        (details,) = client.get("/api/v1/watched").json()["watched"]
        assert "bad\ufffd.txt" in details["details"]["skipped"][0]["name"]
        os.unlink(bad)  # noqa: PTH108
        until(lambda: standing(client)["skipped"] == 0)
    assert [record for record in caplog.records if "rename the file" in record.getMessage()]


def test_a_folder_that_goes_and_returns_is_followed_again(home: Path, news: Path) -> None:
    with served(home, watch=[news]) as client:
        away = news.rename(news.with_name("away"))
        until(lambda: standing(client)["trouble"] == "folder")
        assert len(titles(client)) == 3
        away.rename(news)
        until(lambda: standing(client)["trouble"] is None)
        is_alive(client, news, 7)
        shutil.rmtree(news)
        until(lambda: standing(client)["trouble"] == "folder" or standing(client)["missing"])
        fill(news, range(3))
        is_alive(client, news, 7)
        until(lambda: standing(client)["missing"] == 0)
        assert len(titles(client)) == 4


def test_a_drive_that_is_unmounted_and_mounted_again(home: Path, tmp_path: Path) -> None:
    news, drive = tmp_path / "news", tmp_path / "drive"
    news.mkdir()
    drive.mkdir()
    mount(news)
    try:
        fill(news, range(3))
        shutil.copytree(news, drive, dirs_exist_ok=True)
        with served(home, watch=[news]) as client:
            assert len(titles(client)) == 3
            unmount(news)
            until(lambda: standing(client)["missing"] == 3)
            assert len(titles(client)) == 3
            assert metric(client, "missing") == 3
            mount(news)
            shutil.copytree(drive, news, dirs_exist_ok=True)
            until(lambda: standing(client)["missing"] == 0)
            is_alive(client, news, 7)
    finally:
        unmount(news)


def test_a_collection_that_cannot_be_written_is_told_and_tried_again(
    home: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.store.database.BUSY_TIMEOUT_S", 0.2)
    with served(home, watch=[news]) as client:
        assert len(titles(client)) == 3
        other = sqlite3.connect(home / "collection-1.sqlite", isolation_level=None, timeout=60)
        other.execute("BEGIN IMMEDIATE")
        (news / "007.txt").write_text(text(7), "utf-8")
        until(lambda: standing(client)["trouble"] == "store")
        assert str(home) not in client.get("/api/v1/health").text
        other.execute("ROLLBACK")
        other.close()
        until(lambda: text(7) in titles(client))
        until(lambda: standing(client)["trouble"] is None)


def test_what_nobody_thought_of_is_told_and_tried_again(
    home: Path, news: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Assistant):
        fails = False

        def sync(self, folder: str | Path) -> AddReport:
            if self.fails:
                raise RecursionError("too deep")
            return super().sync(folder)

    assistant = Failing(home)
    with served_site(home, assistant, watch=[news]) as (client, _):
        assistant.fails = True
        (news / "007.txt").write_text(text(7), "utf-8")
        until(lambda: standing(client)["trouble"] == "other")
        assistant.fails = False
        until(lambda: text(7) in titles(client))
        assert standing(client)["trouble"] is None
    assert "too deep" in caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
@pytest.mark.parametrize("limit", ["max_inotify_instances", "max_inotify_watches"])
@pytest.mark.slow
def test_where_the_system_tells_of_no_changes_the_folder_is_polled(
    home: Path, news: Path, limit: str
) -> None:
    if shutil.which("unshare") is None or os.system("unshare --user --map-root-user true 2>/dev/null"):  # noqa: S605
        pytest.skip("no user namespace of one's own here, in which the limit could be lowered")
    fill(news / "below", range(3, 4))
    lower = f'echo 1 > /proc/sys/user/{limit}; exec "$@"'
    if limit == "max_inotify_instances":
        lower = lower.replace("1", "0")
    before = ["unshare", "--user", "--map-root-user", "sh", "-c", lower, "sh"]
    with running(home, "--watch", str(news), before=before) as (_, client):
        until(lambda: standing(client)["by"] == "polling")
        assert client.get("/api/v1/health").json()["status"] == "warning"
        assert metric(client, "polled") == 1
        (news / "007.txt").write_text(text(7), "utf-8")
        until(lambda: text(7) in titles(client))


def test_at_its_start_a_folder_may_be_away_if_it_is_known(home: Path, news: Path) -> None:
    with Assistant(home) as assistant:
        with pytest.raises(SettingsError, match="not a folder"):
            Watcher(assistant, [news.with_name("nowhere")])
        with pytest.raises(SettingsError, match="not valid UTF-8"):
            Watcher(assistant, [news.with_name(os.fsdecode(b"bad\xff"))])
        assistant.sync(news)
    away = news.rename(news.with_name("away"))
    with served(home, watch=[news]) as client:
        assert standing(client)["trouble"] == "folder"
        away.rename(news)
        until(lambda: standing(client)["trouble"] is None)
        is_alive(client, news, 7)


def test_folders_of_one_name_are_told_apart(home: Path, tmp_path: Path) -> None:
    folders = [tmp_path / "a" / "news", tmp_path / "b" / "news", tmp_path / "c"]
    for folder in folders:
        folder.mkdir(parents=True)
    with Assistant(home) as assistant:
        states = Watcher(assistant, [*folders, tmp_path / "c" / ".." / "c"]).states()
    assert [state.name for state in states] == ["a/news", "b/news", "c"]


# -- a person decides -----------------------------------------------------------------------------


def emptied(client: httpx.Client, news: Path) -> None:
    for path in news.iterdir():
        path.unlink()
    until(lambda: standing(client)["missing"] == 3)


def test_a_person_removes_or_keeps_what_is_missing(
    home: Path, news: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(home, watch=[news]) as client:
        emptied(client, news)
        assert "the files of 3 articles are gone" in caplog.text
        assert client.get("/api/v1/health").json()["status"] == "warning"
        (details,) = client.get("/api/v1/watched").json()["watched"]
        assert sorted(each["title"] for each in details["details"]["missing"]) == titles(client)
        assert {each["why"] for each in details["details"]["missing"]} == {"empty"}
        decision = {"folder": "news", "articles": 3, "do": "keep"}
        assert_problem(client.post("/api/v1/missing", json={**decision, "articles": 2}), 409)
        assert_problem(client.post("/api/v1/missing", json={**decision, "folder": "other"}), 404)
        assert_problem(client.post("/api/v1/missing", json={**decision, "do": "burn"}), 422)
        assert len(titles(client)) == 3
        done = client.post("/api/v1/missing", json=decision).json()
        assert (len(done["kept"]), done["removed"]) == (3, [])
        assert (len(titles(client)), standing(client)["missing"]) == (3, 0)
        fill(news, range(3, 6))
        until(lambda: len(titles(client)) == 6)
        emptied(client, news)
        done = client.post("/api/v1/missing", json={**decision, "do": "remove"}).json()
        assert (len(done["removed"]), done["kept"]) == (3, [])
        assert len(titles(client)) == 3
        until(lambda: client.get("/api/v1/health").json()["status"] == "ok")


def test_places_are_told_to_who_may_change_something_only(home: Path, news: Path) -> None:
    (news / "table.bin").write_bytes(b"\x00\x01\x02")
    with served(home, watch=[news], token=TOKEN) as client:
        for path in ("health", "watched", "metrics"):
            told = client.get(f"/api/v1/{path}").text
            assert str(news.parent) not in told
            assert "table.bin" not in told
        assert_problem(
            client.post("/api/v1/missing", json={"folder": "news", "articles": 0, "do": "remove"}), 401
        )
        (found,) = client.get("/api/v1/watched", headers={"Authorization": f"Bearer {TOKEN}"}).json()[
            "watched"
        ]
        assert found["details"]["folder"] == str(news)
        assert found["details"]["skipped"][0]["name"] == str(news / "table.bin")


def test_what_was_removed_in_the_library_does_not_come_back_with_another_file(home: Path, news: Path) -> None:
    with served(home, watch=[news]) as client:
        listed = client.get("/api/v1/articles").json()["articles"]
        gone = client.get(f"/api/v1/articles/{listed[0]['id']}").json()
        assert client.delete(f"/api/v1/articles/{gone['id']}").status_code == 204
        is_alive(client, news, 7)
        assert gone["title"] not in titles(client)
        assert standing(client)["withheld"] == metric(client, "withheld") == 1
        assert client.get("/api/v1/health").json()["status"] == "ok"
        assert client.post("/api/v1/articles", json=gone).status_code == 201  # as undoing does
        is_alive(client, news, 8)
        assert client.get(f"/api/v1/articles/{gone['id']}").json() == gone
        assert len(titles(client)) == 5
        file = next(path for path in news.iterdir() if path.read_text("utf-8") == gone["text"])
        client.delete(f"/api/v1/articles/{gone['id']}")
        file.write_text("Lot 99 of amber was sold in Alnif.", "utf-8")
        until(lambda: "Lot 99 of amber was sold in Alnif." in titles(client))


def test_the_command_line_lists_removes_and_keeps(
    home: Path, news: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from assistant.cli import main

    with Assistant(home) as assistant:
        assistant.sync(news)
        for path in news.iterdir():
            path.unlink()
        assistant.sync(news)
    told = ["--home", str(home)]
    assert main(["missing", str(news), *told]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("missing\t") and "\tempty\t" in line and str(news) in line for line in lines)
    assert main(["missing", "--json", *told]) == 0
    assert '"why": "empty"' in capsys.readouterr().out
    with pytest.raises(SystemExit, match="64"):
        main(["missing", str(news), "--remove", "--keep", *told])
    capsys.readouterr()
    assert main(["missing", str(news.parent / "elsewhere"), "--remove", *told]) == 0
    assert capsys.readouterr().out == "no article's file is missing\n"
    assert main(["missing", str(news / "000.txt"), "--keep", *told]) == 0
    assert capsys.readouterr().out.startswith("kept\t")
    assert main(["missing", str(news), "--remove", *told]) == 0
    assert capsys.readouterr().out.count("removed\t") == 2
    with Assistant(home) as assistant:
        assert len(assistant.articles()) == 1

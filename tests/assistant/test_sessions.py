"""Sessions: one for each login, known by no file, ended by leaving, by time, with the token, or all at once."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from typing import TYPE_CHECKING

import pytest

from assistant.core.access import COOKIE
from assistant.core.sessions import IDLE_S, MAX_S, MAX_SESSIONS, Sessions
from index import StoreUnavailable
from tests.assistant.serving import TOKEN, served
from tests.assistant.test_api import assert_problem
from tests.assistant.test_cli import sanad
from tests.assistant.test_server import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

READ_TOKEN = TOKEN[::-1]
HEALTH = "/api/v1/health"


@pytest.fixture
def closed(home: Path) -> Iterator[httpx.Client]:
    with served(home, token=TOKEN, read_token=READ_TOKEN) as client:
        yield client


def log_in(client: httpx.Client, token: str = READ_TOKEN) -> dict[str, str]:
    """Log in as a new browser; gives its header."""
    client.cookies.clear()
    reply = client.post("/login", data={"token": token})
    assert reply.status_code == 303
    client.cookies.clear()
    return {"Cookie": reply.headers["set-cookie"].split(";")[0]}


def opens(client: httpx.Client, mine: dict[str, str]) -> bool:
    status = client.get(HEALTH, headers=mine).status_code
    assert status in {200, 401}
    return status == 200


def files(home: Path) -> list[Path]:
    return sorted((home / "sessions").iterdir())


def test_every_login_is_a_session_of_its_own(closed: httpx.Client) -> None:
    one, other = log_in(closed), log_in(closed)
    assert one != other
    assert opens(closed, one)
    assert opens(closed, other)
    assert not opens(closed, {"Cookie": f"{COOKIE}={'x' * 43}"})
    assert not opens(closed, {"Cookie": f"{COOKIE}="})


def test_the_cookie_is_found_among_others_and_nothing_else_is_it(closed: httpx.Client) -> None:
    mine = log_in(closed)["Cookie"]
    for around in ("a=1; {};b=2", "{}", ";;{} ;", 'q="x;{}', "theme=dark; other={}; {}"):
        assert opens(closed, {"Cookie": around.replace("{}", mine)}), around
    for wrong in (f"x{mine}", mine.upper(), f'{COOKIE}="{mine.split("=")[1]}"', mine.replace("=", " = ")):
        assert not opens(closed, {"Cookie": wrong}), wrong


def test_what_is_kept_opens_nothing_and_others_cannot_read_it(closed: httpx.Client, home: Path) -> None:
    secret = log_in(closed)["Cookie"].split("=")[1]
    assert len(secret) >= 43  # 256 bits
    (path,) = files(home)
    assert path.name == hashlib.sha256(secret.encode()).hexdigest()
    kept = path.read_text("ascii")
    assert secret not in kept
    assert READ_TOKEN not in kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for value in (path.name, *kept.split()):
        assert not opens(closed, {"Cookie": f"{COOKIE}={value}"})


def test_a_session_that_somebody_wrote_there_is_none(closed: httpx.Client, home: Path) -> None:
    """Who can write to the home, but does not know the token, cannot make one, nor make one last."""
    mine = log_in(closed)
    (path,) = files(home)
    began, seal = path.read_text("ascii").split()
    forged = path.with_name(hashlib.sha256(b"forged").hexdigest())
    for content in (f"{began} {seal}", f"{began} ", "", "x", f"{'9' * 5000} {seal}", "٣ ٤", f"nan {seal}"):
        forged.write_text(content, "utf-8")
        assert not opens(closed, {"Cookie": f"{COOKIE}=forged"}), content
    path.write_text(f"{int(began) + 60} {seal}", "ascii")
    assert not opens(closed, mine)


def test_leaving_ends_that_session_alone(closed: httpx.Client, home: Path) -> None:
    mine, other = log_in(closed), log_in(closed)
    left = closed.delete("/api/v1/session", headers=mine)
    assert left.status_code == 204
    assert left.headers["set-cookie"].startswith(f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
    closed.cookies.clear()
    assert not opens(closed, mine)
    assert opens(closed, other)
    assert len(files(home)) == 1
    bearer = {"Authorization": f"Bearer {READ_TOKEN}"}
    assert closed.delete("/api/v1/session", headers=bearer).status_code == 204  # a program has none


def test_a_page_of_another_origin_cannot_log_anyone_out(closed: httpx.Client) -> None:
    mine = log_in(closed)
    for path in ("/api/v1/session", "/api/v1/sessions"):
        assert_problem(closed.delete(path, headers={**mine, "Origin": "https://evil.example"}), 403)
    assert opens(closed, mine)


def test_ending_all_takes_the_token_that_opens_most(closed: httpx.Client, home: Path) -> None:
    reader, writer = log_in(closed), log_in(closed, TOKEN)
    assert_problem(closed.delete("/api/v1/sessions", headers=reader), 401)
    assert opens(closed, reader)
    assert closed.get("/api/v1/session", headers=reader).json() == {
        "access": "read", "session": True, "login": True, "ends_all": False,
    }  # fmt: skip
    assert closed.get("/api/v1/session", headers=writer).json() == {
        "access": "write", "session": True, "login": True, "ends_all": True,
    }  # fmt: skip
    assert closed.delete("/api/v1/sessions", headers=writer).json() == {"ended": 2}
    assert not opens(closed, reader)
    assert not opens(closed, writer)
    assert files(home) == []


def test_where_there_is_a_read_token_only_it_ends_all(home: Path) -> None:
    with served(home, read_token=READ_TOKEN) as client:
        assert client.delete("/api/v1/sessions", headers=log_in(client)).json() == {"ended": 1}


def test_without_a_token_there_is_nothing_to_log_in_to(client: httpx.Client) -> None:
    assert client.get("/api/v1/session").json() == {
        "access": "write", "session": False, "login": False, "ends_all": False,
    }  # fmt: skip
    assert_problem(client.delete("/api/v1/sessions"), 401)
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/login").status_code == 404


def test_where_reading_is_open_a_session_may_write(home: Path) -> None:
    with served(home, token=TOKEN) as client:
        told = client.get("/api/v1/session").json()
        assert told == {"access": "read", "session": False, "login": True, "ends_all": False}
        mine = log_in(client, TOKEN)
        assert client.post("/api/v1/articles", json={"text": "Snow fell."}).status_code == 401
        added = client.post("/api/v1/articles", json={"text": "Snow fell."}, headers=mine)
        assert added.status_code == 201


def test_logging_in_again_ends_the_session_before(closed: httpx.Client, home: Path) -> None:
    mine = log_in(closed)
    wrong = closed.post("/login", data={"token": "x" * 40}, headers=mine)
    assert wrong.status_code == 401
    assert opens(closed, mine)
    again = closed.post("/login", data={"token": READ_TOKEN}, headers=mine)
    assert again.status_code == 303
    closed.cookies.clear()
    assert not opens(closed, mine)
    assert len(files(home)) == 1


def test_a_form_of_too_many_fields_is_no_fault(closed: httpx.Client) -> None:
    body = b"&".join(b"token=%d" % number for number in range(50))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert closed.post("/login", content=body, headers=headers).status_code == 401


@pytest.mark.slow
def test_sessions_outlive_the_server_but_not_their_token(home: Path) -> None:
    with running(home, SANAD_TOKEN=TOKEN, SANAD_READ_TOKEN=READ_TOKEN) as (_, client):
        reader, writer = log_in(client), log_in(client, TOKEN)
    with running(home, SANAD_TOKEN=TOKEN, SANAD_READ_TOKEN=READ_TOKEN) as (_, client):
        assert opens(client, reader)
        assert client.post("/api/articles", json={"text": "Snow fell."}, headers=writer).status_code == 201
    changed = READ_TOKEN[1:] + "x"
    with running(home, SANAD_TOKEN=TOKEN, SANAD_READ_TOKEN=changed) as (_, client):
        assert not opens(client, reader)
        assert opens(client, writer)
    with running(home, SANAD_TOKEN=changed, SANAD_READ_TOKEN=TOKEN) as (_, client):
        assert client.get("/api/v1/session", headers=writer).json()["access"] == "read"


def test_the_command_line_ends_the_sessions_of_a_running_server(closed: httpx.Client, home: Path) -> None:
    mine = [log_in(closed) for _ in range(3)]
    done = sanad("logout", home=home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3 sessions ended\n", "")
    assert not any(opens(closed, one) for one in mine)
    assert sanad("logout", home=home).stdout == "0 sessions ended\n"


def test_where_no_session_ever_began_nothing_is_made(tmp_path: Path) -> None:
    done = sanad("logout", home=tmp_path / "none")
    assert (done.returncode, done.stdout) == (0, "0 sessions ended\n")
    assert list(tmp_path.iterdir()) == []


def test_an_idle_session_ends(closed: httpx.Client, home: Path) -> None:
    mine = log_in(closed)
    (path,) = files(home)
    almost = time.time() - IDLE_S + 60
    os.utime(path, (almost, almost))
    assert opens(closed, mine)
    assert path.stat().st_mtime > time.time() - 60  # it was used now: the week begins again
    late = time.time() - IDLE_S
    os.utime(path, (late, late))
    assert not opens(closed, mine)
    assert files(home) == []


def test_a_session_in_use_ends_too_after_a_month(tmp_path: Path) -> None:
    now = [1_700_000_000.0]
    sessions = Sessions(tmp_path, lambda: now[0])
    secret = sessions.begin(b"token")
    days = 0
    while sessions.begun_with(secret, [b"other", b"token"]) == b"token":
        now[0] += 24 * 3600
        days += 1
    assert days == MAX_S // (24 * 3600) == 30
    assert files(tmp_path) == []


@pytest.mark.slow
def test_the_number_of_sessions_has_a_bound(tmp_path: Path) -> None:
    now = [1_700_000_000.0]
    sessions = Sessions(tmp_path, lambda: now[0])
    kept = []
    for _ in range(MAX_SESSIONS + 5):
        now[0] += 1
        kept.append(sessions.begin(b"token"))
    assert len(files(tmp_path)) == MAX_SESSIONS
    known = [sessions.begun_with(secret, [b"token"]) is not None for secret in kept]
    assert known == [False] * 5 + [True] * MAX_SESSIONS
    now[0] += IDLE_S
    sessions.begin(b"token")
    assert len(files(tmp_path)) == 1


def test_only_sessions_are_ended(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    sessions.begin(b"token")
    note = tmp_path / "sessions" / "note.txt"
    note.write_text("mine", "utf-8")
    assert sessions.end_all() == 1
    assert files(tmp_path) == [note]


def test_a_disk_that_refuses_is_told(closed: httpx.Client, home: Path) -> None:
    (home / "sessions").write_text("in the way", "utf-8")
    closed.cookies.clear()
    refused = closed.post("/login", data={"token": READ_TOKEN})
    assert_problem(refused, 503)
    assert str(home) not in refused.text
    with pytest.raises(StoreUnavailable, match="cannot write"):
        Sessions(home).begin(b"token")

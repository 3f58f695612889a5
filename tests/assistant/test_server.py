"""`sanad serve` as a process: how it starts, what it refuses, how it stops, what it watches."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from assistant.core.access import is_loopback
from assistant.core.settings import SettingsError, load
from assistant.server import check_exposure
from tests.assistant.serving import TOKEN, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]


@contextmanager
def running(
    home: Path, *arguments: str, before: Sequence[str] = (), files: int | None = None, **env: str
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """Run `sanad serve`, by another program if one is named `before` it; at most so many `files` may be open in it."""
    command = [*before, sys.executable, "-m", "assistant", "serve", "--port", "0", "--home", str(home)]
    if files:
        command = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", *command]
    with subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout
            told = ""
            while not (found := re.search(r"http://\S+", told)) and (line := process.stdout.readline()):
                told += line  # warnings may come first
            assert found, told
            address = found[0].replace("0.0.0.0", "127.0.0.1")
            with httpx.Client(base_url=address, timeout=30) as client:
                yield process, client
        finally:
            process.kill()


def hits(client: httpx.Client, question: str) -> set[str]:
    found = client.get("/api/search", params={"q": question}).json()["hits"]
    return {hit["text"] for hit in found}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.slow
def test_it_says_its_address_once_and_stops_when_told(home: Path, number: int) -> None:
    with running(home) as (process, client):
        assert client.get("/api/health").json()["status"] == "ok"
        until(lambda: "gradio_config" in client.get("/").text)
        accept = {"Accept": "application/json, text/event-stream"}
        with client.stream("GET", "/mcp", headers=accept) as endless:
            assert endless.status_code == 200
            process.send_signal(number)
            assert process.wait(10) == 0
        assert process.stdout
        assert [line for line in process.stdout if "files are parsed" not in line] == []


@pytest.mark.slow
def test_the_api_answers_before_the_page_is_made(home: Path) -> None:
    with running(home) as (_, client):
        assert client.get("/api/health").status_code == 200
        first = client.get("/")
        assert first.status_code == 200
        assert 'http-equiv="refresh"' in first.text
        until(lambda: "gradio_config" in client.get("/").text)


def test_a_busy_port_is_told_in_one_line(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = [sys.executable, "-m", "assistant", "serve", "--home", str(home), "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 69
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.parametrize(
    ("given", "may"),
    [
        ({}, True),
        ({"host": "::1"}, True),
        ({"host": "localhost"}, True),
        ({"host": "127.8.8.8"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "::"}, False),
        ({"host": "192.168.1.5"}, False),
        ({"host": "example.org"}, False),
        ({"host": "0.0.0.0", "token": TOKEN}, True),
        ({"host": "0.0.0.0", "read_token": TOKEN}, True),
        ({"host": "0.0.0.0", "read_only": True}, True),
        ({"host": "0.0.0.0", "public": True}, False),
    ],
)
def test_it_listens_to_strangers_only_with_a_token_or_read_only(given: dict[str, str], *, may: bool) -> None:
    settings = load(given, {})
    if may:
        check_exposure(settings)
        return
    assert not is_loopback(settings.host)
    with pytest.raises(SettingsError, match="SANAD_TOKEN"):
        check_exposure(settings)


@pytest.mark.parametrize(("options", "may_read"), [((), False), (("--public",), True)])
def test_a_stranger_needs_the_token_from_the_environment(
    home: Path, options: tuple[str, ...], *, may_read: bool
) -> None:
    with running(home, "--host", "0.0.0.0", *options, SANAD_TOKEN=TOKEN) as (_, client):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get("/api/health", headers=headers).json()["writes"] == "token"
        assert client.get("/api/health").status_code == (200 if may_read else 401)
        assert client.post("/api/articles", json={"text": "x y"}).status_code == 401
        made = client.post("/api/articles", json={"text": "Snow fell."}, headers=headers)
        assert made.status_code == 201
        assert client.get("/api/health", headers={**headers, "Host": "evil.example"}).status_code == 400
        assert client.get("/api/health", headers={**headers, "Host": "10.1.2.3"}).status_code == 200


@pytest.mark.slow
def test_a_watched_folder_is_in_the_next_answer(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    (folder / "below").mkdir(parents=True)
    first = folder / "first.txt"
    first.write_text("Saffron was harvested in Taliouine.", "utf-8")
    with running(home, "--watch", str(folder)) as (_, client):
        assert hits(client, "saffron") == {"Saffron was harvested in Taliouine."}

        (folder / "below" / "second.txt").write_text("Indigo was dyed in Kano.", "utf-8")
        until(lambda: "Indigo was dyed in Kano." in hits(client, "indigo"), 5)

        first.write_text("Cumin was harvested in Alnif.", "utf-8")
        until(lambda: "Cumin was harvested in Alnif." in hits(client, "cumin"), 5)
        assert not any("Saffron" in text for text in hits(client, "saffron"))

        first.unlink()
        until(lambda: not any("Cumin" in text for text in hits(client, "cumin")), 5)
        assert "Indigo was dyed in Kano." in hits(client, "indigo")

        made = client.post("/api/articles", json={"text": "Henna was ground in Timbuktu."})
        assert made.status_code == 201
        (folder / "third.txt").write_text("Sesame was pressed in Gondar.", "utf-8")
        until(lambda: "Sesame was pressed in Gondar." in hits(client, "sesame"), 5)
        assert "Henna was ground in Timbuktu." in hits(client, "henna")

    (folder / "below" / "second.txt").unlink()  # while nobody watches
    with running(home, "--watch", str(folder)) as (_, client):
        until(lambda: not any("Indigo" in text for text in hits(client, "indigo")), 5)
        assert "Henna was ground in Timbuktu." in hits(client, "henna")

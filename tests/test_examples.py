"""The examples of examples/, run as a reader would run them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from assistant import Assistant
from index import Article
from tests.assistant.serving import until
from tests.conftest import TEXTS

ROOT = Path(__file__).parents[1]


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_folder_is_asked(tmp_path: Path) -> None:
    for language, text in TEXTS.items():
        (tmp_path / f"{language}.txt").write_text(text, "utf-8")
    told = run("examples/ask_a_folder.py", str(tmp_path), "Who found cracks in the bridge?")
    assert "8 articles added, 0 skipped" in told
    assert "evidence: Engineers found cracks in two of its pillars." in told
    assert "articles added" in run("examples/ask_a_folder.py")


def test_own_questions_are_measured() -> None:
    told = run("examples/own_questions.py")
    assert re.search(r"MRR@10 [01]\.\d\d", told)
    assert "verdict right" in told


def test_a_service_answers(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Assistant(home) as assistant:
        assistant.add(Article(id="bridge", title="The bridge", text=TEXTS["en"]))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "examples.service:app",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "BRIEF_HOME": str(home)}
    with subprocess.Popen(command, cwd=ROOT, env=env) as server:
        try:
            address = f"http://127.0.0.1:{port}/brief"
            until(lambda: _answers(address))
            told = httpx.get(
                address, params={"about": "Who found cracks in the old bridge?"}, timeout=30
            ).json()
            assert told["found"] is True
            assert told["quotations"][0]["title"] == "The bridge"
            assert httpx.get(address, params={"about": "?!"}, timeout=30).status_code == 422
        finally:
            server.terminate()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, params={"about": "ready?"}, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False

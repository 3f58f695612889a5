"""The command line, as a person runs it: a process, its two streams and its exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from assistant.cli import main
from index import confinement, is_compiled
from tests.conftest import TEXTS

ROOT = Path(__file__).parents[2]


def sanad(
    *arguments: str | Path, home: Path | None = None, stdin: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SANAD_")}
    extra = ["--home", str(home)] if home else []
    return subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments), *extra],
        cwd=ROOT,
        env={**clean, **env},
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def assert_one_line(done: subprocess.CompletedProcess[str], code: int, *told: str) -> None:
    """A failure as it must be: the code, one line that says what, nothing else."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("sanad: ")
    assert done.stderr.count("\n") == 1
    for part in told:
        assert part in done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles in eight scripts, one file each."""
    folder = tmp_path_factory.mktemp("articles")
    for language, text in TEXTS.items():
        (folder / f"{language}.txt").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    """A home that holds them."""
    home = tmp_path_factory.mktemp("filled") / "home"
    done = sanad("add", folder, home=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "8 added"
    assert done.stderr == ""
    return home


def test_help_names_every_command() -> None:
    done = sanad("--help")
    for command in ("serve", "ask", "search", "add", "remove", "list", "rebuild", "check"):
        assert f"\n    {command} " in done.stdout
        assert sanad(command, "--help").returncode == 0


def test_version_is_that_of_the_installation() -> None:
    done = sanad("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"sanad {version('sanad')}\n", "")


def test_ask_quotes_and_cites(filled: Path) -> None:
    done = sanad("ask", "Who closed the old bridge on Friday?", home=filled)
    assert done.returncode == 0
    assert "1. " in done.stdout
    assert "The harbour authority closed the old bridge on Friday." in done.stdout
    assert "\x1b" not in done.stdout


def test_ask_as_json(filled: Path) -> None:
    done = sanad("ask", "من افتتح المستشفى الجديد؟", "--json", home=filled)
    answer = json.loads(done.stdout)
    assert answer["language"] == "ar"
    found = (answer["citations"] or answer["nearest"])[0]
    assert found["article"]["language"] == "ar"
    assert TEXTS["ar"][found["start"] : found["end"]] == found["text"]
    assert "مستشفى" in done.stdout  # letters, not \u escapes


@pytest.mark.slow
def test_ask_glosses_the_answer(tmp_path: Path) -> None:
    home, text = tmp_path / "home", "افتتح رئيس البلدية الجسر الجديد فوق النهر يوم الاثنين."
    (tmp_path / "bridge.txt").write_text(text, "utf-8")
    assert sanad("add", tmp_path / "bridge.txt", home=home).returncode == 0
    question = "Who opened the new bridge over the river?"
    shown = sanad("ask", question, "--gloss", "en", home=home)
    told = json.loads(sanad("ask", question, "--gloss", "en", "--json", home=home).stdout)
    (hit,) = told["citations"] or told["nearest"]
    assert "bridge" in str([word["meanings"] for word in hit["gloss"]])
    assert told["short_answer"], "the shipped reader finds it"
    assert shown.stdout.splitlines()[1] == f"word by word: {told['short_answer']['gloss']}"
    assert "word by word" not in sanad("ask", question, home=home).stdout
    assert_one_line(sanad("ask", question, "--gloss", "tlh", home=home), 64, "gloss is 'tlh'", "en, ar, fa")


def test_ask_reads_standard_input(filled: Path) -> None:
    done = sanad("ask", "-", "--json", home=filled, stdin="old bridge\nFriday\n")
    assert json.loads(done.stdout)["question"] == "old bridge Friday"


def test_ask_after_other_questions(filled: Path) -> None:
    after = ("--after", "Who won?", "--after", "Who closed the old bridge?")
    told = json.loads(sanad("ask", "and when?", *after, "--json", home=filled).stdout)
    assert told["carried"] == ["closed", "old", "bridge"]
    assert (
        sanad("ask", "and when?", *after, home=filled)
        .stdout.splitlines()[0]
        .endswith("closed · old · bridge")
    )
    assert_one_line(sanad("ask", "and when?", "--after", "?", home=filled), 64, "question 1 of the history")


@pytest.mark.slow
def test_a_misspelt_question_is_shown_as_it_was_read(filled: Path) -> None:
    question, note = "who clsoed the old brdige", "Showing results for: who closed the old bridge"
    assert sanad("ask", question, home=filled).stdout.splitlines()[0] == note
    assert sanad("search", question, home=filled).stdout.splitlines()[0] == note
    told = json.loads(sanad("ask", question, "--json", home=filled).stdout)
    assert (told["question"], told["understood"]) == (question, "who closed the old bridge")
    assert told["corrected"] == [["clsoed", "closed"], ["brdige", "bridge"]]
    assert "Showing" not in sanad("search", "who closed the old bridge", home=filled).stdout


@pytest.mark.slow
def test_without_an_answer_it_says_so_by_its_exit_code_too(tmp_path: Path) -> None:
    done = sanad("ask", "Who won?", home=tmp_path / "empty")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[0] == "No passage in the articles answers this."
    narrowed = sanad("ask", "Who won?", "--language", "ru", home=tmp_path / "empty").stdout.splitlines()
    assert narrowed[1] == "No article matches what you narrowed the question to."
    done = sanad("ask", "من فاز؟", home=tmp_path / "empty")
    assert done.stdout.splitlines()[0] == "لا يوجد في المقالات مقطع يجيب عن هذا السؤال."
    done = sanad("ask", "Who won?", "--json", home=tmp_path / "empty")
    assert done.returncode == 1
    assert json.loads(done.stdout)["answered"] is False


def test_search_and_its_filters(filled: Path) -> None:
    found = json.loads(sanad("search", "bridge", "--json", "--k", "3", home=filled).stdout)
    assert list(found) == ["question", "corrected", "language", "hits", "took_ms"]
    assert 1 <= len(found["hits"]) <= 3
    done = sanad("search", "bridge", "--language", "ru", "--json", home=filled)
    assert {hit["article"]["language"] for hit in json.loads(done.stdout)["hits"]} <= {"ru"}


def test_list_as_lines_and_as_json(filled: Path) -> None:
    lines = sanad("list", home=filled).stdout.splitlines()
    listed = json.loads(sanad("list", "--json", home=filled).stdout)["articles"]
    assert len(lines) == len(listed) == len(TEXTS)
    assert {article["language"] for article in listed} == set(TEXTS)
    assert [line.split("\t")[0] for line in lines] == [article["id"] for article in listed]


@pytest.mark.slow
def test_add_is_idempotent_and_reports(folder: Path, filled: Path, tmp_path: Path) -> None:
    done = sanad("add", folder, home=filled)
    assert (done.returncode, done.stdout) == (0, "8 unchanged\n")
    (tmp_path / "new.txt").write_text("A new tram line opens in Sfax.", "utf-8")
    (tmp_path / "bad.txt").write_bytes(b"\x7fELF\x00\x00\x01\x02" * 50)
    home = tmp_path / "home"
    done = sanad("add", tmp_path / "new.txt", tmp_path / "bad.txt", "--json", home=home)
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert [Path(item["name"]).name for item in report["added"]] == ["new.txt"]
    assert [Path(item["name"]).name for item in report["skipped"]] == ["bad.txt"]
    done = sanad("add", tmp_path / "bad.txt", home=home)
    assert done.returncode == 65
    assert done.stdout.startswith("skipped ")
    done = sanad("add", tmp_path / "missing.txt", home=home)
    assert done.returncode == 65
    assert "missing.txt" in done.stdout


@pytest.mark.slow
def test_add_says_one_line_of_sum_and_what_was_skipped(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(30):
        (folder / f"good-{number}.txt").write_text(f"Tram number {number} runs to harbour {number}.", "utf-8")
    home = tmp_path / "home"
    done = sanad("add", folder, home=home)
    assert (done.returncode, done.stdout) == (0, "30 added\n")
    for number in range(25):
        (folder / f"bad-{number}.txt").write_bytes(b"\x7fELF\x00\x00\x01\x02" * 50)
    done = sanad("add", folder, home=home)
    lines = done.stdout.splitlines()
    assert done.returncode == 2
    assert [line.split()[0] for line in lines[:20]] == ["skipped"] * 20
    assert lines[20:] == ["... and 5 more skipped; -v lists them all", "30 unchanged, 25 skipped"]
    lines = sanad("add", folder, "-v", home=home).stdout.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["skipped"] * 25 + ["unchanged"] * 30
    assert "  2    add: some files were skipped" in sanad("--help").stdout


def test_the_exit_codes_are_told_in_the_help_and_in_the_documentation() -> None:
    told = re.findall(r"^  (\d+) ", sanad("--help").stdout, re.MULTILINE)
    page = (ROOT / "docs" / "serving.md").read_text("utf-8").split("| exit status |")[1]
    assert told == re.findall(r"^\| (\d+) \|", page, re.MULTILINE)


def test_a_fault_of_the_program_has_a_code_of_its_own(tmp_path: Path) -> None:
    code = "import sys, assistant.cli as cli; cli._COMMANDS['list'] = lambda *_: 1 / 0; sys.exit(cli.main())"
    command = [sys.executable, "-c", code, "list", "--home", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 70
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.slow
def test_remove_and_check_and_rebuild(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    sanad("add", folder / "en.txt", home=home)
    (article,) = json.loads(sanad("list", "--json", home=home).stdout)["articles"]
    checked = sanad("check", home=home)
    assert checked.stdout == "sound\n"
    assert f"({confinement()})" in checked.stderr or "limits of memory and time only" in checked.stderr
    told = {"sound": True, "problems": [], "confinement": confinement()}
    assert json.loads(sanad("check", "--json", home=home).stdout) == told
    done = sanad("rebuild", home=home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "rebuilt\n", "")
    done = sanad("remove", article["id"], home=home)
    assert (done.returncode, done.stdout) == (0, f"removed {article['id']}\n")
    assert_one_line(sanad("remove", article["id"], home=home), 66, article["id"])
    assert sanad("list", home=home).stdout == ""


@pytest.mark.slow
def test_a_home_of_another_model_is_refused_by_every_command_but_the_one_that_mends_it(
    folder: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    sanad("add", folder / "en.txt", home=home)
    with sqlite3.connect(next(home.glob("*.sqlite"))) as database:
        database.execute("UPDATE settings SET value = 'x' WHERE name = 'model fingerprint'")
    for command in (["ask", "bridge"], ["list"], ["serve", "--port", "0"]):
        assert_one_line(sanad(*command, home=home), 78, "sanad rebuild")
    assert sanad("rebuild", home=home).stdout == "rebuilt\n"
    assert sanad("ask", "Who closed the bridge?", home=home).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 64, "COMMAND"),
        (["sell"], 64, "sell"),
        (["ask"], 64, "question"),
        (["ask", "a", "--colour"], 64, "--colour"),
        (["ask", "a", "--k", "x"], 64, "--k"),
        (["ask", "a", "--k", "0"], 64, "k is 0: it must be from 1 to 100"),
        (["ask", ""], 64, "empty"),
        (["ask", "x" * 1001], 64, "1,001 characters, the limit is 1,000"),
        (["ask", "a", "--published-from", "soon"], 64, "published_from is 'soon'"),
        (["ask", "a", "--to", "soon"], 64, "published_to is 'soon'"),
        (["ask", "https://example.org/a"], 64, "sanad add --allow-links"),
        (["ask", "a", "--home", "/dev/null/x"], 74, "/dev/null/x"),
        (["list", "--home", "pyproject.toml"], 74, "pyproject.toml"),
        (["serve", "--port", "http"], 78, "--port is 'http'"),
        (["serve", "--host", "0.0.0.0"], 78, "SANAD_TOKEN"),
        (["serve", "--watch", "/no/such/folder"], 78, "/no/such/folder"),
    ],
)
def test_a_mistake_is_one_line_and_a_code(arguments: list[str], code: int, told: str, tmp_path: Path) -> None:
    home = None if "--home" in arguments or len(arguments) < 2 else tmp_path / "home"
    assert_one_line(sanad(*arguments, home=home), code, told)


@pytest.mark.parametrize(
    "missing", ["", "sys.modules['index.native.compiled'] = None; "], ids=["compiled", "not compiled"]
)
def test_the_server_says_if_it_could_answer_sooner(missing: str, tmp_path: Path) -> None:
    code = f"import sys; {missing}from assistant.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--home", str(tmp_path / "home")]
    told = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=told, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("Sanad answers at http")
        assert server.stderr is not None
        complaint = server.stderr.readline() if missing or not is_compiled() else ""
        server.send_signal(signal.SIGINT)
        complaint += server.communicate(timeout=30)[1]
    assert ("the compiled part" in complaint) == (bool(missing) or not is_compiled())


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("", "seccomp" if confinement() == "seccomp" else "limits"),
        ("sys.modules['pyseccomp'] = None; ", "limits"),
    ],
)
def test_the_server_says_what_holds_its_parsers(before: str, said: str, tmp_path: Path) -> None:
    code = (
        "import sys; from index.reading.worker import Worker;"
        f" Worker.code = {before!r} + Worker.code;"
        " from assistant.cli import main; main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--home", str(tmp_path / "home")]
    told = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=told, text=True) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        address = server.stdout.readline().split(" at ")[1].split()[0]
        line = next(line for line in server.stderr if "files are parsed" in line)
        assert httpx.get(f"{address}/api/health", timeout=30).json()["confinement"] == said
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)
    assert said in line


def test_the_environment_sets_the_home_and_a_typo_in_it_is_told(filled: Path) -> None:
    assert len(sanad("list", SANAD_HOME=str(filled)).stdout.splitlines()) == len(TEXTS)
    assert_one_line(sanad("list", SANAD_HOM="x"), 78, "SANAD_HOM", "SANAD_HOME")


def test_the_python_api_reads_the_same_environment(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SANAD_HOME", str(filled))
    assert main(["list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(TEXTS)


def test_an_unknown_model_is_told(tmp_path: Path) -> None:
    done = sanad("ask", "a", "--model", str(tmp_path / "no-model"), home=tmp_path / "home")
    assert_one_line(done, 69, "no-model")


def test_a_terminal_gets_progress_and_bold_evidence(folder: Path, tmp_path: Path) -> None:
    shown = _on_terminal("add", str(folder), "--home", str(tmp_path / "home"))
    assert "0/8 [" in shown
    assert "files/s" in shown
    assert shown.splitlines()[-1].endswith("8 added")
    assert "passages/s" in _on_terminal("rebuild", "--home", str(tmp_path / "home"))
    shown = _on_terminal("ask", "Who closed the old bridge?", "--home", str(tmp_path / "home"))
    assert "\x1b[1m" in shown


def _on_terminal(*arguments: str) -> str:
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "assistant", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=inner, stdout=inner, stderr=inner) as process:
        os.close(inner)
        shown = b""
        try:
            while piece := os.read(outer, 65536):
                shown += piece
        except OSError:  # the other end is closed: Linux's way of saying "end"
            pass
        process.wait(30)
    os.close(outer)
    return shown.decode("utf-8", "replace")


def test_a_closed_pipe_is_no_error(filled: Path) -> None:
    command = f"{sys.executable} -m assistant list --json --home {filled} | head -c 10"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.stderr == b""
    assert len(done.stdout) == 10


def test_ctrl_c_ends_quietly(filled: Path) -> None:
    command = [sys.executable, "-m", "assistant", "ask", "-", "--home", str(filled)]
    # a shell's background job ignores it, and so would all that it starts
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        reading = Path(f"/proc/{process.pid}/syscall")  # 0 is read(2), and 0x0 standard input
        while reading.exists() and not reading.read_text().startswith("0 0x0 "):
            time.sleep(0.05)  # it does not wait for its question yet
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
        assert errors == b""
        assert process.returncode == 130


@pytest.mark.slow
def test_hostile_text_reaches_a_terminal_harmless(tmp_path: Path) -> None:
    from tests.assistant.hostile import payloads

    (tmp_path / "bad.txt").write_text("\n\n".join(payloads()), "utf-8", errors="replace")
    home = tmp_path / "home"
    sanad("add", tmp_path / "bad.txt", home=home)
    for command in ("list", "search"):
        done = sanad(command, *(["script onerror alert"] if command == "search" else []), home=home)
        assert done.returncode == 0
        assert "\x1b" not in done.stdout
        assert "\u202e" not in done.stdout


@pytest.mark.slow
def test_backup_restore_and_remove_by_source(home: Path, tmp_path: Path) -> None:
    for number, source in enumerate("aab"):
        text = f"---\nsource: {source}\n---\nItem {number} of the feed speaks of harbour {number}.\n"
        (tmp_path / f"{number}.md").write_text(text, "utf-8")
    assert sanad("add", *(str(tmp_path / f"{n}.md") for n in range(3)), home=home).returncode == 0
    file = tmp_path / "saved.sanad"
    assert sanad("backup", str(file), home=home).returncode == 0
    assert sanad("remove", "--source", "a", home=home).stdout.count("removed") == 2
    assert len(json.loads(sanad("list", "--json", home=home).stdout)["articles"]) == 1
    assert sanad("restore", str(file), home=home).returncode == 0
    assert len(json.loads(sanad("list", "--json", home=home).stdout)["articles"]) == 3
    assert sanad("check", "--repair", home=home).stdout.strip() == "sound"
    nothing = sanad("remove", home=home)
    assert (nothing.returncode, nothing.stderr.count("\n")) == (64, 1)
    missing = sanad("restore", str(tmp_path / "none"), home=home)
    assert missing.returncode == 74
    assert "no backup file" in missing.stderr


def test_eval_measures_ones_own_questions(home: Path, tmp_path: Path) -> None:
    paragraphs = [
        {"context": f"The {thing} stands in square {n}.", "qas": [{"id": str(n), "question": f"Where is the {thing}?",
         "answers": [{"text": f"square {n}", "answer_start": len(f"The {thing} stands in ")}]}]}
        for n, thing in enumerate(("fountain", "library", "windmill"))
    ]  # fmt: skip
    file = tmp_path / "own.json"
    file.write_text(json.dumps({"data": [{"title": "t", "paragraphs": paragraphs}]}), "utf-8")
    done = sanad("eval", "--corpus", str(file), "--questions", str(file), "--json", home=home)
    assert json.loads(done.stdout)["found"]["recall_1"] == 1.0

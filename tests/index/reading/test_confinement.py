"""What code that took over a parser could do: with seccomp no network, no change of files, nothing to our process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from index.errors import UnreadableArticle
from index.reading.limits import Limits
from index.reading.worker import Worker, close_all, confinement, parse_apart
from index.records import Article
from tests.index.reading.making import STORIES, page, pdf
from tests.index.reading.test_harmless import sabotage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

needs_seccomp = pytest.mark.skipif(
    confinement() != "seccomp", reason="this machine has no libseccomp, or its kernel no seccomp"
)


@pytest.fixture(scope="module")
def taken_over() -> Iterator[Worker]:
    """A child that runs what it is given."""
    made = sabotage("exec(data.decode(), {}); return []")
    yield made
    made.close()


@needs_seccomp
@pytest.mark.parametrize(
    "attack",
    [
        "import socket; socket.create_connection(('127.0.0.1', PORT))",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "import socket; socket.socketpair()",
        "open(PATH, 'w')",
        "open(PATH, 'r+')",
        "open(PATH, 'a')",
        "open(PATH + '-new', 'x')",
        "import os; os.truncate(PATH, 0)",
        "import os; os.unlink(PATH)",
        "import os; os.rename(PATH, PATH + '-new')",
        "import os; os.replace(PATH, PATH + '-new')",
        "import os; os.symlink('/etc/passwd', PATH + '-new')",
        "import os; os.link(PATH, PATH + '-new')",
        "import os; os.mkdir(PATH + '-new')",
        "import os; os.mkfifo(PATH + '-new')",
        "import os; os.chmod(PATH, 0)",
        "import os; os.utime(PATH, (0, 0))",
        "import os; os.setxattr(PATH, 'user.a', b'a')",
        "import os; os.kill(os.getppid(), 0)",
        "import os; os.kill(-1, 0)",
        "import os, signal; signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0)",
        "import os, resource; resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
        "import os; os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
        # what it starts is held as it is
        "import subprocess; subprocess.run(['rm', PATH], check=True)",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import socket; socket.socket()'], check=True)",
    ],
)
def test_what_takes_over_a_parser_reaches_nothing(attack: str, taken_over: Worker, tmp_path: Path) -> None:
    path = tmp_path / "collection.sqlite"
    path.write_text("what is kept")
    before = (path.stat(), list(tmp_path.iterdir()))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        code = f"PATH = {str(path)!r}; PORT = {listener.getsockname()[1]}; {attack}"
        with pytest.raises(UnreadableArticle, match=r"PermissionError|CalledProcessError"):
            taken_over.parse(code.encode(), "a.html", {})
        with pytest.raises(TimeoutError):
            listener.accept()
    assert (path.stat(), list(tmp_path.iterdir())) == before
    assert path.read_text() == "what is kept"
    assert taken_over.alive


@needs_seccomp
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers of system calls are those of x86-64")
@pytest.mark.parametrize(
    "number", [425, 101, 321, 308, 165], ids=["io_uring", "ptrace", "bpf", "setns", "mount"]
)
def test_calls_by_which_holes_are_reached_are_denied(number: int, taken_over: Worker) -> None:
    code = (
        "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True);"
        f" assert libc.syscall({number}, 0, 0, 0, 0, 0) == -1; raise OSError(ctypes.get_errno(), 'denied')"
    )
    with pytest.raises(UnreadableArticle, match="PermissionError"):
        taken_over.parse(code.encode(), "a.html", {})


def test_what_is_in_force_is_tried_and_not_assumed() -> None:
    assert confinement() in {"seccomp", "limits"}
    without = sabotage("return []", before="sys.modules['pyseccomp'] = None")
    assert without.held() == "limits"
    assert without.parse(b"<html>", "a.html", {}) == []
    without.close()


def test_a_child_that_hangs_when_it_starts_is_ended_and_not_trusted() -> None:
    hung = sabotage("return []", Limits(wall_s=0.5), before="import time; time.sleep(1000)")
    assert hung.held() == "limits"
    assert not hung.alive


@pytest.mark.slow
def test_without_seccomp_files_are_read_as_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    close_all()
    monkeypatch.setattr(Worker, "code", "sys.modules['pyseccomp'] = None; " + Worker.code)
    for data in (page(STORIES["en"]).encode(), pdf(["Drones attacked the base, an official said."])):
        (article,) = parse_apart(data, "a.bin", {})
        assert isinstance(article, Article)
    close_all()


def test_our_own_process_is_not_held() -> None:
    confinement()
    assert (
        subprocess.run([sys.executable, "-c", "import socket; socket.socket()"], check=False).returncode == 0
    )

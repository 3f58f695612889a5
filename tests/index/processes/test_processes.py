"""Child processes: every message gets a reply or an error before its deadline, whatever the child does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from index.processes import pool
from index.processes.child import Child, TimedOut
from index.processes.frames import Broken
from index.processes.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 1 << 30
PARENT = "from index.processes.parent import Parent; parent = Parent(); import os, sys, time\n"
ECHO = (
    PARENT + "from index.processes.frames import Broken\n"
    "try:\n    while True: parent.send(*parent.receive(1 << 30))\nexcept Broken: pass"
)
RAW = "import os, struct, sys, time; sys.stdin.buffer.read(16)\nput = sys.stdout.buffer.write\n"


def echo() -> Child:
    return Child(ECHO)


def asked(child: Child, message: dict[str, Any], payload: bytes = b"", within_s: float = 60) -> Any:
    return child.ask(message, payload, within_s=within_s, max_bytes=MOST)


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def ends(pid: int) -> bool:
    until = time.monotonic() + 30
    while runs(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not runs(pid)


@pytest.fixture
def children() -> Iterator[Pool[Child]]:
    made = Pool(echo)
    yield made
    made.close()


def test_a_message_gets_its_reply_also_when_it_is_large() -> None:
    child = echo()
    for message, payload in (({}, b""), ({"name": "سند"}, bytes(range(256)) * 100_000), ({"last": 1}, b"\0")):
        assert asked(child, message, payload) == (message, payload)
    assert child.alive
    assert child.close() == 0
    assert not child.alive


def test_a_child_has_no_environment_and_what_it_prints_is_no_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_TOKEN", "a secret of the parent")
    noise = "print('noise', flush=True); os.system('echo noise')\n"
    child = Child(PARENT + noise + "parent.send({'named': list(os.environ), 'at': os.getcwd()})")
    reply, _ = asked(child, {})
    child.close()
    assert set(reply["named"]) <= {"LC_CTYPE"}  # which Python sets for itself
    assert reply["at"] == "/"


@pytest.mark.parametrize(
    "size", [0, 5_000_000], ids=["it waits for the reply", "it waits for room in the pipe"]
)
@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(1000)",
        PARENT + "os.kill(os.getpid(), 19)",
        "import signal, time\nfor one in (1, 2, 15): signal.signal(one, signal.SIG_IGN)\ntime.sleep(1000)",
        # what it started in a session of its own keeps the pipes open when it is killed
        PARENT + "os.fork() or (os.setsid(), time.sleep(20), os._exit(0))\ntime.sleep(1000)",
        RAW + "while True: put(b'\\0'); sys.stdout.flush(); time.sleep(0.1)",
    ],
    ids=["hangs", "stopped", "deaf", "leaves a child", "dribbles"],
)
def test_a_child_that_does_not_answer_is_ended_at_the_deadline(code: str, size: int) -> None:
    child = Child(code)
    with pytest.raises(TimedOut):
        asked(child, {}, bytes(size), within_s=0.5)
    assert not child.alive
    assert not runs(child.pid)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "raise SystemExit(3)",
        "import os; os.kill(os.getpid(), 11)",
        RAW + "put(b'garbage')",
        RAW + "put(b'garbage that goes on and on ' * 1000)",
        RAW + "put(struct.pack('>QQ', 1 << 40, 0))",
        RAW + "put(struct.pack('>QQ', 5, 0) + b'{\"a\":')",
        RAW + "put(struct.pack('>QQ', 2, 0) + b'[]')",
        RAW + "put(struct.pack('>QQ', 2, 0) + b'\\xff\\xff')",
        RAW + "put(struct.pack('>QQ', 1 << 20, 0) + b'[' * (1 << 20))",
        RAW + "put(struct.pack('>QQ', 2, 9) + b'{}short')",
    ],
)
def test_a_child_that_dies_or_sends_garbage_is_an_error(code: str) -> None:
    child = Child(code)
    with pytest.raises(Broken) as caught:
        asked(child, {"some": "message"})
    assert not isinstance(caught.value, TimedOut)
    assert not child.alive
    assert not runs(child.pid)


@pytest.mark.parametrize(
    ("code", "status"), [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 11)", -signal.SIGSEGV)]
)
def test_how_a_child_ended_is_told(code: str, status: int) -> None:
    child = Child(code)
    with pytest.raises(Broken):
        asked(child, {})
    assert child.close() == status


def test_what_a_child_started_ends_with_it() -> None:
    child = Child(PARENT + "started = os.fork()\nif started: parent.send({'pid': started})\ntime.sleep(1000)")
    reply, _ = asked(child, {})
    assert runs(reply["pid"])
    child.close()
    assert ends(reply["pid"])


def test_a_child_ends_when_its_parent_is_killed() -> None:
    code = (
        "import sys; from tests.index.processes.test_processes import asked, echo\n"
        "child = echo(); asked(child, {}); print(child.pid, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert runs(pid)
        parent.kill()
    assert ends(pid)


def test_a_pool_lends_a_child_again_and_never_to_two(children: Pool[Child]) -> None:
    with children.lent() as first, children.lent() as second:
        assert asked(first, {"n": 1}) == ({"n": 1}, b"")
        assert asked(second, {"n": 2}) == ({"n": 2}, b"")
        assert first.pid != second.pid
        both = {first.pid, second.pid}
    with children.lent() as again, children.lent() as other:
        assert {again.pid, other.pid} == both


def test_a_pool_replaces_a_child_that_was_killed_while_it_was_lent(children: Pool[Child]) -> None:
    with children.lent() as child:
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(Broken):
            asked(child, {})
    with children.lent() as other:
        assert asked(other, {"n": 1}) == ({"n": 1}, b"")


def test_a_pool_keeps_a_few_idle_children_for_a_while(
    children: Pool[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as lent:
        pids = [lent.enter_context(children.lent()).pid for _ in range(pool._MAX_IDLE + 1)]
    assert sum(map(runs, pids)) == pool._MAX_IDLE
    children.close()
    assert not any(map(runs, pids))
    monkeypatch.setattr(pool, "_IDLE_S", 0.1)
    with children.lent() as child:
        assert asked(child, {}) == ({}, b"")
    assert ends(child.pid)


def test_a_process_that_was_forked_leaves_the_idle_children_to_its_parent() -> None:
    code = (
        "import os; from index.reading import worker\n"
        "def pid():\n    with worker._pool.lent() as child: return child.pid if child.held() else 0\n"
        "mine = pid()\n"
        "if not (forked := os.fork()):\n    other = pid(); worker.close_all(); os._exit(mine == other)\n"
        "assert os.waitpid(forked, 0)[1] == 0; assert pid() == mine"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)

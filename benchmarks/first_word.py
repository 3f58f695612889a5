"""How soon a written sentence stands in the page after the language model's server has sent it.

Run: `python -m benchmarks.first_word`. A small server sends a whole sentence as its first token, since Sanad shows no
sentence that it has not checked; in Chromium, the seeds. It says nothing of how fast a model is.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from assistant import Assistant
from benchmarks.first_answer import Browser
from benchmarks.speed import ROOT, until_served

RUNS = 5
QUESTION = "من هاجم قاعدة التنف؟"
SENTENCE = "استهدف مجاهدو المقاومة الإسلامية في العراق قاعدة التنف بثلاث طائرات مسيرة [1]."
_PATIENCE_S = 60.0
_SHOWN = """
const [done] = arguments;
const told = setInterval(() => {
  if (document.querySelector(".sanad-written p")) { clearInterval(told); done(Date.now()); }
}, 2);
"""


class Model(BaseHTTPRequestHandler):
    """Sends one sentence, notes when, and then keeps the answer open for a second."""

    sent: float = 0.0

    def do_POST(self) -> None:
        """Answer a request for a completion."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        Model.sent = time.time()
        self._send(f"{SENTENCE} وقد", None)  # a sentence is whole when the next begins
        time.sleep(1)
        with suppress(ConnectionError):  # the page was closed
            self._send(" انتهى.", "stop")
            self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, text: str, reason: str | None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
        part = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        self.wfile.write(b"data: " + json.dumps(part).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def main() -> None:
    """Ask some times, and print the milliseconds from the token to the page."""
    model = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=model.serve_forever, daemon=True).start()
    os.environ |= {"SANAD_LLM_URL": f"http://127.0.0.1:{model.server_port}/v1", "SANAD_LLM_MODEL": "m"}
    with tempfile.TemporaryDirectory() as home:
        with Assistant(home) as assistant:
            assistant.add(ROOT / "seeds")
            assistant.settle()
        took: list[float] = []
        until_served(home, "/", "gradio_config", then=lambda address: took.extend(asked(address)))
    print(f"{statistics.median(took):.0f} ms, of {len(took)} runs the slowest {max(took):.0f}")


def asked(address: str) -> list[float]:
    """Give, for each run but the first, how many milliseconds after its token the sentence was shown."""
    took = []
    for _ in range(RUNS + 1):
        browser = Browser()  # a profile of its own: the page keeps conversations
        try:
            browser.chrome.set_script_timeout(_PATIENCE_S)
            browser.ask(address, QUESTION)
            took.append(browser.chrome.execute_async_script(_SHOWN) - Model.sent * 1000)
        finally:
            browser.close()
    return took[1:]


if __name__ == "__main__":
    main()

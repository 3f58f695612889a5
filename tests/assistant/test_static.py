"""The files of the page: each is used by something that is served, and none is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import assistant
from tests.assistant.serving import until

if TYPE_CHECKING:
    import httpx

STATIC = Path(assistant.__file__).parent / "static"
OPENING = "opening.html"  # shown until the page is there; whoever comes later never sees it
NAMED = re.compile(r"""(?:/ui|["']\.)/([\w-]+\.(?:css|js|html|svg))""")


def test_every_file_is_reached_from_a_page_and_is_there(client: httpx.Client) -> None:
    client.put("/api/v1/articles/read-me", json={"text": "Snow fell on the pass."})
    until(lambda: "gradio_config" in client.get("/").text)
    pages = [client.get("/").text, client.get("/article/read-me").text, (STATIC / OPENING).read_text("utf-8")]
    reached = {OPENING}
    for text in pages:  # grows while it is read
        for name in NAMED.findall(text):
            if name not in reached:
                reached.add(name)
                pages.append(client.get(f"/ui/{name}").raise_for_status().text)
    assert reached == {path.name for path in STATIC.iterdir()}


def test_every_word_of_the_interface_is_said_somewhere() -> None:
    words = (STATIC / "words.js").read_text("utf-8")
    english, rest = words.split("\n  ar: {", 1)
    named = re.findall(r'\b(\w+): "', english)
    assert len(named) > 50
    others = [path.read_text("utf-8") for path in STATIC.iterdir() if path.name != "words.js"]
    used = rest.split("\nexport const language", 1)[1] + "".join(others)
    assert [name for name in named if not re.search(rf"""["']{name}["']""", used)] == []

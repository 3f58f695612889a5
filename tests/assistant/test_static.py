"""The files of the page: each is used by something that is served, none is missing, all are kept for ever."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
import gradio
import pytest

from assistant.core.phrases import PHRASES, READING
from assistant.page.app_shell import ASSETS, LIST, Frame, first_page
from assistant.page.bundles import STATIC, bundles, later_script, script
from assistant.page.static_files import IMMUTABLE, StaticFile
from index import direction
from index.analysis.languages import LANGUAGES
from tests.assistant.serving import until

if TYPE_CHECKING:
    import httpx

# read by the server: put into the first page, shown until it is there, or told what to load
READ = {"shell.html", "opening.html", "gradio.json"}


@pytest.fixture(scope="module")
def pages(client: httpx.Client) -> list[str]:
    """The HTML of the chat and of an article."""
    client.put("/api/v1/articles/read-me", json={"text": "Snow fell on the pass."})
    until(lambda: "gradio_config" in client.get("/").text)
    return [client.get("/").text, client.get("/article/read-me").text]


def test_every_file_is_in_something_that_a_page_names(client: httpx.Client, pages: list[str]) -> None:
    named = set(re.findall(r"/ui/[\w.-]+", "".join(pages)))
    assert named == {one.address for one in bundles().values()}
    served = "".join([*pages, *(client.get(path).raise_for_status().text for path in named)])
    for path in STATIC.iterdir():
        text = path.read_text("utf-8")
        left_out = ("import ", "export ", "//")
        lines = [line for line in text.splitlines() if not line.lstrip().startswith(left_out)]
        found = all(line in served or json.dumps(line, ensure_ascii=False)[1:-1] in served for line in lines)
        assert path.name in READ or found, path.name


def test_the_page_writes_from_the_right_what_the_table_of_languages_does() -> None:
    listed = re.search(r'RTL = new Set\("([a-z ]+)"', (STATIC / "dom.js").read_text("utf-8"))
    assert listed
    assert set(listed[1].split()) == {code for code in LANGUAGES if direction(code) == "rtl"}


def test_the_interface_speaks_the_same_languages_wherever_it_speaks() -> None:
    said = re.findall(r"^  (\w+): \{$", (STATIC / "words.js").read_text("utf-8"), re.MULTILINE)
    assert set(said) == set(READING)
    assert set(READING) < set(PHRASES) < set(LANGUAGES)


def test_a_file_is_sent_compressed_and_kept_for_ever_under_a_name_that_tells_its_content(
    client: httpx.Client, pages: list[str]
) -> None:
    for name, one in bundles().items():
        for coding, decode in (("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)):
            with client.stream("GET", one.address, headers={"accept-encoding": coding}) as reply:
                content = b"".join(reply.iter_raw())
            assert reply.headers.get("content-encoding", "identity") == coding
            assert decode(content) == one.content
            assert reply.headers["cache-control"] == IMMUTABLE
        other = one.address.replace(".", ".0", 1)
        assert client.get(other).status_code == 404
        assert client.get(f"/ui/{name}").status_code == 404
    assert pages


def test_gradios_own_files_are_kept_for_ever_too(client: httpx.Client, pages: list[str]) -> None:
    entry = re.findall(r'src="\.(/assets/[\w.-]+)"', pages[0])[0]
    sheet = re.findall(r"'(/assets/gradio\.[\w.-]+)'", pages[0])[0]
    theme = re.findall(r"'(/theme\.css\?v=\w+)'", pages[0])[0]
    others = [
        path for path in _frontend().glob("assets/*.css") if f"{ASSETS}{path.name}" not in LIST.read_text()
    ]
    for path in (entry, sheet, theme, f"{ASSETS}{others[0].name}"):
        reply = client.get(path)
        assert reply.headers["cache-control"] == IMMUTABLE, path
    assert client.get(f"{ASSETS}none.js").headers.get("cache-control") != IMMUTABLE
    assert client.get("/").headers["cache-control"] == "no-cache"
    assert client.get("/", headers={"accept-encoding": "br"}).headers["content-encoding"] == "br"
    assert client.head("/").status_code == 200


def _frontend() -> Path:
    return Path(gradio.__file__).parent / "templates" / "frontend"


def test_the_list_of_gradios_files_is_that_of_the_installed_version() -> None:
    missing = [
        name for name in json.loads(LIST.read_text("utf-8")) if not Path(f"{_frontend()}{name}").is_file()
    ]
    assert missing == [], "run: python -m benchmarks.first_page --write"


def test_what_the_first_page_does_not_need_is_left_out(pages: list[str]) -> None:
    for needless in ("og:image", "twitter:", "manifest.json", "contentWindow", "githubusercontent"):
        assert needless in (_frontend() / "index.html").read_text("utf-8")
        assert needless not in pages[0]
    assert pages[0].index("sanad-top") < pages[0].index("<gradio-app") < pages[0].index("sanad-asking")


def test_a_page_of_another_gradio_loses_nothing() -> None:
    html = (
        '<html><head><link rel="stylesheet" crossorigin href="./assets/new.css"></head><body></body></html>'
    )
    assert first_page(html, Frame("<i>", "", "<b>", "<u>"), ["/assets/old.css"]) == html.replace(
        "<head>", "<head><i>"
    )


def test_what_does_not_get_smaller_is_sent_as_it_is() -> None:
    reply = StaticFile(b"ab", "text/css").response("br, gzip;q=1.0, *;q=0.5")
    assert (reply.body, reply.headers.get("content-encoding")) == (b"ab", None)


def test_a_script_is_its_modules_each_once_and_what_it_needs_first() -> None:
    made = script("page") + later_script("library", "page", "/ui/page.js")
    names = re.findall(r"^const \$(\w+) = ", made, re.MULTILINE)
    assert len(names) == len(set(names))
    assert {f"{name}.js" for name in names if name != "library_html"} == {
        path.name for path in STATIC.glob("*.js") if path.name not in ("first.js", "article.js")
    }
    for found in re.finditer(r"= \$(\w+);$", made, re.MULTILINE):
        assert made.index(f"const ${found[1]} = ") < found.start()


def test_what_cannot_be_bundled_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.page.bundles.STATIC", tmp_path)
    (tmp_path / "a.js").write_text("export default 1;\n", "utf-8")
    with pytest.raises(ValueError, match="export default"):
        script("a")


@pytest.mark.skipif(shutil.which("node") is None, reason="not installed: node")
@pytest.mark.parametrize("name", ["page.js", "library.js", "article.js"])
def test_a_script_is_one(name: str) -> None:
    command = ["node", "--input-type=module", "--check"]
    done = subprocess.run(
        command, input=bundles()[name].content, capture_output=True, check=False, timeout=30
    )
    assert done.stderr == b""


def test_every_word_of_the_interface_is_said_somewhere() -> None:
    words = (STATIC / "words.js").read_text("utf-8")
    english, rest = words.split("\n  ar: {", 1)
    named = re.findall(r'\b(\w+): "', english)
    assert len(named) > 50
    others = [path.read_text("utf-8") for path in STATIC.iterdir() if path.name != "words.js"]
    used = rest.split("\nexport const language", 1)[1] + "".join(others)
    assert [name for name in named if not re.search(rf"""["']{name}["']""", used)] == []

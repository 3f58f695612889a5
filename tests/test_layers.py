"""The rules of import: who may know whom, and which heavy library is imported where."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_origin

import pytest

from index import Article, Collection

ROOT = Path(__file__).parents[1]
MODULES = sorted([*ROOT.glob("index/**/*.py"), *ROOT.glob("assistant/**/*.py"), ROOT / "app.py"])

# heavy library -> the modules that may import it
HOMES = {
    "torch": {"index/models/folders.py", "index/models/pretrained.py", "index/models/transformer.py"},
    "transformers": {"index/models/pretrained.py"},
    "sentence_transformers": {"index/models/transformer.py"},
    "onnxruntime": {"index/models/engine.py"},
    "faiss": {"index/segments/dense.py"},
    "rank_bm25": {"index/segments/bm25.py"},
    "scipy": {"index/segments/postings.py"},
    "sqlite3": {"index/store/database.py"},
    "rapidfuzz": {"index/ranking/spelling.py", "index/ranking/support.py"},
    "gradio": {"assistant/page/chat.py"},
    "fastapi": {
        "assistant/http/api.py",
        "assistant/http/articles.py",
        "assistant/http/errors.py",
        "assistant/http/parts.py",
        "assistant/http/sessions.py",
        "assistant/http/watched.py",
        "assistant/page/chat.py",
    },
    "mcp": {"assistant/agents/mcp_server.py"},
    "openai": {"assistant/writing/client.py"},
    "prometheus_client": {"assistant/http/metrics.py"},
    "uvicorn": {"assistant/serving/connections.py", "assistant/server.py"},
    "h11": {"assistant/serving/connections.py"},
    "watchfiles": {"assistant/serving/watch.py"},
    "tqdm": {"assistant/bars.py"},
    "trafilatura": {"index/reading/pages.py"},
    "lxml": {"index/reading/markup.py"},
    "feedparser": {"index/reading/feeds.py"},
    "dateparser": {"index/reading/dates.py", "index/ranking/times.py"},
    "pypdf": {"index/reading/pdfs.py"},
    "python_calamine": {"index/reading/spreadsheets.py"},
    "pyseccomp": {"index/reading/confinement.py"},
    "olefile": {"index/reading/containers.py"},
}

# rooms from the ground up: what is in one imports from itself and from those before it only, for types too
ROOMS = {
    "index": (
        "records", "errors", "native", "processes", "analysis", "chunking", "reading", "models", "store", "segments",
        "ranking", "ingest", "upkeep", "collection", "__init__",
    ),
    "assistant": (
        "fetching", "writing", "core", "presenting", "serving", "http", "page", "agents", "evaluation", "options",
        "bars", "server", "cli", "__init__", "__main__",
    ),
}  # fmt: skip

ONLY_CHANGES_NEED = [
    "index.ingest.absent", "index.ingest.adding", "index.ingest.batches", "index.ingest.prepare_workers",
    "index.reading.articles", "index.reading.dates", "index.reading.files",
    "index.upkeep.backups", "index.upkeep.checking", "index.upkeep.rebuilding",
]  # fmt: skip


def imports(path: Path) -> list[tuple[str, bool]]:
    """Every imported module of a file, and whether it is imported for types only."""
    tree = ast.parse(path.read_text("utf-8"))
    typing_only = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in ast.walk(branch)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in typing_only) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, id(node) in typing_only))
    return found


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_run_one_way(path: Path) -> None:
    for module, _ in imports(path):
        top = module.split(".")[0]
        if name(path).startswith("index/"):
            assert top != "assistant", f"index must not know assistant: {module}"
        elif name(path).startswith("assistant/"):
            assert not module.startswith("index."), f"only public names of index: {module}"
        else:
            assert top != "index", f"app.py knows assistant only: {module}"


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent != ROOT], ids=name)
def test_rooms_know_those_below_them_only(path: Path) -> None:
    package, *_ = places = path.relative_to(ROOT).with_suffix("").parts
    order = ROOMS[package]
    for module, _ in imports(path):
        top, *below = module.split(".")
        if top == package and below:
            assert order.index(below[0]) <= order.index(places[1]), f"{module} stands above {places[1]}"


# modules of other rooms that read bytes of their own, which are in no database
OWN_BYTES = {"index/models/lexicon.py"}


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent.name != "store"], ids=name)
def test_only_the_store_knows_its_tables_and_the_bytes_in_them(path: Path) -> None:
    nodes = [*ast.walk(ast.parse(path.read_text("utf-8")))]
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert not used & {"executemany", "executescript"}
    assert "frombuffer" not in used or name(path) in OWN_BYTES, "decode in index/store/blobs.py"
    sql = re.compile(r"(SELECT|INSERT|UPDATE|DELETE) .*(FROM|INTO|SET) ")
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not any(map(sql.match, texts))


@pytest.mark.parametrize("package", list(ROOMS))
def test_each_room_says_what_comes_in_and_what_goes_out(package: str) -> None:
    for room in (path.parent for path in (ROOT / package).glob("*/__init__.py")):
        said = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))) or ""
        assert re.search(r"\bIn: .+ Out: ", said), (
            f"{room}: one line in its __init__ says what comes in and goes out"
        )


@pytest.mark.parametrize("path", sorted(ROOT.glob("index/ranking/*.py")), ids=name)
def test_numbers_that_ranking_was_tuned_by_stand_in_one_module(path: Path) -> None:
    if path.name == "parameters.py":
        return
    for statement in ast.parse(path.read_text("utf-8")).body:
        if isinstance(statement, ast.Assign):
            numbers = [node for node in ast.walk(statement.value) if isinstance(node, ast.Constant)]
            assert not any(type(number.value) in {int, float} for number in numbers), ast.unparse(statement)


def test_every_tuned_number_says_how_it_was_chosen() -> None:
    body = ast.parse((ROOT / "index/ranking/parameters.py").read_text("utf-8")).body
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.Assign):
            assert isinstance(after, ast.Expr), ast.unparse(statement)
            assert isinstance(after.value, ast.Constant), ast.unparse(statement)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_heavy_libraries_have_one_home(path: Path) -> None:
    for module, typing_only in imports(path):
        top = module.split(".")[0]
        if top in HOMES and not typing_only:
            assert name(path) in HOMES[top], f"{module} belongs into {HOMES[top]}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_settings_read_the_environment(path: Path) -> None:
    """The exceptions tell their libraries to stay offline, or to start no threads of their own."""
    own = {"index/models/engine.py", "index/models/pretrained.py", "index/models/transformer.py"}
    if name(path) in {"assistant/core/settings.py", *own}:
        return
    tree = ast.parse(path.read_text("utf-8"))
    used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not used & {"os.environ", "os.getenv"}


@pytest.mark.parametrize("statement", ["import index", "import assistant", "import assistant.cli"])
def test_importing_loads_nothing_heavy(statement: str) -> None:
    heavy = [*HOMES, "pandas"]
    code = f"{statement}; import sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_asking_loads_nothing_that_only_changes_need(home: Path) -> None:
    with Collection(home) as collection:
        collection.add([Article(id="a", text="The harbour is closed.", language="en")])
    code = (
        "import sys; from assistant import Assistant; assistant = Assistant(sys.argv[1]);"
        " assert assistant.ask('harbour').citations;"
        f" print([m for m in {ONLY_CHANGES_NEED} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, home], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", ["index", "assistant"])
def test_what_is_exported_exists(package: str) -> None:
    module = __import__(package)
    assert len(set(module.__all__)) == len(module.__all__)
    for public in module.__all__:
        value = getattr(module, public)
        assert value.__doc__ or not callable(value) or get_origin(value) is Literal, public

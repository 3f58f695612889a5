"""The files of the page, bundled: one style sheet and one script each for the chat and for an article.

Their names tell their content (`page.1f2e3d4c.js`), so a browser keeps them for ever and never uses an old one.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from pathlib import Path
from typing import NamedTuple

PREFIX = "/ui/"
STATIC = Path(__file__).parent / "static"
_STYLES = {"page.css": ("base", "chat", "reader", "library"), "article.css": ("base", "reader")}
_SCRIPTS = {"page.js": "page", "article.js": "article"}
_AS_THEY_ARE = ("first.js", "icon.svg")
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

_IMPORT = re.compile(
    r'^import (\{[^}]*\}|\* as \w+|\w+) from "\./([\w.]+)"(?: with \{ type: "text" \})?;$', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const) (\w+))", re.MULTILINE)


class Bundle(NamedTuple):
    """A file as the page asks for it.

    Attributes:
        address: path on the server; another content has another.
        content: of the file.
        media_type: of it, without the charset, which is always UTF-8.
    """

    address: str
    content: bytes
    media_type: str


@functools.cache
def bundles() -> dict[str, Bundle]:
    """Every file of the page, by its plain name."""
    texts = {name: "".join(_read(f"{part}.css") for part in parts) for name, parts in _STYLES.items()}
    texts |= {name: script(entry) for name, entry in _SCRIPTS.items()}
    texts |= {name: _read(name) for name in _AS_THEY_ARE}
    return {name: bundle(name, text.encode()) for name, text in texts.items()}


def address(name: str) -> str:
    """The path under which a file of the page is served."""
    return bundles()[name].address


def script(entry: str) -> str:
    """One script of a module in static/ and all that it imports, each in a function of its own, in order.

    Raises:
        ValueError: a module imports or exports in a way that is not known here.
    """
    made: dict[str, str] = {}
    _collect(f"{entry}.js", made)
    return "".join(made.values())


def _collect(name: str, made: dict[str, str]) -> None:
    """Put a module behind those it imports; none imports one that imports it."""
    text = _read(name)
    if not name.endswith(".js"):
        made[name] = f"const {_variable(name)} = {json.dumps(text, ensure_ascii=False)};\n"
        return
    for found in _IMPORT.finditer(text):
        if found[2] not in made:
            _collect(found[2], made)
    exported = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub("", _IMPORT.sub(_as_constant, text))
    if unknown := re.search(r"^(?:import|export)\b.*", body, re.MULTILINE):
        raise ValueError(f"{name}: cannot bundle {unknown[0]!r}")
    made[name] = f"const {_variable(name)} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _as_constant(found: re.Match[str]) -> str:
    return f"const {found[1].removeprefix('* as ')} = {_variable(found[2])};"


def _variable(name: str) -> str:
    return "$" + name.removesuffix(".js").replace(".", "_")


def _read(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def bundle(name: str, content: bytes, prefix: str = PREFIX) -> Bundle:
    """A file under a name that tells its content."""
    stem, _, ending = name.rpartition(".")
    digest = hashlib.sha256(content).hexdigest()[:8]
    return Bundle(f"{prefix}{stem}.{digest}.{ending}", content, _TYPES[ending])

"""Bundle the files of the page: one style sheet and one script each for the chat and for an article.

The library's script comes apart: the chat does not wait for it. It imports what it shares from the chat's.

Their names hold a digest of their content (`page.1f2e3d4c.js`), so browsers keep them for ever and use no old one.
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
_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)  # a line of its own


class Bundle(NamedTuple):
    """A file that the page loads.

    Attributes:
        address: path on the server; it changes with the content.
        content: of the file.
        media_type: of it, without the charset, which is always UTF-8.
    """

    address: str
    content: bytes
    media_type: str


@functools.cache
def bundles() -> dict[str, Bundle]:
    """Return every file of the page by its plain name."""
    texts = {name: "".join(_read(f"{part}.css") for part in parts) for name, parts in _STYLES.items()}
    texts |= {name: script(entry) for name, entry in _SCRIPTS.items()}
    texts |= {name: _read(name) for name in _AS_THEY_ARE}
    made = {name: bundle(name, text.encode()) for name, text in texts.items()}
    library = later_script("library", "page", made["page.js"].address)
    return made | {"library.js": bundle("library.js", library.encode())}


def address(name: str) -> str:
    """Return the path under which a file of the page is served."""
    return bundles()[name].address


def script(entry: str) -> str:
    """Return one script of a module in static/ and all its imports, each in its own function, in order.

    Raises:
        ValueError: a module imports or exports in a form that is not supported here.
    """
    made: dict[str, str] = {}
    _collect(f"{entry}.js", made)
    return "".join(made.values()) + f"export {{ {', '.join(map(_variable, made))} }};\n"


def later_script(entry: str, first: str, address: str) -> str:
    """Return the script of a module without the modules of another script, which it imports.

    Args:
        entry: name of the module.
        first: entry of the other script, which has run.
        address: of the other script.

    Raises:
        ValueError: a module imports or exports in a form that is not supported here.
    """
    there: dict[str, str] = {}
    _collect(f"{first}.js", there)
    made = dict(there)
    _collect(f"{entry}.js", made)
    shared = f"import {{ {', '.join(map(_variable, there))} }} from {json.dumps(address)};\n"
    own = "".join(text for name, text in made.items() if name not in there)
    names = ", ".join(_EXPORT.findall(_read(f"{entry}.js")))
    return f"{shared}{own}export const {{ {names} }} = {_variable(f'{entry}.js')};\n"


def _collect(name: str, made: dict[str, str]) -> None:
    """Add a module after those it imports; there are no circular imports."""
    text = _read(name)
    if not name.endswith(".js"):
        made[name] = f"const {_variable(name)} = {json.dumps(text, ensure_ascii=False)};\n"
        return
    for found in _IMPORT.finditer(text):
        if found[2] not in made:
            _collect(found[2], made)
    exported = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub("", _IMPORT.sub(_as_constant, _COMMENT.sub("", text)))
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
    """Return a file under a name that holds a digest of its content."""
    stem, _, ending = name.rpartition(".")
    digest = hashlib.sha256(content).hexdigest()[:8]
    return Bundle(f"{prefix}{stem}.{digest}.{ending}", content, _TYPES[ending])

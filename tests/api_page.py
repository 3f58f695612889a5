"""docs/api.md, made from the docstrings of every public name: `python -m tests.api_page` writes it."""

from __future__ import annotations

import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ForwardRef, Literal, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
HEAD = """# The Python interface

`python -m tests.api_page` makes this page from the docstrings, and a test checks that they agree. Examples that run are
in [examples/](../examples/). A running server documents the same over HTTP at `/api/docs`.

Everything here may be used from several threads at once. `AsyncAssistant` is for programs with an event loop.
"""


class _Shown(str):
    """Text that a signature shows as it is."""

    __slots__ = ()
    __repr__ = str.__str__


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for package in ("assistant", "index"):
        module = import_module(package)
        parts.append(f"## `{package}`\n")
        parts += [entry for name in module.__all__ for entry in _entry(name, getattr(module, name))]
    return "\n".join(parts)


def _entry(name: str, thing: Any) -> Iterator[str]:
    if get_origin(thing) is Literal:
        yield f"### `{name}`\n\nOne of {', '.join(f'`{_value(each)}`' for each in get_args(thing))}.\n"
        return
    if not callable(thing):
        yield f"### `{name}`\n\n`{thing!r}`\n"
        return
    yield f"### `{name}{_signature(thing)}`\n\n{_told(thing)}\n"
    if not inspect.isclass(thing):
        return
    for member, found in vars(thing).items():
        if member.startswith("_"):
            continue
        function = found.__func__ if isinstance(found, classmethod) else found
        if isinstance(found, property):
            yield f"#### `{name}.{member}`\n\n{_told(found)}\n"
        elif inspect.isfunction(function):
            kind = "async " if inspect.iscoroutinefunction(function) else ""
            yield f"#### `{kind}{name}.{member}{_signature(function)}`\n\n{_told(function)}\n"


def _signature(thing: Any) -> str:
    if inspect.isclass(thing) and issubclass(thing, Exception):
        return ""
    found = inspect.signature(thing)
    arguments = [
        each.replace(annotation=_type(each.annotation), default=_default(each.default))
        for each in found.parameters.values()
    ]
    text = str(found.replace(parameters=arguments, return_annotation=_type(found.return_annotation)))
    text = re.sub(r"^\((self|cls)(, )?", "(", text)
    return re.sub(r" -> None$|<[^>]*>", "", text)


def _type(annotation: Any) -> Any:
    """The annotation as it is written, in double quotes."""
    text = annotation.__forward_arg__ if isinstance(annotation, ForwardRef) else annotation
    return _Shown(text.replace("'", '"')) if isinstance(text, str) else text


def _default(default: Any) -> Any:
    return _Shown(_value(default)) if isinstance(default, str) else default


def _value(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _told(thing: Any) -> str:
    """The docstring as Markdown: sections become bold words, their items a list."""
    if inspect.isclass(thing) and "__init__" in vars(thing) and vars(thing)["__init__"].__doc__:
        init = _told(vars(thing)["__init__"])
        return f"{_markdown(inspect.getdoc(thing) or '')}\n\n{init}"
    return _markdown(inspect.getdoc(thing) or "")


def _markdown(doc: str) -> str:
    doc = re.sub(r"\nExample:\n(?:    .*\n?|\n)+", _example, doc)
    doc = re.sub(r"^(Args|Returns|Raises|Attributes|Yields):$", r"**\1**\n", doc, flags=re.MULTILINE)
    lines: list[str] = []
    is_code = False
    for line in doc.split("\n"):
        is_code ^= line.startswith("```")
        if is_code:
            lines.append(line)
            continue
        item = re.match(r"^    (\S[^:]*): (.*)$", line)
        if item:
            line = f"- `{item[1]}`: {item[2]}"  # noqa: PLW2901
        elif line.startswith("    "):
            line = ("  " if line.startswith("        ") else "") + line.strip()  # noqa: PLW2901
        lines.append(line)
    return "\n".join(lines).strip()


def _example(found: re.Match[str]) -> str:
    code = [line.strip()[4:] for line in found[0].split("\n") if line.strip().startswith((">>>", "..."))]
    code = [re.sub(r"\s*# doctest:.*", "", line) for line in code]
    return "\n```python\n" + "\n".join(code) + "\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")

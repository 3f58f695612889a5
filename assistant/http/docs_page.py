"""Render the OpenAPI description of the API as a page for people, which needs no script and loads nothing."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from assistant.core.problems import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#0f766e}
@media(prefers-color-scheme:dark){:root{--accent:#5eead4}}
body{font:16px/1.55 system-ui,sans-serif;max-width:52rem;margin:2.5rem auto;padding:0 1rem}
h1{margin:0}h2{margin:2.5rem 0 .5rem;border-block-end:1px solid var(--line)}
article{border:1px solid var(--line);border-radius:.6rem;padding:.2rem 1rem 1rem;margin:1rem 0}
code,pre{font:14px/1.5 ui-monospace,monospace}b.method{color:var(--accent)}
pre{background:var(--soft);padding:.7rem;border-radius:.4rem;overflow:auto}
table{border-collapse:collapse;width:100%}td,th{text-align:start;padding:.3rem .6rem;
border-block-end:1px solid var(--line);vertical-align:top}a{color:var(--accent)}
"""


def docs_page(openapi: dict[str, Any]) -> str:
    """Return the whole page as HTML.

    Args:
        openapi: an OpenAPI 3.1 description, as FastAPI makes it.
    """
    info = openapi["info"]
    title = escape(info["title"])
    head = (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title} API</title>"
        f"<meta name='viewport' content='width=device-width'><style>{_STYLE}</style>"
        f"<h1>{title} API</h1><p>{escape(info.get('summary', ''))} "
        "Each path also answers without <code>/v1</code>. Machine-readable:"
        " <a href='/api/openapi.json'>/api/openapi.json</a></p>"
        "<p>A server that listens beyond its own machine asks for <code>Authorization: Bearer</code> with its read or"
        " write token.</p>"
    )
    errors = (
        "<h2 id='problems'>Errors</h2><p>Every error is <code>application/problem+json</code>"
        " (RFC 9457): type, title, status, detail.</p>"
        "<table><tr><th>type<th>status<th>title</tr>"
    )
    return "".join([head, *_operations(openapi), errors, *_problems(), "</table></html>"])


def _operations(openapi: dict[str, Any]) -> Iterator[str]:
    group = ""
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", [""])[0]
            if tag != group:
                group = tag
                yield f"<h2>{escape(tag.capitalize())}</h2>"
            yield from _operation(openapi, path, method, operation)


def _operation(openapi: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<article><h3><b class='method'>{method.upper()}</b> <code>{escape(path)}</code></h3>"
    yield f"<p>{escape(operation.get('description', ''))}</p>"
    if operation.get("security"):
        yield "<p>Needs <code>Authorization: Bearer</code> when the server has a write token.</p>"
    rows = [
        (item["name"], item["schema"], item.get("required", False), item.get("description", ""))
        for item in operation.get("parameters", [])
    ]
    if rows:
        yield _table("parameter", rows)
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolved(openapi, content["schema"])
        needed = schema.get("required", [])
        fields = [
            (name, item, name in needed, item.get("description", ""))
            for name, item in schema.get("properties", {}).items()
        ]
        yield _table("JSON member" if kind == "application/json" else f"part ({kind})", fields)
    yield "</article>"


def _table(heading: str, rows: list[tuple[str, dict[str, Any], bool, str]]) -> str:
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code>{' (needed)' if needed else ''}"
        f"<td>{escape(_kind(schema))}<td>{escape(told)}</tr>"
        for name, schema, needed, told in rows
    )
    return f"<table><tr><th>{heading}<th>type<th></tr>{cells}</table>"


def _resolved(openapi: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that a reference names; of several, the first, which is the fullest."""
    while "$ref" not in schema and (choices := schema.get("anyOf") or schema.get("oneOf")):
        schema = choices[0]
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = openapi["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        kinds = [_kind(choice) for choice in schema["anyOf"] if choice.get("type") != "null"]
        return " or ".join(kinds)
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    default = f", default {json.dumps(schema['default'])}" if schema.get("default") else ""
    return f"{schema.get('type', '')}{default}"


def _problems() -> Iterator[str]:
    for row in OUTCOMES.values():
        kind = f"/api/docs#{row.slug}"
        yield f"<tr id='{row.slug}'><td><code>{kind}</code><td>{row.status}<td>{row.title}</tr>"

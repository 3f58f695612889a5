"""The API keeps to its own description: requests made from it, good and bad, get what it promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.assistant.serving import served
from tests.assistant.test_api import assert_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with served(tmp_path_factory.mktemp("contract") / "home") as client:
        client.post(
            "/api/articles", json={"id": "bridge", "text": "The old bridge was closed. أُغلق الجسر القديم."}
        )
        yield client


@pytest.fixture(scope="module")
def described(library: httpx.Client) -> Any:
    schema = schemathesis.openapi.from_dict(library.get("/api/openapi.json").json())
    schema.config.update(base_url=str(library.base_url).rstrip("/"))
    return schema


OPERATIONS = [
    "GET /search", "POST /ask", "GET /articles", "POST /articles", "POST /articles/files",
    "GET /articles/{article_id}", "PUT /articles/{article_id}", "PATCH /articles/{article_id}",
    "DELETE /articles/{article_id}", "GET /articles/{article_id}/passages", "GET /facets", "GET /health",
    "GET /metrics", "POST /rebuild", "GET /session", "DELETE /session", "DELETE /sessions", "GET /watched",
    "POST /missing",
]  # fmt: skip


def test_every_operation_is_tried(described: Any) -> None:
    found = {f"{result.ok().method.upper()} {result.ok().path}" for result in described.get_all_operations()}
    assert found == {operation.replace(" ", " /api/v1") for operation in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_asked_is_answered_as_described(described: Any, operation: str, mode: Any) -> None:
    method, path = operation.split()
    strategy = described[f"/api/v1{path}"][method].as_strategy(generation_mode=mode)

    @settings(max_examples=2 if path == "/rebuild" else 20, phases=[Phase.generate], derandomize=True)
    @given(strategy)
    def answered(case: Any) -> None:
        response = case.call(timeout=30)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert "application/problem+json" in response.headers["content-type"]
            assert set(response.json()) == {"type", "title", "status", "detail"}
            assert "Traceback" not in response.text

    try:
        answered()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing can be wrong where nothing is given


MARKS = "e" + "\u0301\u0327\u0323" * 33_334
TERMS = " ".join(f"t{n}" for n in range(1_000_000))


@pytest.mark.parametrize("path", ["/api/v1/ask", "/api/v1/articles", "/api/v1/articles/x", "/mcp", "/login"])
@pytest.mark.parametrize(
    "body",
    [
        b"x" * 1_000_000,
        b"\x00" * 1000,
        b"\xff\xfe" * 1000,
        b"[" * 50_000,
        b'{"question": "\\ud800"}',
        b'{"text": "\\ud800 lone"}',
        b'{"text": "\\u0000"}',
        b'{"question": 1e999}',
        b'{"k": ' + b"9" * 5000 + b"}",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_hostile_bytes_are_refused(library: httpx.Client, method: str, path: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    assert 400 <= library.request(method, path, content=body, headers=headers).status_code < 500


@pytest.mark.parametrize("question", [MARKS, TERMS, "x" * 1_000_000, "م" * 40_000])
def test_hostile_questions_are_refused(library: httpx.Client, question: str) -> None:
    asked = library.post("/api/v1/ask", json={"question": question})
    assert_problem(asked, 413 if len(asked.request.content) > 65_536 else 422)


@pytest.mark.parametrize(
    "question", ["\x00\x00", "\ud800\udfff".encode("utf-8", "surrogatepass").decode("latin-1")]
)
def test_questions_without_words_are_refused(library: httpx.Client, question: str) -> None:
    assert library.post("/api/v1/ask", json={"question": question}).status_code in (200, 422)


def test_a_text_of_marks_is_taken_or_refused_but_never_a_fault(library: httpx.Client) -> None:
    made = library.post("/api/v1/articles", json={"text": f"Word {MARKS} and {TERMS[:300_000]}."})
    assert made.status_code in (200, 201, 422)
    library.get("/api/v1/search", params={"q": "e" + "\u0301\u0327\u0323" * 300}).raise_for_status()

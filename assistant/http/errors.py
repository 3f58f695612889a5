"""Answer every error of the HTTP API with problem+json (RFC 9457), and describe the errors in OpenAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware

from assistant.core import problems
from index import SanadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fastapi import FastAPI, Request

    from assistant.core.shapes import Problem

_SCHEMA = {"$ref": "#/components/schemas/Problem"}
_MEANINGS = {
    400: "The request cannot be read",
    401: "A token is needed",
    403: "This server does not allow it",
    404: "There is no such article, or no such address",
    409: "It is not as the request says any more",
    413: "The body or an article in it is too large",
    415: "The format is not supported",
    422: "A value cannot be used",
    429: "Too many requests; `Retry-After` says when to try again",
    503: "The collection cannot be used now; `Retry-After` says when to try again",
}


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that may fail with these statuses or those of every route."""
    return {
        status: {"description": _MEANINGS[status], "content": {problems.MEDIA_TYPE: {"schema": _SCHEMA}}}
        for status in sorted({400, 401, 403, 422, 429, 503, *statuses})
    }


def add_handlers(app: FastAPI) -> None:
    """Make an app answer every error with problem+json."""
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)


def middleware() -> Middleware:
    """Return the same as a middleware, for a route outside the API."""
    return Middleware(ExceptionMiddleware, handlers=_HANDLERS)


def _response(members: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        problems.body(members),
        status_code=members["status"],
        media_type=problems.MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def _on_sanad_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, SanadError):
        raise error
    return _response(problems.problem(error), problems.retry(error))


def _on_invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    told = [_told(item) for item in error.errors()]
    return _response(problems.http_problem(422, "; ".join(dict.fromkeys(told))[:1000]))


def _told(item: Mapping[str, Any]) -> str:
    if item["type"] == "json_invalid":
        return "the body is not JSON"
    place = ".".join(str(part) for part in item["loc"][1:] if not str(part).startswith("<"))
    return f"{place or item['loc'][0]}: {item['msg']}"


def _on_http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    known = {404: "there is nothing at this address", 405: "this address does not take this method"}
    generic = error.detail in ("Not Found", "Method Not Allowed")
    detail = known.get(error.status_code, error.detail) if generic else error.detail
    return _response(problems.http_problem(error.status_code, detail), headers)


def _on_surprise(_: Request, error: Exception) -> Response:
    return _response(problems.surprise(error))


_HANDLERS: dict[Any, Callable[[Request, Exception], Response]] = {
    SanadError: _on_sanad_error,
    RequestValidationError: _on_invalid,
    HTTPException: _on_http_error,
    Exception: _on_surprise,
}

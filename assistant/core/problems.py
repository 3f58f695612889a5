"""Map each error to its HTTP status, exit code and title, in one table for all surfaces."""

from __future__ import annotations

import json
import logging
import os
import secrets
from contextvars import ContextVar
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

import index
from assistant.core.settings import SettingsError
from assistant.fetching.addresses import BlockedAddress
from index import SanadError

if TYPE_CHECKING:
    from assistant.core.shapes import Problem

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the current request; sent in the response headers, and logged with errors."""


class ServeError(SanadError):
    """The server cannot start: the port is taken, or the address cannot be listened on."""


class TooBusy(SanadError):
    """More questions wait than can be answered soon; the same question can be asked again.

    Attributes:
        retry_s: seconds after which there should be room.
    """

    def __init__(self, message: str, retry_s: int = 1) -> None:
        super().__init__(message)
        self.retry_s = retry_s


class Outcome(NamedTuple):
    """How an error is reported.

    Attributes:
        status: HTTP status.
        exit_code: of the process, as in sysexits.h.
        slug: short name; the problem's type is `/api/docs#<slug>`.
        title: a few words, the same for every error of the class.
    """

    status: int
    exit_code: int
    slug: str
    title: str


OUTCOMES: dict[type[SanadError], Outcome] = {
    SanadError: Outcome(500, os.EX_SOFTWARE, "error", "Something went wrong"),
    index.ArticleError: Outcome(422, os.EX_DATAERR, "article", "The article cannot be taken"),
    index.UnreadableArticle: Outcome(422, os.EX_NOINPUT, "unreadable", "The article cannot be read"),
    index.UnsupportedFormat: Outcome(415, os.EX_DATAERR, "format", "The format is not supported"),
    index.ArticleTooLarge: Outcome(413, os.EX_DATAERR, "too-large", "The article is too large"),
    index.EmptyArticle: Outcome(422, os.EX_DATAERR, "empty", "The article holds nothing to cite"),
    BlockedAddress: Outcome(403, os.EX_NOPERM, "blocked", "The address may not be fetched"),
    index.StoreError: Outcome(503, os.EX_IOERR, "store", "The collection cannot be used"),
    index.StoreUnavailable: Outcome(503, os.EX_IOERR, "unavailable", "The collection is not available"),
    index.StoreDamaged: Outcome(503, os.EX_IOERR, "damaged", "The collection is damaged"),
    index.StoreIncompatible: Outcome(
        503, os.EX_CONFIG, "incompatible", "The collection was made with other settings"
    ),
    index.ModelError: Outcome(503, os.EX_UNAVAILABLE, "model", "The model cannot be used"),
    index.QuestionError: Outcome(422, os.EX_USAGE, "question", "The question cannot be asked"),
    index.NotFound: Outcome(404, os.EX_NOINPUT, "not-found", "Not found"),
    SettingsError: Outcome(500, os.EX_CONFIG, "settings", "A setting is wrong"),
    TooBusy: Outcome(429, os.EX_TEMPFAIL, "busy", "Too many questions at once"),
    ServeError: Outcome(503, os.EX_UNAVAILABLE, "serve", "The server cannot start"),
}


def outcome(error: SanadError) -> Outcome:
    """Return the row of the nearest class in the table; there always is one."""
    return next(OUTCOMES[kind] for kind in type(error).__mro__ if kind in OUTCOMES)


def problem(error: SanadError) -> Problem:
    """Return the error as RFC 9457 members that any client may see."""
    row = outcome(error)
    return _members(f"/api/docs#{row.slug}", row.title, row.status, public_message(error))


def public_message(error: SanadError) -> str:
    """Return what any client may see: the message, unless it is about this machine (paths, settings)."""
    row = outcome(error)
    if row.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return str(error)
    return f"{row.title}; it is {logged(error)} in the server's log"


def logged(error: Exception) -> str:
    """Log an error with its traceback; return the number to find it by: the request's, if there is one."""
    number = request_id.get() or secrets.token_hex(4)
    log.error("error %s", number, exc_info=error)
    return number


def surprise(error: Exception) -> Problem:
    """Return an internal error as RFC 9457 members that reveal nothing but its number."""
    return http_problem(500, f"something went wrong; it is {logged(error)} in the server's log")


def retry(error: Exception) -> dict[str, str]:
    """Return the header that says when to try again, for temporary errors only."""
    if isinstance(error, TooBusy):
        return {"Retry-After": str(error.retry_s)}
    if isinstance(error, SanadError) and outcome(error).status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": "5"}
    return {}


def http_problem(status: int, detail: str) -> Problem:
    """Return a problem of HTTP itself (no such address, wrong method, too large) as RFC 9457 members."""
    return _members("about:blank", HTTPStatus(status).phrase, status, detail)


def body(members: Problem) -> bytes:
    """Return the members as JSON; everything beyond ASCII is escaped."""
    return json.dumps(members, ensure_ascii=True).encode()


def _members(kind: str, title: str, status: int, detail: str) -> Problem:
    return {"type": kind, "title": title, "status": status, "detail": detail}

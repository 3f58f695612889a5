"""Serve the session of a browser over HTTP: its rights, ending it, ending all sessions."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from assistant.core.access import Access, forgotten, level_of
from assistant.core.shapes import EndedOut, SessionOut
from assistant.http.errors import described
from assistant.http.parts import NEEDS_TOKEN, settings_of

router = APIRouter(tags=["sessions"])


@router.get("/session", responses=described())
def get_session(request: Request) -> SessionOut:
    """What this request may do, and whether it is a browser's session that says so."""
    access, level = Access(settings_of(request)), level_of(request.scope)
    return {
        "access": level.name.lower(),
        "session": access.is_session(_session(request)),
        "login": access.has_login,
        "ends_all": access.ends_all(level),
    }


@router.delete("/session", status_code=204, responses=described())
def end_session(request: Request) -> Response:
    """Log out: end this browser's session, if it has one, and let it forget its cookie."""
    Access(settings_of(request)).log_out(_session(request))
    return Response(status_code=204, headers=_forgotten(request))


@router.delete("/sessions", response_model=EndedOut, responses=described())
def end_sessions(request: Request) -> Response:
    """Log out everywhere: end every browser's session. It takes the token that opens most."""
    access = Access(settings_of(request))
    if not access.ends_all(level_of(request.scope)):
        detail = "ending the sessions of all needs the header 'Authorization: Bearer <token>'"
        raise HTTPException(401, detail, headers=NEEDS_TOKEN)
    return JSONResponse({"ended": access.end_all()}, headers=_forgotten(request))


def _forgotten(request: Request) -> dict[str, str]:
    return {"Set-Cookie": forgotten(secure=request.url.scheme == "https")}


def _session(request: Request) -> str:
    secret: str = request.scope["state"]["session"]
    return secret

"""Serve the state of watched folders over HTTP, and decide on articles whose files are gone."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request

from assistant.core.access import Level, level_of
from assistant.core.serialization import MOST_TOLD, watched_details, watched_dict

# FastAPI reads the annotations of handlers when it starts.
from assistant.core.shapes import DecidedOut, FoldersOut  # noqa: TC001
from assistant.http.errors import described
from assistant.http.parts import Writer, assistant_of, watched_by
from assistant.http.request_models import Decision  # noqa: TC001
from index import NotFound

router = APIRouter(tags=["watched folders"])


@router.get("/watched", responses=described())
def watched_folders(request: Request) -> FoldersOut:
    """The state of each watched folder. A caller with write access also sees files and articles."""
    states = watched_by(request).states()
    if level_of(request.scope) < Level.WRITE:
        return {"watched": [{**watched_dict(state), "details": None} for state in states]}
    assistant = assistant_of(request)
    return {
        "watched": [
            {
                **watched_dict(state),
                "details": watched_details(state, assistant.missing(state.folder, MOST_TOLD)),
            }
            for state in states
        ]
    }


@router.post("/missing", dependencies=[Writer], responses=described(404, 409))
def decide(request: Request, given: Decision) -> DecidedOut:
    """Decide on the articles of a watched folder whose files are gone: remove them, or keep them without a file.

    409: there are more or fewer of them now than `articles` says. Those whose files are back are left as they are.
    """
    folder = next(
        (state.folder for state in watched_by(request).states() if state.name == given.folder), None
    )
    if folder is None:
        raise NotFound(f"no folder {given.folder[:200]!r} is watched; GET /api/v1/watched lists them")
    assistant = assistant_of(request)
    number = assistant.n_missing(folder)
    if number != given.articles:
        raise HTTPException(
            409, f"the files of {number} articles are gone now, not of {given.articles}; look again"
        )
    if given.do == "keep":
        return {"removed": [], "kept": assistant.keep_missing(folder)}
    return {"removed": assistant.remove_missing(folder), "kept": []}

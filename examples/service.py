"""A service of one's own around the assistant: `uvicorn examples.service:app`, then GET /brief?about=...

Sanad's own server (`sanad serve`) has an API, limits and tokens already; this shows how to put the assistant behind an
address of your own.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from assistant import AsyncAssistant
from index import Filters, QuestionError

HOME = os.environ.get("BRIEF_HOME", "var")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One assistant for the whole service, whatever the number of requests."""
    async with AsyncAssistant(HOME) as assistant:
        app.state.assistant = assistant
        yield


app = FastAPI(title="Briefs", lifespan=lifespan)


@app.get("/brief")
async def brief(request: Request, about: str, language: str | None = None) -> dict[str, Any]:
    """What the articles say about something: quotations with their sources."""
    assistant: AsyncAssistant = request.app.state.assistant
    try:
        answer = await assistant.ask(about, k=5, filters=Filters(language=language))
    except QuestionError as error:
        raise HTTPException(422, str(error)) from error
    return {
        "about": about,
        "found": answer.answered,
        "quotations": [
            {"text": hit.text, "title": hit.article.title, "published": hit.article.published}
            for hit in answer.citations
        ],
    }

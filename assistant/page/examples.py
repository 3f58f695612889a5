"""Provide questions to click: those of a file, or made from the titles of the collection's own articles."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING

from assistant.core.settings import SettingsError
from assistant.presenting.render import clean
from index import Filters

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.core.assistant import Assistant
    from assistant.core.phrases import Reading
    from assistant.core.settings import Settings

MAX_EXAMPLES = 6
_MADE = 4  # each is long
_LOOKED_AT = 30  # newest articles that are searched for different titles
_MAX_SUBJECT_CHARS = 60
_FOLDERS_OWN = ".examples.json"
_QUOTES = re.compile('["“”„«»‹›]')
_EDGES = " \t.,;:!?…،؛؟-–—|/"


def examples_file(settings: Settings) -> Path | None:
    """Return the file of questions: as set, else the one that a watched folder holds about its own articles."""
    if settings.examples:
        return settings.examples
    own = (folder / _FOLDERS_OWN for folder in settings.watch)
    return next((path for path in own if path.is_file()), None)


def read_examples(path: Path) -> list[str]:
    """Return the questions of a file, six at most.

    Raises:
        SettingsError: the file is missing or is not a JSON list of questions.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"the examples {path} cannot be read: {error}") from error
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise SettingsError(f"the examples {path} must be a JSON list of questions")
    return found[:MAX_EXAMPLES]


def made_examples(assistant: Assistant, say: Reading) -> list[str]:
    """Return questions about the newest articles by title, those in the interface's language first."""
    own = assistant.listing(Filters(language=say.language), sort="-added", most=_LOOKED_AT).articles
    newest = assistant.listing(sort="-added", most=_LOOKED_AT).articles
    subjects = dict.fromkeys(_subject(info.title or "") for info in (*own, *newest))
    named = (say.about.format(subject) for subject in subjects if subject)
    return list(itertools.islice(named, _MADE))


def _subject(title: str) -> str:
    """Return a title as a question can contain it: whole, or its first words."""
    words = " ".join(_QUOTES.sub(" ", clean(title)).split())
    if len(words) > _MAX_SUBJECT_CHARS:
        words = words[:_MAX_SUBJECT_CHARS].rpartition(" ")[0] or words[:_MAX_SUBJECT_CHARS]
    return words.strip(_EDGES)

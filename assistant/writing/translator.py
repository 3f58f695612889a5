"""Translate passages with a language model: each is asked for once, and given whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import OrderedDict
from concurrent.futures import Future
from contextlib import aclosing
from typing import TYPE_CHECKING, Literal, NamedTuple

from assistant.writing.client import LINES, ModelTrouble, Trouble
from assistant.writing.prompt import translation_messages
from assistant.writing.sentences import without_thought
from assistant.writing.writer import MOST_PASSAGES
from index import detect, language_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from assistant.writing.client import LanguageModel
    from index import Hit

CACHED = 500
"""Translations that are kept, half a megabyte of text; the one that was not wanted for longest goes first."""

# A text so many times as short or as long as the passage is no translation; between scripts the lengths differ by four.
_MOST_TIMES = 12
_ROOM_CHARS = 100  # that a translation of a few words may have besides

_Own = Literal["other", "same", "unknown", "many"]
Untranslated = Trouble | _Own
"""Why there is no translation; `REASONS` says it in words."""

_LINES: dict[_Own, str] = {
    "other": "the language model wrote something else than a translation into that language",
    "same": "the passage is in that language",
    "unknown": "the language of the passage is not known",
    "many": f"only the first {MOST_PASSAGES} passages are translated",
}
REASONS: Mapping[Untranslated, str] = LINES | _LINES
_OF_ONE_PASSAGE = ("cut", "garbled", "other")  # with another the model may fare better


class Translation(NamedTuple):
    """A machine translation of a passage, which nothing checks. The passage alone is cited, searched and exported.

    Attributes:
        language: ISO 639-1 code of the language that was asked for.
        model: the name of the language model.
        text: plain text; None if there is none.
        trouble: why there is none.
    """

    language: str
    model: str
    text: str | None = None
    trouble: Untranslated | None = None

    @property
    def note(self) -> str | None:
        """One line that says why there is no translation, in English; None if there is one."""
        return REASONS[self.trouble] if self.trouble else None


Key = tuple[bytes, str, str]  # digest of the passage, language, model
Begun = Future[Translation | None]  # None: who asked has left


class Translator:
    """Translates with one language model; safe to use from several threads and event loops.

    Attributes:
        model: the language model.
    """

    def __init__(self, model: LanguageModel, places: threading.Semaphore) -> None:
        """Take the model.

        Args:
            model: the language model.
            places: one for each text that may be written at once.
        """
        self.model = model
        self._places = places
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Translation] = OrderedDict()
        self._begun: dict[Key, Begun] = {}

    async def translate_all(self, hits: Sequence[Hit], into: str) -> AsyncGenerator[tuple[str, Translation]]:
        """Yield the id and the translation of each passage, one after the other, as local servers work.

        After trouble with the server it is asked for no more of them.

        Args:
            hits: the passages.
            into: ISO 639-1 code of the reader's language.
        """
        ended: Untranslated | None = None
        for number, hit in enumerate(hits):
            reason = _reason_against(hit.article.language, into)
            reason = reason or ("many" if number >= MOST_PASSAGES else ended)
            if reason:
                made = self._without(into, reason)
            else:
                made = await self.translate(hit.text, hit.article.language, into)
                ended = made.trouble if made.trouble not in _OF_ONE_PASSAGE else None
            yield hit.passage_id, made

    async def translate(self, passage: str, language: str | None, into: str) -> Translation:
        """Translate a passage; those who want the same meanwhile wait for it.

        Args:
            passage: its text.
            language: ISO 639-1 code of its language; None or `und`: not known, so it is not translated.
            into: of the reader's.
        """
        if reason := _reason_against(language, into):
            return self._without(into, reason)
        digest = hashlib.sha256(passage.encode("utf-8", "surrogatepass")).digest()
        key = digest, into, self.model.name
        while True:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
                others = self._begun.get(key)
                if others is None:
                    own = self._begun[key] = Begun()
                    own.set_running_or_notify_cancel()  # so that one who waits and leaves does not cancel it
                    break
            if made := await asyncio.wrap_future(others):
                return made
        made = None
        try:
            made = await self._translated(passage, language or "und", into)
        finally:
            self._end(key, own, made)
        return made

    def _end(self, key: Key, own: Begun, made: Translation | None) -> None:
        """Keep a translation, and tell those who wait for it."""
        with self._lock:
            del self._begun[key]
            if made and made.text:
                self._kept[key] = made
                if len(self._kept) > CACHED:
                    self._kept.popitem(last=False)
        own.set_result(made)

    async def _translated(self, passage: str, language: str, into: str) -> Translation:
        if not self._places.acquire(blocking=False):
            return self._without(into, "busy")
        try:
            async with aclosing(self.model.stream(translation_messages(passage, into))) as pieces:
                written = "".join([piece async for piece in pieces])
        except ModelTrouble as error:
            return self._without(into, error.trouble)
        finally:
            self._places.release()
        text = without_thought(written).strip().encode("utf-8", "replace").decode()
        if not _can_be_translation(text, passage, language, into):
            return self._without(into, "other")
        return Translation(into, self.model.name, text)

    def _without(self, into: str, trouble: Untranslated) -> Translation:
        return Translation(into, self.model.name, trouble=trouble)


def _reason_against(language: str | None, into: str) -> Untranslated | None:
    """Return why a passage in a language is not to be translated."""
    if language in (None, "und"):
        return "unknown"
    return "same" if language == into else None


def _can_be_translation(text: str, passage: str, language: str, into: str) -> bool:
    """Return whether a text has about the length of a translation, and is in the language as far as can be told."""
    shorter, longer = sorted((len(text), len(passage)))
    if not text or longer > _MOST_TIMES * shorter + _ROOM_CHARS:
        return False
    found, wanted = detect(text, into), language_of(into)
    in_one_script = wanted.is_detected and wanted.latin != into  # Serbian and Kurdish are written in two
    return found == into or (
        found != language and (not in_one_script or language_of(found).script == wanted.script)
    )

"""Articles in, ranked passages out: what a collection is, how it is kept, and how it is searched.

Knows no user interface, no HTTP and no language model. Names are loaded when they are first used, so
`import index` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.backups import restore
    from index.choosing import choose
    from index.collection import Collection
    from index.confidence import ANSWERED
    from index.embedder import Embedding
    from index.errors import (
        ArticleError,
        ArticleTooLarge,
        EmptyArticle,
        ModelError,
        NotFound,
        QuestionError,
        SanadError,
        StoreDamaged,
        StoreError,
        StoreIncompatible,
        StoreUnavailable,
        UnreadableArticle,
        UnsupportedFormat,
    )
    from index.files import Survey, find, survey
    from index.kernel import is_compiled
    from index.language import detect, direction
    from index.listing import Facets, Listing
    from index.query import content_words
    from index.reader import ArticleInfo
    from index.reading.columns import COLUMN_FIELDS
    from index.reading.files import read, read_bytes
    from index.reading.sources import articles_of
    from index.reading.worker import confinement
    from index.rebuilding import rebuild_home
    from index.records import (
        Added,
        AddReport,
        Alike,
        Article,
        Filters,
        Hit,
        Kind,
        Missing,
        Passage,
        Ranking,
        ShortAnswer,
        Span,
        Verdict,
    )
    from index.uploads import Upload, read_upload
    from index.verdict import READ

_HOMES = {
    "index.collection": ("Collection",),
    "index.confidence": ("ANSWERED",),
    "index.embedder": ("Embedding",),
    "index.errors": (
        "ArticleError", "ArticleTooLarge", "EmptyArticle", "ModelError", "NotFound", "QuestionError",
        "SanadError", "StoreDamaged", "StoreError", "StoreIncompatible", "StoreUnavailable",
        "UnreadableArticle", "UnsupportedFormat",
    ),
    "index.files": ("Survey", "find", "survey"),
    "index.kernel": ("is_compiled",),
    "index.language": ("detect", "direction"),
    "index.listing": ("Facets", "Listing"),
    "index.query": ("content_words",),
    "index.backups": ("restore",),
    "index.choosing": ("choose",),
    "index.rebuilding": ("rebuild_home",),
    "index.records": (
        "AddReport", "Added", "Alike", "Article", "Filters", "Hit", "Kind", "Missing", "Passage", "Ranking",
        "ShortAnswer", "Span", "Verdict",
    ),
    "index.reader": ("ArticleInfo",),
    "index.uploads": ("Upload", "read_upload"),
    "index.verdict": ("READ",),
    "index.reading.columns": ("COLUMN_FIELDS",),
    "index.reading.files": ("read", "read_bytes"),
    "index.reading.sources": ("articles_of",),
    "index.reading.worker": ("confinement",),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "ANSWERED",
    "COLUMN_FIELDS",
    "READ",
    "AddReport",
    "Added",
    "Alike",
    "Article",
    "ArticleError",
    "ArticleInfo",
    "ArticleTooLarge",
    "Collection",
    "Embedding",
    "EmptyArticle",
    "Facets",
    "Filters",
    "Hit",
    "Kind",
    "Listing",
    "Missing",
    "ModelError",
    "NotFound",
    "Passage",
    "QuestionError",
    "Ranking",
    "SanadError",
    "ShortAnswer",
    "Span",
    "StoreDamaged",
    "StoreError",
    "StoreIncompatible",
    "StoreUnavailable",
    "Survey",
    "UnreadableArticle",
    "UnsupportedFormat",
    "Upload",
    "Verdict",
    "articles_of",
    "choose",
    "confinement",
    "content_words",
    "detect",
    "direction",
    "find",
    "is_compiled",
    "read",
    "read_bytes",
    "read_upload",
    "rebuild_home",
    "restore",
    "survey",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  # any public name
    if name not in _HOME_OF:
        raise AttributeError(f"module 'index' has no name {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

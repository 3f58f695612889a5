"""Keep a collection of articles and search it: articles in, ranked passages out.

The package knows no user interface, no HTTP and no language model. It imports a public name on first use,
so `import index` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.analysis.detecting import detect
    from index.analysis.languages import Language, direction, language_of
    from index.collection import Collection
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
    from index.models.gloss import Glossed, gloss_line
    from index.native.accelerated import is_compiled
    from index.ranking.parameters import ANSWERED, READ
    from index.ranking.query import content_words
    from index.reading.columns import COLUMN_FIELDS
    from index.reading.disk import Survey, find, survey
    from index.reading.files import read, read_bytes
    from index.reading.sources import articles_of
    from index.reading.uploads import Upload, read_upload
    from index.reading.worker import confinement
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
    from index.store.articles import ArticleInfo
    from index.store.choosing import choose
    from index.store.listing import Facets, Listing
    from index.upkeep.backups import restore
    from index.upkeep.embedding import Embedding
    from index.upkeep.rebuilding import rebuild_home

_HOMES = {
    "index.collection": ("Collection",),
    "index.ranking.parameters": ("ANSWERED", "READ"),
    "index.upkeep.embedding": ("Embedding",),
    "index.errors": (
        "ArticleError", "ArticleTooLarge", "EmptyArticle", "ModelError", "NotFound", "QuestionError",
        "SanadError", "StoreDamaged", "StoreError", "StoreIncompatible", "StoreUnavailable",
        "UnreadableArticle", "UnsupportedFormat",
    ),
    "index.reading.disk": ("Survey", "find", "survey"),
    "index.models.gloss": ("Glossed", "gloss_line"),
    "index.native.accelerated": ("is_compiled",),
    "index.analysis.detecting": ("detect",),
    "index.analysis.languages": ("Language", "direction", "language_of"),
    "index.store.listing": ("Facets", "Listing"),
    "index.ranking.query": ("content_words",),
    "index.upkeep.backups": ("restore",),
    "index.store.choosing": ("choose",),
    "index.upkeep.rebuilding": ("rebuild_home",),
    "index.records": (
        "AddReport", "Added", "Alike", "Article", "Filters", "Hit", "Kind", "Missing", "Passage", "Ranking",
        "ShortAnswer", "Span", "Verdict",
    ),
    "index.store.articles": ("ArticleInfo",),
    "index.reading.uploads": ("Upload", "read_upload"),
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
    "Glossed",
    "Hit",
    "Kind",
    "Language",
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
    "gloss_line",
    "is_compiled",
    "language_of",
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

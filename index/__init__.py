"""Keep a collection of articles and search it: articles in, ranked passages out.

The package knows no user interface, no HTTP and no language model. It imports a public name on first use,
so `import index` costs nothing.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.analysis.detecting import detect as detect
    from index.analysis.languages import Language as Language
    from index.analysis.languages import direction as direction
    from index.analysis.languages import language_codes as language_codes
    from index.analysis.languages import language_of as language_of
    from index.chunking.sentences import sentences as sentences
    from index.collection import Collection as Collection
    from index.errors import ArticleError as ArticleError
    from index.errors import ArticleTooLarge as ArticleTooLarge
    from index.errors import EmptyArticle as EmptyArticle
    from index.errors import ModelError as ModelError
    from index.errors import NotFound as NotFound
    from index.errors import QuestionError as QuestionError
    from index.errors import SanadError as SanadError
    from index.errors import StoreDamaged as StoreDamaged
    from index.errors import StoreError as StoreError
    from index.errors import StoreIncompatible as StoreIncompatible
    from index.errors import StoreUnavailable as StoreUnavailable
    from index.errors import UnreadableArticle as UnreadableArticle
    from index.errors import UnsupportedFormat as UnsupportedFormat
    from index.models.gloss import Glossed as Glossed
    from index.models.gloss import gloss_line as gloss_line
    from index.native.accelerated import is_compiled as is_compiled
    from index.ranking.parameters import ANSWERED as ANSWERED
    from index.ranking.parameters import READ as READ
    from index.ranking.query import content_words as content_words
    from index.ranking.support import Lack as Lack
    from index.ranking.support import Supporter as Supporter
    from index.reading.columns import COLUMN_FIELDS as COLUMN_FIELDS
    from index.reading.disk import Survey as Survey
    from index.reading.disk import find as find
    from index.reading.disk import survey as survey
    from index.reading.files import read as read
    from index.reading.files import read_bytes as read_bytes
    from index.reading.sources import articles_of as articles_of
    from index.reading.uploads import Upload as Upload
    from index.reading.uploads import read_upload as read_upload
    from index.reading.worker import confinement as confinement
    from index.records import Added as Added
    from index.records import AddReport as AddReport
    from index.records import Alike as Alike
    from index.records import Article as Article
    from index.records import Filters as Filters
    from index.records import Hit as Hit
    from index.records import Kind as Kind
    from index.records import Missing as Missing
    from index.records import Passage as Passage
    from index.records import Ranking as Ranking
    from index.records import ShortAnswer as ShortAnswer
    from index.records import Span as Span
    from index.records import Verdict as Verdict
    from index.store.articles import ArticleInfo as ArticleInfo
    from index.store.choosing import choose as choose
    from index.store.listing import Facets as Facets
    from index.store.listing import Listing as Listing
    from index.upkeep.backups import restore as restore
    from index.upkeep.embedding import Embedding as Embedding
    from index.upkeep.rebuilding import rebuild_home as rebuild_home
else:  # at run time: the same list, read from the lines above, each name imported on first use
    _LINES = __spec__.loader.get_source(__name__)
    _HOME_OF = dict(sorted((name, home) for home, name in re.findall(r"from (\S+) import (\w+) as ", _LINES)))
    __all__ = list(_HOME_OF)

    def __getattr__(name: str) -> object:
        if name not in _HOME_OF:
            raise AttributeError(f"module 'index' has no name {name!r}")
        return getattr(import_module(_HOME_OF[name]), name)

    def __dir__() -> list[str]:
        return __all__

"""Define the exceptions as one tree; every message says what is wrong, with what, and what to do.

SanadError
 |- ArticleError              one article is bad: it is skipped and listed, the others are added
 |   |- UnreadableArticle     missing, not readable, not decodable
 |   |- UnsupportedFormat     not a supported format
 |   |- ArticleTooLarge       above max_bytes
 |   |- EmptyArticle          nothing in it that could be cited
 |- StoreError                the collection cannot be used
 |   |- StoreUnavailable      the home cannot be read or written, the disk is full, the lock is held
 |   |- StoreDamaged          the database or a file derived from it is damaged
 |   |- StoreIncompatible     made with another model, analyser, chunker or format
 |- ModelError                the embedding model cannot be loaded or gives unusable vectors
 |- QuestionError             the user can correct it: empty, too long, bad filter
 |- NotFound                  no such article
"""


class SanadError(Exception):
    """An error that can be reported to a user in one line."""


class ArticleError(SanadError):
    """One article cannot be added; the others are not affected."""


class UnreadableArticle(ArticleError):
    """The file is missing, may not be read, or is not text in a known encoding."""


class UnsupportedFormat(ArticleError):
    """The content is not of a supported format."""


class ArticleTooLarge(ArticleError):
    """The article is larger than the limit."""


class EmptyArticle(ArticleError):
    """The article holds nothing that could be cited."""


class StoreError(SanadError):
    """The collection cannot be used."""


class StoreUnavailable(StoreError):
    """The home folder cannot be read or written, or another process holds the write lock too long."""


class StoreDamaged(StoreError):
    """The database or a file derived from it is damaged."""


class StoreIncompatible(StoreError):
    """The collection was made with another model, analyser, chunker or format."""


class ModelError(SanadError):
    """The embedding model cannot be loaded, or gives vectors that cannot be used."""


class QuestionError(SanadError):
    """The question or a filter is not usable as given; the user can correct it."""


class NotFound(SanadError):
    """The article named does not exist in the collection."""

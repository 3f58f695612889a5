"""Define the exceptions as one tree; every message says what is wrong, with what, and what to do."""


class SanadError(Exception):
    """An error that can be reported to a user in one line."""


class ArticleError(SanadError):
    """One article cannot be added: it is skipped and listed, the others are added."""


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
    """The home folder cannot be read or written, the disk is full, or another process holds the lock too long."""


class StoreDamaged(StoreError):
    """The database or a file derived from it is damaged."""


class StoreIncompatible(StoreError):
    """The collection was made with another model, analyser, chunker or format."""


class ModelError(SanadError):
    """The embedding model cannot be loaded, or gives vectors that cannot be used."""


class QuestionError(SanadError):
    """The question or a filter is not usable as given: empty, too long or malformed; the user can correct it."""


class NotFound(SanadError):
    """The article named does not exist in the collection."""

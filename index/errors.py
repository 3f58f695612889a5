"""What can go wrong, as one tree; every message says what, which one, and what to do.

SanadError
 |- ArticleError              one article is bad: it is skipped and listed, the others go on
 |   |- UnreadableArticle     missing, not readable, not decodable
 |   |- UnsupportedFormat     not a format we read
 |   |- ArticleTooLarge       above max_bytes
 |   |- EmptyArticle          nothing in it that could be cited
 |- StoreError                the collection cannot be used
 |   |- StoreUnavailable      the home cannot be read or written, the disk is full, the lock is held
 |   |- StoreDamaged          the database is not what it should be
 |   |- StoreIncompatible     made with another model, analyser, chunker or format
 |- ModelError                the embedding model cannot be loaded or gives unusable vectors
 |- QuestionError             the person can mend it: empty, too long, bad filter
 |- NotFound                  no such article
"""


class SanadError(Exception):
    """Anything a user can be told in one line."""


class ArticleError(SanadError):
    """One article cannot be taken; the others are not affected."""


class UnreadableArticle(ArticleError):
    """The file is missing, may not be read, or is not text in any encoding we know."""


class UnsupportedFormat(ArticleError):
    """The content is not of a format we read."""


class ArticleTooLarge(ArticleError):
    """The article is larger than the limit."""


class EmptyArticle(ArticleError):
    """The article holds nothing that could be cited."""


class StoreError(SanadError):
    """The collection cannot be used."""


class StoreUnavailable(StoreError):
    """The home folder cannot be read or written, or another process holds the write lock too long."""


class StoreDamaged(StoreError):
    """The database is not what it should be."""


class StoreIncompatible(StoreError):
    """The collection was made with another model, analyser, chunker or format."""


class ModelError(SanadError):
    """The embedding model cannot be loaded, or gives vectors that cannot be used."""


class QuestionError(SanadError):
    """The question or a filter is not usable as given; the person can mend it."""


class NotFound(SanadError):
    """The article named does not exist in the collection."""

"""Prepare an article for the database: its digests, its passages, their sentences and words."""

from __future__ import annotations

import hashlib
import json
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import word_keys
from index.chunking.passages import split
from index.chunking.sentences import sentences
from index.errors import UnreadableArticle
from index.reading.articles import complete
from index.store.blobs import sentences_blob, words_blob
from index.store.minhash import sketch, triples
from index.store.passages import NewPassage, Prepared

if TYPE_CHECKING:
    from index.records import Article


class Identified(NamedTuple):
    """An article with all fields filled in, and what identifies it.

    Attributes:
        article: id, title and language set.
        own_id: whether the caller chose the id.
        digest: of the text and the metadata.
        text_digest: of the text and its language, which determines its terms.
    """

    article: Article
    own_id: bool
    digest: str
    text_digest: str


def identify(article: Article) -> Identified:
    """Fill in what the caller left out and compute the digests.

    Raises:
        ArticleError: it cannot be stored as it is.
    """
    _check_text(article)
    whole = complete(article)
    values = (whole.title, whole.source, whole.url, whole.author, whole.published, whole.language)
    of_text = text_digest(whole.language, whole.text.encode())
    metadata = json.dumps(values, ensure_ascii=True)
    digest = hashlib.sha256((metadata + of_text).encode()).hexdigest()
    return Identified(whole, article.id is not None, digest, of_text)


def text_digest(language: str | None, text: bytes) -> str:
    """Return the digest of a text (UTF-8) and of its language, which determines its terms."""
    return hashlib.sha256(f"{language}\n".encode() + text).hexdigest()


def _check_text(article: Article) -> None:
    if "\0" in article.text:
        name = article.origin or article.title or article.id or "the article"
        raise UnreadableArticle(f"{name} holds NUL characters: it is not text; save it as UTF-8 text")


def prepare(article: Article) -> Prepared:
    """Split an article into passages and analyse them; its language determines the stemmers.

    Returns:
        What is stored beside the text; no passages where there is nothing to cite. Vectors are added later
        (`index.upkeep.embedding`).
    """
    cut, language = split(article.text), article.language or "und"
    spans = [sentences(p.text) for p in cut]
    words = [word_keys(p.text, own, language) for p, own in zip(cut, spans, strict=True)]
    keys = list(dict.fromkeys(chain.from_iterable(chain.from_iterable(words))))
    places = dict(zip(keys, range(len(keys)), strict=True))
    passages = [
        NewPassage(
            start=p.start,
            end=p.end,
            sentences=sentences_blob(own, [len(sentence) for sentence in held]),
            words=words_blob(map(places.__getitem__, chain.from_iterable(held))),
        )
        for p, own, held in zip(cut, spans, words, strict=True)
    ]
    return Prepared(keys, passages, sketch(triples(p.text for p in cut)))

"""From an article to what the database stores: digests, passages, their sentences, words and vectors."""

from __future__ import annotations

import hashlib
import json
from array import array
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.analysis import word_keys
from index.articles import complete
from index.embedding import light
from index.errors import ModelError, UnreadableArticle
from index.likeness import sketch, triples
from index.passages import split
from index.reader import Encoded
from index.sentences import sentences
from index.writer import NewPassage, Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from index.embedding import Encoder
    from index.records import Article, Passage, Span


class Identified(NamedTuple):
    """An article with everything filled in, and what it is recognised by.

    Attributes:
        article: id, title and language set.
        own_id: whether the caller chose the id.
        digest: of the text and the metadata.
        text_digest: of the text and its language, which decides what terms it has.
    """

    article: Article
    own_id: bool
    digest: str
    text_digest: str


def identify(article: Article) -> Identified:
    """Fill in what the caller left out and take the digests.

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
    """Give the digest of a text (UTF-8) and of its language, which decides what terms it has."""
    return hashlib.sha256(f"{language}\n".encode() + text).hexdigest()


def _check_text(article: Article) -> None:
    if "\0" in article.text:
        name = article.origin or article.title or article.id or "the article"
        raise UnreadableArticle(f"{name} holds NUL characters: it is not text; save it as UTF-8 text")


class Whole(NamedTuple):
    """A completed article to be prepared, and what of its passages, by their text, need not be made again."""

    article: Article
    known: Mapping[str, Encoded] = {}


def prepare(articles: Sequence[Whole], encoder: Encoder) -> list[Prepared]:
    """Cut, analyse and embed some articles, all in one call of the encoder.

    Args:
        articles: an article's language chooses its stemmers.
        encoder: gives the vectors.

    Returns:
        What is stored of each; no passages of an article without anything to cite.

    Raises:
        ModelError: the model gave vectors that cannot be used.
    """
    cuts = [split(whole.article.text) for whole in articles]
    spans = [[sentences(p.text) for p in cut] for cut in cuts]
    known = {text: encoded for whole in articles for text, encoded in whole.known.items()}
    encoded = iter(_encoded([*chain(*cuts)], [*chain(*spans)], encoder, known))
    return [
        _prepared(cut, found, whole.article.language or "und", [next(encoded) for _ in cut])
        for whole, cut, found in zip(articles, cuts, spans, strict=True)
    ]


def _encoded(
    passages: Sequence[Passage],
    spans: Sequence[Sequence[Span]],
    encoder: Encoder,
    known: Mapping[str, Encoded],
) -> list[Encoded]:
    """Give what the model makes of each passage, all that are not known in one call; a heavy one makes no sketches."""
    made = dict(known)
    fresh = {p.text: own for p, own in zip(passages, spans, strict=True) if p.text not in made}
    if fresh:
        vectors, sketches = _made(fresh, encoder)
        blobs = map(np.ndarray.tobytes, usable(vectors, encoder))
        made.update(zip(fresh, map(Encoded, sketches, blobs), strict=True))
    return [made[p.text] for p in passages]


def _made(
    passages: Mapping[str, Sequence[Span]], encoder: Encoder
) -> tuple[NDArray[np.float32], list[bytes]]:
    model = light(encoder)
    if model is None:
        return encoder.encode_passages(list(passages)), [b""] * len(passages)
    return model.encode_sentences(
        [[text[first:last] for first, last in own] for text, own in passages.items()]
    )


def _prepared(
    cut: Sequence[Passage],
    spans: Sequence[Sequence[Span]],
    language: str,
    encoded: Sequence[Encoded],
) -> Prepared:
    words = [word_keys(p.text, own, language) for p, own in zip(cut, spans, strict=True)]
    keys = list(dict.fromkeys(chain.from_iterable(chain.from_iterable(words))))
    places = dict(zip(keys, range(len(keys)), strict=True))
    passages = [
        NewPassage(
            start=p.start,
            end=p.end,
            sentences=sentences_blob(own, [len(sentence) for sentence in held]),
            words=array("i", map(places.__getitem__, chain.from_iterable(held))).tobytes(),
            sketch=sketched,
            vector=vector,
        )
        for p, own, held, (sketched, vector) in zip(cut, spans, words, encoded, strict=True)
    ]
    return Prepared(keys, passages, sketch(triples(p.text for p in cut)))


def sentences_blob(spans: Sequence[tuple[int, int]], n_words: Sequence[int]) -> bytes:
    """Give what is stored of a passage's sentences: (s, 3) int32, first and last character and how many words."""
    return array(
        "i", chain.from_iterable((*span, n) for span, n in zip(spans, n_words, strict=True))
    ).tobytes()


def usable(vectors: NDArray[np.float32], encoder: Encoder) -> NDArray[np.float32]:
    """Pass vectors on if they can be searched.

    Raises:
        ModelError: wrong shape or values that are not finite.
    """
    if vectors.ndim != 2 or vectors.shape[1] != encoder.dimension:
        raise ModelError(
            f"the model {encoder.name} gave vectors of shape {vectors.shape}, "
            f"expected (n, {encoder.dimension}); use another with --model"
        )
    if not np.isfinite(vectors).all():
        raise ModelError(f"the model {encoder.name} gave vectors that are not finite; use another")
    return np.ascontiguousarray(vectors, dtype=np.float32)

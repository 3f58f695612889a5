"""From an article to what the database stores: digests, passages, their words and vectors."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.analysis import word_keys
from index.articles import complete
from index.errors import EmptyArticle, ModelError, UnreadableArticle
from index.passages import split
from index.writer import NewPassage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from index.embedding import Encoder
    from index.records import Article, Passage


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
    text_digest = hashlib.sha256(f"{whole.language}\n{whole.text}".encode()).hexdigest()
    metadata = json.dumps(values, ensure_ascii=True)
    digest = hashlib.sha256((metadata + text_digest).encode()).hexdigest()
    return Identified(whole, article.id is not None, digest, text_digest)


def _check_text(article: Article) -> None:
    if "\0" in article.text:
        name = article.origin or article.title or article.id or "the article"
        raise UnreadableArticle(f"{name} holds NUL characters: it is not text; save it as UTF-8 text")


def passages_of(article: Article) -> list[Passage]:
    """Cut an article into passages.

    Raises:
        EmptyArticle: there is nothing in it that could be cited.
    """
    found = split(article.text)
    if not found:
        raise EmptyArticle(f"{article.title or article.id}: no sentence in it that could be cited")
    return found


class Cut(NamedTuple):
    """An article cut into passages, and the vectors (by passage text) that need not be made again."""

    article: Article
    passages: Sequence[Passage]
    known: Mapping[str, bytes] = {}


def prepare(cuts: Sequence[Cut], encoder: Encoder) -> list[list[NewPassage]]:
    """Analyse and embed the passages of some articles, all in one call of the encoder.

    Args:
        cuts: of completed articles; an article's language chooses its stemmers.
        encoder: gives the vectors.

    Raises:
        ModelError: the model gave vectors that cannot be used.
    """
    fresh = list(dict.fromkeys(p.text for cut in cuts for p in cut.passages if p.text not in cut.known))
    made = usable(encoder.encode_passages(fresh), encoder) if fresh else ()
    vectors = {text: vector.tobytes() for text, vector in zip(fresh, made, strict=True)}
    return [
        [
            NewPassage(
                p.start,
                p.end,
                word_keys(p.text, cut.article.language or "und"),
                cut.known.get(p.text) or vectors[p.text],
            )
            for p in cut.passages
        ]
        for cut in cuts
    ]


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

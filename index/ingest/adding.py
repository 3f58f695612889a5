"""Decide whether an article is new, changed or known, and write it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from index.errors import ArticleError
from index.ingest.linking import link, version_of
from index.ingest.preparing import Identified, identify, prepare
from index.reading.disk import is_gone
from index.records import EDITED, GIVEN, WITHHELD, Added, TextArticle, files_of, mark_of
from index.store.articles import (
    article_by_id,
    digests_of,
    insert_article,
    number_by_id,
    number_by_text,
    own_article,
    remove_article,
    replace_article,
    set_digests,
)
from index.store.files import (
    forget_file,
    has_edits,
    is_withholding,
    keep_edit,
    take_edit,
    welcome,
    withheld_as,
    withhold,
    withhold_as,
)
from index.store.likeness import unlike
from index.store.origins import link_origin, number_by_origin, origins_of, unlink_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from index.records import Article
    from index.store.passages import NewPassage, Prepared
    from index.store.reader import Reader
    from index.store.writer import Writer


class Ready(NamedTuple):
    """An article to be added; `prepared` is None if its text was stored already when it was looked up."""

    one: Identified
    prepared: Prepared | None


def identified(source: Article | Added) -> Identified | Added:
    """Identify an article; an invalid one is returned as skipped, with the reason."""
    if isinstance(source, Added):
        return source
    try:
        return identify(source)
    except ArticleError as error:
        name = source.origin or source.title or source.id
        return Added("skipped", name or "article", None, str(error))


def is_held(reader: Reader, one: Identified) -> bool:
    """Return whether the article is stored with the same text, so that it need not be prepared."""
    number = _find(reader, one)
    return number is not None and digests_of(reader, number)[2] == one.text_digest


def ready_all(
    batch: Sequence[tuple[Identified | Added, bool]],
    prepare: Callable[[Sequence[Article]], list[Prepared]],
) -> list[Ready | Added]:
    """Prepare the articles of a batch that are not held.

    One without anything to cite is returned as skipped.
    """
    made = [one if isinstance(one, Added) else Ready(one, None) for one, _ in batch]
    wanted = {
        place: one.article
        for place, (one, held) in enumerate(batch)
        if not isinstance(one, Added) and not held
    }
    for place, prepared in zip(wanted, prepare(list(wanted.values())), strict=True):
        given = made[place]
        if isinstance(given, Ready):
            made[place] = (
                given._replace(prepared=prepared) if prepared.passages else _nothing_to_cite(given.one)
            )
    return made


def _nothing_to_cite(one: Identified) -> Added:
    return _added(
        "skipped", one, f"{one.article.title or one.article.id}: no sentence in it that could be cited"
    )


def put(writer: Writer, given: Ready | Added, *, asked: bool = True) -> Added:
    """Write one article; this transaction decides whether it is new, changed or known.

    Args:
        writer: of the transaction.
        given: the article, or the result that was reported instead of it.
        asked: whether a person asked for it; nothing else brings back what a person removed.
    """
    if isinstance(given, Added):
        return given
    if is_withholding(writer) and _is_withheld(writer, given.one, asked=asked):
        return Added("withheld", given.one.article.origin or "", None, WITHHELD)
    added = _written(writer, given)
    if is_withholding(writer) and not given.one.article.origin:
        _put_back(writer, given.one, added)
    if has_edits(writer) and given.one.article.origin:
        _edit_again(writer, given.one, added)
    return added


def _written(writer: Writer, given: Ready) -> Added:
    one = given.one
    number = _find(writer, one)
    if number is not None and one.article.origin and _is_shared(writer, number, one):
        unlink_origin(writer, one.article.origin)
        number = number_by_text(writer, one.text_digest)
    if (
        number is not None
        and _same_text(writer, number, one)
        and not (one.own_id and _edited(writer, number))
    ):
        return _update_metadata(writer, number, one)
    prepared = given.prepared
    if prepared is None:  # its text was stored when it was looked up, and was changed or removed since
        prepared = prepare(one.article)
        if not prepared.passages:
            return _nothing_to_cite(one)
    if number is None:
        number = _older_version(writer, one, prepared.passages)
    if number is None:
        return _insert(writer, one, prepared)
    one = _with_id(one, digests_of(writer, number)[0])
    kept = _kept_edits(writer, number, one)
    replace_article(writer, number, one.article, (one.digest, one.text_digest), prepared)
    unlike(writer, number)
    if kept:
        edit(writer, one.article.id or "", kept)
    return _linked(writer, number, "updated", one, prepared)


def edit(writer: Writer, article_id: str, changes: Mapping[str, str | None]) -> Article | None:
    """Change an article's metadata; return None if there is no such article.

    An article read from a file keeps the digests of the file: reading the same file again keeps the edit, and a
    changed file replaces it. Nothing is embedded again.

    Args:
        writer: of the transaction.
        article_id: of the article.
        changes: new values by field name of `Article`; None: as if it had not been given.

    Raises:
        ArticleError: a value cannot be used.
    """
    number = number_by_id(writer, article_id)
    before = article_by_id(writer, article_id)
    if number is None or before is None:
        return None
    one = identify(replace(before, **changes))  # type: ignore[arg-type]  # its text is never among them
    if one.article == before:
        return before
    digests = (one.digest, one.text_digest)
    if origins_of(writer, number):
        digests = digests_of(writer, number)[1:]
    prepared = prepare(one.article) if one.article.language != before.language else None
    replace_article(writer, number, one.article, digests, prepared)
    return one.article


def remove(writer: Writer, number: int) -> None:
    """Remove an article at a person's request; the files that it was read from do not bring it back (`put`)."""
    article_id = digests_of(writer, number)[0]
    article = article_by_id(writer, article_id)
    if article is not None:
        withhold(writer, number, mark_of(article.text))
    remove_article(writer, number)


def _is_withheld(writer: Writer, one: Identified, *, asked: bool) -> bool:
    """Return whether a person removed this article; forget it if the article is asked for, or its text has changed."""
    origin = one.article.origin
    if not origin:
        return False
    alike = [] if asked else [each.origin for each in withheld_as(writer, mark_of(one.article.text))]
    if origin in alike or (not asked and _was_in_removed(writer, one.article)):
        return True
    welcome(writer, [origin])
    moved = next((other for other in alike if Path(other).is_absolute() and is_gone(other)), None)
    if moved is None or _find(writer, one) is not None or number_by_text(writer, one.text_digest) is not None:
        return False
    withhold_as(writer, origin, moved)
    return True


def _was_in_removed(writer: Writer, article: Article) -> bool:
    """Return whether a person removed the one article of a file, of which this article is now a part."""
    if not isinstance(article, TextArticle):
        return False
    files = files_of(article.origin or "")
    return any(each.origin in files for each in withheld_as(writer, article.whole))


def _put_back(writer: Writer, one: Identified, added: Added) -> None:
    """Let files bring back a removed text that a person gave again.

    The article that was removed is linked to its files at once; another is linked when they are read.
    """
    number = number_by_id(writer, added.article_id or "")
    removed = withheld_as(writer, mark_of(one.article.text))
    if number is None or not removed:
        return
    for each in removed:
        forget_file(writer, each.origin)  # read the file again: it may hold more than this text
        if each.article == added.article_id and not (
            Path(each.origin).is_absolute() and is_gone(each.origin)
        ):
            link_origin(writer, each.origin, number)
            set_digests(writer, number, each.digest, each.text_digest)
    welcome(writer, (each.origin for each in removed))


def _edit_again(writer: Writer, one: Identified, added: Added) -> None:
    """Restore the edits of an article that was removed with its file and came back unchanged."""
    number = number_by_id(writer, added.article_id or "")
    changes = take_edit(writer, one.digest) if number is not None else {}
    if number is not None and changes and not _edited(writer, number):
        with suppress(ArticleError):  # a value that was valid when it was given may be invalid now
            edit(writer, added.article_id or "", changes)


def _edited(writer: Writer, number: int) -> bool:
    """Return whether an article's metadata was edited since it was read from its file."""
    article_id, digest, _ = digests_of(writer, number)
    stored = article_by_id(writer, article_id)
    try:
        return stored is not None and identify(stored).digest != digest
    except ArticleError:  # an older version accepted it, and this one would refuse it
        return False


def _kept_edits(writer: Writer, number: int, one: Identified) -> dict[str, str | None]:
    """Return a person's edits of an article whose text file is unchanged and is only read in another way now."""
    if not isinstance(one.article, TextArticle) or not _edited(writer, number):
        return {}
    stored = article_by_id(writer, digests_of(writer, number)[0])
    if stored is None or (stored.text != one.article.text and mark_of(stored.text) != one.article.whole):
        return {}
    return {name: value for name in EDITED if (value := getattr(stored, name)) is not None}


def forget_origin(writer: Writer, origin: str, reason: str) -> Added | None:
    """Unlink an origin, and remove its article if it has no other origin.

    Edits are kept in case the article comes back.
    """
    number = number_by_origin(writer, origin)
    if number is None:
        return None
    article_id, digest, _ = digests_of(writer, number)
    unlink_origin(writer, origin)
    if origins_of(writer, number):
        return None
    article = article_by_id(writer, article_id)
    if article is not None and _edited(writer, number):
        keep_edit(writer, digest, article)
    remove_article(writer, number)
    return Added("removed", origin, article_id, reason)


def _older_version(writer: Writer, one: Identified, passages: Sequence[NewPassage]) -> int | None:
    """Find the article with the same URL that this one replaces, and link this one's origin to it too."""
    if not one.article.url or one.own_id:
        return None
    number = version_of(writer, one.article.url, one.article.published, _prose(one, passages))
    if number is not None and one.article.origin:
        _link(writer, one.article.origin, number)
    return number


def _link(writer: Writer, origin: str, number: int) -> None:
    """Link an origin to an article; one that was given directly stays so, and is not removed with a file."""
    if not origins_of(writer, number):
        own_article(writer, number)
    link_origin(writer, origin, number)


def _insert(writer: Writer, one: Identified, prepared: Prepared) -> Added:
    # an id without an origin was looked up; with an origin, it may be that of its first article, which still exists
    is_sought = one.own_id and not one.article.origin
    if not is_sought and number_by_id(writer, one.article.id or "") is not None:
        one = _with_id(one, one.text_digest[:16])
    number = insert_article(writer, one.article, (one.digest, one.text_digest), prepared)
    return _linked(writer, number, "added", one, prepared)


def _linked(writer: Writer, number: int, state: str, one: Identified, prepared: Prepared) -> Added:
    alike = link(writer, number, prepared.sketch, _prose(one, prepared.passages))
    likest = f"; {alike[0].overlap:.0%} like {alike[0].id}" if alike else ""
    return _added(state, one, _count(prepared.passages) + likest)._replace(alike=alike)


def _prose(one: Identified, passages: Sequence[NewPassage]) -> list[str]:
    return [one.article.text[passage.start : passage.end] for passage in passages]


def _update_metadata(writer: Writer, number: int, one: Identified) -> Added:
    article_id, digest, _ = digests_of(writer, number)
    one = _with_id(one, article_id)
    origins = origins_of(writer, number)
    if one.article.origin and one.article.origin not in origins:
        _link(writer, one.article.origin, number)
        return _added("unchanged", one, "the same text is there already")
    is_given = f"{GIVEN}{article_id}" in origins and not one.own_id
    if digest == one.digest or is_given or not (one.own_id or one.article.origin):
        return _added("unchanged", one, "the same text is there already")
    kept = _kept_edits(writer, number, one)
    replace_article(writer, number, one.article, (one.digest, one.text_digest), None)
    if kept:
        edit(writer, article_id, kept)
    return _added("updated", one, "metadata changed")


def _find(reader: Reader, one: Identified) -> int | None:
    """Find the article that this one is, or is a new version of."""
    if one.article.origin:
        number = number_by_origin(reader, one.article.origin)
        if number is not None:
            return number
    if one.own_id:
        return number_by_id(reader, one.article.id or "")
    return number_by_text(reader, one.text_digest)


def _same_text(reader: Reader, number: int, one: Identified) -> bool:
    return digests_of(reader, number)[2] == one.text_digest


def _is_shared(reader: Reader, number: int, one: Identified) -> bool:
    """Return whether another origin also holds a changed file's old text, so that it must stay."""
    origins = origins_of(reader, number)
    return not _same_text(reader, number, one) and one.article.origin in origins and len(origins) > 1


def _with_id(one: Identified, article_id: str) -> Identified:
    return one._replace(article=replace(one.article, id=article_id))


def _count(passages: Sequence[NewPassage]) -> str:
    return f"{len(passages)} passage{'s' if len(passages) != 1 else ''}"


def _added(state: str, one: Identified, reason: str) -> Added:
    name = one.article.origin or one.article.title or one.article.id or ""
    return Added(state, name, None if state == "skipped" else one.article.id, reason)

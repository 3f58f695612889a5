"""Adding: whether an article is new, changed or known, and what is written for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from index.errors import ArticleError
from index.linking import link, version_of
from index.preparing import Identified, identify, prepare
from index.records import Added

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from index.reader import Reader
    from index.records import Article
    from index.writer import NewPassage, Prepared, Writer


class Ready(NamedTuple):
    """An article on its way in; prepared None: nothing of it seemed to be needed when we looked."""

    one: Identified
    prepared: Prepared | None


def identified(source: Article | Added) -> Identified | Added:
    """Recognise an article; a bad one comes back as skipped, with the reason."""
    if isinstance(source, Added):
        return source
    try:
        return identify(source)
    except ArticleError as error:
        name = source.origin or source.title or source.id
        return Added("skipped", name or "article", None, str(error))


def is_held(reader: Reader, one: Identified) -> bool:
    """Whether the article is there with this very text, so that nothing of it need be prepared."""
    number = _find(reader, one)
    return number is not None and reader.digests(number)[2] == one.text_digest


def ready_all(
    batch: Sequence[tuple[Identified | Added, bool]],
    prepare: Callable[[Sequence[Article]], list[Prepared]],
) -> list[Ready | Added]:
    """Make the passages of those articles of a batch that are not held.

    One without anything to cite comes back as skipped.
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


def put(writer: Writer, given: Ready | Added) -> Added:
    """Write one article, deciding in this transaction what it is."""
    if isinstance(given, Added):
        return given
    one = given.one
    number = _find(writer, one)
    if number is not None and one.article.origin and _is_shared(writer, number, one):
        writer.unlink(one.article.origin)
        number = writer.number_by_text(one.text_digest)
    if (
        number is not None
        and _same_text(writer, number, one)
        and not (one.own_id and _edited(writer, number))
    ):
        return _update_metadata(writer, number, one)
    prepared = given.prepared
    if prepared is None:  # its text was there when we looked, and was changed or removed since
        prepared = prepare(one.article)
        if not prepared.passages:
            return _nothing_to_cite(one)
    if number is None:
        number = _older_version(writer, one, prepared.passages)
    if number is None:
        return _insert(writer, one, prepared)
    one = _with_id(one, writer.digests(number)[0])
    writer.replace(number, one.article, (one.digest, one.text_digest), prepared)
    writer.unlike(number)
    return _linked(writer, number, "updated", one, prepared)


def edit(writer: Writer, article_id: str, changes: Mapping[str, str | None]) -> Article | None:
    """Change an article's metadata; None: there is no such article.

    An article read from a file keeps the digests of the file, so that reading the same file again
    leaves the edit in place, while a changed file replaces it. Nothing is embedded again.

    Args:
        writer: of the transaction.
        article_id: of the article.
        changes: new values by the names of `Article`; None: as if it had not been given.

    Raises:
        ArticleError: a value cannot be used.
    """
    number = writer.number_by_id(article_id)
    before = writer.article(article_id)
    if number is None or before is None:
        return None
    one = identify(replace(before, **changes))  # type: ignore[arg-type]  # its text is never among them
    if one.article == before:
        return before
    digests = (one.digest, one.text_digest)
    if writer.origins(number):
        digests = writer.digests(number)[1:]
    prepared = prepare(one.article) if one.article.language != before.language else None
    writer.replace(number, one.article, digests, prepared)
    return one.article


def _edited(writer: Writer, number: int) -> bool:
    """Whether an article's metadata was edited since it was read from its file."""
    article_id, digest, _ = writer.digests(number)
    stored = writer.article(article_id)
    return stored is not None and identify(stored).digest != digest


def forget_origin(writer: Writer, origin: str, reason: str) -> Added | None:
    """Forget what an origin held, and remove the article if it was read from nowhere else."""
    number = writer.number_by_origin(origin)
    if number is None:
        return None
    article_id = writer.digests(number)[0]
    writer.unlink(origin)
    if writer.origins(number):
        return None
    writer.remove(number)
    return Added("removed", origin, article_id, reason)


def _older_version(writer: Writer, one: Identified, passages: Sequence[NewPassage]) -> int | None:
    """Find the article with the same address that this one replaces, and let it have this one's origin too."""
    if not one.article.url or one.own_id:
        return None
    number = version_of(writer, one.article.url, one.article.published, _prose(one, passages))
    if number is not None and one.article.origin:
        writer.link(one.article.origin, number)
    return number


def _insert(writer: Writer, one: Identified, prepared: Prepared) -> Added:
    # an id that was given alone was looked for; one of an origin may be that of its first article, which lives on
    is_sought = one.own_id and not one.article.origin
    if not is_sought and writer.number_by_id(one.article.id or "") is not None:
        one = _with_id(one, one.text_digest[:16])
    number = writer.insert(one.article, (one.digest, one.text_digest), prepared)
    return _linked(writer, number, "added", one, prepared)


def _linked(writer: Writer, number: int, state: str, one: Identified, prepared: Prepared) -> Added:
    alike = link(writer, number, prepared.sketch, _prose(one, prepared.passages))
    likest = f"; {alike[0].overlap:.0%} like {alike[0].id}" if alike else ""
    return _added(state, one, _count(prepared.passages) + likest)._replace(alike=alike)


def _prose(one: Identified, passages: Sequence[NewPassage]) -> list[str]:
    return [one.article.text[passage.start : passage.end] for passage in passages]


def _update_metadata(writer: Writer, number: int, one: Identified) -> Added:
    article_id, digest, _ = writer.digests(number)
    one = _with_id(one, article_id)
    origins = writer.origins(number)
    if one.article.origin and one.article.origin not in origins:
        writer.link(one.article.origin, number)
        return _added("unchanged", one, "the same text is there already")
    if digest == one.digest or not (one.own_id or one.article.origin):
        return _added("unchanged", one, "the same text is there already")
    writer.replace(number, one.article, (one.digest, one.text_digest), None)
    return _added("updated", one, "metadata changed")


def _find(reader: Reader, one: Identified) -> int | None:
    """Find the article that this one is, or is a new version of."""
    if one.article.origin:
        number = reader.number_by_origin(one.article.origin)
        if number is not None:
            return number
    if one.own_id:
        return reader.number_by_id(one.article.id or "")
    return reader.number_by_text(one.text_digest)


def _same_text(reader: Reader, number: int, one: Identified) -> bool:
    return reader.digests(number)[2] == one.text_digest


def _is_shared(reader: Reader, number: int, one: Identified) -> bool:
    """Whether a changed file's old text is also held by another origin, so that it must stay."""
    origins = reader.origins(number)
    return not _same_text(reader, number, one) and one.article.origin in origins and len(origins) > 1


def _with_id(one: Identified, article_id: str) -> Identified:
    return one._replace(article=replace(one.article, id=article_id))


def _count(passages: Sequence[NewPassage]) -> str:
    return f"{len(passages)} passage{'s' if len(passages) != 1 else ''}"


def _added(state: str, one: Identified, reason: str) -> Added:
    name = one.article.origin or one.article.title or one.article.id or ""
    return Added(state, name, None if state == "skipped" else one.article.id, reason)

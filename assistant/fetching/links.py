"""Turn addresses and feeds into articles, and remember feeds between polls."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.fetching.fetch import Fetcher, Validators
from assistant.fetching.robots import Robots
from index import Added, Article, ArticleError, read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MAX_SEEN = 5_000
_MAX_WHOLE = 50  # pages fetched for the entries of one poll; the rest keep their summaries
_SUMMARY_WORDS = 80  # an entry with fewer words is a summary; its page holds the article


class Links:
    """Fetches articles as far as each site's robots.txt allows it."""

    def __init__(self, fetcher: Fetcher | None = None) -> None:
        """Take the fetcher; None: one that uses the network."""
        self._fetcher = fetcher or Fetcher()
        self._robots = Robots(self._fetcher)

    def articles(self, url: str) -> list[Article | Added]:
        """Fetch an address: a page, a document, or a feed with its entries.

        Returns:
            Articles whose origin is the address (and the entry's id), so that a newer version replaces
            the older; parts that cannot be used, as skipped.

        Raises:
            ArticleError: it may not be fetched, does not answer, or holds no article.
        """
        found, _ = self.fetched(url, Validators())
        return found

    def fetched(self, url: str, known: Validators) -> tuple[list[Article | Added], Validators]:
        """Return what `articles` returns, nothing if unchanged, and the validators for the next request."""
        answer = self._fetcher.fetch(url, known, permit=self._robots.check)
        if answer.data is None:
            return [], known
        return [_placed(each, url, answer.url) for each in read_bytes(answer.data, url)], answer.validators

    def whole(self, entry: Article) -> Article:
        """Return the article that an entry of a feed summarises, or the entry if its page gives no longer text."""
        if entry.url is None or len(entry.text.split()) >= _SUMMARY_WORDS:
            return entry
        try:
            found = [each for each in self.articles(entry.url) if isinstance(each, Article)]
        except ArticleError:
            return entry
        if len(found) != 1 or len(found[0].text) <= len(entry.text):
            return entry
        page = found[0]
        return replace(
            entry,
            text=page.text,
            author=entry.author or page.author,
            published=entry.published or page.published,
        )


class Memory:
    """Stores the validators of feeds and which entries were seen, in one small file of the home."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            found = {}  # a lost file costs one poll: known articles are recognised anyway
        self._feeds: dict[str, dict[str, Any]] = found if isinstance(found, dict) else {}

    def validators(self, url: str) -> Validators:
        """Return the validators for the next request of a feed."""
        held = self._held(url)
        return Validators(str(held.get("etag") or ""), str(held.get("modified") or ""))

    def seen(self, url: str) -> frozenset[str]:
        """Return the origins of the entries that were seen."""
        return frozenset(map(str, self._held(url).get("seen") or ()))

    def remember(self, url: str, said: Validators, origins: list[str]) -> None:
        """Store the result of a poll; it is written before this returns."""
        seen = dict.fromkeys([*origins, *self._held(url).get("seen", ())])
        self._feeds[url] = {"etag": said.etag, "modified": said.modified, "seen": list(seen)[:_MAX_SEEN]}
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._feeds, ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(self._path)

    def _held(self, url: str) -> Mapping[str, Any]:
        held = self._feeds.get(url)
        return held if isinstance(held, dict) else {}


def poll(links: Links, memory: Memory, url: str) -> tuple[list[Article | Added], list[str], Validators]:
    """Return the entries of a feed that were not seen before.

    Returns:
        The entries, with the full text where their pages give it; the origins to remember once they
        are added; the validators for the next request.

    Raises:
        ArticleError: it may not be fetched, does not answer, or is no feed with text.
    """
    found, said = links.fetched(url, memory.validators(url))
    seen = memory.seen(url)
    fresh = [each for each in found if isinstance(each, Added) or each.origin not in seen]
    entries = [
        each if isinstance(each, Added) or at >= _MAX_WHOLE else links.whole(each)
        for at, each in enumerate(fresh)
    ]
    return entries, [each.origin for each in entries if isinstance(each, Article) and each.origin], said


def _placed(each: Article | Added, url: str, final: str) -> Article | Added:
    origin = url.split("#", 1)[0]
    if isinstance(each, Added):
        return each._replace(name=origin + each.name)
    return replace(
        each, origin=origin + (each.origin or ""), url=each.url or (final if not each.origin else None)
    )

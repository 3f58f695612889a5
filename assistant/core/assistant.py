"""The assistant: everything that every surface (chat, HTTP, CLI, Python) does, in one class."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from assistant.core.answer import Answer
from assistant.core.followup import follow_all
from assistant.core.question import check, check_asks, check_filters, check_history, check_k
from assistant.core.settings import load
from index import READ, Added, AddReport, Article, ArticleError, Collection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import EllipsisType

    from assistant.core.settings import Settings
    from assistant.fetching.links import Links
    from index import ArticleInfo, Embedding, Facets, Filters, Listing, Missing, Passage, Ranking, Upload

    Source = str | Path | Article | Upload
    Value = str | None | EllipsisType
    Progress = Callable[[int, Added], None]

CITATIONS = 3
"""How many passages an answer cites unless asked for more; docs/retrieval.md has recall@3."""

READ_S = 1.0
"""Seconds from the question in which reading a passage may begin: three take a tenth of it on two idle cores."""


class Assistant:
    """Answers questions with the passages of a collection of articles.

    Safe to use from several threads; several assistants, in one process or in many, may have the same
    home open, and each sees at its next question what any of them added or removed.

    Example:
        >>> with Assistant("var") as assistant:  # doctest: +SKIP
        ...     assistant.add("articles/")
        ...     answer = assistant.ask("Who signed the agreement?")
        ...     print(answer.citations[0].text)
    """

    def __init__(
        self,
        home: str | Path | None = None,
        model: str | None = None,
        *,
        dense_share: float | None = None,
        allow_links: bool = False,
        embeds: bool = True,
        reader: str | None = None,
        device: str | None = None,
    ) -> None:
        """Open the collection of a home folder, or start an empty one.

        Args:
            home: made when it does not exist; None: SANAD_HOME, else `var`.
            model: a sentence-transformers model by folder or name, `bundled`: the shipped one; None: the one the
                collection was made with, of a new collection the shipped one.
            dense_share: weight of the vectors beside the words, 0 to 1; None: what was measured best.
            allow_links: whether addresses and feeds may be fetched.
            embeds: whether passages that wait for their vectors get them in the background.
            reader: an extractive question-answering model of transformers, by folder or name; None or `bundled`: the
                one that ships with Sanad.
            device: what a sentence-transformers model computes on, such as `cuda`; None: the processor.

        Raises:
            StoreError: the home cannot be used, or its collection was made with another model.
            ModelError: the model cannot be loaded.
        """
        self.home = Path(home if home is not None else load().home)
        self._collection = Collection(
            self.home, model, dense_share, embeds=embeds, reader=reader, device=device
        )
        self._links: Links | None = None
        if allow_links:
            from assistant.fetching.links import Links

            self._links = Links()

    def add(
        self,
        source: Source | Iterable[Source],
        *,
        progress: Progress | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> AddReport:
        """Add a file, a folder, an address, an `Article`, an `Upload`, or any number of these.

        When it returns, what it reports as added is durable and in every process's next answer: by its words at once,
        by its meaning when its vectors follow in the background (`settle`, `embedding`).

        Args:
            source: a path (files of a folder are found recursively), an http or https address, an article, or
                a file's name and content.
            progress: called after each article with how many are done and what happened to it.
            columns: for tables (CSV, JSON), which column holds which field (`{"text": "body"}`).

        Returns:
            What happened to each article: added, updated, unchanged or skipped, with the reason.

        Raises:
            StoreError: the collection cannot be written.
        """
        from index import Upload

        sources = [source] if isinstance(source, str | Path | Article | Upload) else source
        missing: list[Added] = []
        report = self._collection.add(_expanded(sources, missing, self._links), progress, columns)
        return AddReport((*report.items, *missing))

    def poll(self, feed: str) -> AddReport:
        """Add the entries of a feed that were not seen before; entries that it drops are kept.

        Raises:
            ArticleError: links are not allowed, or the feed cannot be fetched.
            StoreError: the collection cannot be written.
        """
        from assistant.fetching.links import Memory, poll

        memory = Memory(self.home / "feeds.json")
        found, origins, said = poll(_allowed(self._links), memory, feed)
        report = self._collection.add([each for each in found if isinstance(each, Article)], asked=False)
        memory.remember(feed, said, origins)
        return AddReport((*report.items, *(each for each in found if isinstance(each, Added))))

    def sync(self, folder: str | Path) -> AddReport:
        """Bring the collection in step with the files of a folder, beside what came from elsewhere.

        New and changed files are added and updated; of those that a person removed (`remove`), only what has another
        text now. Articles whose file is seen to be gone are removed. Where that may be an accident, because no file of
        an article is left in the folder, it is on another drive than before, or more than ten articles and more than
        half of them would go, they are kept until a person decides (`missing`). What was edited of an article comes
        back with its file.

        Returns:
            What happened to each article; also `missing` and `withheld` ones, and folders that could not be listed.

        Raises:
            ArticleError: the folder is not there, or cannot be listed; nothing was changed.
            StoreError: the collection cannot be written.
        """
        from index import survey

        seen = survey(Path(folder))
        report = self._collection.add(seen.files, asked=False)
        told = [item for item in report.items if item.state != "missing"]  # told below, with those of before
        return AddReport((*told, *self._collection.follow(seen).items))

    def holds(self, path: str | Path) -> bool:
        """Whether an article was read from a file, or from one below a folder."""
        return self._collection.holds(_resolved(path))

    def missing(self, path: str | Path = "/", most: int | None = None) -> list[Missing]:
        """Give the articles whose files are not there any more, which are kept until a person decides.

        Args:
            path: of a file or a folder; the default is everything.
            most: how many to give; None: all.
        """
        return self._collection.missing(_resolved(path), most)

    def n_missing(self, path: str | Path = "/") -> int:
        """Count what `missing` gives; here no link in the path is resolved, so that the disk is not asked."""
        return self._collection.n_missing(str(path))

    def remove_missing(self, path: str | Path = "/") -> list[str]:
        """Remove the articles that `missing` gives, except those whose files are back; give their ids.

        If a file comes back, its article does, with what was edited of it.
        """
        return self._collection.remove_missing(_resolved(path))

    def keep_missing(self, path: str | Path = "/") -> list[str]:
        """Keep the articles that `missing` gives, as if they had been given directly; give their ids."""
        return self._collection.keep_missing(_resolved(path))

    def edit(  # one argument a field
        self,
        article_id: str,
        *,
        title: Value = ...,
        source: Value = ...,
        url: Value = ...,
        author: Value = ...,
        published: Value = ...,
        language: Value = ...,
    ) -> Article:
        """Change what is known of an article; its text stays. In the next answer when this returns.

        Another language means other terms, which are made anew. An article that was read from a file
        keeps the edit until the file changes.

        Args:
            article_id: of the article.
            title: what is not given stays; None: as if it had not been given, so what can be derived is.
            source: who published it.
            url: where it can be read; http or https.
            author: who wrote it.
            published: ISO 8601 date, or date and time.
            language: ISO 639-1 code.

        Returns:
            The article as it is now.

        Raises:
            NotFound: there is none with this id.
            ArticleError: a value cannot be used; nothing is changed.
        """
        given = {
            "title": title, "source": source, "url": url,
            "author": author, "published": published, "language": language,
        }  # fmt: skip
        changes = {name: value for name, value in given.items() if not isinstance(value, type(...))}
        return self._collection.edit(article_id, changes)

    def remove(self, article_id: str) -> None:
        """Remove an article; a file that it was read from stays.

        `sync` brings it back from its file when the text there changes, `add` does whenever it is asked to.

        Raises:
            NotFound: there is none with this id.
        """
        self._collection.remove(article_id)

    def remove_source(self, source: str) -> list[str]:
        """Remove all articles of a source, each as `remove` does; give their ids.

        Raises:
            NotFound: no article is of this source.
        """
        return self._collection.remove_source(source)

    def remove_folder(self, folder: str | Path) -> list[str]:
        """Remove all articles that were read from files below a folder, each as `remove` does; give their ids.

        An article that was also read from elsewhere stays.

        Raises:
            NotFound: no article was read from there.
        """
        return self._collection.remove_folder(Path(_resolved(folder)))

    def articles(self) -> list[ArticleInfo]:
        """Give all articles without their texts, oldest first."""
        return self._collection.articles()

    def listing(
        self,
        filters: Filters | None = None,
        *,
        title: str = "",
        sort: str = "added",
        first: int = 0,
        most: int | None = None,
    ) -> Listing:
        """Give a page of the articles that match, without their texts, and how many match in all.

        Args:
            filters: what the articles must match.
            title: words that all stand in title or source, in any spelling (التنف finds التَّنف).
            sort: added, published, title, source, language or passages; `-` before it: descending.
            first: how many to pass over.
            most: how many to give; None: all.

        Raises:
            QuestionError: a filter or the sort cannot be used.
        """
        return self._collection.listing(
            check_filters(filters), title=title, sort=sort, first=first, most=most
        )

    def facets(self) -> Facets:
        """Count the articles by source, language and month of publication."""
        return self._collection.facets()

    def passages(self, article_id: str) -> list[Passage]:
        """Give the passages of an article in the order of its text.

        Raises:
            NotFound: there is none with this id.
        """
        return self._collection.passages(article_id)

    def article(self, article_id: str) -> Article:
        """Give an article with its text.

        Raises:
            NotFound: there is none with this id.
        """
        return self._collection.article(article_id)

    def search(
        self, question: str, k: int = 10, filters: Filters | None = None, *, read_s: float = 0.0
    ) -> Ranking:
        """Give the passages nearest to a question, best first.

        Args:
            question: in any language; at most 1,000 characters.
            k: how many at most, 1 to 100.
            filters: what their articles must match.
            read_s: seconds from now in which reading one of the first passages may begin; 0: none is read, and there is
                no verdict.

        Returns:
            A sequence of hits that also knows the question's language.

        Raises:
            QuestionError: the question, k or a filter cannot be used.
        """
        if read_s <= 0:
            return self._rank(question, k, filters)
        started = time.perf_counter()
        ranking = self._rank(question, max(READ, check_k(k)), filters)
        return self._collection.read(ranking, k, read_s - (time.perf_counter() - started))

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        k: int = CITATIONS,
        filters: Filters | None = None,
        read_s: float = READ_S,
    ) -> Answer:
        """Answer a question with cited passages and their words, or say that none answers it.

        Args:
            question: in any language; at most 1,000 characters.
            history: what was asked before it, oldest first; the newest 30 count. A question that leans on
                them ("and when?") gets the words it lacks, and the answer says which.
            k: passages cited at most, 1 to 100.
            filters: what their articles must match.
            read_s: seconds from now in which reading a passage may begin; unread ones are not said to answer.

        Raises:
            QuestionError: the question, one before it, k or a filter cannot be used, or the question is only a link.
        """
        *_, answer = self.answering(question, history, k=k, filters=filters, read_s=read_s)
        return answer

    def answering(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        k: int = CITATIONS,
        filters: Filters | None = None,
        read_s: float = READ_S,
    ) -> Iterator[Answer]:
        """Answer a question in two steps: with the passages as they were found, then with what reading them says.

        Takes and raises what `ask` does.
        """
        started = time.perf_counter()
        text = check(question)
        check_asks(text)
        followed = follow_all([*check_history(history), text])[-1]
        ranking = self._rank(followed.text, max(READ, check_k(k)), filters)
        narrowed = check_filters(filters) is not None

        def answer(given: Ranking) -> Answer:
            return Answer.of(text, followed, given, (time.perf_counter() - started) * 1000, narrowed=narrowed)

        yield answer(replace(ranking, hits=ranking.hits[:k]))
        left_s = read_s - (time.perf_counter() - started)
        yield answer(self._collection.read(ranking, k, left_s))

    def _rank(self, question: str, k: int, filters: Filters | None) -> Ranking:
        return self._collection.search(check(question), check_k(k), check_filters(filters))

    def rebuild(self, model: str | None = None, progress: Callable[[int, int], None] | None = None) -> None:
        """Make everything anew from the stored articles; questions are answered meanwhile.

        Args:
            model: another model from now on, `bundled` for the shipped one; None: the one in use.
            progress: called with how many passages are done, and of how many.
        """
        self._collection.rebuild(model, progress)

    def check(self, *, repair: bool = False) -> list[str]:
        """Verify everything that is stored; one line a problem, none when sound.

        Args:
            repair: make what is derived anew where it is damaged; where acknowledged changes are lost, go on
                without them.
        """
        return self._collection.check(repair=repair)

    def backup(self, file: str | Path) -> None:
        """Write the collection to one file while it stays in use; `index.restore` puts it back."""
        self._collection.backup(Path(file))

    def settle(self, timeout_s: float | None = None) -> bool:
        """Wait until every passage that is there now has its vector, and the upkeep that has begun is done.

        Args:
            timeout_s: give up after so long; None: never.

        Returns:
            Whether nothing of this is left to do.

        Raises:
            StoreError: embedding fails; it is tried again in the background.
        """
        return self._collection.settle(timeout_s)

    def embedding(self) -> Embedding:
        """Say how many passages wait for their vectors, and how long that will take."""
        return self._collection.embedding()

    @property
    def is_light(self) -> bool:
        """Whether the model is so small that each process may well have its own, as the shipped one is."""
        return self._collection.is_light

    def health(self) -> dict[str, object]:
        """Say what the collection holds and what it was made with."""
        return self._collection.health()

    def close(self) -> None:
        """Let go of the files."""
        self._collection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_assistant(settings: Settings, *, embeds: bool = True) -> Assistant:
    """The assistant that settings ask for; see `Assistant` for `embeds`.

    Raises:
        StoreError: the home cannot be used, or its collection was made with another model.
        ModelError: the model cannot be loaded.
    """
    return Assistant(
        settings.home,
        settings.model,
        dense_share=settings.dense_share,
        allow_links=settings.allow_links,
        embeds=embeds,
        reader=settings.reader,
        device=settings.device,
    )


def _resolved(path: str | Path) -> str:
    """Give a path as origins have it, links resolved, also of what is not there any more."""
    return (
        str(Path(path).resolve()).encode("utf-8", "replace").decode()
    )  # nothing is read of a name that is no text


def _allowed(links: Links | None) -> Links:
    if links is None:
        raise ArticleError("links and feeds are not fetched; allow it with --allow-links")
    return links


def _expanded(
    sources: Iterable[Source], missing: list[Added], links: Links | None = None
) -> Iterator[Article | Path]:
    """Give articles and files one by one; what cannot be found is listed in `missing`."""
    from index import Upload, find, read_upload  # readers of files: a process that asks never needs them

    for source in sources:
        if isinstance(source, Article):
            yield source
            continue
        try:
            if isinstance(source, Upload):
                yield from _taken(read_upload(source), missing)
                continue
            if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
                yield from _taken(_allowed(links).articles(source), missing)
                continue
            yield from find(Path(source))
        except ArticleError as error:
            name = source.name if isinstance(source, Upload) else str(source)
            missing.append(Added("skipped", name, None, str(error)))


def _taken(found: Iterable[Article | Added], missing: list[Added]) -> Iterator[Article]:
    """Give the articles; what could not be taken goes to `missing`."""
    for each in found:
        if isinstance(each, Added):
            missing.append(each)
        else:
            yield each

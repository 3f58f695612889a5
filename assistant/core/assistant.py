"""Provide in one class everything that the surfaces (chat, HTTP, CLI, Python) do."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Self

from assistant.core.answer import Answer
from assistant.core.followup import follow_all
from assistant.core.glossing import Gloss, glossed, is_foreign, language_for, line_of
from assistant.core.question import (
    check,
    check_asks,
    check_filters,
    check_gloss,
    check_history,
    check_k,
    check_translate,
)
from assistant.core.settings import SettingsError, load
from index import READ, Added, AddReport, Article, ArticleError, Collection, QuestionError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
    from types import EllipsisType
    from typing import Concatenate, ParamSpec, TypeVar

    from assistant.core.settings import Settings
    from assistant.fetching.links import Links
    from assistant.writing.client import LanguageModel
    from assistant.writing.translator import Translation, Translator
    from assistant.writing.writer import Sentence, Writer, Written
    from index import Filters, Glossed, Listing, Ranking, Upload

    P = ParamSpec("P")
    T = TypeVar("T")
    Source = str | Path | Article | Upload
    Value = str | None | EllipsisType
    Progress = Callable[[int, Added], None]

CITATIONS = 3
"""How many passages an answer cites unless asked for more; tests/quality/floor.json has recall@3."""

READ_S = 1.0
"""Seconds from the question in which reading a passage may begin; three take a tenth of it on two idle cores."""


_NO_MODEL = "this Sanad has no language model; name one with --llm-url and --llm-model"


def _of_collection(method: Callable[Concatenate[Collection, P], T]) -> Callable[Concatenate[Assistant, P], T]:
    """Return a method of the collection as one of the assistant, with its types and its documentation."""

    @wraps(method)
    def passed_on(self: Assistant, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return method(self._collection, *args, **kwargs)

    return passed_on


class Assistant:
    """Answers questions with the passages of a collection of articles.

    Safe to use from several threads. Several assistants, in one process or in many, may have the same
    home open. At its next question, each sees what any of them added or removed.

    Example:
        >>> with Assistant("var") as assistant:  # doctest: +SKIP
        ...     assistant.add("articles/")
        ...     answer = assistant.ask("Who signed the agreement?")
        ...     print(answer.citations[0].text)
    """

    def __init__(  # noqa: PLR0913  # one argument a part that can be chosen
        self,
        home: str | Path | None = None,
        model: str | None = None,
        *,
        dense_share: float | None = None,
        allow_links: bool = False,
        embeds: bool = True,
        reader: str | None = None,
        reranker: str | None = None,
        device: str | None = None,
        llm: LanguageModel | None = None,
    ) -> None:
        """Open the collection of a home folder, or start an empty one.

        Args:
            home: created if it does not exist; None: SANAD_HOME, else `var`.
            model: a sentence-transformers model by folder or name, or `bundled` for the shipped one; None: the one
                the collection was made with, or the shipped one for a new collection.
            dense_share: weight of the vectors in the fused score, 0 to 1; None: the value that measured best.
            allow_links: whether addresses and feeds may be fetched.
            embeds: whether passages without vectors get them in the background.
            reader: an extractive question-answering model of transformers, by folder or name; None or `bundled`: the
                one that ships with Sanad.
            reranker: a cross-encoder of sentence-transformers, by folder or name, which orders the first passages
                before they are read; None: none.
            device: the device that sentence-transformers models run on, such as `cuda`; None: the CPU.
            llm: the language model that writes answers (`write`) and translates passages (`translate`); None: none.

        Raises:
            StoreError: the home cannot be used, or its collection was made with another model.
            ModelError: the model cannot be loaded.
        """
        self.home = Path(home if home is not None else load().home)
        self._collection = Collection(
            self.home, model, dense_share, embeds=embeds, reader=reader, reranker=reranker, device=device
        )
        self._writer: Writer | None = None
        self._translator: Translator | None = None
        if llm is not None:
            from assistant.writing.translator import Translator
            from assistant.writing.writer import Writer

            self._writer = Writer(llm)
            self._translator = Translator(llm, self._writer.places)
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

        On return, articles reported as added are durable, and the next question of every process finds them by their
        words. It finds them by meaning once their vectors follow in the background (`settle`, `embedding`).

        Args:
            source: a path (files of a folder are found recursively), an http or https address, an article, or
                a file's name and content.
            progress: called after each article with the number done and what happened to the article.
            columns: for tables (CSV, JSON), which column holds which field (`{"text": "body"}`).

        Returns:
            What happened to each article (added, updated, unchanged or skipped), with the reason.

        Raises:
            StoreError: the collection cannot be written.
        """
        from index import Upload

        sources = [source] if isinstance(source, str | Path | Article | Upload) else source
        missing: list[Added] = []
        report = self._collection.add(_expanded(sources, missing, self._links), progress, columns)
        return AddReport((*report.items, *missing))

    def poll(self, feed: str) -> AddReport:
        """Add the entries of a feed that were not seen before; entries that the feed drops are kept.

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
        """Synchronise the collection with the files of a folder; articles from elsewhere stay.

        New files are added and changed files updated. An article that a person removed (`remove`) returns only if its
        text has changed. Articles whose file is gone, or that are no longer in their file, are removed. If the loss may
        be an accident, they are kept until a person decides (`missing`). It may be one if no file of an article is left
        in the folder, the folder is on another drive than before, or more than ten articles and more than half of them,
        in the folder or in one file, would go. When a file comes back, its article does too, with its edits.

        Returns:
            What happened to each article; also `missing` and `withheld` ones, and folders that could not be listed.

        Raises:
            ArticleError: the folder is not there, or cannot be listed; nothing was changed.
            StoreError: the collection cannot be written.
        """
        from index import survey

        seen = survey(Path(folder))
        report = self._collection.add(seen.files, asked=False)
        told = [item for item in report.items if item.state != "missing"]  # `follow` reports those
        return AddReport((*told, *self._collection.follow(seen).items))

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
        """Change the metadata of an article; its text stays. The next question sees the change.

        If the language changes, the terms of the article are computed again. An article that was read from a file
        keeps the edit until the file changes.

        Args:
            article_id: id of the article.
            title: a field that is not given stays; None clears it, and what can be derived is derived again.
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

    def listing(
        self,
        filters: Filters | None = None,
        *,
        title: str = "",
        sort: str = "added",
        first: int = 0,
        most: int | None = None,
    ) -> Listing:
        """Return a page of the matching articles, without their texts, and the number of all matches.

        Args:
            filters: what the articles must match.
            title: words that must all occur in title or source, in any spelling (التنف finds التَّنف).
            sort: added, published, title, source, language or passages; `-` before it: descending.
            first: how many to skip.
            most: how many to return; None: all.

        Raises:
            QuestionError: a filter or the sort cannot be used.
        """
        return self._collection.listing(
            check_filters(filters), title=title, sort=sort, first=first, most=most
        )

    def search(
        self, question: str, k: int = 10, filters: Filters | None = None, *, read_s: float = 0.0
    ) -> Ranking:
        """Return the passages nearest to a question, best first.

        Args:
            question: in any language; at most 1,000 characters.
            k: how many at most, 1 to 100.
            filters: what their articles must match.
            read_s: seconds from now in which reading one of the first passages may begin; 0: none is read, and there is
                no verdict.

        Returns:
            The hits as a sequence, with the question's language.

        Raises:
            QuestionError: the question, k or a filter cannot be used.
        """
        started = time.perf_counter()
        n_read = READ if read_s > 0 else 0
        found = self._rank(question, max(n_read, self._collection.n_reranked, check_k(k)), filters)
        left_s = read_s - (time.perf_counter() - started)  # the reranker takes nothing of the reader's time
        ranking = self._collection.rerank(found)
        if not n_read:
            return replace(ranking, hits=ranking.hits[:k])
        return self._collection.read(ranking, k, left_s)

    def ask(  # noqa: PLR0913  # one argument a part that can be asked for
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        k: int = CITATIONS,
        filters: Filters | None = None,
        read_s: float = READ_S,
        gloss: str | None = None,
        write: bool = False,
        translate: str | None = None,
    ) -> Answer:
        """Answer a question with cited passages and a short answer, or say that none answers it.

        Args:
            question: in any language; at most 1,000 characters.
            history: the questions before it, oldest first; the newest 30 count. A follow-up question
                ("and when?") gets the words that it lacks from them, and the answer says which.
            k: how many passages to cite at most, 1 to 100.
            filters: what their articles must match.
            read_s: seconds from now in which reading a passage may begin; an unread passage never counts as an answer.
            gloss: ISO 639-1 code of a reader's language, one of the lexicon's. `Answer.gloss` says what each word of
                passages in other languages may mean in it. It is not a translation.
            write: whether the language model writes an answer from the citations (`Answer.written`); see `write`.
            translate: ISO 639-1 code of a reader's language: the language model translates passages in other languages
                into it (`Answer.translations`); see `translate`.

        Raises:
            QuestionError: the question, one before it, k, a filter or a reader's language cannot be used, or the
                question is only a link; or something is to be written, but there is no language model.
        """
        if write:
            self._require_writer()
        if translate is not None:
            self._require_translator(translate)
        target = check_gloss(gloss, self._collection.gloss_languages)
        *_, answer = self.answering(question, history, k=k, filters=filters, read_s=read_s)
        if target:
            answer = replace(answer, gloss=glossed(answer, target, self._collection.gloss))
        if write:
            from assistant.writing.writer import whole

            answer = replace(answer, written=whole(self.write(answer)))
        if translate is not None:
            answer = replace(answer, translations=dict(self.translate(answer, translate)))
        return answer

    @property
    def writes_with(self) -> str | None:
        """Name of the language model that writes answers and translates passages; None if there is none."""
        return self._writer.model.name if self._writer else None

    def write(self, answer: Answer) -> Iterator[Sentence | Written]:
        """Have the language model write an answer from the citations; yield each sentence, then the whole.

        A sentence is yielded once it passes the checks: what it cites exists, and supports it as far as can be told
        (docs/answers.md). The others are counted. Nothing is written if the verdict is `none`. A problem with the
        language model raises no exception: the last item yielded says what happened (`Written.trouble`). Closing the
        iterator ends the request to the model. In a thread with an event loop, use `writing` instead.

        Args:
            answer: the result of `ask`.

        Raises:
            QuestionError: there is no language model.
        """
        from assistant.writing.writer import stepwise

        return stepwise(self.writing(answer))

    def writing(self, answer: Answer) -> AsyncGenerator[Sentence | Written]:
        """Do what `write` does in an event loop, without blocking it.

        Raises:
            QuestionError: there is no language model.
        """
        from assistant.writing.writer import MOST_PASSAGES, Asked

        hits = answer.citations[:MOST_PASSAGES]
        asked = Asked(answer.question, answer.carried, answer.language, hits)
        return self._require_writer().write(asked, self._collection.supporter(hits))

    def translate(self, answer: Answer, into: str) -> Iterator[tuple[str, Translation]]:
        """Have the language model translate the passages; yield `Hit.passage_id` and the translation of each.

        Nothing checks a translation, so it never replaces the passage. If there is none, `Translation.trouble` says
        why: for example, the passage is in that language, or the model took too long. Translations are cached in
        memory, by text, language and model. Closing the iterator ends the request to the model. In a thread with an
        event loop, use `translating` instead.

        Args:
            answer: the result of `ask`.
            into: ISO 639-1 code of the reader's language.

        Raises:
            QuestionError: the language is not known, or there is no language model.
        """
        from assistant.writing.writer import stepwise

        return stepwise(self.translating(answer, into))

    def translating(self, answer: Answer, into: str) -> AsyncGenerator[tuple[str, Translation]]:
        """Do what `translate` does in an event loop, without blocking it.

        Raises:
            QuestionError: the language is not known, or there is no language model.
        """
        translator, language = self._require_translator(into)
        return translator.translate_all(answer.shown, language)

    async def translation(self, article_id: str, start: int, end: int, into: str) -> Translation:
        """Have the language model translate a part of an article, as `translate` does with a passage.

        Args:
            article_id: id of the article.
            start, end: characters of its text.
            into: ISO 639-1 code of the reader's language.

        Raises:
            NotFound: there is none with this id.
            QuestionError: the language is not known, or there is no language model.
        """
        translator, language = self._require_translator(into)
        article = await asyncio.to_thread(self._collection.article, article_id)
        return await translator.translate(article.text[start:end], article.language, language)

    def _require_writer(self) -> Writer:
        if self._writer is None:
            raise QuestionError(f"nothing can be written: {_NO_MODEL}")
        return self._writer

    def _require_translator(self, into: str) -> tuple[Translator, str]:
        """Return the translator and the language, checked."""
        language = check_translate(into)
        if self._translator is None:
            raise QuestionError(f"nothing can be translated: {_NO_MODEL}")
        return self._translator, language

    def answering(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        k: int = CITATIONS,
        filters: Filters | None = None,
        read_s: float = READ_S,
    ) -> Iterator[Answer]:
        """Answer a question in two steps: yield the passages as they were found, then the answer after reading them.

        Arguments and exceptions are those of `ask`.
        """
        started = time.perf_counter()
        text = check(question)
        check_asks(text)
        followed = follow_all([*check_history(history), text])[-1]
        n_found = max(READ, self._collection.n_reranked, check_k(k))
        ranking = self._rank(followed.text, n_found, filters)
        narrowed = check_filters(filters) is not None

        def answer(given: Ranking) -> Answer:
            return Answer.of(text, followed, given, (time.perf_counter() - started) * 1000, narrowed=narrowed)

        yield answer(replace(ranking, hits=ranking.hits[:k]))
        left_s = read_s - (time.perf_counter() - started)  # the reranker takes nothing of the reader's time
        if left_s > 0:
            ranking = self._collection.rerank(ranking)
        yield answer(self._collection.read(ranking, k, left_s))

    def gloss_language(self, asked: str) -> str | None:
        """Return the language to gloss in for a question in a language; None without a lexicon."""
        return language_for(asked, self._collection.gloss_languages)

    def with_line(self, answer: Answer) -> Answer:
        """Return an answer with the language to gloss it in for the asker, and the gloss of its short answer.

        The passages are not glossed; `gloss` glosses each one that is looked at.
        """
        target = self.gloss_language(answer.language)
        if target is None:
            return answer
        return replace(answer, gloss=Gloss(target, line_of(answer, target, self._collection.gloss), {}))

    def gloss(self, article_id: str, start: int, end: int, target: str) -> tuple[Glossed, ...]:
        """Return what each word of a part of an article may mean; nothing if it is in the reader's language.

        Args:
            article_id: id of the article.
            start, end: characters of its text.
            target: ISO 639-1 code of the reader's language, one of the lexicon's.

        Returns:
            The glossed words, with offsets of the article.

        Raises:
            NotFound: there is none with this id.
            QuestionError: the lexicon lacks the language.
        """
        into = check_gloss(target, self._collection.gloss_languages)
        article = self._collection.article(article_id)
        if into is None or not is_foreign(article, into):
            return ()
        found = self._collection.gloss(article.text[start:end], article.language or "und", into)
        return tuple(one._replace(start=one.start + start, end=one.end + start) for one in found)

    def _rank(self, question: str, k: int, filters: Filters | None) -> Ranking:
        return self._collection.search(check(question), check_k(k), check_filters(filters))

    articles = _of_collection(Collection.articles)
    article = _of_collection(Collection.article)
    passages = _of_collection(Collection.passages)
    facets = _of_collection(Collection.facets)
    holds = _of_collection(Collection.holds)
    missing = _of_collection(Collection.missing)
    n_missing = _of_collection(Collection.n_missing)
    remove_missing = _of_collection(Collection.remove_missing)
    keep_missing = _of_collection(Collection.keep_missing)
    remove = _of_collection(Collection.remove)
    remove_source = _of_collection(Collection.remove_source)
    remove_folder = _of_collection(Collection.remove_folder)
    rebuild = _of_collection(Collection.rebuild)
    check = _of_collection(Collection.check)
    backup = _of_collection(Collection.backup)
    settle = _of_collection(Collection.settle)
    embedding = _of_collection(Collection.embedding)
    health = _of_collection(Collection.health)
    close = _of_collection(Collection.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_assistant(settings: Settings, *, embeds: bool = True) -> Assistant:
    """Return the assistant that the settings describe; see `Assistant` for `embeds`.

    Raises:
        StoreError: the home cannot be used, or its collection was made with another model.
        ModelError: the model cannot be loaded.
        SettingsError: a language model lacks its address or its name.
    """
    return Assistant(
        settings.home,
        settings.model,
        dense_share=settings.dense_share,
        allow_links=settings.allow_links,
        embeds=embeds,
        reader=settings.reader,
        reranker=settings.reranker,
        device=settings.device,
        llm=_language_model(settings),
    )


def _language_model(settings: Settings) -> LanguageModel | None:
    if settings.llm_url is None and settings.llm_model is None:
        return None
    if settings.llm_url is None or settings.llm_model is None:
        raise SettingsError("a language model needs both its server and its name: --llm-url and --llm-model")
    from assistant.writing.client import LanguageModel

    return LanguageModel(settings.llm_url, settings.llm_model, settings.llm_key)


def _allowed(links: Links | None) -> Links:
    if links is None:
        raise ArticleError("links and feeds are not fetched; allow it with --allow-links")
    return links


def _expanded(
    sources: Iterable[Source], missing: list[Added], links: Links | None = None
) -> Iterator[Article | Path]:
    """Yield articles and files; append what cannot be found to `missing`."""
    from index import Upload, find, read_upload  # a process that only asks needs no file readers

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
    """Yield the articles; append what was skipped to `missing`."""
    for each in found:
        if isinstance(each, Added):
            missing.append(each)
        else:
            yield each

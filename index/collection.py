"""Provide the collection: articles in, rankings out; durable, shared between threads and processes.

Modules that only changes need are imported when something changes, so that a process that only asks starts faster.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from index.errors import NotFound, StoreError, StoreUnavailable
from index.models import open_encoder, open_reader, open_reranker
from index.models.calibration import Calibration
from index.ranking.parameters import DEFAULT, RERANKED
from index.ranking.search import Searcher
from index.records import Added, AddReport, Passage
from index.segments.snapshot import verifying
from index.store.articles import all_infos, article_by_id, digests_of, ids_by_source, number_by_id
from index.store.choosing import located
from index.store.files import known_file, missing_articles, n_missing_articles, note_found, remember_file
from index.store.home import Home
from index.store.listing import facets, listing
from index.store.origins import is_origin_at, origins_below, origins_of, unlink_origin
from index.store.passages import newest_passage, spans_of
from index.store.vectors import embed_again, has_unembedded, oldest_unembedded
from index.upkeep.compatibility import check_canaries, check_settings, encoder_of, start
from index.upkeep.session import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from index.ingest.adding import Ready
    from index.ingest.preparing import Identified
    from index.models.encoder import Encoder
    from index.models.gloss import Glossed
    from index.models.lexicon import Lexicon
    from index.ranking.support import Supporter
    from index.reading.disk import Survey
    from index.reading.sources import Parts
    from index.records import Article, Filters, Hit, Known, Missing, Ranking
    from index.segments.sealed_files import Ahead
    from index.segments.view import View
    from index.store.articles import ArticleInfo
    from index.store.listing import Facets, Listing
    from index.store.reader import Reader
    from index.store.writer import Writer
    from index.upkeep.compatibility import Load
    from index.upkeep.embedding import Embedding

log = logging.getLogger(__name__)


_POLL_S = 0.02  # interval at which `settle` checks


class Collection:
    """The articles of one home folder.

    Safe to use from several threads, and from several processes at once: each question sees
    the collection as the last committed change left it.
    """

    def __init__(
        self,
        home: Path,
        model: str | None = None,
        dense_share: float | None = None,
        *,
        embeds: bool = True,
        reader: str | None = None,
        reranker: str | None = None,
        device: str | None = None,
    ) -> None:
        """Open a collection, or start an empty one.

        Args:
            home: the folder it lives in; made when it does not exist.
            model: None for the one the collection was made with, and the shipped one for a new collection; else
                a sentence-transformers model by its name or folder, or `bundled`, the shipped one.
            dense_share: weight of the vectors in the fused score, 0 to 1; None: the value that measured best.
            embeds: whether this process embeds the passages that wait for their vectors, in the background.
            reader: None or `bundled` for the reader that ships with Sanad; else an extractive question-answering model
                of transformers, by its name or folder.
            reranker: a cross-encoder of sentence-transformers, by its name or folder, which `rerank` uses; None: none.
            device: the device of the sentence-transformers models; see `index.models.encoder.open_encoder`.

        Raises:
            StoreUnavailable: the home cannot be read or written.
            StoreDamaged: the database is damaged.
            StoreIncompatible: made with another model, analyser, chunker or format.
            ModelError: the model cannot be loaded.
        """
        self._home = Home(home)
        self._guard = threading.Lock()
        self._lexicon = shipped_lexicon()
        self._dense_share = dense_share
        self._embeds = embeds
        self._reader = reader
        self._reranker = open_reranker(reranker, device) if reranker else None
        ahead = self._verifying()
        self._device = device
        load = cache(partial(open_encoder, device=device))  # one load for both calls, then released
        self._home.steadily(lambda: start(self._home, model, load))
        self._state = self._home.steadily(lambda: self._open(model, load, ahead=ahead), Opened.leave)
        self._tell(self._state)
        self._searchers: dict[str, Searcher] = {}

    def _verifying(self) -> Ahead | None:
        """Begin to verify the snapshots, which takes longest and needs no model."""
        with suppress(StoreError):  # `_open` raises it
            path = self._home.current()
            return verifying(self._home.snapshots / path.name) if path else None
        return None

    def _open(
        self,
        model: str | None = None,
        load: Load = open_encoder,
        *,
        held: Encoder | None = None,
        ahead: Ahead | None = None,
    ) -> Opened:
        path = located(self._home)
        if path is None:
            raise StoreUnavailable(f"{self._home.path} holds no collection any more; {self._home.remedy()}")
        encoder = encoder_of(path, model, load, held)
        state = Opened(path, self._home, encoder, ahead, embeds=self._embeds)
        try:
            check_settings(state.store, encoder, self._home.path)
            check_canaries(state.store, encoder)
            state.drop_what_is_ahead()
        except StoreError:
            state.leave()
            raise
        return state

    def _tell(self, state: Opened) -> None:
        """Log a warning if acknowledged changes are gone."""
        for line in state.store.missing():
            log.warning("%s", line)

    # -- reading ---------------------------------------------------------------------------------

    @contextmanager
    def session(self) -> Iterator[Opened]:
        """Keep the current database open, with all that is derived from it; for upkeep, tests and benchmarks.

        If another process replaced the database, this one switches to the new one first.
        """
        while True:
            state = self._state
            if state.stamp != self._home.stamp():
                self._home.steadily(partial(self._follow, state))
                continue
            if state.enter():
                break
        try:
            yield state
        finally:
            state.leave()

    def _follow(self, old: Opened) -> None:
        with self._guard:
            if self._state is not old or old.stays():
                return
            self._state = self._home.steadily(lambda: self._open(held=old.encoder), Opened.leave)
            self._tell(self._state)
            old.leave()

    @contextmanager
    def view(self) -> Iterator[tuple[View, Reader]]:
        """Hold the collection as one reader sees it, whatever others add or remove meanwhile.

        Yields:
            The view, which is searched, and the transaction of the same sequence number, from which texts are read.
        """
        with self.session() as session, session.viewing() as held:
            yield held

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> Ranking:
        """Rank the passages that may answer a question; see `Searcher.search`."""
        with self.session() as state, state.viewing() as (view, reader):
            return self._searcher(state.encoder).search(view, reader, question, k, filters)

    @property
    def n_reranked(self) -> int:
        """How many hits a ranking must have to be reranked; 0 without a reranker."""
        return RERANKED if self._reranker else 0

    def rerank(self, ranking: Ranking) -> Ranking:
        """Have the reranker order the first hits; without one, return the ranking. See `index.ranking.reranking`.

        Args:
            ranking: of this collection, with at least `n_reranked` hits if there are that many.

        Raises:
            ModelError: the reranker cannot read.
        """
        from index.ranking.reranking import rerank

        return rerank(ranking, self._reranker) if self._reranker else ranking

    def read(self, ranking: Ranking, k: int, budget_s: float | None = None) -> Ranking:
        """Read the first hits of a ranking and judge whether they answer; see `index.ranking.verdict.read`.

        Args:
            ranking: of this collection, with at least `READ` hits if there are that many.
            k: hits wanted.
            budget_s: seconds from now in which reading a passage may begin; None: no limit.

        Raises:
            ModelError: the reader cannot be opened, or cannot read.
        """
        from index.ranking.verdict import read

        budget_s = math.inf if budget_s is None else budget_s
        return read(ranking, k, open_reader(self._reader), self._lexicon, budget_s)

    @property
    def gloss_languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes of the languages that `gloss` can gloss in; none if this installation lacks the lexicon."""
        return self._lexicon.languages if self._lexicon else ()

    def gloss(self, text: str, language: str, target: str) -> tuple[Glossed, ...]:
        """Gloss a text word by word; see `index.models.gloss`.

        Args:
            text: any text.
            language: its ISO 639-1 code.
            target: one of `gloss_languages`; for any other nothing is glossed.
        """
        if self._lexicon is None or target not in self._lexicon.languages:
            return ()
        from index.models.gloss import gloss

        return gloss(text, language, target, self._lexicon)

    def supporter(self, hits: Sequence[Hit]) -> Supporter:
        """Return what checks sentences against passages; see `index.ranking.support`."""
        from index.ranking.support import Supporter

        with self.session() as state:
            searcher = self._searcher(state.encoder)
        return Supporter(hits, searcher.encoder, searcher.calibration, self._lexicon)

    def _searcher(self, encoder: Encoder) -> Searcher:
        key = encoder.fingerprint
        if key not in self._searchers:
            share = DEFAULT.dense if self._dense_share is None else self._dense_share
            weights = DEFAULT._replace(dense=share)
            self._searchers[key] = Searcher(encoder, Calibration(encoder), self._lexicon, weights)
        return self._searchers[key]

    def article(self, article_id: str) -> Article:
        """Return an article with its text.

        Raises:
            NotFound: there is none with this id.
        """
        with self.session() as state, state.store.reading() as reader:
            found = article_by_id(reader, article_id)
        if found is None:
            raise self._nowhere(article_id)
        return found

    def _nowhere(self, article_id: str) -> NotFound:
        return NotFound(f"no article {article_id!r} in {self._home.path}; `sanad list` shows all")

    def articles(self) -> list[ArticleInfo]:
        """Return all articles without their texts, oldest first."""
        with self.session() as state, state.store.reading() as reader:
            return all_infos(reader)

    def listing(
        self,
        filters: Filters | None = None,
        *,
        title: str = "",
        sort: str = "added",
        first: int = 0,
        most: int | None = None,
    ) -> Listing:
        """Return a page of the articles that match, without their texts; see `index.store.listing`."""
        with self.session() as state, state.store.reading() as reader:
            return listing(reader, filters, title=title, sort=sort, first=first, most=most)

    def facets(self) -> Facets:
        """Count the articles by source, language and month of publication."""
        with self.session() as state, state.store.reading() as reader:
            return facets(reader)

    def passages(self, article_id: str) -> list[Passage]:
        """Return an article's passages in the order of its text.

        Raises:
            NotFound: there is none with this id.
        """
        with self.session() as state, state.store.reading() as reader:
            article, spans = article_by_id(reader, article_id), spans_of(reader, article_id)
        if article is None:
            raise self._nowhere(article_id)
        return [Passage(start, end, article.text[start:end]) for start, end in spans]

    def health(self) -> dict[str, object]:
        """Return what the collection holds and what it was made with.

        Raises:
            StoreUnavailable: the database was deleted while it was in use.
        """
        with self.session() as state, state.store.reading() as reader:
            self._refuse_if_gone(state)
            return {
                "home": str(self._home.path),
                "model": state.encoder.name,
                "reranker": self._reranker.name if self._reranker else None,
                "sequence": reader.sequence,
                **reader.counts(),
                "languages": reader.languages(),
                "embedding": state.embedder.progress(reader)._asdict(),
            }

    def check(self, *, repair: bool = False) -> list[str]:
        """Verify the database, every article in it, the snapshots and the model.

        Args:
            repair: replace damaged snapshots by a new one from the database, and embed passages with damaged vectors
                again; if acknowledged changes are gone, go on without them.

        Returns:
            One line for each problem found, repaired or not; empty if there is none.

        Raises:
            StoreIncompatible: the model gives different vectors than when the collection was made.
        """
        from index.upkeep.checking import unsound, unsound_vectors

        with self.session() as state:
            self._refuse_if_gone(state)
            missing = state.store.missing()
            with state.store.reading() as reader:
                found = reader.problems() + unsound(reader, analysed=True)
            check_canaries(state.store, state.encoder)
            with state.store.reading() as reader:
                vectors = unsound_vectors(reader, state.encoder)
            derived = state.snapshots.problems(state.encoder.dimension)
            if repair and vectors:
                with self._writing() as writer:
                    embed_again(writer, [*vectors])
            if repair and derived:
                state.snapshots.discard()
                state.saved_rows = 0
                state.save()
            if repair and missing:
                with state.store.writing() as writer:
                    writer.forget_lost()
        return [*missing, *found, *vectors.values(), *derived]

    def backup(self, file: str | Path) -> None:
        """Write the collection to one file while it stays in use; `index.restore` puts it back."""
        from index.upkeep.backups import backup

        with self.session() as state:
            backup(self._home, state.store, Path(file))

    # -- writing ---------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[Writer]:
        """Change the current database, even if another process replaces it meanwhile.

        Raises:
            StoreUnavailable: the change went into files that are no longer in the home.
        """
        while True:
            with self.session() as state:
                with state.store.writing() as writer:
                    is_current = self._home.stamp() == state.stamp
                    if is_current:
                        yield writer
                        waits = has_unembedded(writer)
                if is_current:
                    self._refuse_if_gone(state)
                    if waits:
                        state.embed()
                    return

    def _refuse_if_gone(self, state: Opened) -> None:
        """Raise StoreUnavailable if the database was deleted or replaced while it was in use."""
        if state.store.is_in_place or self._is_succeeded(state):
            return
        raise StoreUnavailable(
            f"{state.store.path} or its journal was deleted or replaced while it was in use: what is changed now is in "
            f"no file; put it back and start again, or restore a backup: `sanad restore --home {self._home.path} FILE`"
        )

    def _is_succeeded(self, state: Opened) -> bool:
        """Return whether another process made another database current, with all that was in this one."""
        with suppress(StoreError):
            return self._home.current() not in {None, state.store.path}
        return False

    def add(
        self,
        sources: Iterable[Article | Path],
        progress: Callable[[int, Added], None] | None = None,
        columns: Mapping[str, str] | None = None,
        *,
        asked: bool = True,
    ) -> AddReport:
        """Add articles, or files to be read; when this returns they are durable and searchable.

        An article that is already there (the same origin or id, or the same text) is left as it is,
        or replaced if it changed. A bad one is skipped and listed; the others are added.

        Args:
            sources: articles or paths of files, in any number; read as they are needed.
            progress: called after each article with the number done and what happened to it.
            columns: for tables, which column holds which field (`{"text": "body"}`).
            asked: whether a person asked for these, so that removed articles come back. False: a removed article
                comes back only if its text changed.

        Raises:
            StoreError: the database cannot be written; what was added before the last batch stays.
        """
        from index.ingest.batches import batches
        from index.reading.sources import Sources

        items: list[Added] = []
        refused: dict[str, str] = {}
        known = partial(self._known, asked=asked)
        put = partial(self._put, refused=refused, asked=asked)
        for made, finished in batches(Sources(sources, columns, known), self._looked_up):
            for item in put(made, finished):
                items.append(item)
                if progress:
                    progress(len(items), item)
        return AddReport(tuple(items))

    def _looked_up(self, sources: Sequence[Article | Added]) -> list[tuple[Identified | Added, bool]]:
        """Identify articles, and return each with whether it is held with the same text."""
        from index.ingest.adding import identified, is_held

        batch = [identified(source) for source in sources]
        with self.session() as state, state.store.reading() as reader:
            return [(one, not isinstance(one, Added) and is_held(reader, one)) for one in batch]

    def _known(self, path: str, *, asked: bool) -> Known | None:
        """Return what is known of a file that was read before; None if it must be read."""
        with self.session() as state, state.store.reading() as reader:
            known = known_file(reader, path)
        return None if asked and known and known.withheld else known

    def _put(
        self,
        made: Sequence[Ready | Added],
        files: Sequence[Parts],
        *,
        refused: dict[str, str],
        asked: bool,
    ) -> list[Added]:
        """Write a batch, remove what is no longer in the files that end with it, and remember these files.

        Args:
            made: articles to write, and what already happened to others.
            files: those that end with this batch.
            refused: reasons for skipped parts of files that have not ended, by name; kept from batch to batch.
            asked: whether a person asked for these.
        """
        from index.ingest.absent import follow_parts
        from index.ingest.adding import put

        told = [given for given in made if isinstance(given, Added)]
        refused.update((item.name, item.reason) for item in told if item.state == "skipped")
        if len(told) == len(made) and not any(file.seen or file.is_whole for file in files):
            return told  # nothing to write, so no wait for the lock
        with self._writing() as writer:
            added = [put(writer, given, asked=asked) for given in made]
            refused.update((item.name, item.reason) for item in added if item.state == "skipped")
            note_found(writer, (item.name for item in added if item.article_id))
            for file in files:
                added += follow_parts(writer, file)
                parts = tuple((name, refused.pop(name)) for name in sorted(file.origins) if name in refused)
                if file.seen:
                    remember_file(writer, file.path, file.seen._replace(refused=parts))
        return added

    def edit(self, article_id: str, changes: Mapping[str, str | None]) -> Article:
        """Change an article's metadata in one transaction; see `index.ingest.adding.edit`.

        Raises:
            NotFound: there is none with this id.
            ArticleError: a value cannot be used.
        """
        from index.ingest.adding import edit

        with self._writing() as writer:
            edited = edit(writer, article_id, changes)
        if edited is None:
            raise self._nowhere(article_id)
        return edited

    def remove(self, article_id: str) -> None:
        """Remove an article; once this returns, it is in no answer of any process.

        A file that it was read from stays. `Assistant.sync` brings the article back when the text of its file changes;
        `add` always does.

        Raises:
            NotFound: there is none with this id.
        """
        from index.ingest.adding import remove

        with self._writing() as writer:
            number = number_by_id(writer, article_id)
            if number is None:
                raise self._nowhere(article_id)
            remove(writer, number)

    def remove_source(self, source: str) -> list[str]:
        """Remove all articles of a source in one transaction, each as `remove` does; return their ids.

        Raises:
            NotFound: no article is of this source.
        """
        from index.ingest.adding import remove

        with self._writing() as writer:
            ids = ids_by_source(writer, source)
            for article_id in ids:
                remove(writer, number_by_id(writer, article_id) or 0)
        if not ids:
            raise NotFound(f"no article of source {source!r} in {self._home.path}; `sanad list` shows all")
        return ids

    def remove_folder(self, folder: str | Path) -> list[str]:
        """Remove all articles that were read from files below a folder, each as `remove` does; return their ids.

        All are removed in one transaction. An article that was also read from elsewhere stays.

        Raises:
            NotFound: no article was read from there.
        """
        from index.ingest.adding import remove

        gone = []
        folder = _resolved(folder)
        with self._writing() as writer:
            below = dict(origins_below(writer, folder))
            for number in dict.fromkeys(below.values()):
                article_id, origins = digests_of(writer, number)[0], origins_of(writer, number)
                if all(origin in below for origin in origins):
                    gone.append(article_id)
                    remove(writer, number)
                else:
                    for origin in filter(below.__contains__, origins):
                        unlink_origin(writer, origin)
        if not below:
            raise NotFound(
                f"no article was read from below {folder}; `sanad list` shows what each was read from"
            )
        return gone

    # -- files that are gone -----------------------------------------------------------------------

    def follow(self, survey: Survey) -> AddReport:
        """Remove the articles whose files are gone from a folder; see `index.ingest.absent`.

        If that may be an accident (no file of an article is left in the folder, it is on another drive, or more than
        ten articles and more than half of them would go), they are kept and reported as missing. An article that was
        also read from elsewhere stays and loses only this origin. Folders that could not be listed are reported too.
        """
        from index.ingest.absent import follow, is_settled, kept

        gone: list[Added] = []
        with self.session() as state, state.store.reading() as reader:
            settled = is_settled(reader, survey)
        if not settled:
            with self._writing() as writer:
                gone = follow(writer, survey)
        with self.session() as state, state.store.reading() as reader:
            return AddReport((*gone, *kept(reader, survey)))

    def holds(self, path: str | Path) -> bool:
        """Return whether an article was read from a file, or from one below a folder."""
        with self.session() as state, state.store.reading() as reader:
            return is_origin_at(reader, _resolved(path))

    def missing(self, path: str | Path = "/", most: int | None = None) -> list[Missing]:
        """Return the articles whose files are gone and which are kept until a person decides, oldest first.

        Args:
            path: of a file or a folder; the default is everything.
            most: how many to return; None: all.
        """
        with self.session() as state, state.store.reading() as reader:
            return missing_articles(reader, _resolved(path), most)

    def n_missing(self, path: str | Path = "/") -> int:
        """Return the number of `missing` articles; links in the path are not resolved, which avoids disk access."""
        with self.session() as state, state.store.reading() as reader:
            return n_missing_articles(reader, str(path))

    def remove_missing(self, path: str | Path = "/") -> list[str]:
        """Remove the articles that `missing` returns, except those whose files are back; return their ids.

        If a file comes back later, its article does too, with its edits.
        """
        from index.ingest.absent import remove, still_missing

        with self.session() as state, state.store.reading() as reader:
            origins = still_missing(reader, _resolved(path))
        with self._writing() as writer:
            return [item.article_id for item in remove(writer, origins) if item.article_id]

    def keep_missing(self, path: str | Path = "/") -> list[str]:
        """Keep the articles that `missing` returns, as if they had been given directly; return their ids."""
        from index.ingest.absent import keep, still_missing

        with self.session() as state, state.store.reading() as reader:
            origins = still_missing(reader, _resolved(path))
        with self._writing() as writer:
            return keep(writer, origins)

    # -- upkeep ----------------------------------------------------------------------------------

    def settle(self, timeout_s: float | None = None) -> bool:
        """Wait until every passage stored now has its vector, then for the upkeep that has begun.

        This does not wait for passages added later, so a process that keeps adding does not block this one.

        Args:
            timeout_s: give up after this many seconds; None: never.

        Returns:
            Whether all of this is done.

        Raises:
            StoreError, ModelError: embedding fails; it is tried again in the background.
        """
        ends = None if timeout_s is None else time.monotonic() + timeout_s
        with self.session() as state, state.store.reading() as reader:
            newest = newest_passage(reader)
        while self._waits(newest):
            with self.session() as state:
                state.embed()
                problem = state.embedder.problem
            if problem:
                raise StoreUnavailable(f"embedding fails, and is tried again: {problem}")
            if ends is not None and time.monotonic() >= ends:
                return False
            time.sleep(_POLL_S)
        with self.session() as state, state.viewing():
            pass
        return state.settle(None if ends is None else max(0.0, ends - time.monotonic()))

    def _waits(self, newest: int) -> bool:
        """Return whether a passage up to this number waits for its vector."""
        with self.session() as state, state.store.reading() as reader:
            oldest = oldest_unembedded(reader)
        return oldest is not None and oldest <= newest

    def embedding(self) -> Embedding:
        """Return how many passages wait for their vectors, and how long embedding them will take."""
        with self.session() as state, state.store.reading() as reader:
            return state.embedder.progress(reader)

    def rebuild(self, model: str | None = None, progress: Callable[[int, int], None] | None = None) -> None:
        """Rebuild all derived data from the stored articles; questions are answered meanwhile.

        Args:
            model: another model from now on, `bundled` for the shipped one; None: the one in use.
            progress: called with the number of passages done and their total.
        """
        from index.upkeep.rebuilding import rebuild

        with self.session() as state:
            encoder = open_encoder(model, self._device) if model else state.encoder
        rebuild(self._home, encoder, progress)

    def close(self) -> None:
        """Close the files, after giving upkeep under way a moment to finish."""
        self._state.embedder.stop(timeout_s=1.0)
        self._state.settle(timeout_s=1.0)
        self._state.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _resolved(path: str | Path) -> str:
    """Return a path as origins store it, with links resolved; the file need not exist."""
    text = str(Path(path).resolve())
    return text.encode("utf-8", "replace").decode()  # no article is read from a file whose name is not text


@cache  # read-only, the same for every collection of a process
def shipped_lexicon() -> Lexicon | None:
    """Return the lexicon that ships with Sanad; None if this installation lacks it."""
    folder = Path(__file__).parent / "bundled" / "lexicon"
    if not folder.exists():
        return None
    from index.models.lexicon import Lexicon

    return Lexicon.open(folder)

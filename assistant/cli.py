"""Run the command line, `sanad COMMAND`; `sanad --help` lists the commands."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.core.settings import Settings, load
from assistant.options import parser
from index import QuestionError, SanadError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

    from assistant.core.answer import Answer
    from assistant.core.assistant import Assistant
    from assistant.writing.translator import Translation
    from assistant.writing.writer import Sentence, Written
    from index import AddReport, Filters

log = logging.getLogger(__name__)

# Exit codes in addition to those of `assistant.core.problems`; `sanad --help` lists all.
_NOTHING_ANSWERS = 1
_UNSOUND = 1
_SOME_SKIPPED = 2
_INTERRUPTED = 130  # 128 + SIGINT, as shells count it
_BROKEN_PIPE = 141  # 128 + SIGPIPE
_MAX_STDIN_CHARS = 10_000_000
_SETTLED_S = 5.0  # how long `add` embeds what it added; the rest is left to other processes
_LOOKED_S = 0.5  # interval between updates of the progress bar


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: without the program's name; None: those of the process.

    Returns:
        The exit code, as `sanad --help` lists them.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        given = parser().parse_args(arguments)
        code = _run(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except Exception:  # the interpreter would exit with 1, which has another meaning here
        log.exception("a fault of the program; please report it")
        return os.EX_SOFTWARE
    return code


def _run(given: argparse.Namespace) -> int:
    try:
        return _COMMANDS[given.command](given, load(vars(given)))
    except SanadError as error:
        from assistant.core.problems import outcome

        _complain(str(error))
        return outcome(error).exit_code


def _complain(message: str) -> None:
    from assistant.presenting.render import clean

    print("sanad:", " ".join(clean(message).split()), file=sys.stderr)


def _open(settings: Settings, *, embeds: bool = False) -> Assistant:
    """Open the collection; short commands leave embedding to long-running processes."""
    from assistant.core.assistant import open_assistant

    return open_assistant(settings, embeds=embeds)


def _serve(given: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001
    from threading import Thread

    from assistant.server import serve
    from index import is_compiled

    def announce(address: str) -> None:
        print(f"Sanad answers at {address} (Ctrl-C stops it)", flush=True)
        if not is_compiled():
            _complain(
                "the compiled part is missing or older than the rest, so questions take longer than they need to (the"
                " answers are the same). With a C compiler and Python's headers, install Sanad again:"
                " pip install --force-reinstall --no-deps -e ."
            )
        Thread(target=_tell_confinement, daemon=True).start()  # it starts a parser, which takes time

    serve(settings, announce)
    return os.EX_OK


def _tell_confinement() -> None:
    """Print on standard error how the processes that parse files are confined."""
    from index import confinement

    if confinement() == "seccomp":
        _complain("files are parsed where no network is reached and no file is changed (seccomp)")
    else:
        _complain(
            "files are parsed with limits of memory and time only, as this system has no seccomp, or libseccomp is"
            " missing (Debian: apt install libseccomp2)"
        )


def _mcp(given: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001
    import asyncio

    from assistant.agents.mcp_server import serve_stdio
    from assistant.serving.async_assistant import AsyncAssistant

    with _open(settings, embeds=True) as assistant:
        asyncio.run(serve_stdio(AsyncAssistant(assistant, max_concurrent=settings.max_concurrent), settings))
    return os.EX_OK


def _asked(given: argparse.Namespace, settings: Settings) -> tuple[str, int, Filters | None]:
    from assistant.core import question

    text = given.question
    if text == "-":
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        text = sys.stdin.read(_MAX_STDIN_CHARS)
    return (
        question.check(text, max_chars=settings.question_chars),
        question.check_k(given.k, max_k=settings.max_k),
        question.filters_of(vars(given)),
    )


def _ask(given: argparse.Namespace, settings: Settings) -> int:
    text, k, filters = _asked(given, settings)
    with _open(settings) as assistant:
        answer = assistant.ask(
            text, given.after, k=k, filters=filters, read_s=settings.read_s, gloss=given.gloss
        )
        # both refuse before anything is printed
        written = assistant.write(answer) if given.write else None
        translated = assistant.translate(answer, given.translate) if given.translate is not None else None
        if not given.json:
            _print_answer(answer)
        if written:
            answer = _written(answer, written, shows=not given.json)
        if translated:
            answer = _translated(answer, translated, shows=not given.json)
    if given.json:
        _print_json(answer.to_dict())
    has_what_was_asked = answer.answered or (answer.kind == "keywords" and answer.verdict == "related")
    return os.EX_OK if has_what_was_asked else _NOTHING_ANSWERS


def _print_answer(answer: Answer) -> None:
    from assistant.presenting.render import answer_text

    print(answer_text(answer, **_terminal()), flush=True)


def _written(answer: Answer, events: Iterable[Sentence | Written], *, shows: bool) -> Answer:
    """Return the answer with what is written for it; if it `shows`, print the sentences as they come."""
    from assistant.presenting.render import written_text
    from assistant.writing.writer import Written

    if shows:
        print()
    for each in events:
        if isinstance(each, Written):
            answer = replace(answer, written=each)
        if shows and (line := written_text(each, **_terminal())):
            print(line, flush=True)
    return answer


def _translated(answer: Answer, events: Iterable[tuple[str, Translation]], *, shows: bool) -> Answer:
    """Return the answer with the translations of its passages; if it `shows`, print them as they come."""
    from assistant.presenting.render import translation_text

    ranks = {hit.passage_id: hit.rank for hit in answer.shown}
    made = {}
    for passage_id, translation in events:
        made[passage_id] = translation
        if shows:
            print(f"\n{translation_text(ranks[passage_id], translation, **_terminal())}", flush=True)
    return replace(answer, translations=made)


def _search(given: argparse.Namespace, settings: Settings) -> int:
    text, k, filters = _asked(given, settings)
    with _open(settings) as assistant:
        began = time.perf_counter()
        ranking = assistant.search(text, k, filters, read_s=settings.read_s if given.read else 0.0)
        took_ms = 1000 * (time.perf_counter() - began)
    if given.json:
        from assistant.core.serialization import search_dict

        _print_json(search_dict(ranking, took_ms, read=given.read))
    else:
        from assistant.presenting.render import ranking_text

        print(ranking_text(ranking, **_terminal()))
    return os.EX_OK


def _add(given: argparse.Namespace, settings: Settings) -> int:
    if not given.path and not given.wait:
        raise QuestionError(
            "nothing to add: name a file, a folder or a link; or --wait, to wait for what was added"
        )
    from assistant.bars import adding

    with _open(settings, embeds=True) as assistant:
        with adding(given.path) as progress:
            report = assistant.add(given.path, progress=progress, columns=dict(given.column))
        if given.wait:
            _embed(assistant)
        else:
            assistant.settle(_SETTLED_S)
        waiting = assistant.embedding().waiting
    if given.json:
        from assistant.core.serialization import report_dict

        _print_json({**report_dict(report), "waiting": waiting})
    else:
        _print_report(report, each=given.verbose)
        if waiting:
            print(
                f"{waiting:,} passages are found by their words only until they are embedded: by a running server, or"
                " `sanad add --wait`"
            )
    if report.skipped and len(report.skipped) == len(report.items):
        return os.EX_DATAERR
    return _SOME_SKIPPED if report.skipped else os.EX_OK


def _embed(assistant: Assistant) -> None:
    from assistant.bars import counting

    total = assistant.embedding().waiting
    with counting("passages") as show:
        while not assistant.settle(_LOOKED_S):
            if show:
                show(total - assistant.embedding().waiting, total)


def _watch(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.serving.feeds import seconds, watch

    every_s = seconds(given.every)
    stop = threading.Event()
    failed = []

    def tell(feed: str, outcome: AddReport | SanadError) -> None:
        if isinstance(outcome, SanadError):
            _complain(str(outcome))
            failed.append(feed)
        else:
            _print_report(outcome, each=True)
        if given.once and feed == given.feed[-1]:
            stop.set()

    with _open(settings, embeds=True) as assistant:
        watch(assistant, given.feed, every_s, tell, stop)
    return os.EX_DATAERR if len(failed) == len(given.feed) else os.EX_OK


def _remove(given: argparse.Namespace, settings: Settings) -> int:
    if not given.id and not given.source and not given.folder:
        raise QuestionError("nothing to remove: give ids as `sanad list` shows them, --source or --folder")
    with _open(settings) as assistant:
        for article_id in given.id:
            assistant.remove(article_id)
            print(f"removed {article_id}")
        gone = assistant.remove_source(given.source) if given.source else []
        gone += assistant.remove_folder(given.folder) if given.folder else []
        for article_id in gone:
            print(f"removed {article_id}")
    return os.EX_OK


def _missing(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.core.serialization import missing_dict
    from assistant.presenting.render import label

    with _open(settings) as assistant:
        found = assistant.missing(given.path)
        removed = assistant.remove_missing(given.path) if given.remove else []
        kept = assistant.keep_missing(given.path) if given.keep else []
    if given.json:
        articles = [{**missing_dict(each), "origins": each.origins} for each in found]
        _print_json({"missing": articles, "removed": removed, "kept": kept})
        return os.EX_OK
    states = dict.fromkeys(removed, "removed") | dict.fromkeys(kept, "kept")
    for each in found:
        facts = (states.get(each.id, "missing"), each.id, each.since[:10], each.why, each.title)
        print(
            "\t".join([*(label(fact, 100) for fact in facts), *(label(name, 200) for name in each.origins)])
        )
    if not found:
        print("no article's file is missing")
    return os.EX_OK


def _list(given: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        articles, embedding = assistant.articles(), assistant.embedding()
    if given.json:
        from assistant.core.serialization import info_dict

        listed = [info_dict(article, origins=True) for article in articles]
        _print_json({"articles": listed, "embedding": embedding._asdict()})
        return os.EX_OK
    if embedding.waiting:
        _complain(
            f"{embedding.waiting:,} passages wait to be embedded and are found by their words only until then"
        )
    from assistant.presenting.render import label

    for article in articles:
        facts = (article.id, (article.published or "")[:10], article.language, article.source)
        alike = [f"{other.overlap:.0%} like {label(other.id)}" for other in article.alike[:3]]
        print("\t".join([*(label(fact) for fact in facts), label(article.title, 100), *alike]))
    return os.EX_OK


def _rebuild(given: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001
    from assistant.bars import counting
    from index import rebuild_home  # not through `Assistant`, which refuses a home of another model

    with counting("passages") as progress:
        rebuild_home(settings.home, settings.model, progress, settings.device)
    print("rebuilt")
    return os.EX_OK


def _check(given: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        found = assistant.check(repair=given.repair)
    if given.json:
        from index import confinement

        _print_json({"sound": not found, "problems": list(found), "confinement": confinement()})
    else:
        print("\n".join(found) or "sound", flush=True)
        _tell_confinement()
    return _UNSOUND if found else os.EX_OK


def _backup(given: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        assistant.backup(given.file)
    print(f"written to {given.file}")
    return os.EX_OK


def _restore(given: argparse.Namespace, settings: Settings) -> int:
    from index import choose, restore  # not through `Assistant`: the home's collection may be damaged

    if given.use:
        choose(settings.home, given.use)
        print(f"{given.use} is the collection now; verify it with: sanad check --home {settings.home}")
        return os.EX_OK
    kept = restore(settings.home, given.file)
    print(f"restored from {given.file}")
    if kept:
        print(f"what was there before is kept; delete it when nobody needs it: {', '.join(map(str, kept))}")
    return os.EX_OK


def _logout(given: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001
    from assistant.core.sessions import Sessions

    ended = Sessions(settings.home).end_all()
    print(f"{ended} {'session' if ended == 1 else 'sessions'} ended")
    return os.EX_OK


def _eval(given: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001
    from assistant.evaluation.command import run

    return run(given)


def _print_json(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    print(text.encode("utf-8", "backslashreplace").decode())


def _print_report(report: AddReport, *, each: bool) -> None:
    from assistant.presenting.render import report_text

    print(report_text(report, each=each))


def _terminal() -> dict[str, Any]:
    styled = sys.stdout.isatty()
    return {"width": min(100, shutil.get_terminal_size().columns), "styled": styled}


_COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
    "serve": _serve,
    "mcp": _mcp,
    "ask": _ask,
    "search": _search,
    "add": _add,
    "watch": _watch,
    "remove": _remove,
    "missing": _missing,
    "list": _list,
    "rebuild": _rebuild,
    "check": _check,
    "backup": _backup,
    "restore": _restore,
    "logout": _logout,
    "eval": _eval,
}

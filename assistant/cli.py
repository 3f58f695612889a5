"""The command line: `sanad COMMAND`; `sanad --help` lists the commands."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from assistant.options import parser
from assistant.settings import Settings, load
from index import QuestionError, SanadError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from assistant.assistant import Assistant
    from index import AddReport, Filters

_INTERRUPTED = 130  # 128 + SIGINT, as shells count it
_BROKEN_PIPE = 141  # 128 + SIGPIPE
_MAX_STDIN_CHARS = 10_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: without the program's name; None: the process's own.

    Returns:
        The exit code: 0, or as in `assistant.problems`.
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
    return code


def _run(given: argparse.Namespace) -> int:
    try:
        return _COMMANDS[given.command](given, load(vars(given)))
    except SanadError as error:
        from assistant.problems import outcome

        _complain(str(error))
        return outcome(error).exit_code


def _complain(message: str) -> None:
    from assistant.render import clean

    print("sanad:", " ".join(clean(message).split()), file=sys.stderr)


def _open(settings: Settings) -> Assistant:
    from assistant.assistant import open_assistant

    return open_assistant(settings)


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
        Thread(target=_tell_confinement, daemon=True).start()  # it starts a parser, for which nobody waits

    serve(settings, announce)
    return os.EX_OK


def _tell_confinement() -> None:
    """Say on standard error what holds the processes in which files are parsed."""
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

    from assistant.aio import AsyncAssistant
    from assistant.mcp_server import serve_stdio

    with _open(settings) as assistant:
        asyncio.run(serve_stdio(AsyncAssistant(assistant, at_once=settings.at_once), settings))
    return os.EX_OK


def _asked(given: argparse.Namespace, settings: Settings) -> tuple[str, int, Filters | None]:
    from assistant import question
    from index import Filters

    text = given.question
    if text == "-":
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        text = sys.stdin.read(_MAX_STDIN_CHARS)
    filters = Filters(
        source=given.source,
        language=given.language,
        published_from=given.published_from,
        published_to=given.published_to,
        article=given.article,
    )
    return (
        question.check(text, max_chars=settings.question_chars),
        question.check_k(given.k, max_k=settings.max_k),
        question.check_filters(filters),
    )


def _ask(given: argparse.Namespace, settings: Settings) -> int:
    text, k, filters = _asked(given, settings)
    with _open(settings) as assistant:
        answer = assistant.ask(text, given.after, k=k, filters=filters)
    if given.json:
        _print_json(answer.to_dict())
    else:
        from assistant.render import answer_text

        print(answer_text(answer, **_terminal()))
    return os.EX_OK


def _search(given: argparse.Namespace, settings: Settings) -> int:
    text, k, filters = _asked(given, settings)
    with _open(settings) as assistant:
        began = time.perf_counter()
        ranking = assistant.search(text, k, filters)
        took_ms = 1000 * (time.perf_counter() - began)
    if given.json:
        from assistant.wire import search_dict

        _print_json(search_dict(ranking, took_ms))
    else:
        from assistant.render import hits_text

        print(hits_text(ranking.hits, ranking.language, **_terminal()))
    return os.EX_OK


def _add(given: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        report = assistant.add(given.path, progress=_progress(), columns=dict(given.column))
        assistant.settle()
    _end_progress()
    if given.json:
        from assistant.wire import report_dict

        _print_json(report_dict(report))
    else:
        _print_report(report)
    refused = report.skipped and len(report.skipped) == len(report.items)
    return os.EX_DATAERR if refused else os.EX_OK


def _watch(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.fetching.watching import seconds, watch

    every_s = seconds(given.every)
    stop = threading.Event()
    failed = []

    def tell(feed: str, outcome: AddReport | SanadError) -> None:
        if isinstance(outcome, SanadError):
            _complain(str(outcome))
            failed.append(feed)
        else:
            _print_report(outcome)
        if given.once and feed == given.feed[-1]:
            stop.set()

    with _open(settings) as assistant:
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


def _list(given: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        articles = assistant.articles()
    if given.json:
        from assistant.wire import info_dict

        _print_json({"articles": [info_dict(article, origins=True) for article in articles]})
        return os.EX_OK
    from assistant.render import label

    for article in articles:
        facts = (article.id, (article.published or "")[:10], article.language, article.source)
        alike = [f"{other.overlap:.0%} like {label(other.id)}" for other in article.alike[:3]]
        print("\t".join([*(label(fact) for fact in facts), label(article.title, 100), *alike]))
    return os.EX_OK


def _rebuild(given: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001
    from index import rebuild_home  # not by an assistant: it would refuse a home of another model

    rebuild_home(settings.home, settings.model, _progress())
    _end_progress()
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
    return 1 if found else os.EX_OK


def _backup(given: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        assistant.backup(given.file)
    print(f"written to {given.file}")
    return os.EX_OK


def _restore(given: argparse.Namespace, settings: Settings) -> int:
    from index import restore  # not by an assistant: the home's own collection may be damaged

    restore(settings.home, given.file)
    print(f"restored from {given.file}")
    return os.EX_OK


def _eval(given: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001
    from assistant.evaluation.command import run

    return run(given)


def _print_json(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    print(text.encode("utf-8", "backslashreplace").decode())


def _print_report(report: AddReport) -> None:
    from assistant.render import label

    for item in report.items:
        if item.state != "unchanged":
            reason = label(item.reason.removeprefix(f"{item.name}: "), 200)
            print(f"{item.state:9} {label(item.name, 200)}: {reason}")
    counts = [
        f"{len(found)} {state}"
        for state in ("added", "updated", "unchanged", "skipped")
        if (found := getattr(report, state))
    ]
    print(", ".join(counts) or "nothing to add")


def _terminal() -> dict[str, Any]:
    styled = sys.stdout.isatty()
    return {"width": min(100, shutil.get_terminal_size().columns), "styled": styled}


def _progress() -> Callable[[int, object], None] | None:
    """Tell how far a long work is: what is done, of how much and how long still where that is known."""
    if not sys.stderr.isatty():
        return None
    began = time.monotonic()
    first: list[int] = []

    def show(done: int, last: object) -> None:
        first.append(done) if not first else None
        line = f"{done:,} articles"
        if isinstance(last, int):
            rate = (done - first[0]) / (time.monotonic() - began)
            left = f", {dt.timedelta(seconds=round((last - done) / rate))} left" if rate else ""
            line = f"{done:,} of {last:,} passages, {rate:,.0f}/s{left}"
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    return show


def _end_progress() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)


_COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
    "serve": _serve,
    "mcp": _mcp,
    "ask": _ask,
    "search": _search,
    "add": _add,
    "watch": _watch,
    "remove": _remove,
    "list": _list,
    "rebuild": _rebuild,
    "check": _check,
    "backup": _backup,
    "restore": _restore,
    "eval": _eval,
}

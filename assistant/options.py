"""Define the command-line parser: the commands, their options, and the settings each can change."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from assistant.core.settings import FORMER_OPTIONS, SETTINGS
from index import COLUMN_FIELDS

_EVERYWHERE = ("home", "model", "device")
_SERVER = (
    "host", "port", "public", "read_only", "allow_host", "allow_links", "watch", "examples", "max_article_bytes",
    "max_upload_bytes", "rate", "trusted_proxy", "body_timeout_s", "max_concurrent", "max_waiting",
)  # fmt: skip
_LIMITS = ("question_chars", "max_k", "dense_share", "reader", "reranker", "read_s")
_WRITING = ("llm_url", "llm_model")


_EXIT_CODES = """exit status:
  0    done; the question is answered
  1    ask: nothing answers; check: something is wrong
  2    add: some files were skipped, the others are added
  64   the command, an option or the question cannot be used
  65   add: every file was skipped
  70   a fault of the program
  130  interrupted
others as in sysexits.h: 66 no such article, 69 no such model, 74 the collection cannot be read or written,
77 not permitted, 78 a setting or the collection's model does not fit"""


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print the version and exit; it is looked up only here, because that takes time."""
        from assistant.core.version import version

        sys.stdout.write(f"sanad {version()}\n")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Print one line and exit with the code for wrong usage."""
        self.exit(os.EX_USAGE, f"sanad: {message}; see {self.prog} --help\n")


def _column(text: str) -> tuple[str, str]:
    field, equals, name = text.partition("=")
    if not equals or not name or field not in COLUMN_FIELDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=NAME with one of {', '.join(COLUMN_FIELDS)}")
    return field, name


def parser() -> argparse.ArgumentParser:
    """Return the parser; it stores the command's name in `command` and settings under their own names."""
    top = _Parser(
        prog="sanad",
        description="Ask your own articles; the answers are exactly cited passages.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, help_: str, *names: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_, description=help_, allow_abbrev=False)
        made.set_defaults(command=name)
        _add_settings(made, (*_EVERYWHERE, *names))
        return made

    command("serve", "the chat page and the HTTP API", *_SERVER, *_LIMITS, *_WRITING)
    command("mcp", "the tools for LLM agents (MCP) over standard input and output", *_LIMITS, *_WRITING)
    ask = command(
        "ask", "the words and passages that answer a question; exit 1 if none does", *_LIMITS, *_WRITING
    )
    search = command("search", "the passages nearest to a question", *_LIMITS)
    _add_question(ask, 3)
    _add_question(search, 10)
    search.add_argument(
        "--read", action="store_true", help="read the first passages and give a verdict, as ask does"
    )
    _add_asking(ask)
    _add_sources(command("add", "add files, folders and links; exit 2 if some are skipped", "allow_links"))
    _add_polling(command("watch", "add what is new in feeds, again and again", "allow_links"))
    remove = command("remove", "remove articles by their id, source or folder; files stay where they are")
    _add_remove(remove)
    missing = command(
        "missing", "the articles whose files are gone: list them, remove them, or keep them without files"
    )
    _add_missing(missing)
    listing = command("list", "the articles of the collection")
    command("rebuild", "make everything anew from the stored articles, with the model of --model if given")
    check = command("check", "verify the collection; exit 1 if something is wrong")
    check.add_argument(
        "--repair", action="store_true",
        help="make what is derived anew where it is damaged; go on without changes that are lost",
    )  # fmt: skip
    backup = command("backup", "write the collection to one file, also while it is in use")
    backup.add_argument("file", type=Path, help="the backup")
    _add_restored(command("restore", "put a backup in the place of the collection, which is kept beside it"))
    command("logout", "end the session of every browser; each is asked for the token again")
    evaluation = command("eval", "measure retrieval on your own questions (SQuAD format)")
    _add_evaluation(evaluation)
    for made in (ask, search, missing, listing, check):
        made.add_argument("--json", action="store_true", help="print JSON")
    return top


def _add_asking(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--after", action="append", default=[], metavar="QUESTION",
        help="what was asked before, if the question leans on it; repeatable, oldest first",
    )  # fmt: skip
    made.add_argument(
        "--gloss", metavar="LANGUAGE",
        help="also tell what each word of the answer may mean in your language, such as en; no translation",
    )  # fmt: skip
    made.add_argument(
        "--write", action="store_true",
        help="also have the language model of --llm-url write an answer over the passages; each sentence is checked",
    )  # fmt: skip
    made.add_argument(
        "--translate", metavar="LANGUAGE",
        help="also have that model translate the passages into your language, such as en; nothing checks it",
    )  # fmt: skip


def _add_restored(made: argparse.ArgumentParser) -> None:
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", type=Path, help="the backup")
    what.add_argument(
        "--use", metavar="NAME",
        help="instead of a backup, a database that lies in the home, such as collection-1.sqlite",
    )  # fmt: skip


def _add_polling(made: argparse.ArgumentParser) -> None:
    made.add_argument("--feed", action="append", required=True, metavar="URL", help="RSS or Atom; repeatable")
    made.add_argument("--every", default="15m", help="how often: 15m, 2h, 1d (default: %(default)s)")
    made.add_argument("--once", action="store_true", help="poll once and end")


def _add_remove(made: argparse.ArgumentParser) -> None:
    made.add_argument("id", nargs="*", help="as `sanad list` shows it")
    made.add_argument("--source", help="all articles of this publisher")
    made.add_argument("--folder", type=Path, help="all articles that were read from files below this folder")


def _add_missing(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "path", nargs="?", type=Path, default=Path("/"), help="those of this file, or of files below this folder"
    )  # fmt: skip
    deciding = made.add_mutually_exclusive_group()
    deciding.add_argument(
        "--remove", action="store_true", help="remove them; those whose files are back stay"
    )
    deciding.add_argument("--keep", action="store_true", help="keep them, as if they had been given directly")


def _add_sources(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "path",
        nargs="*",
        help="a file, a folder with everything in it, or a link; none with --wait: only wait",
    )
    made.add_argument("--wait", action="store_true", help="until every passage of the collection is embedded")
    made.add_argument(
        "-v", "--verbose", action="store_true", help="list every article, not only what is skipped"
    )
    made.add_argument("--json", action="store_true", help="print JSON")
    made.add_argument(
        "--column", action="append", default=[], metavar="FIELD=NAME", type=_column,
        help="which column of a table holds text, title, source, url, author, published, language or key; repeatable",
    )  # fmt: skip


def _add_evaluation(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--corpus", nargs="+", type=Path, required=True, metavar="FILE",
        help="SQuAD files; each paragraph becomes an article of a temporary collection",
    )  # fmt: skip
    made.add_argument(
        "--questions", nargs="+", type=Path, required=True, metavar="FILE",
        help="SQuAD files whose questions are asked; in another language: parallel to the corpus",
    )  # fmt: skip
    made.add_argument(
        "--distractors", nargs="+", type=Path, default=[], metavar="FILE",
        help="text files with a paragraph a line (.gz too), added to the collection",
    )  # fmt: skip
    made.add_argument("--max-distractors", type=int, metavar="N", help="take the first N of each file only")
    made.add_argument("--json", action="store_true", help="print JSON")


def _add_settings(made: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
    for setting in SETTINGS:
        if setting.name not in names:
            continue
        default = "" if setting.default in (None, (), False) else f" (default: {setting.default})"
        told: dict[str, Any] = {"help": f"{setting.help}{default}", "dest": setting.name}
        if setting.default is False:
            told |= {"action": "store_const", "const": True}
        elif setting.name == "watch":
            told |= {"action": "append", "type": Path, "metavar": "DIR"}
            told["help"] = f"{setting.help}; repeatable"
        else:
            told |= {"metavar": setting.name.upper()}
        options = (setting.option, FORMER_OPTIONS.get(setting.name))
        made.add_argument(*filter(None, options), **told)


def _add_question(made: argparse.ArgumentParser, k: int) -> None:
    made.add_argument("question", help="in any language; - reads it from standard input")
    made.add_argument("--k", type=int, default=k, help="most passages (default: %(default)s)")
    group = made.add_argument_group("only passages of articles")
    group.add_argument("--source", help="by this publisher")
    group.add_argument("--language", help="in this language, such as ar")
    group.add_argument("--published-from", "--from", metavar="DATE", help="not before")
    group.add_argument("--published-to", "--to", metavar="DATE", help="not after")
    group.add_argument("--article", metavar="ID", help="with this id")

"""Define all settings in one list, read from the command line, then `SANAD_*`, then the defaults.

No other module reads the environment. The list is the dataclass `Settings`: the command line, the
environment names and the help texts all derive from its fields.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from assistant.core.question import MAX_CHARS, MAX_K
from index import SanadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "SANAD_"
MIN_TOKEN_CHARS = 32
FORMER_OPTIONS = {"max_concurrent": "--at-once"}
"""By setting: the name of its option before it was renamed; it is still read."""

_FORMER_VARIABLES = {"SANAD_AT_ONCE": "SANAD_MAX_CONCURRENT"}


class SettingsError(SanadError):
    """A setting has an invalid value, or a name that does not exist."""


class Setting(NamedTuple):
    """One thing that can be set.

    Attributes:
        name: as a field of `Settings`; `SANAD_` + upper case in the environment.
        default: the value when nothing is given.
        help: one sentence, shown by `--help`.
        parse: text -> value; raises ValueError saying what is wrong with the text.
        secret: never a command-line option (others can read those), never printed.
    """

    name: str
    default: Any
    help: str
    parse: Callable[[str], Any]
    secret: bool

    @property
    def variable(self) -> str:
        """The name in the environment."""
        return PREFIX + self.name.upper()

    @property
    def option(self) -> str:
        """The name on the command line."""
        return "--" + self.name.replace("_", "-")


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.strip().isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def _real(high: float, what: str = "a number") -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= high:
            raise ValueError(f"must be {what} from 0 to {high:g}")
        return value

    return parse


def _yes(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in known:
        raise ValueError("must be yes or no")
    return known[text.lower()]


def _server(text: str) -> str:
    parts = urlsplit(text)
    try:
        is_plain = bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        is_plain = False
    if parts.scheme not in {"http", "https"} or not is_plain or parts.query or parts.fragment:
        raise ValueError(
            "must be an http(s) address such as http://127.0.0.1:8080/v1, without a name or key in it"
        )
    return text.rstrip("/")


def _key(text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be ASCII characters without spaces")
    return text


def _token(text: str) -> str:
    if len(text) < MIN_TOKEN_CHARS or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(f"must be at least {MIN_TOKEN_CHARS} ASCII characters without spaces")
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())


def _networks(text: str) -> tuple[str, ...]:
    found = _names(text)
    for one in found:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError as error:
            raise ValueError(f"must be addresses such as 10.0.0.5 or 10.0.0.0/8: {error}") from error
    return found


def _paths(text: str) -> tuple[Path, ...]:
    return tuple(Path(part).expanduser() for part in text.split(os.pathsep) if part)


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _setting(  # the types of default and result are the field's
    default: Any,  # noqa: ANN401
    help_: str,
    parse: Callable[[str], Any],
    *,
    secret: bool = False,
) -> Any:  # noqa: ANN401
    return field(default=default, repr=not secret, metadata={"help": help_, "parse": parse, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting with its value; see `SETTINGS` for what each means."""

    # ruff: noqa: RUF009 - each call gives an immutable default and its description
    home: Path = _setting(Path("var"), "folder that holds the collection", _path)
    model: str | None = _setting(
        None,
        "sentence-transformers model, name or folder; bundled: the shipped one (default: the collection's own)",
        str,
    )
    device: str | None = _setting(
        None,
        "what the models of --model and --reranker compute on, such as cuda (default: the processor)",
        str,
    )
    reader: str | None = _setting(
        None,
        "extractive question-answering model of transformers, name or folder; bundled: the shipped one (the default)",
        str,
    )
    reranker: str | None = _setting(
        None,
        "cross-encoder of sentence-transformers that orders the first passages, name or folder (default: none)",
        str,
    )
    read_s: float = _setting(
        1.0,
        "seconds from a question in which reading a passage may begin, the time in the queue counted",
        _real(60, "a number of seconds"),
    )
    dense_share: float | None = _setting(
        None,
        "weight of the vectors beside the words, 0 to 1 (default: 0.4, measured for all models)",
        _real(1),
    )
    llm_url: str | None = _setting(
        None,
        "server of a language model that writes answers, with OpenAI's chat completions, such as"
        " http://127.0.0.1:8080/v1; the question and the cited passages are sent there (default: none)",
        _server,
    )
    llm_model: str | None = _setting(None, "name of that language model, as its server knows it", str)
    llm_key: str | None = _setting(None, "key that the language model's server wants", _key, secret=True)
    host: str = _setting("127.0.0.1", "address the server listens on", str)
    port: int = _setting(7860, "port the server listens on; 0 takes a free one", _number(0, 65535))
    token: str | None = _setting(None, "write token; opens everything", _token, secret=True)
    read_token: str | None = _setting(
        None, "read token; asking and reading then need it, or the write token", _token, secret=True
    )
    public: bool = _setting(False, "let anyone who reaches the server ask and read without a token", _yes)
    read_only: bool = _setting(False, "refuse every change over HTTP", _yes)
    allow_host: tuple[str, ...] = _setting(
        (), "further host names the server answers to, separated by commas", _names
    )
    allow_links: bool = _setting(
        False, "fetch the links and feeds that are added; public addresses only", _yes
    )
    watch: tuple[Path, ...] = _setting((), "folders kept in step with the collection", _paths)
    examples: Path | None = _setting(
        None,
        "JSON list of questions offered in the chat (default: made from the titles of the articles)",
        _path,
    )
    question_chars: int = _setting(MAX_CHARS, "longest question, in characters", _number(1, MAX_CHARS))
    max_k: int = _setting(MAX_K, "most passages for one question", _number(1, MAX_K))
    max_article_bytes: int = _setting(
        5_000_000, "largest article, in bytes of UTF-8", _number(1, 1_000_000_000)
    )
    max_upload_bytes: int = _setting(
        50_000_000, "largest upload, all its files together", _number(1, 10_000_000_000)
    )
    rate: int | None = _setting(
        None,
        "requests a second for each client, 0 for any number (default: 10, any number on this machine)",
        _number(0, 1_000_000),
    )
    trusted_proxy: tuple[str, ...] = _setting(
        (),
        "addresses or networks of proxies whose X-Forwarded-* headers are believed, separated by commas",
        _networks,
    )
    body_timeout_s: int = _setting(
        30,
        "seconds a request may take to arrive, and as long again for every further 64 KB",
        _number(1, 86_400),
    )
    max_concurrent: int | None = _setting(
        None, "questions answered at once (default: as many as there are cores)", _number(1, 1_024)
    )
    max_waiting: int = _setting(64, "questions that may wait to be answered", _number(0, 100_000))


SETTINGS: tuple[Setting, ...] = tuple(
    Setting(
        item.name,
        item.default,
        item.metadata["help"],
        item.metadata["parse"],
        item.metadata["secret"],
    )
    for item in fields(Settings)
)


def load(given: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the value of every setting: what was given, else the environment, else the default.

    Args:
        given: values by setting name; text is parsed, other values are used as they are, and None is "not given".
            Names that are not settings are ignored (a command has options of its own).
        environ: None: that of the process. Empty values count as not set.

    Returns:
        The settings, checked.

    Raises:
        SettingsError: a value cannot be used, or a `SANAD_*` variable is unknown.
    """
    given = given or {}
    environ = dict(os.environ if environ is None else environ)
    for former, present in _FORMER_VARIABLES.items():
        if former in environ:
            environ.setdefault(present, environ.pop(former))
    _refuse_unknown(environ)
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        if given.get(setting.name) is not None:
            values[setting.name] = _parsed(setting, given[setting.name], setting.option)
        elif environ.get(setting.variable):
            values[setting.name] = _parsed(setting, environ[setting.variable], setting.variable)
    return Settings(**values)


def _parsed(setting: Setting, value: object, name: str) -> object:
    if not isinstance(value, str):
        return tuple(value) if isinstance(value, list) else value
    try:
        return setting.parse(value)
    except ValueError as error:
        shown = "" if setting.secret else f" is {value!r}, which"
        raise SettingsError(f"{name}{shown} {error}") from error


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [setting.variable for setting in SETTINGS]
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0)[0]
            raise SettingsError(f"{name} is not a setting: did you mean {near}?")


def prepare_environment(settings: Settings) -> None:
    """Set environment variables that keep libraries quiet, private and on this machine.

    Variables that are already set stay. Must run before gradio is imported.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("GRADIO_TEMP_DIR", str(settings.home.absolute() / "gradio"))
    # Without this, Gradio builds a table of its last 10,000 questions after each question; no page shows it.
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000000")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

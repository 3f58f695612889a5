"""Links and feeds over real HTTP: limits, redirects, pinning, robots, what is remembered."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from assistant import Assistant
from assistant.fetching.addresses import BlockedAddress
from assistant.fetching.fetch import NOTHING_KNOWN, Fetcher, Validators
from assistant.fetching.links import Links
from assistant.serving.feeds import seconds, watch
from index import ArticleError, ArticleTooLarge, QuestionError, UnreadableArticle, UnsupportedFormat
from tests.index.reading.making import STORIES, feed, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PUBLIC = "93.184.215.14"
HOSTS = {"news.example": PUBLIC, "other.example": "8.8.8.8", "inside.example": "10.0.0.5"}


class Site:
    """A site on this machine that stands at public addresses, and a note of who was asked for what."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: dict[str, Any] = {"/robots.txt": (404, {}, b"")}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.connected: list[str] = []
        self.resolved: list[str] = []

    def resolve(self, host: str, port: int) -> list[str]:
        self.resolved.append(host)
        if host not in HOSTS:
            raise socket.gaierror("unknown")
        return [HOSTS[host]]

    def connect(self, address: str, port: int, timeout_s: float) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s)

    def fetcher(self, **given: float) -> Fetcher:
        return Fetcher(self.resolve, self.connect, **given)

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, self.headers.get("Host", ""), dict(self.headers)))
            answer = made.answers.get(self.path, (404, {}, b""))
            if callable(answer):
                answer(self)
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Site(server.server_address[1])
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def html(language: str = "en") -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, page(STORIES[language], metadata="og").encode()


def to(place: str) -> tuple[int, dict[str, str], bytes]:
    return 302, {"Location": place}, b""


def test_the_checked_address_is_connected_to_and_the_name_is_asked_for(site: Site) -> None:
    site.answers["/a"] = html()
    got = site.fetcher().fetch("http://news.example/a")
    assert got.data == html()[2]
    assert site.connected == [PUBLIC]
    assert site.resolved == ["news.example"]
    assert site.asked[0][1] == "news.example"
    assert "Cookie" not in site.asked[0][2]


def test_a_name_that_changes_its_address_gains_nothing(site: Site) -> None:
    """DNS rebinding: the second answer would be inside, and is never asked for."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    site.answers["/a"] = html()
    fetcher = Fetcher(lambda host, port: next(answers), site.connect)
    fetcher.fetch("http://news.example/a")
    with pytest.raises(BlockedAddress):
        fetcher.fetch("http://news.example/a")
    assert site.connected == [PUBLIC]


@pytest.mark.parametrize(
    "chain",
    [
        ["http://127.0.0.1/x"],
        ["http://inside.example/x"],
        ["http://169.254.169.254/latest/meta-data/"],
        ["http://other.example/2", "http://[::1]/x"],
        ["file:///etc/passwd"],
        ["http://news.example:22/x"],
        ["http://user@news.example/x"],
        ["//inside.example/x"],
        ["http://2130706433/x"],
        ["gopher://news.example/x"],
        ["http://unknown.example/x"],
    ],
)
def test_redirects_are_followed_to_public_places_only(site: Site, chain: list[str]) -> None:
    for at, place in enumerate(chain, start=1):
        site.answers[f"/{at}"] = to(place)
    with pytest.raises(BlockedAddress):
        site.fetcher().fetch("http://news.example/1")
    assert set(site.connected) <= {PUBLIC, "8.8.8.8"}
    assert "/x" not in site.paths


def test_three_redirects_are_followed_and_no_more(site: Site) -> None:
    for at in range(1, 4):
        site.answers[f"/{at}"] = to(f"/{at + 1}")
    site.answers["/4"] = html()
    assert site.fetcher().fetch("http://news.example/1").url == "http://news.example/4"
    site.answers["/4"] = to("/1")
    with pytest.raises(BlockedAddress, match="more than 3"):
        site.fetcher().fetch("http://news.example/1")


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"a" * 65_536)
    except OSError:
        pass


def slow(handler: BaseHTTPRequestHandler) -> None:
    try:
        for byte in b"HTTP/1.0 200 OK\r\nX-Slow: " + b"a" * 1_000:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)
    except OSError:
        pass


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (endless, ArticleTooLarge),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(50_000_000))), ArticleTooLarge),
        ((200, {"Content-Encoding": "gzip"}, b"no gzip"), UnreadableArticle),
        (
            (200, {"Content-Encoding": "gzip"}, gzip.compress(b"<p>The harbour is closed.</p>")[:-12]),
            UnreadableArticle,
        ),
        ((200, {"Content-Encoding": "br"}, b"x"), UnreadableArticle),
        ((200, {"Content-Length": "1000"}, b"short"), UnreadableArticle),
        ((200, {"Content-Length": "-5"}, b""), ArticleError),
        ((200, {"Content-Type": "image/png"}, b"\x89PNG"), UnsupportedFormat),
        ((500, {}, b""), UnreadableArticle),
        ((302, {}, b""), UnreadableArticle),
        ((302, {"Location": "http://[broken"}, b""), BlockedAddress),
        (lambda handler: handler.wfile.write(b"no HTTP at all\r\n\r\n"), UnreadableArticle),
        (
            lambda handler: handler.wfile.write(b"HTTP/1.0 200 OK\r\n" + b"X: y\r\n" * 5_000 + b"\r\n"),
            UnreadableArticle,
        ),
    ],
)
def test_answers_that_are_too_much_or_wrong_are_declared_errors(
    site: Site, answer: Callable[..., None] | tuple[int, dict[str, str], bytes], error: type[Exception]
) -> None:
    site.answers["/a"] = answer
    with pytest.raises((error, ArticleError)) as caught:
        Links(site.fetcher()).articles("http://news.example/a")
    assert isinstance(caught.value, error), caught.value


def test_an_answer_byte_by_byte_is_ended_when_its_time_is_over(site: Site) -> None:
    site.answers["/slow"] = slow
    with pytest.raises(UnreadableArticle, match="no whole answer"):
        site.fetcher(total_s=1.0).fetch("http://news.example/slow")


@pytest.mark.slow
def test_robots_txt_is_asked_once_and_respected(site: Site) -> None:
    site.answers |= {
        "/a": html(),
        "/private/b": html(),
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /private/\n"),
    }
    links = Links(site.fetcher())
    assert links.articles("http://news.example/a")
    with pytest.raises(BlockedAddress, match=r"robots\.txt"):
        links.articles("http://news.example/private/b")
    assert site.paths == ["/robots.txt", "/a"]
    site.answers["/robots.txt"] = (503, {}, b"")
    with pytest.raises(BlockedAddress, match=r"robots\.txt"):
        Links(site.fetcher()).articles("http://news.example/a")


def test_a_redirect_leads_to_no_page_that_its_site_keeps_from_programs(site: Site) -> None:
    site.answers |= {
        "/open": to("/private/b"),
        "/private/b": html(),
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /private/\n"),
    }
    with pytest.raises(BlockedAddress, match=r"robots\.txt"):
        Links(site.fetcher()).articles("http://news.example/open")
    assert "/private/b" not in site.paths


def test_an_article_of_a_link_knows_where_it_is_from(site: Site) -> None:
    site.answers |= {"/old": to("/new"), "/new": (200, {}, page(STORIES["ar"], metadata="shown").encode())}
    (article,) = Links(site.fetcher()).articles("http://news.example/old#top")
    assert (article.origin, article.url) == ("http://news.example/old", "http://news.example/new")  # type: ignore[union-attr]


@contextmanager
def assistant_at(home: Path, site: Site) -> Iterator[Assistant]:
    with Assistant(home, allow_links=True) as made:
        made._links = Links(site.fetcher())
        yield made


def test_links_are_off_until_they_are_allowed(tmp_path: Path) -> None:
    with Assistant(tmp_path) as assistant:
        (item,) = assistant.add("http://news.example/a").items
        assert item.state == "skipped"
        assert "--allow-links" in item.reason
        with pytest.raises(ArticleError, match="--allow-links"):
            assistant.poll("http://news.example/feed")


def test_a_newer_version_of_a_link_replaces_the_older(tmp_path: Path, site: Site) -> None:
    with assistant_at(tmp_path, site) as assistant:
        states = []
        for language in ("en", "en", "es"):
            site.answers["/a"] = html(language)
            states += [item.state for item in assistant.add("http://news.example/a").items]
        assert states == ["added", "unchanged", "updated"]
        assert [info.language for info in assistant.articles()] == ["es"]


def test_a_feed_is_asked_whether_it_changed_and_gives_what_was_not_seen(tmp_path: Path, site: Site) -> None:
    address = "http://news.example/feed"

    def answer(handler: BaseHTTPRequestHandler) -> None:
        tag = f'"{len(shown)}"'
        unchanged = handler.headers.get("If-None-Match") == tag
        handler.send_response(304 if unchanged else 200)
        handler.send_header("ETag", tag)
        handler.end_headers()
        if not unchanged:
            handler.wfile.write(feed([STORIES[language] for language in shown]).encode())

    site.answers["/feed"] = answer
    with assistant_at(tmp_path, site) as assistant:
        shown = ["en", "ru"]
        assert [item.state for item in assistant.poll(address).items] == ["added", "added"]
        assert assistant.poll(address).items == ()
        shown = ["tr", "en", "ru"]
        assistant.remove(next(info.id for info in assistant.articles() if info.language == "ru"))
    with assistant_at(tmp_path, site) as assistant:
        assert [item.state for item in assistant.poll(address).items] == ["added"]
        assert {info.language for info in assistant.articles()} == {"en", "tr"}, (
            "removed by hand stays removed"
        )


def test_a_summary_is_replaced_by_the_article_of_its_page(site: Site) -> None:
    story = STORIES["en"]
    site.answers["/en"] = html()
    short = feed([story._replace(paragraphs=(story.paragraphs[0][:60],))]).replace("https://", "http://")
    site.answers["/feed"] = (200, {}, short.encode())
    links = Links(site.fetcher())
    found, said = links.fetched("http://news.example/feed", NOTHING_KNOWN)
    assert said == Validators()
    whole = links.whole(found[0])  # type: ignore[arg-type]
    assert story.paragraphs[2] in whole.text
    assert whole.origin == "http://news.example/feed#story-en"


def test_watching_goes_on_after_a_failure_and_ends_when_told(tmp_path: Path, site: Site) -> None:
    told: list[object] = []
    stop = threading.Event()

    def tell(feed_: str, outcome: object) -> None:
        told.append(outcome)
        site.answers["/feed"] = (200, {}, feed([STORIES["en"]]).encode())
        if len(told) == 2:
            stop.set()

    with assistant_at(tmp_path, site) as assistant:
        watch(assistant, ["http://news.example/feed"], 0.01, tell, stop)
        assert isinstance(told[0], UnreadableArticle)
        assert len(assistant.articles()) == 1


def test_how_often_is_read_and_checked() -> None:
    assert [seconds(text) for text in ("90s", "15m", "2 h", "1d")] == [90, 900, 7_200, 86_400]
    for text in ("", "15", "1s", "-1m", "m", "1.5h"):
        with pytest.raises(QuestionError):
            seconds(text)

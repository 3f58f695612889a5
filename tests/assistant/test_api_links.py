"""Adding by link over HTTP: fetched by the server where it may, refused with what to do where it may not."""

# ruff: noqa: F811 - the fixture of another module

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from assistant.fetching.links import Links
from tests.assistant.fetching.test_fetching import Site, html, site  # noqa: F401  # a fixture
from tests.assistant.serving import TOKEN, served, served_site
from tests.assistant.test_api import assert_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

URL = "http://news.example/a"


@pytest.fixture
def fetching(home: Path, site: Site) -> Iterator[httpx.Client]:
    """A server that may fetch links, from a site that stands at public addresses."""
    assistant = Assistant(home, allow_links=True)
    assistant._links = Links(site.fetcher())
    with served_site(home, assistant, allow_links=True) as (client, _):
        yield client


def test_a_link_is_fetched_and_in_the_next_answer(fetching: httpx.Client, site: Site) -> None:
    site.answers["/a"] = html("ar")
    assert fetching.get("/api/v1/health").json()["links"] is True
    made = fetching.post("/api/v1/articles", json={"url": URL})
    assert made.status_code == 201
    (added,) = made.json()["added"]
    article = fetching.get(f"/api/v1/articles/{added['id']}").json()
    assert article["language"] == "ar"
    assert article["url"].startswith("https://news.example/")
    found = fetching.get("/api/v1/search", params={"q": article["title"], "language": "ar"}).json()["hits"]
    assert {hit["article"]["id"] for hit in found} == {added["id"]}
    assert fetching.post("/api/v1/articles", json={"url": URL}).status_code == 200


def test_links_and_texts_can_be_given_together(fetching: httpx.Client, site: Site) -> None:
    site.answers["/a"] = html()
    given = [{"url": URL}, {"text": "Snow fell.", "url": URL}, {"url": "http://news.example/missing"}]
    report = fetching.post("/api/v1/articles", json=given).json()
    assert len(report["added"]) == 2
    (skipped,) = report["skipped"]
    assert skipped["name"] == "http://news.example/missing"
    assert "404" in skipped["reason"]


@pytest.mark.parametrize(
    "url", ["http://inside.example/a", "http://127.0.0.1:1/", "http://169.254.169.254/latest"]
)
def test_an_address_that_is_not_public_is_refused_by_name(
    fetching: httpx.Client,
    site: Site,
    url: str,
) -> None:
    problem = assert_problem(fetching.post("/api/v1/articles", json={"url": url}), 422)
    assert url in problem["detail"]
    assert not site.connected


def test_what_is_no_link_alone_is_told_as_ever(fetching: httpx.Client) -> None:
    for given, told in (
        ({"url": "ftp://news.example/a"}, "url: "),
        ({"url": URL, "title": "mine"}, "title: "),
        ({"title": "mine"}, "text: Field required"),
        ([{"url": 5}], "0.url: "),
    ):
        detail = assert_problem(fetching.post("/api/v1/articles", json=given), 422)["detail"]
        assert detail.startswith(told), detail


def test_links_are_off_until_they_are_allowed(client: httpx.Client) -> None:
    assert client.get("/api/v1/health").json()["links"] is False
    problem = assert_problem(client.post("/api/v1/articles", json={"url": URL}), 403)
    assert "--allow-links" in problem["detail"]
    assert "SANAD_ALLOW_LINKS" in problem["detail"]
    many = [{"text": "Hail fell on Hama."}, {"url": URL}]
    assert_problem(client.post("/api/v1/articles", json=many), 403)
    assert not client.get("/api/v1/articles", params={"title": "Hail"}).json()["articles"]


def test_links_need_the_right_to_write(home: Path, tmp_path: Path) -> None:
    with served(home, token=TOKEN, allow_links=True) as guarded:
        assert_problem(guarded.post("/api/v1/articles", json={"url": URL}), 401)
    with served(tmp_path / "closed", read_only=True, allow_links=True) as closed:
        assert_problem(closed.post("/api/v1/articles", json={"url": URL}), 403)
        assert closed.get("/api/v1/health").json()["links"] is False

"""Forwarded headers: believed of a trusted proxy, and of nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistant.core.settings import SettingsError, load
from assistant.serving.proxies import Proxied
from tests.assistant.serving import TOKEN, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

FORWARDED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "news.example",
}


@pytest.fixture(params=["", "10.1.2.3", "127.0.0.1", "10.1.2.3, 127.0.0.0/8"])
def trusted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[bool, httpx.Client]]:
    """Whether the server trusts whom the requests come from, and a client."""
    given = {"token": TOKEN, "read_token": TOKEN[::-1], "allow_host": "news.example", "rate": "1"}
    with served(tmp_path / "home", trusted_proxy=request.param, **given) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield "127.0.0." in request.param, client


def test_the_rate_is_counted_for_each_client_of_a_trusted_proxy_only(
    trusted: tuple[bool, httpx.Client],
) -> None:
    believed, client = trusted
    told = [
        client.get("/api/v1/health", headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(15)
    ]
    assert told == ([200] * 15 if believed else [200] * 10 + [429] * 5)
    spoofed = [f"198.51.100.{number}, 203.0.113.200" for number in range(15)]
    last = [client.get("/api/v1/health", headers={"X-Forwarded-For": one}).status_code for one in spoofed][-1]
    assert last == 429  # what stands before the proxy's own entry, the client wrote


def test_scheme_and_host_are_those_of_a_trusted_proxy_only(trusted: tuple[bool, httpx.Client]) -> None:
    believed, client = trusted
    form = {"token": TOKEN}
    cookie = client.post("/login", data=form, headers=FORWARDED).headers["set-cookie"]
    assert ("Secure" in cookie) is believed
    evil = {**FORWARDED, "X-Forwarded-Host": "evil.example"}
    assert client.get("/api/v1/health", headers=evil).status_code == (400 if believed else 200)
    origin = {**FORWARDED, "Origin": "https://news.example"}
    assert client.post("/login", data=form, headers=origin).status_code == (303 if believed else 403)


def test_what_a_proxy_asked_is_counted_by_its_route(trusted: tuple[bool, httpx.Client]) -> None:
    _, client = trusted
    client.get("/api/v1/facets", headers=FORWARDED)
    counted = client.get("/api/v1/metrics", headers=FORWARDED).text
    assert 'sanad_requests_total{method="GET",route="/api/v1/facets",status="200"} 1.0' in counted


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 10.0.0.9", "203.0.113.7"),
        ("10.0.0.8, 10.0.0.9", "10.0.0.8"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("", "10.0.0.1"),
        ("unknown", "10.0.0.1"),
        ("203.0.113.7, nonsense", "10.0.0.1"),
    ],
)
def test_the_client_is_the_nearest_that_is_no_proxy(forwarded: str, client: str) -> None:
    proxied = Proxied(lambda *_: None, ["10.0.0.0/8"])  # type: ignore[arg-type, return-value]
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope: dict[str, Any] = {"type": "http", "client": ("10.0.0.1", 5), "headers": headers}
    assert proxied._as_asked(scope)["client"][0] == client


def test_what_is_no_address_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"--trusted-proxy is 'proxy\.example'"):
        load({"trusted_proxy": "proxy.example"}, {})

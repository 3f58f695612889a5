"""The articles over HTTP: looked through, uploaded, replaced, edited; and long work told step by step."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from assistant.page.bundles import address
from tests.assistant.serving import served
from tests.assistant.test_api import assert_problem, body

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from index import Article

BASE = "/api/v1/articles"
ARABIC = "أعلنت وزارة الصحة افتتاح مستشفى جديد في مدينة الميناء يوم الاثنين. وقال الوزير إن المستشفى يضم مئتي سرير."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server of our own, holding a few articles."""
    with served(tmp_path_factory.mktemp("library") / "home") as client:
        given = [
            {
                "id": "ar",
                "text": ARABIC,
                "source": "الوكالة",
                "published": "2023-10-19",
                "title": "المُستشفى الجديد",
            },
            {"id": "en", "text": "The old bridge was closed.", "source": "Herald", "published": "2024-01-05"},
            {
                "id": "fr",
                "text": "Le pont a été fermé vendredi par la ville.",
                "source": "Herald",
                "language": "fr",
            },
        ]
        assert client.post(BASE, json=given).status_code == 201
        yield client


def ids(client: httpx.Client, **given: Any) -> list[str]:
    return [info["id"] for info in client.get(BASE, params=given).json()["articles"]]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"source": "Herald"}, ["en", "fr"]),
        ({"language": "fr"}, ["fr"]),
        ({"published_from": "2023-10-01", "published_to": "2023-12-31"}, ["ar"]),
        ({"title": "المستشفى"}, ["ar"]),
        ({"title": "HERALD"}, ["en", "fr"]),
        ({"order": "newest"}, ["fr", "en", "ar"]),
        ({"order": "-published"}, ["en", "ar", "fr"]),
        ({"order": "newest", "limit": 1, "offset": 1}, ["en"]),
        ({"offset": 2**53}, []),
    ],
)
def test_the_list_is_narrowed_and_sorted(
    library: httpx.Client, given: dict[str, Any], expected: list[str]
) -> None:
    assert ids(library, **given) == expected


def test_a_bad_way_of_listing_is_refused(library: httpx.Client) -> None:
    for given in ({"order": "colour"}, {"published_from": "soon"}, {"limit": 2**64}, {"title": "x" * 301}):
        assert_problem(library.get(BASE, params=given), 422)


def test_facets_count_the_articles(library: httpx.Client) -> None:
    assert library.get("/api/v1/facets").json() == {
        "source": {"Herald": 2, "الوكالة": 1},
        "language": {"ar": 1, "en": 1, "fr": 1},
        "month": {"2023-10": 1, "2024-01": 1, "": 1},
    }


def test_an_article_is_sent_once_until_it_changes(client: httpx.Client, bridge: Article) -> None:
    client.post(BASE, json=body(bridge))
    first = client.get(f"{BASE}/bridge")
    tag = first.headers["etag"]
    for told in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(f"{BASE}/bridge", headers={"If-None-Match": told})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    client.patch(f"{BASE}/bridge", json={"author": "N. Haddad"})
    changed = client.get(f"{BASE}/bridge", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_metadata_is_edited_and_the_rest_stays(client: httpx.Client, bridge: Article) -> None:
    client.post(BASE, json=body(bridge))
    edited = client.patch(f"{BASE}/bridge", json={"source": "Other Herald", "url": None})
    assert edited.json() == body(bridge, source="Other Herald", url=None)
    hits = client.get("/api/v1/search", params={"q": "bridge Orontes", "source": "Other Herald"}).json()[
        "hits"
    ]
    assert {hit["article"]["id"] for hit in hits} == {"bridge"}
    for bad in ({"published": "soon"}, {"text": "other"}, {"url": "javascript:alert(1)"}, {"title": 5}):
        assert_problem(client.patch(f"{BASE}/bridge", json=bad), 422)
    assert_problem(client.patch(f"{BASE}/nothing", json={"title": "x"}), 404)
    client.put(f"{BASE}/bridge", json={k: v for k, v in body(bridge).items() if k != "id"})
    assert client.get(f"{BASE}/bridge").json() == body(bridge)


def test_an_article_is_put_in_the_place_of_another(client: httpx.Client) -> None:
    made = client.put(f"{BASE}/put", json={"text": "Olives were pressed in Jenin.", "title": "Olives"})
    assert made.status_code == 201
    other = client.put(f"{BASE}/put", json={"text": "Figs were dried in Izmir.", "language": "en"})
    assert other.status_code == 200
    assert other.json()["text"] == "Figs were dried in Izmir."
    assert other.json()["title"] == "Figs were dried in Izmir."
    assert_problem(client.put(f"{BASE}/put", json={"text": " "}), 422)
    assert_problem(client.put(f"{BASE}/{'x' * 300}", json={"text": "Some text."}), 422)


def test_files_are_uploaded_and_each_is_told(client: httpx.Client) -> None:
    files = [
        ("files", ("تقرير.md", "# تقرير الميناء\n\nوصلت ثلاث سفن إلى الميناء يوم الأحد.".encode())),
        ("files", ("legacy.txt", "وصل القطار الجديد إلى محطة المدينة صباح اليوم".encode("windows-1256"))),
        ("files", ("empty.txt", b"  ")),
        ("files", ("../../evil.exe", b"MZ\x00")),
    ]
    report = client.post(f"{BASE}/files", files=files)
    assert report.status_code == 201
    told = report.json()
    assert len(told["added"]) == 2
    assert {item["name"] for item in told["skipped"]} == {"empty.txt", "../../evil.exe"}
    assert "sanad-" not in report.text  # the folder they were read in
    texts = [client.get(f"{BASE}/{item['id']}").json() for item in told["added"]]
    assert texts[0]["title"] == "تقرير الميناء"
    assert "القطار" in texts[1]["text"]
    assert client.post(f"{BASE}/files", files=files[:2]).status_code == 200
    assert_problem(client.post(f"{BASE}/files", files=files[2:3]), 422)
    assert_problem(client.post(f"{BASE}/files", json={}), 422)


def test_uploads_have_limits(tmp_path: Any) -> None:
    with served(tmp_path / "home", max_upload_bytes="20000", max_article_bytes="5000") as client:
        big = ("files", ("big.txt", b"word " * 1_200))
        small = ("files", ("small.txt", b"Cumin was harvested in Alnif."))
        report = client.post(f"{BASE}/files", files=[big, small]).json()
        assert [item["name"] for item in report["added"]] == ["Cumin was harvested in Alnif."]
        assert "the limit is 5,000" in report["skipped"][0]["reason"]
        assert_problem(client.post(f"{BASE}/files", files=[big] * 5), 413)


def test_passages_around_a_place(client: httpx.Client) -> None:
    text = "\n\n".join(f"Paragraph {n} speaks of the harbour and its ships. " * 12 for n in range(6))
    client.put(f"{BASE}/long", json={"text": text})
    whole = client.get(f"{BASE}/long/passages").json()
    assert whole["total"] == len(whole["passages"]) > 4
    assert whole["here"] is None
    for passage in whole["passages"]:
        assert text[passage["start"] : passage["end"]] == passage["text"]
    third = whole["passages"][2]
    near = client.get(f"{BASE}/long/passages", params={"around": third["start"]}).json()
    assert near["passages"] == whole["passages"][1:4]
    assert near["passages"][near["here"]] == third
    first = client.get(f"{BASE}/long/passages", params={"around": 0, "after": 0}).json()
    assert (first["passages"], first["here"]) == (whole["passages"][:1], 0)
    beyond = client.get(f"{BASE}/long/passages", params={"around": 10**9, "before": 0}).json()
    assert (beyond["passages"], beyond["here"]) == (whole["passages"][-1:], 0)
    hit = client.get("/api/v1/search", params={"q": "harbour", "article": "long"}).json()["hits"][0]
    assert hit["passage_id"] in {passage["passage_id"] for passage in whole["passages"]}
    assert_problem(client.get(f"{BASE}/nothing/passages"), 404)
    assert_problem(client.get(f"{BASE}/long/passages?around=-1"), 422)


def events(response: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    blocks = [
        dict(line.split(": ", 1) for line in block.split("\n"))
        for block in response.text.split("\n\n")
        if block
    ]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def test_a_rebuild_tells_how_far_it_is(library: httpx.Client) -> None:
    stream = library.post("/api/v1/rebuild", headers={"Accept": "text/event-stream"})
    assert stream.headers["content-type"].startswith("text/event-stream")
    told = events(stream)
    assert [name for name, _ in told][-1] == "done"
    assert told[-1][1]["rebuilt"] is True
    assert told[-2] == ("progress", {"done": 3, "total": 3})


def test_questions_are_answered_while_it_is_rebuilt(library: httpx.Client) -> None:
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(library.post("/api/v1/rebuild").status_code))
    thread.start()
    while thread.is_alive():
        assert (
            library.get("/api/v1/search", params={"q": "bridge"}).json()["hits"][0]["article"]["id"] == "en"
        )
    assert done == [200]


def test_every_answer_has_a_number(client: httpx.Client) -> None:
    given = client.get("/api/v1/health", headers={"X-Request-Id": "my-1.a_B"})
    assert given.headers["x-request-id"] == "my-1.a_B"
    made = {
        client.get(path).headers["x-request-id"] for path in ("/api/v1/health", "/api/nothing", "/nothing")
    }
    assert len(made) == 3
    forged = client.get("/api/v1/health", headers={"X-Request-Id": "a b"})
    assert forged.headers["x-request-id"] != "a b"


def test_large_answers_are_compressed_where_the_asker_can_read_that(library: httpx.Client) -> None:
    packed = library.get("/api/openapi.json", headers={"Accept-Encoding": "gzip"})
    plain = library.get("/api/openapi.json", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


def test_both_addresses_are_one_api(library: httpx.Client) -> None:
    for path in ("/articles", "/articles/ar", "/search?q=hospital&k=1", "/facets"):
        versioned, plain = (library.get(base + path).json() for base in ("/api/v1", "/api"))
        versioned.pop("took_ms", None), plain.pop("took_ms", None)
        assert versioned == plain


def test_metrics_count_answers_by_route_whatever_the_address(library: httpx.Client) -> None:
    def counted() -> dict[str, float]:
        lines = library.get("/api/v1/metrics").text.splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line[0] != "#"}

    before = counted()
    for path in (
        "/api/v1/articles/ar",
        "/api/articles/en",
        "/api/articles/nothing",
        "/api/nothing",
        address("page.css"),
    ):
        library.get(path)
    library.get("/api/health", headers={"Host": "evil.example"})
    library.request("BREW", "/api/health")
    after = counted()
    added = {
        name: value - before.get(name, 0)
        for name, value in after.items()
        if name.startswith("sanad_requests_total")
    }
    told = {name: value for name, value in added.items() if value and "metrics" not in name}
    assert told == {
        'sanad_requests_total{method="GET",route="/api/v1/articles/{article_id}",status="200"}': 2,
        'sanad_requests_total{method="GET",route="/api/v1/articles/{article_id}",status="404"}': 1,
        'sanad_requests_total{method="GET",route="none",status="404"}': 1,
        'sanad_requests_total{method="GET",route="page",status="200"}': 1,
        'sanad_requests_total{method="GET",route="none",status="400"}': 1,
        'sanad_requests_total{method="other",route="/api/v1/health",status="405"}': 1,
    }
    assert after["sanad_articles"] == 3
    assert after["process_resident_memory_bytes"] > 1e7

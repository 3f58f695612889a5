from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from assistant import Assistant
from assistant.core.serialization import article_dict

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from index import Article

HIT = {"rank", "score", "passage_id", "start", "end", "text", "evidence", "article", "also_in", "matches"}
OF_ARTICLE = {"id", "title", "source", "url", "published", "language"}
QUESTION = "Who opened the new bridge over the Orontes?"


def body(article: Article, **changes: Any) -> dict[str, Any]:
    return {**{k: v for k, v in article_dict(article).items() if v is not None}, **changes}


@pytest.fixture
def held(client: httpx.Client, bridge: Article) -> httpx.Client:
    """The open server, holding the bridge."""
    assert client.post("/api/articles", json=body(bridge)).status_code in (200, 201)
    return client


def assert_problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The one shape of all errors."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert problem["detail"]
    assert "Traceback" not in response.text
    assert "/home" not in response.text
    return problem


def assert_hits(hits: list[dict[str, Any]], client: httpx.Client) -> None:
    """Hits have the agreed members, and quote their articles exactly."""
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    for hit in hits:
        assert set(hit) == HIT
        assert set(hit["article"]) == OF_ARTICLE
        text = client.get(f"/api/articles/{hit['article']['id']}").json()["text"]
        assert text[hit["start"] : hit["end"]] == hit["text"]
        assert all(hit["start"] <= start < end <= hit["end"] for start, end in hit["evidence"])


def test_ask_answers_in_the_agreed_shape(held: httpx.Client) -> None:
    answer = held.post("/api/ask", json={"question": QUESTION}).json()
    assert list(answer) == [
        "question", "understood", "carried", "corrected", "language", "answered", "verdict", "confidence",
        "short_answer", "absent", "read", "kind", "citations", "nearest", "took_ms",
    ]  # fmt: skip
    assert answer["question"] == QUESTION
    assert answer["language"] == "en"
    assert 0 <= answer["confidence"] <= 1
    found = answer["nearest"] if answer["verdict"] == "none" else answer["citations"]
    assert_hits(found, held)
    assert "mayor" in found[0]["text"]
    assert answer["answered"] == (answer["verdict"] == "answered")
    assert answer["read"] > 0
    assert found[0]["article"] == {
        "id": "bridge",
        "title": "A bridge over the Orontes",
        "source": "Valley Herald",
        "url": "https://example.org/bridge?a=1&b=2",
        "published": "2024-03-05",
        "language": "en",
    }


def test_a_misspelt_question_is_told_as_it_was_read(held: httpx.Client) -> None:
    question = {"question": "who opened the new birdge?"}
    answer = held.post("/api/ask", json=question).json()
    assert answer["question"] == question["question"]
    assert (answer["understood"], answer["corrected"]) == (
        "who opened the new bridge?",
        [["birdge", "bridge"]],
    )
    found = held.get("/api/search", params={"q": question["question"]}).json()
    assert (found["question"], found["corrected"]) == (answer["understood"], answer["corrected"])


def test_a_question_that_leans_on_the_history_is_told_as_understood(held: httpx.Client) -> None:
    given = {"question": "and how much did it cost?", "history": ["Who won?", QUESTION]}
    answer = held.post("/api/v1/ask", json=given).json()
    assert answer["question"] == given["question"]
    assert answer["carried"] == ["opened", "new", "bridge", "Orontes"]
    assert answer["understood"].startswith(given["question"])
    alone = held.post("/api/v1/ask", json={**given, "history": []}).json()
    assert (alone["understood"], alone["carried"]) == (given["question"], [])
    for history in (["?!"], ["x" * 1001], "Who won?", [1]):
        refused = held.post("/api/v1/ask", json={**given, "history": history})
        assert "history" in assert_problem(refused, 422)["detail"]


def test_search_gives_hits_without_a_verdict(held: httpx.Client) -> None:
    found = held.get("/api/search", params={"q": QUESTION, "k": 2}).json()
    assert list(found) == ["question", "corrected", "language", "hits", "took_ms"]
    assert 1 <= len(found["hits"]) <= 2
    assert_hits(found["hits"], held)


def test_search_reads_if_asked_to(held: httpx.Client) -> None:
    found = held.get("/api/search", params={"q": QUESTION, "k": 2, "read": True}).json()
    asked = held.post("/api/ask", json={"question": QUESTION, "k": 2}).json()
    for name in ("verdict", "confidence", "short_answer", "absent", "read", "kind"):
        assert found[name] == asked[name]
    assert_hits(found["hits"], held)


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [
        ({"source": "Valley Herald"}, True),
        ({"source": "Other"}, False),
        ({"language": "en"}, True),
        ({"language": "ar"}, False),
        ({"article": "bridge"}, True),
        ({"article": "other"}, False),
        ({"published_from": "2024-03-05", "published_to": "2024-03-05"}, True),
        ({"published_from": "2024-03-06"}, False),
        ({"from": "2024-03-05", "to": "2024-03-05"}, True),  # their earlier names
        ({"from": "2024-03-06"}, False),
        ({"to": "2024-03-04"}, False),
    ],
)
def test_filters_hold_on_both_ways_of_asking(
    held: httpx.Client, filters: dict[str, str], *, is_found: bool
) -> None:
    hits = held.get("/api/search", params={"q": QUESTION, **filters}).json()["hits"]
    assert ("bridge" in {hit["article"]["id"] for hit in hits}) is is_found
    answer = held.post("/api/ask", json={"question": QUESTION, "filters": filters}).json()
    shown = answer["citations"] + answer["nearest"]
    assert ("bridge" in {hit["article"]["id"] for hit in shown}) is is_found


def test_an_article_is_added_read_and_removed(client: httpx.Client, bridge: Article) -> None:
    mine = replace(bridge, id="heron", text="A grey heron nested on the lighthouse of Tartus.")
    made = client.post("/api/articles", json=body(mine))
    assert made.status_code == 201
    (item,) = made.json()["added"]
    assert item["id"] == "heron"
    again = client.post("/api/articles", json=body(mine))
    assert again.status_code == 200
    assert [item["id"] for item in again.json()["unchanged"]] == ["heron"]

    assert client.get("/api/articles/heron").json() == article_dict(mine)
    listed = {info["id"]: info for info in client.get("/api/articles").json()["articles"]}
    assert listed["heron"]["passages"] == 1
    assert "text" not in listed["heron"]
    assert "origins" not in listed["heron"]
    found = client.get("/api/search", params={"q": "heron lighthouse"}).json()["hits"]
    assert found[0]["article"]["id"] == "heron"

    assert client.delete("/api/articles/heron").status_code == 204
    assert_problem(client.get("/api/articles/heron"), 404)
    assert_problem(client.delete("/api/articles/heron"), 404)
    found = client.get("/api/search", params={"q": "heron lighthouse"}).json()["hits"]
    assert "heron" not in {hit["article"]["id"] for hit in found}


def test_a_list_is_added_and_what_is_bad_in_it_is_told(client: httpx.Client) -> None:
    given = [{"text": "Olive oil from Idlib won a prize."}, {"text": " \n "}]
    report = client.post("/api/articles", json=given).json()
    assert len(report["added"]) == 1
    (skipped,) = report["skipped"]
    assert skipped["reason"]
    told = assert_problem(client.post("/api/articles", json={"text": ""}), 422)
    assert told["type"] == "/api/docs#article"


def test_the_list_comes_in_pages(held: httpx.Client) -> None:
    held.post("/api/articles", json={"text": "A second article, added later.", "id": "later"})
    whole = held.get("/api/articles").json()
    assert whole["total"] == len(whole["articles"]) >= 2
    newest = held.get("/api/articles", params={"order": "newest", "limit": 1}).json()
    assert newest["articles"] == whole["articles"][-1:]
    second = held.get("/api/articles", params={"offset": 1, "limit": 1}).json()
    assert second["articles"] == whole["articles"][1:2]
    assert second["total"] == whole["total"]
    assert_problem(held.get("/api/articles", params={"limit": 0}), 422)


def test_text_is_kept_to_the_character(client: httpx.Client) -> None:
    text = "خط أول.\r\n\r\nمُحَمَّد ـــ e\u0301 👩\u200d👩\u200d👧 \u200fend\u00a0"
    (item,) = client.post("/api/articles", json={"text": text}).json()["added"]
    assert client.get(f"/api/articles/{item['id']}").json()["text"] == text


def test_another_process_is_seen_at_the_next_question(
    client: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.assistant.serving import served

    home: Path = tmp_path_factory.mktemp("shared") / "home"
    with served(home) as mine, Assistant(home) as beside:
        assert mine.get("/api/search", params={"q": "saffron"}).json()["hits"] == []
        from index import Article

        beside.add(Article(id="s", text="Saffron was harvested in Taliouine this autumn."))
        hits = mine.get("/api/search", params={"q": "saffron"}).json()["hits"]
        assert [hit["article"]["id"] for hit in hits] == ["s"]
    assert client.get("/api/health").status_code == 200


def test_rebuild_keeps_the_answers(held: httpx.Client) -> None:
    before = held.get("/api/search", params={"q": QUESTION}).json()["hits"]
    done = held.post("/api/rebuild")
    assert done.json()["rebuilt"] is True
    assert held.get("/api/search", params={"q": QUESTION}).json()["hits"] == before


def test_health_tells_what_there_is_but_not_where(held: httpx.Client) -> None:
    health = held.get("/api/health").json()
    assert health["status"] == "ok"
    assert health["writes"] == "open"
    assert health["articles"] >= 1
    assert "home" not in health


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"question": ""}, "the question is empty"),
        ({"question": "؟!"}, "the question is empty"),
        ({"question": "a" * 1001}, "1,001 characters, the limit is 1,000"),
        ({"question": "a", "k": 0}, "k"),
        ({"question": "a", "k": 101}, "from 1 to 100"),
        ({"question": "a", "k": 10**30}, "k"),
        ({"question": "a", "k": "three"}, "k"),
        ({"question": 5}, "question"),
        ({"question": None}, "question"),
        ({"question": ["a"]}, "question"),
        ({"question": "a", "filters": {"published_from": "soon"}}, "published_from is 'soon'"),
        ({"question": "a", "filters": {"from": "2024-01-01", "published_from": "2024-01-01"}}, "from"),
        ({"question": "a", "filters": {"colour": "red"}}, "colour"),
        ({"question": "a", "colour": "red"}, "colour"),
        ({}, "question"),
        ([], ""),
        ("a", ""),
        (None, ""),
    ],
)
def test_a_bad_question_is_told_what_is_wrong(client: httpx.Client, body: Any, told: str) -> None:
    assert told in assert_problem(client.post("/api/ask", json=body), 422)["detail"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 422),
        (b"", 422),
        (b"\xff\xfe", 422),
        (b'{"question": "\\ud800"}', 422),
        (b'{"question": NaN}', 422),
        (b'{"question": "a", "question": ""}', 422),
        (b"[" * 60_000, 400),
    ],
)
def test_bytes_that_are_no_question(client: httpx.Client, content: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/api/ask", content=content, headers=headers)
    assert_problem(response, status)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_only_json_is_taken(client: httpx.Client, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    assert_problem(client.post("/api/ask", content=b'{"question": "a"}', headers=headers), 422)


@pytest.mark.parametrize(
    "question",
    [
        "AND OR NEAR * NOT",
        "'; DROP TABLE articles; --",
        '"bridge" -mayor +x~3 title:y',
        "{{7*7}} ${x} %s $(id) `id`",
        "(((((((((((",
        "bridge\x00\x1b[31m",
        "e" + "\u0301" * 999,
        "من\u202e فتح الجسر\u2066",
        " ".join(f"w{n}" for n in range(300))[:1000],
    ],
)
def test_operators_and_controls_are_text(held: httpx.Client, question: str) -> None:
    response = held.post("/api/ask", json={"question": question})
    assert response.status_code == 200 or assert_problem(response, 422)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api", 404),
        ("GET", "/api/", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/articles/..%2f..%2fetc%2fpasswd", 404),
        ("POST", "/api/search", 405),
        ("GET", "/api/ask", 405),
        ("PUT", "/api/articles", 405),
        ("GET", "/api/rebuild", 405),
        ("DELETE", "/api/articles", 405),
        ("GET", "/api/search", 422),
        ("GET", "/api/search?q=a&k=x", 422),
        ("GET", "/api/search?q=a&colour=red", 422),
    ],
)
def test_errors_of_http_have_the_same_shape(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    assert_problem(client.request(method, path), status)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://user:pw@example.org"}, "url"),
        ({"published": "yesterday"}, "published"),
        ({"language": "Arabic"}, "language"),
        ({"id": "../x"}, "id"),
        ({"id": ""}, "id"),
        ({"title": "x" * 1001}, "title"),
        ({"origin": "/etc/passwd"}, "origin"),
        ({"text": 5}, "text"),
    ],
)
def test_a_bad_article_is_refused(client: httpx.Client, fields: dict[str, Any], told: str) -> None:
    given = {"text": "Some text of an article.", **fields}
    assert told in assert_problem(client.post("/api/articles", json=given), 422)["detail"]


def test_bodies_have_limits(client: httpx.Client) -> None:
    huge = json.dumps({"question": "x" * 1_000_000})
    told = assert_problem(client.post("/api/ask", content=huge), 413)
    assert "65,536 bytes" in told["detail"]
    chunks = (b"x" * 1000 for _ in range(100))
    assert_problem(client.post("/api/ask", content=chunks), 413)
    told = assert_problem(client.post("/api/articles", json={"text": "x" * 5_000_001}), 413)
    assert "5,000,001 bytes, the limit is 5,000,000" in told["detail"]


def test_a_long_question_is_refused(client: httpx.Client) -> None:
    assert_problem(client.post("/api/ask", json={"question": "word " * 10_000}), 422)


def test_the_description_and_its_page_need_nothing_from_elsewhere(client: httpx.Client) -> None:
    described = client.get("/api/openapi.json").json()
    assert described == client.get("/api/v1/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/v1/search",
        "/api/v1/ask",
        "/api/v1/articles",
        "/api/v1/articles/files",
        "/api/v1/articles/{article_id}",
        "/api/v1/articles/{article_id}/passages",
        "/api/v1/facets",
        "/api/v1/rebuild",
        "/api/v1/health",
        "/api/v1/metrics",
        "/api/v1/watched",
        "/api/v1/missing",
        "/api/v1/session",
        "/api/v1/sessions",
    }
    page = client.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    for path in described["paths"]:
        assert path in page.text
    assert "<script" not in page.text
    assert "//" not in page.text.replace("application/", "")
    for slug in ("question", "not-found", "too-large"):
        assert f"id='{slug}'" in page.text


def test_ask_glosses_passages_of_other_languages_on_request(client: httpx.Client) -> None:
    text = "افتتح رئيس البلدية الجسر الجديد فوق النهر يوم الاثنين. وقال إن كلفته بلغت مليوني ليرة."
    given = {"id": "foreign-bridge", "text": text, "language": "ar"}
    assert client.post("/api/articles", json=given).status_code in (200, 201)
    asked = {"question": "من افتتح الجسر الجديد؟", "filters": {"article": "foreign-bridge"}}
    plain = client.post("/api/ask", json=asked).json()
    answer = client.post("/api/ask", json={**asked, "gloss": "en"}).json()
    (hit,) = answer["citations"] or answer["nearest"]
    assert set(hit) == HIT | {"gloss"}
    assert {text[word["start"] : word["end"]] == word["word"] for word in hit["gloss"]} == {True}
    told = {word["word"]: word["meanings"] for word in hit["gloss"]}
    assert (told["ال"], told["جسر"][0]) == (["the"], "bridge")
    (unasked,) = plain["citations"] or plain["nearest"]
    assert set(unasked) == HIT
    if answer["short_answer"]:
        assert answer["short_answer"].pop("gloss")
        assert answer["short_answer"] == plain["short_answer"]
    own = client.post("/api/ask", json={**asked, "gloss": "ar"}).json()
    (hit,) = own["citations"] or own["nearest"]
    assert set(hit) == HIT
    problem = assert_problem(client.post("/api/ask", json={**asked, "gloss": "tlh"}), 422)
    assert "en, ar, fa" in problem["detail"]
    assert client.delete("/api/articles/foreign-bridge").status_code == 204

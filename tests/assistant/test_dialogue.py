"""What the chat shows and keeps when someone asks; the page itself is in tests/browser."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant, AsyncAssistant
from assistant.core.conversation import Exchange, read_log, write_log
from assistant.core.phrases import phrases
from assistant.core.problems import TooBusy
from assistant.page.dialogue import Dialogue, History
from index import Filters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index import Article

BRIDGE = "Who closed the old bridge on Friday?"


@pytest.fixture
def dialogue(home: Path, articles: list[Article]) -> Iterator[Dialogue]:
    with Assistant(home) as assistant:
        assistant.add(articles)
        assert assistant.settle()
        asker = AsyncAssistant(assistant)
        yield Dialogue(asker, 1000)
        asker.close()


def ask(dialogue: Dialogue, *given: str) -> list[tuple[History, str, str]]:
    """What the chat shows, step by step."""

    async def steps() -> list[tuple[History, str, str]]:
        return [step async for step in dialogue.ask(*given)]

    return asyncio.run(steps())


def restore(dialogue: Dialogue, *given: str) -> tuple[History, str]:
    return asyncio.run(dialogue.restore(*given))


def test_first_that_it_searches_then_the_answer(dialogue: Dialogue) -> None:
    first, found, last = ask(dialogue, BRIDGE, "", "")
    assert [message["role"] for message in first[0]] == ["user", "assistant"]
    assert phrases("en").searching.rstrip("…") in first[0][1]["content"]
    assert "sanad-searching" in found[0][1]["content"]  # the passages, while they are read
    assert "sanad-card" in found[0][1]["content"]
    assert "sanad-found" in last[0][1]["content"]
    assert "sanad-searching" not in last[0][1]["content"]
    assert [one.question for one in read_log(last[1])] == [BRIDGE]
    assert last[2] == ""


def test_a_conversation_goes_on_where_the_browser_left_it(dialogue: Dialogue) -> None:
    *_, (shown, log, _) = ask(dialogue, BRIDGE, "", "")
    assert restore(dialogue, log) == (shown, log)
    *_, (again, *_) = ask(dialogue, "and which cracks?", "", log)  # the server was started anew
    assert again[:2] == shown
    assert "bridge" in again[2]["content"]
    assert restore(dialogue, "") == ([], "")


def test_what_a_tab_shows_stays_until_it_is_opened_anew(dialogue: Dialogue, home: Path) -> None:
    *_, (shown, log, _) = ask(dialogue, BRIDGE, "", "", "tab")
    with Assistant(home) as other:
        other.remove("en")
    *_, (further, longer, _) = ask(dialogue, "Who is there?", "", log, "tab")
    assert further[:2] == shown
    *_, (elsewhere, _, _) = ask(dialogue, "Who is there?", "", log, "another tab")
    assert elsewhere[0] == shown[0]
    assert elsewhere[1] != shown[1]
    assert restore(dialogue, longer, "tab")[0][1] == elsewhere[1]
    *_, (alone, _, _) = ask(dialogue, BRIDGE, "", restore(dialogue, "", "tab")[1], "tab")
    assert alone[1] == elsewhere[1]


def test_of_very_many_tabs_the_newest_are_remembered(dialogue: Dialogue) -> None:
    *_, (shown, log, _) = ask(dialogue, BRIDGE, "", "", "first")
    for number in range(100):
        restore(dialogue, "", f"tab {number}")
    *_, (again, *_) = ask(dialogue, "and which cracks?", "", log, "first")
    assert again[:2] == shown


def test_filters_narrow_and_are_named(dialogue: Dialogue) -> None:
    *_, (shown, log, _) = ask(dialogue, BRIDGE, json.dumps({"language": "ru"}), "")
    assert "Русский" in shown[0]["content"]
    assert "lang='en'" not in shown[1]["content"].split("sanad-card", 1)[1]
    assert read_log(log)[0].filters == Filters(language="ru")


@pytest.mark.parametrize(
    ("typed", "narrow", "told"),
    [
        ("?!", "", "empty"),
        ("x" * 1001, "", "1,001"),
        (BRIDGE, '{"published_from": "soon"}', "from is"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_kept(
    dialogue: Dialogue, typed: str, narrow: str, told: str
) -> None:
    ((shown, log, field),) = ask(dialogue, typed, narrow, "")
    assert told in shown[-1]["content"].replace("&#44;", ",")
    assert (log, field) == ("", "")


def test_a_fault_of_the_program_is_said_and_does_not_end_the_conversation(
    dialogue: Dialogue, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(dialogue._assistant, "_collection")
    *_, (shown, log, _) = ask(dialogue, BRIDGE, "", "")
    assert "something went wrong" in shown[-1]["content"]
    assert "AttributeError" in caplog.text
    assert len(read_log(log)) == 1


def test_an_article_that_is_gone_is_named_by_its_id(dialogue: Dialogue) -> None:
    *_, (shown, *_) = ask(dialogue, BRIDGE, '{"article": "none-such"}', "")
    assert "none&#45;such" in shown[0]["content"]
    assert "sanad-missing" in shown[1]["content"]
    assert "No article matches" in shown[1]["content"]


def test_a_question_of_the_chat_waits_with_all_others_and_its_time_runs(
    home: Path, articles: list[Article]
) -> None:
    """Refused, nothing is shown, so that the page asks again; unread, it is answered with what was found."""

    async def crowd(assistant: Assistant) -> None:
        asker = AsyncAssistant(assistant, max_concurrent=1, max_waiting=1)
        dialogue, release = Dialogue(asker, 1000, read_s=0.01), threading.Event()
        running = asyncio.create_task(asker.run(release.wait, 20))
        steps = dialogue.ask(BRIDGE, "", "")
        first = asyncio.ensure_future(anext(steps))
        await asyncio.sleep(0.1)
        assert not first.done()
        with pytest.raises(TooBusy):
            await anext(dialogue.ask(BRIDGE, "", ""))
        with pytest.raises(TooBusy):
            await dialogue.restore(write_log([Exchange(BRIDGE)]))
        release.set()
        *_, (shown, _, _) = [await first, *[step async for step in steps]]
        assert "sanad-card" in shown[-1]["content"]
        assert "sanad-found" not in shown[-1]["content"]  # no short answer, as nothing could be read
        await running
        asker.close()

    with Assistant(home) as assistant:
        assistant.add(articles)
        asyncio.run(crowd(assistant))


@pytest.mark.parametrize(
    ("question", "interface", "spoken"),
    [
        ("Balhamsov", "ar", "ar"),  # a name in Latin letters may be in any language
        ("Balhamsov", "en", "en"),
        ("Balhamsov", "", "en"),
        ("US base attack", "ar", "ar"),  # too few words: py3langid takes it for Swedish
        (BRIDGE, "ar", "en"),
        ("المستشفى", "en", "ar"),
        ("مستشفى الميناء الجديد", "en", "ar"),
        ("Balhamsov", "tlh", "en"),  # no language of the interface
    ],
)
def test_a_question_too_short_to_tell_its_language_is_answered_in_that_of_the_interface(
    dialogue: Dialogue, question: str, interface: str, spoken: str
) -> None:
    steps = ask(dialogue, question, json.dumps({"interface": interface}), "")
    for shown, *_ in steps:
        assert f"lang='{spoken}'" in shown[-1]["content"].split(">")[0]
    *_, (shown, log, _) = steps
    assert restore(dialogue, log) == (shown, log)
    assert "lang='sv'" not in shown[0]["content"]

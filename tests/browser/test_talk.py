"""A conversation: questions that lean on each other, a file to keep it in, a new one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.assistant.serving import until
from tests.browser.conftest import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.page import Page

ENGLISH, ARABIC = EXAMPLES


def test_a_question_that_leans_is_answered_and_says_what_it_took_over(page: Page) -> None:
    page.ask(ENGLISH)
    page.ask("and what cracks did they find?")
    (note,) = page.texts(".sanad-note")
    assert note == "Carried over: closed · old · bridge · Friday"
    assert "cracks" in page.texts(".sanad-found .sanad-passage")[-1]


def test_after_a_new_conversation_nothing_is_carried_over(page: Page) -> None:
    page.ask(ENGLISH)
    page.say("New conversation")
    until(lambda: not page.all(".sanad-question"))
    page.ask("and when?")
    assert not page.all(".sanad-note")
    page.reload()
    until(lambda: page.texts(".sanad-question") == ["and when?"])


def test_it_is_saved_as_markdown_and_as_json_with_its_citations(page: Page, tmp_path: Path) -> None:
    allow = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.chrome.execute_cdp_cmd("Browser.setDownloadBehavior", allow)
    page.ask(ENGLISH)
    page.ask("and when?")
    for word, name in (("Save as Markdown", "sanad.md"), ("Save as JSON", "sanad.json")):
        page.click("#sanad-save summary")
        page.say(word)
        until(lambda name=name: (tmp_path / name).exists() and (tmp_path / name).stat().st_size)
    text = (tmp_path / "sanad.md").read_text("utf-8")
    assert "## Who closed the old bridge on Friday?" in text
    assert "> The harbour authority closed" in text
    assert "/article/en?start=0&end=" in text
    first, second = json.loads((tmp_path / "sanad.json").read_text("utf-8"))["conversation"]
    assert first["citations"][0]["article"]["id"] == "en"
    assert second["question"] == "and when?"
    assert "bridge" in second["understood"]


def test_a_name_alone_is_answered_in_the_language_of_the_interface(page: Page) -> None:
    page.ask("Balhamsov")
    page.click("#sanad-language")
    page.ask("Balhamsov")
    page.ask("Who closed the old bridge on Friday?")
    assert page.attributes("#sanad-chat .sanad-answer", "lang") == ["en", "ar", "en"]
    page.reload()
    until(lambda: page.attributes("#sanad-chat .sanad-answer", "lang") == ["en", "ar", "en"])

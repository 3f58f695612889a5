"""A page that asks for its token: the form, a wrong token, the right one, and then the chat as ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from selenium.webdriver.common.by import By

from tests.assistant.serving import TOKEN, served, until
from tests.browser.conftest import EXAMPLES
from tests.browser.page import Page

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome

READ_TOKEN = TOKEN[::-1]


def give(chrome: Chrome, token: str) -> None:
    field = chrome.find_element(By.ID, "token")
    field.send_keys(token)
    field.submit()


def test_the_chat_opens_with_the_read_token_and_stays_open(chrome: Chrome, library: Path) -> None:
    with served(library, token=TOKEN, read_token=READ_TOKEN) as client:
        address = str(client.base_url).rstrip("/")
        bearer = {"Authorization": f"Bearer {READ_TOKEN}"}
        until(lambda: "gradio_config" in httpx.get(address, headers=bearer).text)
        chrome.delete_all_cookies()
        chrome.get(f"{address}/article/en?start=0&end=9")
        assert chrome.find_element(By.TAG_NAME, "h1").text.startswith("Sanad")
        assert chrome.switch_to.active_element.get_attribute("id") == "token"
        assert "harbour" not in chrome.page_source

        give(chrome, "x" * 40)
        alert = until(lambda: chrome.find_elements(By.CSS_SELECTOR, "[role=alert]"))[0]
        assert "not the token" in alert.text
        assert "ليس هذا هو الرمز" in alert.text

        give(chrome, READ_TOKEN)
        until(lambda: chrome.find_elements(By.ID, "passage"))
        assert chrome.current_url == f"{address}/article/en?start=0&end=9"
        assert chrome.execute_script("return document.cookie") == ""

        page = Page(chrome, address)
        answer = page.ask(EXAMPLES[0])
        assert "sanad-found" in (answer.get_attribute("class") or "")
        page.open_library()
        assert page.add(text="Snow fell.").startswith("Not taken")
        assert "write token" in page.add(text="Snow fell.")
        chrome.delete_all_cookies()
        chrome.get(address)
        assert chrome.find_elements(By.ID, "token")

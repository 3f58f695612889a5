"""A page that asks for its token: the form, a wrong token, the right one, and then the chat as ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
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


def menu(chrome: Chrome, *shown: str) -> None:
    """Open the menu of the session; it offers exactly these, which is what is clicked where it is one."""
    summary = until(
        lambda: [
            e for e in chrome.find_elements(By.CSS_SELECTOR, "#sanad-session summary") if e.is_displayed()
        ]
    )
    summary[0].click()
    found = [e for e in chrome.find_elements(By.CSS_SELECTOR, "#sanad-session button") if e.is_displayed()]
    assert [button.text for button in found] == list(shown)
    found[-1].click()


def test_one_logs_out_here_or_everywhere(chrome: Chrome, library: Path) -> None:
    with served(library, token=TOKEN, read_token=READ_TOKEN) as client:
        address = str(client.base_url).rstrip("/")
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        until(lambda: "gradio_config" in httpx.get(address, headers=bearer).text)
        chrome.delete_all_cookies()
        chrome.get(address)
        for token, shown in ((READ_TOKEN, ["Log out"]), (TOKEN, ["Log out", "Log out everywhere"])):
            elsewhere = httpx.post(f"{address}/login", data={"token": READ_TOKEN}).headers["set-cookie"]
            other = {"Cookie": elsewhere.split(";")[0]}
            give(chrome, token)
            page = Page(chrome, address)
            page.ask(EXAMPLES[0])
            mine = {"Cookie": "; ".join(f"{c['name']}={c['value']}" for c in chrome.get_cookies())}
            assert httpx.get(f"{address}/api/v1/session", headers=mine).json()["session"]
            menu(chrome, *shown)
            until(lambda: chrome.find_elements(By.ID, "token"))
            assert chrome.execute_script("return sessionStorage.length") == 0
            assert chrome.get_cookies() == []
            assert httpx.get(f"{address}/api/v1/session", headers=mine).status_code == 401
            everywhere = "Log out everywhere" in shown
            status = httpx.get(f"{address}/api/v1/session", headers=other).status_code
            assert status == (401 if everywhere else 200)


@pytest.mark.parametrize("blocked", [[], ["*/library.*.js"]], ids=["loaded", "not loaded yet"])
def test_when_the_session_has_ended_the_page_asks_for_the_token(
    chrome: Chrome, library: Path, blocked: list[str]
) -> None:
    with served(library, read_token=READ_TOKEN) as client:
        address = str(client.base_url).rstrip("/")
        client.headers["Authorization"] = f"Bearer {READ_TOKEN}"
        until(lambda: "gradio_config" in client.get("/").text)
        chrome.delete_all_cookies()
        chrome.get(address)
        give(chrome, READ_TOKEN)
        chrome.execute_cdp_cmd("Network.setBlockedURLs", {"urls": blocked})
        try:
            page = Page(chrome, address)
            assert client.delete("/api/v1/sessions").json() == {"ended": 1}
            page.click("#sanad-views a[data-view=library]")
            until(lambda: chrome.find_elements(By.ID, "token"))
        finally:
            chrome.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


def test_where_reading_is_open_one_can_log_in_from_the_menu(chrome: Chrome, library: Path) -> None:
    with served(library, token=TOKEN) as client:
        address = str(client.base_url).rstrip("/")
        until(lambda: "gradio_config" in client.get("/").text)
        chrome.delete_all_cookies()
        page = Page(chrome, address)
        menu(chrome, "Log in")
        until(lambda: chrome.find_elements(By.ID, "token"))
        give(chrome, TOKEN)
        until(lambda: page.all("#sanad-top"))
        page.open_library()
        assert page.add(text="Snow fell on the pass.").startswith("Added")
        chrome.delete_all_cookies()


def test_without_a_token_there_is_no_such_menu(page: Page) -> None:
    page.ask(EXAMPLES[0])
    assert page.texts("#sanad-session summary") == [""]


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

"""The library: what is there, adding, changing, removing and undoing, building anew."""

# ruff: noqa: F811 - the fixture of another module
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from assistant import Assistant
from assistant.fetching.links import Links
from index import Article
from tests.assistant.fetching.test_fetching import Site, html, site  # noqa: F401  # a fixture
from tests.assistant.serving import TOKEN, served, served_site, until
from tests.browser.page import Page
from tests.conftest import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome


@pytest.fixture
def shelf(chrome: Chrome, tmp_path: Path) -> Iterator[Page]:
    """A collection of its own, opened at the library."""
    home = tmp_path / "home"
    with Assistant(home) as assistant:
        assistant.add(
            Article(id=code, text=text, language=code, title=f"Title {code}", source=f"Source {n % 3}",
                    published=f"2024-0{n + 1}-05")
            for n, (code, text) in enumerate(TEXTS.items())
        )  # fmt: skip
    with served(home) as client:
        until(lambda: "gradio_config" in client.get("/").text)
        page = Page(chrome, str(client.base_url))
        page.open_library()
        yield page
        page.assert_quiet()


def row(page: Page, title: str, name: str) -> None:
    """Press a button of an article's row."""
    lines = [line for line in page.all("#sanad-articles tr") if title in line.text]
    button = next(e for e in lines[0].find_elements(By.CSS_SELECTOR, "button") if e.text == name)
    button.click()


def test_the_table_shows_searches_and_sorts(shelf: Page) -> None:
    assert len(shelf.rows()) == len(TEXTS)
    assert shelf.texts("#sanad-count") == [str(len(TEXTS))]
    shelf.say("Title")
    until(lambda: shelf.rows() == sorted(shelf.rows()))
    assert shelf.attributes("th.sanad-col-title", "aria-sort") == ["ascending"]
    shelf.say("Title")
    until(lambda: shelf.rows() == sorted(shelf.rows(), reverse=True))
    shelf.all("#sanad-search")[0].send_keys("title zh")
    until(lambda: shelf.rows() == ["Title zh"])


def test_counts_and_health_are_shown(shelf: Page) -> None:
    until(lambda: len(shelf.all(".sanad-chart")) == 3)
    assert "Arabic\n1" in shelf.texts(".sanad-chart")[0]
    assert "Source 0\n3" in shelf.texts(".sanad-chart")[1]
    assert "2024-08\n1" in shelf.texts(".sanad-chart")[2]
    assert "bundled" in shelf.texts("#sanad-health")[0]


def test_added_asked_removed_and_put_back(shelf: Page) -> None:
    report = shelf.add(
        text="The mayor of Tartus planted forty cedars along the corniche.",
        title="Cedars for <b>Tartus</b>",
        source="Coast Daily",
        url="https://example.org/cedars",
    )
    assert report == "Added: Cedars for <b>Tartus</b>"
    assert shelf.rows()[0] == "Cedars for <b>Tartus</b>"
    again = shelf.add(text="The mayor of Tartus planted forty cedars along the corniche.")
    assert again.startswith(("Already there", "Updated"))
    shelf.say("Ask")
    shelf.ask("Who planted forty cedars in Tartus?")
    assert "forty cedars" in shelf.texts(".sanad-passage")[0]
    shelf.open_library()
    row(shelf, "Cedars", "Remove")
    shelf.click("#sanad-confirm [value=remove]")
    until(lambda: not any("Cedars" in title for title in shelf.rows()))
    shelf.say("Ask")
    shelf.ask("Who planted forty cedars in Tartus, again?")
    assert not any("cedars" in text for text in shelf.texts(".sanad-answer:last-of-type .sanad-passage")[3:])
    shelf.open_library()
    shelf.say("Undo")
    until(lambda: any("Cedars" in title for title in shelf.rows()))


def test_removing_can_be_declined(shelf: Page) -> None:
    row(shelf, "Title en", "Remove")
    shelf.click("#sanad-confirm [value=cancel]")
    until(lambda: not shelf.all("#sanad-confirm[open]"))
    assert "Title en" in shelf.rows()


def test_several_files_are_uploaded_each_with_its_report(shelf: Page, tmp_path: Path) -> None:
    texts = {
        "one.txt": "Farmers sowed barley near Homs.",
        "two.md": "# Wells\n\nTwo wells were dug near Hama.",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "three.exe").write_bytes(b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00")
    shelf.click("#sanad-add summary")
    paths = "\n".join(str(tmp_path / name) for name in ("one.txt", "two.md", "three.exe"))
    shelf.all("#sanad-files input[type=file]")[0].send_keys(paths)
    shelf.click("#sanad-files button")
    until(lambda: len(shelf.all("#sanad-report li")) == 3)
    told = shelf.texts("#sanad-report li")
    assert [line.split(":")[0] for line in told] == ["Added", "Added", "Not taken"]
    until(lambda: "Wells" in shelf.rows())
    refused = [e["message"] for e in shelf.chrome.get_log("browser") if e["level"] == "SEVERE"]
    assert len(refused) == 1  # the browser notes the 422 of the third
    assert "/files" in refused[0]


def test_what_is_known_of_an_article_can_be_changed(shelf: Page) -> None:
    row(shelf, "Title en", "Edit")
    until(lambda: shelf.all("#sanad-edit[open]"))
    field = shelf.all("#sanad-edit [name=title]")[0]
    field.clear()
    field.send_keys("The bridge <i>closes</i>")
    shelf.click("#sanad-edit .sanad-main")
    until(lambda: "The bridge <i>closes</i>" in shelf.rows())


def test_its_language_is_chosen_from_a_list_by_name(shelf: Page) -> None:
    row(shelf, "Title en", "Edit")
    until(lambda: shelf.all("#sanad-edit[open]"))
    field = Select(shelf.all("#sanad-edit [name=language]")[0])
    assert field.first_selected_option.text == "English"
    assert field.options[0].text == "unknown"
    assert len({option.text for option in field.options}) == len(field.options) > 100
    here, others = shelf.attributes("#sanad-edit optgroup", "label")
    assert (here, others) == ("In the collection", "Others")
    assert [e.text for e in shelf.all("#sanad-edit optgroup:first-of-type option")][:2] == [
        "Arabic",
        "Chinese",
    ]
    field.select_by_visible_text("Swahili")
    shelf.click("#sanad-edit .sanad-main")
    until(lambda: "Swahili" in shelf.texts("td.sanad-col-language"))
    assert "English" not in shelf.texts("td.sanad-col-language")


def test_what_is_nearly_the_same_is_marked_with_a_link(chrome: Chrome, tmp_path: Path) -> None:
    text = " ".join(f"On day {n} the harbour of town {n} was open and {n} ships came in." for n in range(30))
    with Assistant(tmp_path / "home") as assistant:
        assistant.add(Article(id="first", text=text, language="en", title="Ships <b>come</b> in"))
        assistant.add(
            Article(id="copy", text=text + " So the agency said.", language="en", title="Ships, again")
        )
        assistant.add(Article(id="other", text=TEXTS["en"], language="en", title="A bridge"))
    with served(tmp_path / "home") as client:
        until(lambda: "gradio_config" in client.get("/").text)
        page = Page(chrome, str(client.base_url))
        page.open_library()
        until(lambda: len(page.rows()) == 3)
        marked = [line.text.split("\n") for line in page.all(".sanad-col-title:has(.sanad-alike)")]
        said = dict.fromkeys(page.rows(), "") | dict(marked)
        assert said == {
            "A bridge": "",
            "Ships, again": "Nearly the same as Ships <b>come</b> in",
            "Ships <b>come</b> in": "Nearly the same as Ships, again",
        }
        page.click(".sanad-alike a")
        until(lambda: page.texts("#sanad-reader h1") == ["Ships <b>come</b> in"])
        page.assert_quiet()


def test_it_is_rebuilt_with_a_word_at_the_end(shelf: Page) -> None:
    shelf.say("Rebuild")
    until(lambda: shelf.texts("#sanad-rebuilt")[0].startswith("Rebuilt in"))
    assert len(shelf.rows()) == len(TEXTS)


def test_an_article_is_read_beside_the_table(shelf: Page) -> None:
    shelf.click(".sanad-list-name")
    until(lambda: shelf.all("#sanad-reader .sanad-text"))
    assert shelf.all("#sanad-table")[0].is_displayed()


def test_with_a_token_the_form_asks_for_it(chrome: Chrome, library: Path) -> None:
    with served(library, token=TOKEN) as client:
        until(lambda: "gradio_config" in client.get("/").text)
        page = Page(chrome, str(client.base_url))
        page.open_library()
        assert "Not taken" in page.add(text="Nobody may add this.")
        assert page.add(token=TOKEN, text=" Somebody may.").startswith("Added")


def test_read_only_has_no_form(chrome: Chrome, library: Path) -> None:
    with served(library, read_only=True) as client:
        until(lambda: "gradio_config" in client.get("/").text)
        page = Page(chrome, str(client.base_url))
        page.open_library()
        until(lambda: page.texts("#sanad-closed") == ["This server takes no changes."])
        for css in ("#sanad-add", "#sanad-rebuild"):
            assert not page.all(css)[0].is_displayed()
        assert not page.all("#sanad-articles button")
        page.assert_quiet()


@pytest.fixture
def linked(chrome: Chrome, tmp_path: Path, site: Site) -> Iterator[Page]:
    """A library of a server that may fetch links."""
    assistant = Assistant(tmp_path / "home", allow_links=True)
    assistant._links = Links(site.fetcher())
    with served_site(tmp_path / "home", assistant, allow_links=True) as (client, _):
        until(lambda: "gradio_config" in client.get("/").text)
        page = Page(chrome, str(client.base_url))
        page.open_library()
        yield page


def test_a_link_is_added_where_the_server_fetches_links(linked: Page, site: Site) -> None:
    site.answers["/a"] = html("ar")
    linked.click("#sanad-add summary")
    assert "http://news.example/a" in linked.add_link("http://news.example/a")
    until(lambda: len(linked.rows()) == 1)
    assert linked.add_link("http://news.example/missing").startswith("Not taken: http://news.example/missing")
    linked.assert_quiet(422)


def test_elsewhere_no_link_is_asked_for(shelf: Page) -> None:
    shelf.click("#sanad-add summary")
    assert shelf.texts("#sanad-link") == [""]
    assert shelf.all("#sanad-form textarea")[0].is_displayed()


@pytest.fixture
def watching(chrome: Chrome, tmp_path: Path) -> Iterator[tuple[Page, Path]]:
    """A library that follows a folder of three files, and the folder."""
    folder = tmp_path / "news"
    folder.mkdir()
    for code in ("ar", "en", "ru"):
        (folder / f"{code}.txt").write_text(TEXTS[code], "utf-8")
    with served(tmp_path / "home", watch=[folder]) as client:
        until(lambda: "gradio_config" in client.get("/").text)
        page = Page(chrome, str(client.base_url))
        page.open_library()
        yield page, folder
        page.assert_quiet()


def test_a_watched_folder_is_shown_and_warned_of_and_asked_about(watching: tuple[Page, Path]) -> None:
    page, folder = watching
    until(lambda: len(page.rows()) == 3)
    until(lambda: page.texts("#sanad-watched li")[0].startswith("Watched folder: news\nsince "))
    assert "last in step" in page.texts("#sanad-watched li")[0]
    assert page.texts("#sanad-warnings section") == []
    (folder / "table.bin").write_bytes(b"\x00\x01\x02")
    for path in folder.glob("*.txt"):
        path.unlink()
    (warning,) = until(lambda: page.texts("#sanad-warnings section"))
    assert warning.startswith("Watched folder: news\n")
    assert "Articles whose files are gone from it: 3. They are kept until you decide" in warning
    assert len(page.rows()) == 3
    assert "needs attention" in until(lambda: page.texts("#sanad-health")[0])
    page.click("#sanad-watched summary")
    assert "table.bin" in until(lambda: page.texts("#sanad-watched details li"))[0]
    page.click("#sanad-language")
    until(lambda: "مقالات اختفت ملفاتها منه: 3" in page.texts("#sanad-warnings section")[0])
    page.say("احذف المقالات التي اختفت ملفاتها (3)")
    until(lambda: page.all("#sanad-missing[open]"))
    assert len(page.texts("#sanad-missing-titles li")) == 3
    assert "كما عدّلتها" in page.texts("#sanad-missing .sanad-soft")[0]
    page.click("#sanad-missing [value=cancel]")
    until(lambda: not page.all("#sanad-missing[open]"))
    assert len(page.rows()) == 3
    page.click("#sanad-language")
    page.say("Remove the articles whose files are gone (3)")
    until(lambda: page.all("#sanad-missing[open]"))
    page.click("#sanad-missing [value=remove]")
    until(lambda: page.rows() == [])
    until(lambda: page.texts("#sanad-warnings section") == [])


def test_articles_whose_files_are_gone_can_be_kept(watching: tuple[Page, Path]) -> None:
    page, folder = watching
    until(lambda: len(page.rows()) == 3)
    for path in folder.glob("*.txt"):
        path.unlink()
    until(lambda: page.texts("#sanad-warnings section"))
    page.say("Keep them")
    until(lambda: page.texts("#sanad-warnings section") == [])
    assert len(page.rows()) == 3


def test_removing_says_that_the_file_stays(watching: tuple[Page, Path]) -> None:
    page, folder = watching
    until(lambda: len(page.rows()) == 3)
    page.click("#sanad-articles td.sanad-col-actions button:last-of-type")
    until(lambda: page.all("#sanad-confirm[open]"))
    assert "The file that it was read from stays where it is" in page.texts("#sanad-confirm .sanad-soft")[0]
    page.click("#sanad-confirm [value=cancel]")
    page.click("#sanad-language")
    page.click("#sanad-articles td.sanad-col-actions button:last-of-type")
    until(lambda: page.all("#sanad-confirm[open]"))
    assert "أما الملف الذي قُرئت منه فيبقى في مكانه" in page.texts("#sanad-confirm .sanad-soft")[0]
    page.click("#sanad-confirm [value=remove]")
    until(lambda: len(page.rows()) == 2)
    (folder / "el.txt").write_text(TEXTS["el"], "utf-8")
    until(lambda: len(page.rows()) == 3)
    assert len(list(folder.iterdir())) == 4
    until(lambda: "حُذفت هنا وبقيت ملفاتها: 1" in page.texts("#sanad-watched li")[0])

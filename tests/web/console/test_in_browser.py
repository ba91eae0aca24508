"""The desk in a real browser: every page in four looks, measured for accessibility, and used by keyboard alone."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from browser import axe_source, chromium
from console_fixtures import PASSWORD, PlayedLibrary
from flask import Flask
from neighbours import CITATION, TURN, Neighbour, said
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from web.accounts import add_account
from web.accounts.audit import Actor
from web.console.proposals import Proposed
from web.settings import Settings
from web.store.database import open_database
from web.store.turn_tables import InboxRow

PAGES = (
    "", "/help", "/search", "/search?words=guide", "/documents", "/documents/d1", "/documents/d1/remove", "/queue",
    "/queue?state=accepted", "/queue/1", "/gaps", "/gaps?words=nothing", "/conversations", "/dead-letters",
    "/people", "/people/1", "/audit", "/account", "/nothing/here",
)  # fmt: skip
LOOKS = [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")]
SHOTS = os.environ.get("ADVISER_SHOTS")
"""A folder for pictures of every page, for somebody who wants to look at them."""


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def address(app: Flask, settings: Settings, library: PlayedLibrary, rasa: Neighbour) -> Iterator[str]:
    """A desk with something on every page, served."""
    add_account("Ana", "admin", PASSWORD, settings=settings)
    add_account("Somebody with quite a long name, of the harbour", "staff", PASSWORD, settings=settings)
    _fill(app, settings, library, rasa)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/console"
    server.shutdown()
    thread.join()
    server.server_close()


def _fill(app: Flask, settings: Settings, library: PlayedLibrary, rasa: Neighbour) -> None:
    library.add("d1", title="How clusters help their members to find skilled people in a hurry")
    library.add("d2", title="A call for harbours", kind="call", valid_until=date(2026, 1, 31).isoformat())
    for number in range(3, 60):
        library.add(f"d{number}", title=f"Case number {number}", kind="case_study")
    library.neighbour.on(
        "GET /gaps",
        {
            "gaps": [
                {
                    "question": "What does a berth cost?",
                    "missing": "money",
                    "asked": 3,
                    "last_at": "2026-11-22T09:00:00+00:00",
                }
            ]
        },
    )
    library.neighbour.on(
        "POST /search",
        {"results": [{"rank": 1, "score": 1.0, "document": "d1", "title": "A guide", "section": ["Skills"], "page": 3,
                      "url": None, "passage": "d1-p0", "text": "Members lack skills."}]},
    )  # fmt: skip
    rasa.on(TURN, said("Skills. [1]", move="ask_advice", kind="answer", citations=[CITATION]))
    app.test_client().post("/api/chat", json={"message": "What do members lack?"})
    database = open_database(settings.database_url)
    with database.begin() as session:
        session.add(
            InboxRow(
                channel="web", event_id="e1", conversation="f" * 64, payload='{"text": "Hello"}', state="dead",
                received_at="2026-11-22T09:00:00+00:00", attempts=5, error="DialogueAway",
            )
        )  # fmt: skip
    from web.console.proposals import Proposals  # noqa: PLC0415 - what the desk itself uses

    proposals = Proposals(database, _Nothing())
    quote = "Applications close on 31 January 2027, at noon."
    proposals.propose(Proposed("valid_until", "d1", "A guide", "valid_until", "2027-01-31", quote, "d1-p0"))
    proposals.propose(Proposed("valid_until", "d2", "A call", "valid_until", "2027-02-28", quote, "d2-p0"))
    proposals.accept(2, "2027-02-28", Actor("Ana"))
    database.engine.dispose()


class _Nothing:
    """A library that takes every date."""

    def set_valid_until(self, document_id: str, day: str | None, /) -> None:
        """Take it."""


class Editor:
    """Somebody in front of the desk."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver, self.address = driver, address
        self.look(1280, "light")

    def look(self, width: int, scheme: str) -> None:
        """Set the width of the window and the colours of the system."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        media = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})

    def open(self, path: str = "") -> None:
        """Open a page."""
        self.driver.get(self.address + path)

    def sign_in(self) -> None:
        """Sign in, from a browser that is not signed in."""
        self.driver.delete_all_cookies()
        self.open("/login")
        self.type("Ana", Keys.TAB, PASSWORD, Keys.ENTER, into="#field-name")
        self.see("h1", "Overview")

    def type(self, *keys: str, into: str) -> None:
        """Focus a field and type."""
        self.driver.find_element("css selector", into).click()
        self.press(*keys)

    def press(self, *keys: str) -> None:
        """Press keys wherever the focus is."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def see(self, selector: str, words: str) -> None:
        """Wait until an element holds words."""
        shown = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText).join(' | ')"
        try:
            WebDriverWait(self.driver, 10, poll_frequency=0.05).until(
                lambda d: words in d.execute_script(shown, selector)
            )
        except TimeoutException:
            pytest.fail(f"{words!r} never appeared: {self.driver.execute_script(shown, 'body')[:800]}")

    def tab_to(self, words: str, most: int = 120) -> None:
        """Press Tab until the focus is on what is called so, seeing each time where it is."""
        for _ in range(most):
            self.press(Keys.TAB)
            name, seen = self.driver.execute_script("""
                const e = document.activeElement, style = getComputedStyle(e);
                if (e === document.body) return ['', true];
                const name = e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || '';
                return [name.trim(), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]""")
            assert seen, f"nobody can see that the focus is on {name!r}"
            if name.startswith(words):
                return
        pytest.fail(f"no way to {words!r} with the Tab key")

    def faults(self) -> list[str]:
        """Broken rules of WCAG A and AA, and what sticks out to the right."""
        self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe_source()})
        found = self.driver.execute_async_script("""
            const done = arguments[arguments.length - 1];
            const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
            axe.run(document, {runOnly: {type: 'tag', values}})
              .then(result => done({violations: result.violations, passes: result.passes.length}))""")
        assert found["passes"] > 5, "the engine checked nothing"
        over = self.driver.execute_script("return document.scrollingElement.scrollWidth - innerWidth")
        broken = [f"{v['id']}: {[n['html'][:150] for n in v['nodes']][:3]}" for v in found["violations"]]
        return broken + ([f"{over} pixels too wide"] if over > 0 else [])

    def complaints(self) -> list[str]:
        """What the browser's console complained about, such as a policy that was broken."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if "/nothing/here" not in entry["message"] and "422" not in entry["message"]
        ]


@pytest.fixture
def editor(driver: webdriver.Chrome, address: str) -> Editor:
    return Editor(driver, address)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_is_accessible_and_fits(editor: Editor, width: int, scheme: str) -> None:
    editor.look(width, scheme)
    editor.driver.delete_all_cookies()
    editor.open("/login")
    found = {"/login": editor.faults()}
    picture(editor, "login", width, scheme)
    editor.type("Ana", Keys.TAB, "wrong words", Keys.ENTER, into="#field-name")
    editor.see(".invalid-feedback", "do not belong together")
    found["/login refused"] = editor.faults()
    editor.sign_in()
    for path in (*PAGES, _conversation(editor)):
        editor.open(path)
        found[path] = editor.faults()
        picture(editor, path.strip("/").replace("/", "-") or "home", width, scheme)
    editor.driver.find_element("css selector", ".tools .menu summary").click()
    found["menu"] = editor.faults()
    picture(editor, "menu", width, scheme)
    if width == 320:
        editor.driver.find_element("css selector", ".phone-places summary").click()
        found["pages"] = editor.faults()
        picture(editor, "pages", width, scheme)
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert editor.complaints() == []


def _conversation(editor: Editor) -> str:
    editor.open("/conversations?sort=-messages&words=ask")
    link = editor.driver.find_element("css selector", "tbody a").get_attribute("href") or ""
    return link.removeprefix(editor.address)


def picture(editor: Editor, name: str, width: int, scheme: str) -> None:
    """Keep a picture of the whole page, when somebody asked for it."""
    if SHOTS:
        height = editor.driver.execute_script("return document.documentElement.scrollHeight")
        size = {"width": width, "height": min(int(height), 2400), "deviceScaleFactor": 1, "mobile": False}
        editor.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        editor.driver.save_screenshot(str(Path(SHOTS) / f"{name.partition('?')[0]}-{width}-{scheme}.png"))
        editor.look(width, scheme)


def test_the_keyboard_alone_removes_a_document_and_puts_it_back(
    editor: Editor, library: PlayedLibrary
) -> None:
    editor.sign_in()
    editor.tab_to("Documents")
    editor.press(Keys.ENTER)
    editor.see("h1", "Documents")
    editor.tab_to("Filter")
    editor.press("skilled people")
    editor.see(".count", "1 to 1 of 1")
    editor.tab_to("How clusters help")
    editor.press(Keys.ENTER)
    editor.see("h1", "How clusters help")
    editor.tab_to("Remove")
    editor.press(Keys.ENTER)
    editor.see("h1", "Remove “How clusters help")
    editor.tab_to("Yes, remove it")
    editor.press(Keys.ENTER)
    editor.see(".told", "is removed")
    assert "d1" not in library.drafts
    editor.tab_to("Undo")
    editor.press(Keys.ENTER)
    editor.see(".told", "is back")
    assert "d1" in library.drafts
    editor.tab_to("Ana")
    editor.press(Keys.ENTER)
    editor.tab_to("Sign out")
    editor.press(Keys.ENTER)
    editor.see(".told", "signed out")


def test_filter_order_and_pages_change_without_loading_the_page_and_stand_in_the_address(
    editor: Editor,
) -> None:
    editor.sign_in()
    editor.open("/documents")
    editor.driver.execute_script("window.same = true")
    editor.see(".count", "1 to 25 of 59")
    editor.tab_to("Next")
    editor.press(Keys.ENTER)
    editor.see(".count", "26 to 50 of 59")
    editor.type("call harb", into="#documents-words")
    editor.see(".count", "1 to 1 of 1")
    assert "words=call" in editor.driver.current_url
    assert editor.driver.execute_script("return window.same") is True
    editor.driver.refresh()
    editor.see(".count", "1 to 1 of 1")


def test_the_choice_of_light_and_dark_stays(editor: Editor) -> None:
    editor.sign_in()
    background = "return getComputedStyle(document.body).backgroundColor"
    light = editor.driver.execute_script(background)
    editor.driver.find_element("css selector", ".tools .menu summary").click()
    editor.driver.find_element("css selector", "#choose-theme option[value=dark]").click()
    editor.driver.find_element("css selector", ".choices button").click()
    editor.see("h1", "Overview")
    assert editor.driver.execute_script(background) != light
    editor.open("/documents")
    assert editor.driver.execute_script(background) != light

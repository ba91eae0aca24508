"""The chat widget in a real browser, against a server that plays the contract."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import ROOT, Reader, chromium
from fake_chat_server import LONG_ANSWER, PASSAGE, QUOTE, FakeChat, citation, reply
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

QUESTION = "How do we help our SMEs go circular?"
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def chat() -> Iterator[FakeChat]:
    server = FakeChat().start()
    yield server
    server.stop()


@pytest.fixture
def reader(driver: webdriver.Chrome, chat: FakeChat) -> Reader:
    return Reader(driver).visit(chat.url)


class TestWhenThingsGoWrong:
    def test_an_error_of_the_server_is_told_in_its_own_words(self, reader: Reader) -> None:
        entry = reader.ask("too fast")
        assert "That was quick. Please wait a minute." in entry.text
        assert "No answer" in entry.text

    @pytest.mark.parametrize("message", ["broken", "odd"])
    def test_an_answer_that_cannot_be_read_still_gives_a_visible_reply(
        self, reader: Reader, message: str
    ) -> None:
        entry = reader.ask(message)
        assert "Try again" in entry.text
        assert "Bad gateway" not in entry.text

    def test_a_dead_server_is_told_and_trying_again_works_once_it_is_back(self, reader: Reader) -> None:
        reader.connect(False)
        assert "I cannot reach the adviser" in reader.ask("hello there").text
        reader.connect(True)
        reader.see(".reply > .chip").click()
        reader.see_words("You asked: hello there")
        assert "I cannot reach" not in reader.text(".log")
        assert len(reader.find(".entry.user")) == 1

    def test_a_turn_beyond_its_deadline_ends_in_a_visible_reply(
        self, driver: webdriver.Chrome, chat: FakeChat
    ) -> None:
        reader = Reader(driver).visit(f"{chat.url}/hasty")
        assert "This took longer than it should" in reader.ask("slow").text
        assert not reader.find(".typing")

    def test_a_forgotten_conversation_is_begun_anew_and_the_message_sent_again(
        self, reader: Reader, chat: FakeChat
    ) -> None:
        reader.ask("first")
        chat.known.clear()
        entry = reader.ask("second")
        assert "You asked: second" in entry.text
        assert "no longer knows" in entry.text
        assert [(turn["message"], turn.get("conversation")) for turn in chat.received] == [
            ("first", None),
            ("second", "c1"),
            ("second", None),
        ]

    def test_a_message_too_long_stays_in_the_field_and_says_why(self, reader: Reader, chat: FakeChat) -> None:
        field = reader.see("textarea")
        reader.script("arguments[0].value = 'ä'.repeat(4003)", field)
        field.send_keys("🙂", Keys.ENTER)
        assert "4 characters too long" in reader.text(".counter")
        assert field.get_attribute("aria-invalid") == "true"
        assert chat.received == []

    def test_a_reply_without_words_is_not_an_empty_bubble(self, reader: Reader, chat: FakeChat) -> None:
        chat.scenes["nothing"] = lambda _: {"replies": []}
        assert "nothing to say" in reader.ask("nothing").text

    def test_a_passage_that_is_gone_still_shows_the_cited_words(self, reader: Reader, chat: FakeChat) -> None:
        chat.scenes["gone"] = lambda _: {
            "replies": [reply("So it is. [1]", citations=[citation(passage="p9")])]
        }
        reader.ask("gone")
        reader.see(".mark").click()
        reader.see_words("This passage is no longer kept.", ".source-panel")
        assert "Visit five members a month." in reader.text(".source-panel")


class TestHostileContent:
    @pytest.fixture
    def hostile(self, reader: Reader, chat: FakeChat) -> Reader:
        text = (
            f"{HOSTILE} [a link](javascript:window.hacked=1) <javascript:window.hacked=1> [1] **{HOSTILE}**"
        )
        source = citation(title=HOSTILE, quote=HOSTILE, section=[HOSTILE], url="javascript:window.hacked=1")
        action = {"id": "a", "title": HOSTILE, "why": HOSTILE, "citations": [1]}
        button = {"title": HOSTILE, "payload": "/x"}
        chat.scenes["attack"] = lambda _: {
            "replies": [
                reply(
                    text,
                    citations=[source],
                    next_actions=[action],
                    buttons=[button],
                    status="partial x onload=1",
                )
            ]
        }
        chat.passage |= {
            "text": f"Before {HOSTILE} after",
            "url": "javascript:window.hacked=1",
            "title": HOSTILE,
            "links": [{"url": "javascript:window.hacked=1", "text": "trap"}],
        }
        reader.ask("attack")
        reader.see(".mark").click()
        reader.see("mark")
        return reader

    def test_nothing_runs_and_no_foreign_element_appears(self, hostile: Reader) -> None:
        assert hostile.script("return window.hacked") is None
        assert hostile.script(f"return {ROOT}.querySelectorAll('img, script, iframe, style').length") == 0

    def test_no_link_of_a_dangerous_scheme_is_made(self, hostile: Reader) -> None:
        assert hostile.script(f"return [...{ROOT}.querySelectorAll('a')].map(a => a.href)") == []

    def test_the_words_are_shown_as_the_words_they_are(self, hostile: Reader) -> None:
        assert "<script>" in hostile.text(".words")
        assert hostile.find("mark")[0].text == HOSTILE

    def test_a_question_with_markup_stays_a_question(self, reader: Reader) -> None:
        reader.ask(HOSTILE)
        assert reader.text(".bubble").endswith(HOSTILE)
        assert reader.script("return window.hacked") is None

    @pytest.mark.parametrize(
        "text", ["*" * 4000, "[" * 4000, "**a" * 1300, "> " * 2000, "- " * 2000, "_a*" * 1300, "`" * 4001]
    )
    def test_markdown_made_to_choke_a_parser_is_shown_within_two_seconds(
        self, reader: Reader, chat: FakeChat, text: str
    ) -> None:
        chat.scenes["choke"] = lambda _: {"replies": [reply(text)]}
        reader.script("""window.slowest = 0; let last = performance.now();
            setInterval(() => { const now = performance.now();
                window.slowest = Math.max(window.slowest, now - last); last = now; }, 10)""")
        reader.ask("choke")
        reader.wait(lambda: reader.script("return window.slowest > 0"))
        assert reader.script("return window.slowest") < 2000


class TestAsking:
    def test_the_notice_that_this_is_an_ai_stands_there_before_the_first_answer(
        self, reader: Reader, chat: FakeChat
    ) -> None:
        assert "You are talking to an AI." in reader.see(".notice").text
        assert chat.received == []
        assert reader.find(".notice button") == []

    def test_an_answer_shows_its_words_marks_sources_and_next_actions(self, reader: Reader) -> None:
        entry = reader.ask(QUESTION)
        assert "Start with what waste costs each firm" in entry.text
        assert [mark.text for mark in reader.find(".words .mark")] == ["1", "1", "2"]
        assert [item.tag_name for item in reader.find(".words ol, .words ul")] == ["ol", "ul"]
        assert "First steps · page 12" in reader.text(".sources")
        assert [card.find_element("css selector", ".title").text for card in reader.find(".card")] == [
            "List the ten members with the most waste",
            "Ask a neighbouring cluster for its visit sheet",
        ]

    def test_a_mark_opens_the_passage_with_exactly_the_quote_marked(self, reader: Reader) -> None:
        reader.ask(QUESTION)
        reader.see(".mark").click()
        reader.see("mark")
        assert "\n".join(mark.text for mark in reader.find("mark")) == QUOTE
        panel = reader.text(".source-panel")
        for words in (
            PASSAGE["title"],
            "Green transition › First steps",
            "12",
            "2026",
            "this date has passed",
            "Begin small.",
            "Ask what it costs them.",
        ):
            assert words in panel
        original = reader.see(".original")
        assert original.get_attribute("href") == "https://example.org/guide.pdf#page=12"
        assert original.get_attribute("target") == "_blank"
        assert "noopener" in original.get_attribute("rel")

    def test_a_mark_without_a_citation_stays_text(self, reader: Reader, chat: FakeChat) -> None:
        chat.scenes["loose"] = lambda _: {"replies": [reply("As found in [7].")]}
        assert "As found in [7]." in reader.ask("loose").text
        assert not reader.find(".mark")

    def test_a_pressed_button_sends_its_payload_and_shows_its_title(
        self, reader: Reader, chat: FakeChat
    ) -> None:
        reader.ask(QUESTION)
        reader.find(".chips .chip")[0].click()
        reader.see_words("You asked: /find_cases~signed")
        sent = {name: value for name, value in chat.received[-1].items() if name != "event"}
        assert sent == {"message": "/find_cases~signed", "conversation": "c1", "language": "en"}
        assert reader.find(".bubble")[-1].text.endswith("Who has done this?")
        assert not reader.find(".chips .chip")

    @pytest.mark.parametrize(
        ("message", "words"),
        [
            ("what does it cost?", "Not in my sources"),
            ("tell me a joke", "Outside my field"),
            ("help", "I need one more detail"),
            ("half", "Part of an answer"),
        ],
    )
    def test_a_status_is_said_in_words_and_with_a_sign(
        self, reader: Reader, message: str, words: str
    ) -> None:
        reader.ask(message)
        status = reader.see(".status")
        assert status.text == words
        assert status.find_elements("css selector", "svg")

    def test_shift_and_enter_begin_a_new_line_without_sending(self, reader: Reader, chat: FakeChat) -> None:
        field = reader.see("textarea")
        field.send_keys("one", Keys.SHIFT, Keys.ENTER, Keys.NULL, "two")
        assert field.get_property("value") == "one\ntwo"
        assert chat.received == []

    def test_a_second_question_waits_in_the_field_while_the_first_is_answered(
        self, reader: Reader, chat: FakeChat
    ) -> None:
        reader.write("slow")
        reader.see(".typing")
        reader.write("me too")
        assert reader.see("textarea").get_property("value") == "me too"
        reader.see_words("You asked: slow")
        assert len(chat.received) == 1

    def test_what_comes_nearest_to_an_unanswered_question_can_be_opened(
        self, reader: Reader, chat: FakeChat
    ) -> None:
        near = {"passage": "p1", "title": PASSAGE["title"], "section": PASSAGE["section"], "page": 12}
        chat.scenes["near"] = lambda _: {
            "replies": [
                reply(
                    "No sum is named.", status="nothing_found", data={"move": "ask_advice", "nearest": [near]}
                )
            ]
        }
        reader.ask("near")
        reader.see(".source").click()
        reader.see_words("Ask what it costs them.", ".source-panel")
        assert not reader.find("mark, .quote")
        assert "undefined" not in reader.text(".source-panel")


class TestMarkdown:
    def render(self, reader: Reader, chat: FakeChat, text: str) -> str:
        chat.scenes["md"] = lambda _: {"replies": [reply(text)]}
        reader.ask("md")
        return str(reader.script(f"return {ROOT}.querySelector('.words').innerHTML"))

    @pytest.mark.parametrize(
        ("text", "html"),
        [
            ("a **b *c* d** e", "<p>a <strong>b <em>c</em> d</strong> e</p>"),
            ("2 * 3 * 4 and snake_case_name", "<p>2 * 3 * 4 and snake_case_name</p>"),
            (r"\*not\* \[1\] & <b>", "<p>*not* [1] &amp; &lt;b&gt;</p>"),
            (
                "Lead-in:\n- a\n  - b\n\nend",
                "<p>Lead-in:</p><ul><li>a<ul><li>b</li></ul></li></ul><p>end</p>",
            ),
            ("3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'),
            ("1. a\n\n2. b", "<ol><li>a</li><li>b</li></ol>"),
            ("It began in\n2019. And went on", "<p>It began in\n2019. And went on</p>"),
            ("one  \ntwo", "<p>one<br>two</p>"),
            ("## Head\ntext", '<p class="heading"><strong>Head</strong></p><p>text</p>'),
            ("> said\n> so", "<blockquote><p>said\nso</p></blockquote>"),
            ("```\n<x>\n```", '<pre tabindex="0"><code>&lt;x&gt;</code></pre>'),
            ("46 % of `SMEs`", "<p>46 % of <code>SMEs</code></p>"),
        ],
    )
    def test_it_becomes_the_elements_it_means(
        self, reader: Reader, chat: FakeChat, text: str, html: str
    ) -> None:
        assert self.render(reader, chat, text) == html

    def test_a_bare_address_ends_before_the_full_stop(self, reader: Reader, chat: FakeChat) -> None:
        self.render(reader, chat, "See https://example.org/a_b_c. Or [mail](mailto:a@example.org)!")
        links = reader.find(".words a")
        assert [link.get_attribute("href") for link in links] == [
            "https://example.org/a_b_c",
            "mailto:a@example.org",
        ]

    def test_a_table_has_its_head_and_rows(self, reader: Reader, chat: FakeChat) -> None:
        self.render(reader, chat, "| Call | Until |\n|---|---|\n| I3 | March |")
        assert [cell.text for cell in reader.find(".words th, .words td")] == ["Call", "Until", "I3", "March"]


class TestTheTabRemembers:
    def test_a_reload_shows_what_was_said_and_goes_on(self, reader: Reader, chat: FakeChat) -> None:
        reader.ask(QUESTION)
        reader.driver.refresh()
        reader.see_words("Start with what waste costs each firm")
        reader.ask("go on")
        assert chat.received[-1]["conversation"] == "c1"

    def test_a_reload_in_mid_answer_offers_to_try_again_under_the_same_event(
        self, reader: Reader, chat: FakeChat
    ) -> None:
        reader.write("slow")
        reader.see(".typing")
        reader.driver.refresh()
        reader.see(".reply > .chip").click()
        reader.see_words("You asked: slow")
        events = [turn["event"] for turn in chat.received]
        assert len(events) > 1
        assert len(set(events)) == 1
        assert uuid.UUID(events[0]).version == 4

    def test_each_message_has_an_event_of_its_own_also_on_a_page_without_tls(
        self, reader: Reader, chat: FakeChat
    ) -> None:
        reader.ask("one")
        reader.script("delete Crypto.prototype.randomUUID")
        reader.ask("one")
        events = [uuid.UUID(turn["event"]) for turn in chat.received]
        assert events[0] != events[1]
        assert {(event.version, event.variant) for event in events} == {(4, uuid.RFC_4122)}

    def test_a_new_conversation_forgets_the_old_one(self, reader: Reader, chat: FakeChat) -> None:
        reader.ask(QUESTION)
        reader.see(".fresh").click()
        assert not reader.find(".entry")
        reader.ask("afresh")
        assert "conversation" not in chat.received[-1]
        reader.driver.refresh()
        reader.see_words("afresh")
        assert "waste costs" not in reader.text(".log")

    def test_an_answer_to_an_abandoned_conversation_does_not_appear_in_the_new_one(
        self, reader: Reader
    ) -> None:
        reader.write("slow")
        reader.see(".typing")
        reader.see(".fresh").click()
        assert "You asked: quick" in reader.ask("quick").text
        reader.script("return new Promise(done => setTimeout(done, 1700))")
        assert "You asked: slow" not in reader.text(".log")


class TestWithoutAMouse:
    def test_a_whole_visit_works_by_keyboard(self, reader: Reader) -> None:
        self.tab_to(reader, "message")
        reader.press(QUESTION, Keys.ENTER)
        reader.see(".mark")
        assert reader.focused() == "message"
        self.tab_to(reader, "mark", backwards=True)
        reader.press(Keys.ENTER)
        reader.see("mark")
        assert reader.focused() == "icon-button"
        reader.press(Keys.ESCAPE)
        reader.wait(lambda: not reader.find(".source-panel"))
        assert reader.focused() == "mark"

    def test_the_focus_is_always_visible(self, reader: Reader) -> None:
        reader.ask(QUESTION)
        for _ in range(14):
            reader.press(Keys.TAB)
            ring = f"""const f = {ROOT}.activeElement; if (!f) return 'page';
                const part = f.id === 'message' ? f.closest('.field') : f, style = getComputedStyle(part);
                return style.outlineStyle !== 'none' || style.boxShadow !== 'none' ? 'ring' : f.outerHTML"""
            assert reader.script(ring) in {"ring", "page"}

    def tab_to(self, reader: Reader, target: str, *, backwards: bool = False) -> None:
        for _ in range(20):
            if backwards:
                webdriver.ActionChains(reader.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(
                    Keys.SHIFT
                ).perform()
            else:
                reader.press(Keys.TAB)
            if reader.focused() == target:
                return
        pytest.fail(f"{target} cannot be reached with the Tab key")


class TestHeardNotSeen:
    def watch(self, reader: Reader, selector: str, event: str) -> None:
        reader.script(f"""window.heard = []; new MutationObserver(records => records.forEach(record =>
            [...record.addedNodes].forEach(node => window.heard.push({event}))
            )).observe({ROOT}.querySelector('{selector}'), {{childList: true, subtree: true}})""")

    def test_an_answer_is_announced_once_and_whole(self, reader: Reader) -> None:
        self.watch(reader, "[role=log]", "node.className")
        reader.ask(QUESTION)
        assert reader.script("return window.heard") == ["entry user", "entry adviser"]
        log = reader.see("[role=log]")
        assert log.get_attribute("aria-live") == "polite"
        assert log.get_attribute("aria-label")

    def test_waiting_is_said_once(self, reader: Reader) -> None:
        self.watch(reader, ".conversation > [role=status]", "node.textContent")
        reader.ask("slow")
        heard = [words for words in reader.script("return window.heard") if words]
        assert heard == ["Cluster Adviser is looking for an answer."]

    def test_the_field_and_every_button_have_a_name(self, reader: Reader) -> None:
        reader.ask(QUESTION)
        assert reader.see("textarea").accessible_name == "Your question"
        assert all(button.accessible_name for button in reader.find("button"))
        assert reader.find(".mark")[0].accessible_name == f"Source 1: {PASSAGE['title']}"


class TestEverybodyCanUseIt:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [1280, 320])
    def test_no_rule_of_wcag_is_broken(self, reader: Reader, scheme: str, width: int) -> None:
        reader.prefer(prefers_color_scheme=scheme)
        reader.resize(width, 800)
        assert reader.axe_violations() == []
        for message in (QUESTION, "what does it cost?", "tell me a joke", "half", "too fast"):
            reader.ask(message)
        assert reader.axe_violations() == []
        reader.find(".mark")[0].click()
        reader.see("mark")
        assert reader.axe_violations() == []

    def test_320_pixels_need_no_sideways_scrolling(self, reader: Reader, chat: FakeChat) -> None:
        reader.resize(320, 640)
        text = LONG_ANSWER + "\n\n" + "Donaudampfschifffahrt" * 9
        chat.scenes["long"] = lambda _: {"replies": [reply(text, citations=[citation()])]}
        assert reader.overflow() == 0
        reader.ask("long")
        reader.ask(QUESTION)
        assert reader.overflow() == 0
        reader.find(".mark")[0].click()
        reader.see("mark")
        assert reader.overflow() == 0

    @pytest.mark.parametrize("width", [1280, 320])
    def test_every_target_is_at_least_24_pixels(self, reader: Reader, width: int) -> None:
        reader.resize(width, 700)
        reader.ask(QUESTION)
        assert reader.small_targets() == []
        reader.find(".mark")[0].click()
        reader.see(".links a")
        assert reader.small_targets() == []

    def test_the_field_can_be_used_in_a_very_low_window(self, reader: Reader) -> None:
        reader.resize(320, 256)
        reader.ask(QUESTION)
        bottom = reader.script("return arguments[0].getBoundingClientRect().bottom", reader.see("textarea"))
        assert bottom <= 256
        assert reader.script(f"return {ROOT}.querySelector('.scroller').clientHeight") > 80


class TestOnAnotherSite:
    @pytest.fixture
    def guest(self, driver: webdriver.Chrome, chat: FakeChat) -> Reader:
        return Reader(driver).visit(f"{chat.foreign_url}/elsewhere")

    def test_the_launcher_opens_the_panel_and_escape_gives_the_focus_back(self, guest: Reader) -> None:
        guest.see(".launcher").click()
        assert "You are talking to an AI." in guest.see(".notice").text
        assert guest.focused() == "message"
        guest.press(Keys.ESCAPE)
        guest.wait(lambda: not guest.find(".panel"))
        assert guest.focused() == "launcher"

    def test_it_asks_the_server_the_script_came_from(self, guest: Reader, chat: FakeChat) -> None:
        guest.see(".launcher").click()
        guest.ask(QUESTION)
        guest.find(".mark")[0].click()
        guest.see("mark")
        assert chat.received[0]["language"] == "en"

    def test_escape_closes_the_source_first_and_the_panel_after(self, guest: Reader) -> None:
        guest.see(".launcher").click()
        guest.ask(QUESTION)
        guest.find(".mark")[0].click()
        guest.see("mark")
        guest.press(Keys.ESCAPE)
        guest.wait(lambda: not guest.find(".source-panel"))
        assert guest.find(".panel")
        assert guest.focused() == "mark"

    def test_the_sites_own_styles_stay_outside(self, guest: Reader) -> None:
        guest.script("""const sheet = new CSSStyleSheet(); sheet.replaceSync(
            '* { color: red; font-size: 40px; } button { display: none } html { font-size: 6px } div { float: right }');
            document.adoptedStyleSheets = [sheet]""")
        style = "const s = getComputedStyle(arguments[0]); return [s.color, s.fontSize]"
        guest.see(".launcher").click()
        colour, size = guest.script(style, guest.see(".greeting"))
        assert colour != "rgb(255, 0, 0)"
        assert size != "40px"

    def test_a_phone_gets_the_whole_screen_and_nothing_behind_it_takes_the_focus(self, guest: Reader) -> None:
        guest.resize(320, 640)
        guest.see(".launcher").click()
        box: dict[str, Any] = guest.see(".panel").rect
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 320, 640)
        assert guest.overflow() == 0
        for _ in range(14):
            guest.press(Keys.TAB)
            assert guest.script("return document.activeElement.tagName") in {"ADVISER-CHAT", "BODY"}

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_no_rule_of_wcag_is_broken_with_the_panel_open(self, guest: Reader, scheme: str) -> None:
        guest.prefer(prefers_color_scheme=scheme)
        guest.see(".launcher").click()
        guest.ask(QUESTION)
        assert guest.axe_violations() == []

    def test_a_second_script_tag_does_not_add_a_second_chat(self, guest: Reader, chat: FakeChat) -> None:
        guest.driver.execute_async_script(
            """const done = arguments[1], again = document.createElement('script');
            const policy = trustedTypes.createPolicy('test', {createScriptURL: url => url});
            again.src = policy.createScriptURL(arguments[0]);
            again.onload = () => done(); document.head.append(again)""",
            f"{chat.url}/widget.js",
        )
        assert guest.script("return document.querySelectorAll('adviser-chat').length") == 1


def test_the_browser_refuses_nothing_under_a_strict_policy(reader: Reader) -> None:
    reader.driver.get_log("browser")
    reader.ask(QUESTION)
    reader.find(".mark")[0].click()
    reader.see("mark")
    assert [entry["message"] for entry in reader.driver.get_log("browser")] == []


def test_the_widget_names_no_outside_address_but_the_svg_namespace() -> None:
    sources = Path(__file__).parents[2].joinpath("web", "widget")
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in sources.rglob("*") if path.suffix in {".js", ".css"}
    )
    assert set(re.findall(r"https?://[\w./]+", text)) == {"http://www.w3.org/2000/svg"}

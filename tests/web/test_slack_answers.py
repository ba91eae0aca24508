"""How an answer looks in Slack, and that it arrives once whatever befalls the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from neighbours import CITATION
from played_slack import PlayedSlack, played_slack

from web.channels.base import Delivered, PutOff, Refused
from web.channels.slack.channel import SlackChannel
from web.channels.slack.mrkdwn import mrkdwn
from web.channels.slack.render import parted, rendered
from web.channels.slack.service import SlackService
from web.chat.schema import Reply
from web.turns.messages import Parcel

HOSTILE = "<!channel> <@U1> <#C1> <mailto:a@evil.example|click> &lt;!here&gt; <!subteam^S1>"


def reply(text: str = "Members lack skills. [1]", **more: Any) -> Reply:
    return Reply.model_validate({"text": text, "data": {"move": "ask_advice"}, **more})


def parcel(attempts: int = 1, mark: str = "mark-1", **target: Any) -> Parcel:
    where = {"channel": "C1", "thread": "17.1", **target}
    return Parcel(1, "slack", "key", mark, attempts, where, [reply(citations=[CITATION])])


@pytest.fixture
def slack() -> Iterator[PlayedSlack]:
    with played_slack() as running:
        yield running


@pytest.fixture
def channel(slack: PlayedSlack) -> SlackChannel:
    return SlackChannel("signing", SlackService("xoxb-token", slack.url))


def brackets(text: str) -> list[str]:
    """What Slack would take for markup."""
    return [part.split(">")[0] for part in text.split("<")[1:]]


@pytest.mark.parametrize("where", ["text", "title", "section", "why", "url", "button"])
def test_nothing_anybody_wrote_becomes_a_mention_or_a_foreign_link(where: str) -> None:
    citation = CITATION | {"title": HOSTILE if where == "title" else "A", "url": "https://a.example/x"}
    citation |= {"section": [HOSTILE] if where == "section" else [], "url": citation["url"]}
    if where == "url":
        citation["url"] = "https://a.example/>|<!channel>"
    action = {"id": "a", "title": "Do", "why": HOSTILE if where == "why" else ""}
    buttons = [{"title": HOSTILE if where == "button" else "More", "payload": "/b.x"}]
    answer = reply(HOSTILE if where == "text" else "Hi", citations=[citation], next_actions=[action])
    shown = rendered([answer.model_copy(update={"buttons": []})], notice=True, mark="m")
    for text in texts(shown):
        assert all(part.startswith("https://a.example/") for part in brackets(text)), text
    kinds = {
        b["text"]["type"] for b in buttons_of(rendered([reply(buttons=buttons)], notice=False, mark="m"))
    }
    assert kinds == {"plain_text"}


def texts(message: dict[str, Any]) -> list[str]:
    inside = [
        element for block in message["blocks"] for element in block.get("elements", [block.get("text")])
    ]
    return [message["text"], *(part["text"] for part in inside if part["type"] == "mrkdwn")]


def buttons_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        element
        for block in message["blocks"]
        for element in block.get("elements", [])
        if element["type"] == "button"
    ]


@given(st.text(alphabet="<>&|!@#*_`[]()a1 \n\"':/.-", max_size=120))
def test_whatever_is_written_slack_finds_no_markup_but_web_links(text: str) -> None:
    assert all(part.startswith(("https://", "http://")) for part in brackets(mrkdwn(text)))


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**bold** and *leaning*", "*bold* and _leaning_"),
        ("# A head", "*A head*"),
        ("[page](https://a.example/x?a=1&b=2)", "<https://a.example/x?a=1&amp;b=2|page>"),
        ("[no](javascript:alert)", "[no](javascript:alert)"),
        ("[no](mailto:a@b.example)", "no"),
        ("- a\n- b\n    - c", "• a\n• b\n    • c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("> said", "> said"),
        ("`a<b`", "`a&lt;b`"),
        ("![chart](https://a.example/x.png)", "chart"),
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
    ],
)
def test_markdown_is_written_as_slack_writes_it(markdown: str, shown: str) -> None:
    assert mrkdwn(markdown) == shown


def test_an_answer_shows_its_sources_next_actions_and_buttons() -> None:
    action = {"id": "a", "title": "Ask them", "why": "They know.", "citations": [1]}
    citation = CITATION | {"url": "https://a.example/guide"}
    answer = reply(
        citations=[citation], next_actions=[action], buttons=[{"title": "More", "payload": "/b.signed"}]
    )
    message = rendered([answer], notice=False, mark="m")
    whole = "\n".join(texts(message))
    assert "[1] <https://a.example/guide|A guide for clusters>, Skills, page 3" in whole
    assert "• Ask them: They know. [1]" in whole
    [button] = buttons_of(message)
    assert (button["value"], button["text"]["text"]) == ("/b.signed", "More")
    assert "AI" not in whole


def test_the_first_answer_says_that_one_talks_to_an_ai() -> None:
    first = rendered([reply()], notice=True, mark="m")
    assert "AI" in texts(first)[1]
    assert first["blocks"][0]["block_id"] == "m"


def test_limits_of_the_service_are_kept() -> None:
    buttons = [{"title": "t" * 200, "payload": "/b." + "x" * size} for size in (10, 3000)]
    message = rendered([reply("word " * 5000, buttons=buttons)] * 9, notice=True, mark="m")
    assert len(message["blocks"]) <= 50
    assert all(len(text) <= 3000 for text in texts(message))
    names = [button["action_id"] for button in buttons_of(message)]
    assert all(len(button["text"]["text"]) <= 75 for button in buttons_of(message))
    assert len(set(names)) == len(names)
    json.dumps(message)


@given(st.text(alphabet="ab \n", max_size=200), st.integers(5, 40))
def test_parts_lose_no_word(text: str, longest: int) -> None:
    parts = parted(text, longest)
    assert all(len(part) <= longest for part in parts)
    assert "".join(parts).replace(" ", "").replace("\n", "") == text.replace(" ", "").replace("\n", "")


def test_without_a_token_an_answer_is_refused_not_lost() -> None:
    assert SlackChannel("signing", None).deliver(parcel()) == Refused("no_bot_token")


def test_an_answer_goes_to_its_thread_with_the_token(slack: PlayedSlack, channel: SlackChannel) -> None:
    outcome = channel.deliver(parcel())
    [post] = slack.in_thread("C1", "17.1")
    assert outcome == Delivered(post["ts"])
    assert slack.tokens == {"Bearer xoxb-token"}
    assert post["unfurl_links"] is False


def test_too_many_requests_are_waited_out_as_long_as_the_service_says(
    slack: PlayedSlack, channel: SlackChannel
) -> None:
    slack.traps = ["limited"]
    assert channel.deliver(parcel()) == PutOff("ratelimited", 1.0, counts=False)
    assert slack.posts == []


def test_a_lasting_error_is_not_tried_again(slack: PlayedSlack, channel: SlackChannel) -> None:
    slack.traps = ["refused"]
    assert channel.deliver(parcel()) == Refused("channel_not_found")


@pytest.mark.parametrize("trap", ["broken_before", "broken_after", "not_ok", "reset_after", "slow"])
def test_what_may_have_arrived_is_looked_for_before_it_is_sent_again(
    slack: PlayedSlack, channel: SlackChannel, trap: str
) -> None:
    hasty = SlackChannel("signing", SlackService("xoxb-token", slack.url, timeout=1))
    channel.deliver(parcel(mark="another answer"))
    slack.traps = [trap]
    first = hasty.deliver(parcel())
    assert isinstance(first, PutOff)
    assert first.counts
    second = hasty.deliver(parcel(attempts=2))
    assert isinstance(second, Delivered)
    assert [post["metadata"]["event_payload"]["mark"] for post in slack.posts] == ["another answer", "mark-1"]


def test_an_answer_whose_arrival_cannot_be_looked_up_is_not_sent_again(
    slack: PlayedSlack, channel: SlackChannel
) -> None:
    channel.deliver(parcel())
    slack.readable = False
    assert channel.deliver(parcel(attempts=2)) == PutOff("internal_error")
    assert len(slack.posts) == 1


def test_a_service_that_is_gone_is_tried_again(slack: PlayedSlack) -> None:
    with played_slack() as gone:
        url = gone.url
    outcome = SlackChannel("signing", SlackService("t", url)).deliver(parcel())
    assert isinstance(outcome, PutOff)

"""Actions and the bot's domain agree, and no wording hides in the actions' code."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions import replies
from actions.conversation import OFFERS
from actions.server import FAILED, our_actions

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "actions").glob("*.py"))
RESPONSES: dict[str, list[dict[str, Any]]] = {
    name: variations
    for file in sorted((ROOT / "bot" / "domain" / "responses").glob("*.yml"))
    for name, variations in yaml.safe_load(file.read_text(encoding="utf-8"))["responses"].items()
}
SPEAKING = ("say", "say_answer", "say_again", "utter_message", "suggest")
# What an operator or another process reads, not a person in a conversation.
NOT_SPOKEN = {"server.py", "settings.py", "__main__.py"}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node


def literals(source: Path) -> set[str]:
    """All strings of a module but its docstrings."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    }


def named_responses() -> set[str]:
    """Every response the code can name, those it puts together included."""
    named = {text for source in SOURCES for text in literals(source) if text.startswith("utter_")}
    kinds = [f"no_{kind}" for kind in replies.FACT_KINDS] + ["nothing_found"]
    made = {f"utter_{kind}{tail}" for kind in kinds for tail in ("", "_on_name")}
    return {name for name in named if name != "utter_"} | made


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_text_is_written_into_a_message(source: Path) -> None:
    for call in calls(ast.parse(source.read_text(encoding="utf-8"))):
        for keyword in call.keywords:
            if keyword.arg == "text":
                assert not isinstance(keyword.value, ast.Constant | ast.JoinedStr), ast.unparse(call)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_sentence_stands_in_the_code(source: Path) -> None:
    if source.name not in NOT_SPOKEN:
        assert [text for text in literals(source) if len(text.split()) > 2] == []


def test_every_response_the_actions_name_exists() -> None:
    assert named_responses() - RESPONSES.keys() == set()
    assert FAILED["response"] in RESPONSES


def test_no_response_is_written_for_nobody() -> None:
    rules = "".join(
        file.read_text(encoding="utf-8")
        for folder in ("data", "domain")
        for file in (ROOT / "bot" / folder).rglob("*.yml")
    )
    forms = {name for name in RESPONSES if name.startswith("utter_ask_")}
    unused = {
        name for name in RESPONSES.keys() - named_responses() - forms if f"action: {name}\n" not in rules
    }
    assert unused == set()


def test_the_domain_lists_exactly_the_actions_that_exist() -> None:
    listed = yaml.safe_load((ROOT / "bot" / "domain" / "actions.yml").read_text(encoding="utf-8"))["actions"]
    assert sorted(listed) == sorted(our_actions().actions)
    assert set(OFFERS.values()) <= set(listed)


@pytest.mark.parametrize("name", sorted(named_responses()))
def test_every_placeholder_of_a_response_is_filled_by_the_code(name: str) -> None:
    given = {"topic", "missing", "contact"}
    for variation in RESPONSES[name]:
        asked = {field for _, field, _, _ in string.Formatter().parse(variation["text"]) if field}
        assert asked <= given, name
        assert "missing" not in asked or name.endswith("_on_name")


def test_frequent_responses_have_variations() -> None:
    assert [name for name in named_responses() - {"utter_answer"} if len(RESPONSES[name]) < 2] == []

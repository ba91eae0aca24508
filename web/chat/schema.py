"""The published shapes of the chat (OpenAPI): request, replies, citations, events."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

LONGEST_MESSAGE = 4000
"""Characters a message may have."""

ReplyKind = Literal["answer", "text", "calls", "cases", "plan", "question", "card"]
ReplyStatus = Literal[
    "answered", "partial", "needs_detail", "nothing_found", "out_of_scope", "withheld", "failed"
]


def _not_blank(message: str) -> str:
    if not message.strip():
        raise PydanticCustomError("blank", "must hold a few words")
    return message


Message = Annotated[
    str, StringConstraints(strict=True, max_length=LONGEST_MESSAGE), AfterValidator(_not_blank)
]
Language = Annotated[
    str, StringConstraints(strict=True, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,4}$")
]

Event = Annotated[
    str,
    StringConstraints(
        strict=True, pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    ),
]


class ChatRequest(BaseModel):
    """One message. Leave out `conversation` to begin a new one; a pressed button sends its payload as `message`."""

    message: Message = Field(description="What the reader says; a few words up to 4000 characters.")
    conversation: Annotated[str, StringConstraints(strict=True, max_length=200)] | None = Field(
        None, description="The id issued with the first reply: it is the credential of the conversation."
    )
    event: Event | None = Field(
        None,
        description="A random UUID (version 4) of this message. Sent again with it, for instance after a lost"
        " connection, the message is answered once, and the same answer comes back.",
    )
    language: Language | None = Field(None, description='BCP 47 tag of the reader\'s language, e.g. "en".')

    def primary_language(self) -> str | None:
        """Return the language without region or script, in lower case."""
        return self.language.replace("_", "-").split("-")[0].lower() if self.language else None


class CitationModel(BaseModel):
    """Where a statement comes from; `quote` is a verbatim part of the passage's text."""

    number: int
    document: str
    passage: str
    title: str
    section: list[str] = []
    page: int | None = None
    quote: str
    language: str
    url: str | None = None
    read_at: str
    valid_until: str | None = None


class Button(BaseModel):
    """A choice; sending `payload` as the next message presses it. The payload is opaque and signed."""

    title: str
    payload: str


class NextActionModel(BaseModel):
    """Something to do now, why, and the numbers of the citations that say so."""

    id: str
    title: str
    why: str = ""
    citations: list[int] = []


class ReplyData(BaseModel):
    """What is particular to a reply. `move` names the move understood; other keys belong to the kind."""

    model_config = ConfigDict(extra="allow")

    move: str


class Reply(BaseModel):
    """One visible reply. `text` is Markdown with citation marks such as [1]."""

    kind: ReplyKind = "text"
    status: ReplyStatus = "answered"
    text: str = ""
    language: str = "en"
    citations: list[CitationModel] = []
    buttons: list[Button] = []
    next_actions: list[NextActionModel] = []
    data: ReplyData

    def is_visible(self) -> bool:
        """Say whether a reader would see anything of it."""
        held = self.model_dump(include={"citations", "buttons", "next_actions"})
        return bool(self.text.strip()) or any(held.values()) or self.kind not in ("text", "answer")

    def plain(self) -> dict[str, Any]:
        """Return the reply as JSON values."""
        return self.model_dump(mode="json")


class ChatReply(BaseModel):
    """The replies of one turn and the conversation they belong to."""

    conversation: str
    replies: list[Reply]


class LinkModel(BaseModel):
    """A link in a passage and the words it stood on."""

    url: str
    text: str = ""


class PassageModel(BaseModel):
    """A public passage of the library."""

    id: str
    document: str
    title: str
    kind: str
    section: list[str] = []
    page: int | None = None
    text: str
    role: str = "text"
    language: str
    url: str | None = None
    read_at: str
    valid_until: str | None = None
    links: list[LinkModel] = []
    reference: str = Field("", description="The work its facts come from, where the document retells another")
    audience: Literal["public"] = "public"


class Readiness(BaseModel):
    """Whether every part answers, and each part by name."""

    ready: bool
    parts: dict[str, bool]


class ProblemModel(BaseModel):
    """A fault in the form of RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str

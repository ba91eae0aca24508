"""What a document's header says about it, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from ingest.errors import BadHeader
from knowledge.schema import AUDIENCES, DOCUMENT_KINDS, Audience, DocumentKind, Link


@dataclass(frozen=True)
class About:
    """The header's values; None or empty where it says nothing. `links` is the original a text was written from."""

    kind: DocumentKind | None = None
    url: str | None = None
    themes: tuple[str, ...] = ()
    valid_until: str | None = None
    audience: Audience = "public"
    reference: str = ""
    links: tuple[Link, ...] = ()


def about_of(header: Mapping[str, Any]) -> About:
    """Read the header's values. Raises BadHeader with the key that is wrong and what it may hold."""
    url, name = _source(header.get("source"))
    url = _address(header.get("url")) or url
    return About(
        kind=cast("DocumentKind | None", _one_of("kind", header.get("kind"), DOCUMENT_KINDS)),
        url=url,
        themes=_themes(header.get("themes")),
        valid_until=_day(header.get("valid_until", header.get("valid-until"))),
        audience=cast(Audience, _one_of("audience", header.get("audience"), AUDIENCES) or "public"),
        reference=name,
        links=(Link(url, name),) if url else (),
    )


def _source(value: Any) -> tuple[str | None, str]:
    """A source is an address, or a mapping of title, section and url."""
    if isinstance(value, Mapping):
        parts = (str(value[key]).strip() for key in ("title", "section") if value.get(key))
        return _address(value.get("url")), ", ".join(parts)
    return _address(value), ""


def _address(value: Any) -> str | None:
    text = str(value or "").strip()
    return text if text.startswith(("http://", "https://")) else None


def _one_of(key: str, value: Any, allowed: tuple[str, ...]) -> str | None:
    if value in (None, ""):
        return None
    if value not in allowed:
        raise BadHeader(f'The header\'s "{key}" is "{value}"; use one of: {", ".join(allowed)}.')
    return str(value)


def _themes(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    if value is not None and not isinstance(value, list):
        raise BadHeader('The header\'s "themes" must be a list such as [green transition, skills].')
    return tuple(str(theme).strip() for theme in value or () if str(theme).strip())


def _day(value: Any) -> str | None:
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise BadHeader(
            f'The header\'s "valid_until" is "{value}"; write a date such as 2027-06-30.'
        ) from error

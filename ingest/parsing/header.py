"""The header a document may open with: YAML between dashes, or plain "key: value" lines above dashes."""

from __future__ import annotations

import re
from typing import Any

import yaml

from ingest.errors import BadHeader

_FENCED = re.compile(r"\A\s*---[ \t]*\n(?P<body>.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_OPEN = re.compile(r"\A(?P<body>(?:[a-z_]{2,20}:[ \t]\S[^\n]*\n){1,12})---[ \t]*\n", re.IGNORECASE)


def split_header(text: str) -> tuple[dict[str, Any], str]:
    """Return the header's values and the text below it; an empty header where there is none.

    Raises BadHeader when the header is no valid YAML mapping.
    """
    fenced = _FENCED.match(text)
    if fenced:
        return _mapping(fenced.group("body")), text[fenced.end() :]
    plain = _OPEN.match(text)
    if plain:
        pairs = (line.split(":", 1) for line in plain.group("body").splitlines())
        return {key.strip().lower(): value.strip() for key, value in pairs}, text[plain.end() :]
    return {}, text


def _mapping(body: str) -> dict[str, Any]:
    try:
        values = yaml.safe_load(body)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 2
        raise BadHeader(
            f"The header between the dashes is not valid YAML (line {line}); correct it and try again."
        ) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise BadHeader(
            'The header between the dashes must hold "key: value" lines; correct it and try again.'
        )
    return {str(key).lower(): value for key, value in values.items()}

"""The few texts web must say itself, kept as YAML: one file a language, English where a language has none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
FALLBACK = "en"


def wording(key: str, language: str = FALLBACK, **values: str) -> str:
    """Return the text under a dotted key such as "turns.all_away" with its {names} filled in.

    Raises `KeyError` for a key or a name that is missing: a fault of ours that tests find.
    """
    table = _table(language)
    text = table.get(key) or _table(FALLBACK)[key]
    return text.format_map(values) if values else text


@cache
def _table(language: str) -> Mapping[str, str]:
    path = HERE / f"{language}.yml"
    # The language comes from outside: only names of files that stand here are opened.
    if path not in set(HERE.glob("*.yml")):
        return {}
    return dict(_flat(yaml.safe_load(path.read_text(encoding="utf-8")), ""))


def _flat(node: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in node.items():
        key = f"{prefix}.{name}" if prefix else name
        pairs += _flat(value, key) if isinstance(value, dict) else [(key, str(value).strip())]
    return pairs

"""The texts web itself says, kept as YAML: one file a language, English where a language has none.

Beside this file stand the words of the chat and its problems, in `desk/` those of the desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
DESK = HERE / "desk"
FALLBACK = "en"


def wording(key: str, language: str = FALLBACK, **values: str) -> str:
    """Return the text under a dotted key such as "turns.all_away" with its {names} filled in.

    Raises `KeyError` for a key or a name that is missing: a fault of ours that tests find.
    """
    return _text(HERE, key, language, values)


def desk_wording(key: str, language: str = FALLBACK, **values: str) -> str:
    """Return a text of the desk, as `wording` does."""
    return _text(DESK, key, language, values)


def desk_languages() -> dict[str, str]:
    """Return the languages the desk speaks: their tags and their own names for themselves."""
    tags = sorted(path.stem for path in DESK.glob("*.yml"))
    return {tag: _table(DESK, tag)["language.name"] for tag in tags}


def _text(folder: Path, key: str, language: str, values: Mapping[str, str]) -> str:
    table = _table(folder, language)
    text = table.get(key) or _table(folder, FALLBACK)[key]
    return text.format_map(values) if values else text


@cache
def _table(folder: Path, language: str) -> Mapping[str, str]:
    path = folder / f"{language}.yml"
    # The language comes from outside: only names of files that stand here are opened.
    if path not in set(folder.glob("*.yml")):
        return {}
    return dict(_flat(yaml.safe_load(path.read_text(encoding="utf-8")), ""))


def _flat(node: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in node.items():
        key = f"{prefix}.{name}" if prefix else name
        pairs += _flat(value, key) if isinstance(value, dict) else [(key, str(value).strip())]
    return pairs

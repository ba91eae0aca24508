"""Puts the widget together: every source, the style sheet and the string tables as one script.

No build step and no tool outside the standard library: the sources are written for browsers as they are,
and their order is the order of their names.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def bundle() -> str:
    """Return the whole widget as one self-contained script, UTF-8 text, ready to serve as `/widget.js`.

    Read from disk once per process: an edited source shows after a restart.
    """
    constants = [_constant("WIDGET_CSS", _css()), _constant("WIDGET_STRINGS", _string_tables())]
    sources = [path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.js"))]
    return "\n".join(["(() => {", '"use strict";', *constants, *sources, "})();", ""])


def _constant(name: str, value: object) -> str:
    """Write a value as a script constant; JSON's ASCII form is valid JavaScript for every string."""
    return f"const {name} = {json.dumps(value)};"


def _css() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.css")))


def _string_tables() -> dict[str, dict[str, str]]:
    """Return the words of the interface, keyed by language code (the name of their file)."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(HERE.glob("strings/*.json"))
    }

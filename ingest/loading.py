"""Read a file's bytes and find out what they are, with an honest word where they cannot be used."""

from __future__ import annotations

import codecs
from pathlib import Path, PurePath
from typing import Literal

from ingest.errors import EmptyFile, MissingFile, NoText, TooLarge, UnknownFormat

Format = Literal["text", "markdown", "html", "pdf"]

MOST_BYTES = 50 * 1024 * 1024
_FORMATS: dict[str, Format] = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf",
}  # fmt: skip
SUFFIXES = frozenset(_FORMATS)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes. Raises MissingFile, EmptyFile or TooLarge."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _too_large()
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise MissingFile(
            f"The file cannot be read ({reason}); check its path and its permissions."
        ) from error
    return check_size(data)


def check_size(data: bytes) -> bytes:
    """Return the bytes unchanged. Raises EmptyFile or TooLarge."""
    if len(data) > MOST_BYTES:
        raise _too_large()
    if not data.strip():
        raise EmptyFile("The file is empty; save it again from the program it was made with.")
    return data


def format_of(name: str, data: bytes) -> Format:
    """Return the format by content where it shows, else by the name's ending. Raises UnknownFormat."""
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    suffix = PurePath(name).suffix.lower()
    if suffix not in _FORMATS:
        known = ", ".join(sorted(ending[1:] for ending in SUFFIXES))
        raise UnknownFormat(
            f"Files ending in {suffix or 'nothing'} cannot be read; save it as one of: {known}."
        )
    return _FORMATS[suffix]


def decode(data: bytes) -> tuple[str, str]:
    """Return the text with line ends as "\\n", and the name of the character set it was written in.

    Tried in order: the byte order mark, UTF-8, Windows-1252. Raises UnknownFormat for binary data and NoText.
    """
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if not marked and b"\x00" in data:
        raise _binary()
    text, charset = _decoded(data, marked)
    if _share_of_controls(text) > 0.02:
        raise _binary()
    if not any(character.isalpha() for character in text):
        raise NoText("The file holds no words; check that it is the right one.")
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"), charset


def _decoded(data: bytes, marked: str | None) -> tuple[str, str]:
    for charset in [marked] if marked else ["utf-8", "cp1252"]:
        try:
            return data.decode(charset), charset
        except UnicodeDecodeError:
            continue
    raise UnknownFormat("The characters of the file cannot be read; save it again as UTF-8 text.")


def _share_of_controls(text: str) -> float:
    controls = sum(character < " " and character not in "\t\n\r\f\v" for character in text)
    return controls / max(1, len(text))


def _binary() -> UnknownFormat:
    return UnknownFormat(
        "The file is not text although its name says so; save it as text, or give it its right ending."
    )


def _too_large() -> TooLarge:
    return TooLarge(
        f"The file is larger than {MOST_BYTES // (1024 * 1024)} MB; split it, or remove its pictures."
    )

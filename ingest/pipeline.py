"""From files to the knowledge: find, read, parse, hand over, and report each one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from ingest.about import About, about_of
from ingest.errors import IngestError, NoText
from ingest.loading import SUFFIXES, check_size, decode, format_of, read_bytes
from ingest.parsing.blocks import Parsed
from ingest.parsing.html import parse_html
from ingest.parsing.kinds import guess_kind, title_of
from ingest.parsing.markdown import parse_markdown
from ingest.parsing.passages import passages_of
from ingest.parsing.pdf import parse_pdf
from ingest.parsing.roles import role_of
from ingest.parsing.structure import Section, sections_of
from ingest.parsing.text import parse_text
from ingest.report import IngestReport
from knowledge.errors import Refused
from knowledge.schema import Audience, DocumentDraft, DocumentKind, ParsedDocument, PassageDraft, Stored

STARTER_FOLDER = Path(__file__).parent / "starter"
_STARTER_PREFIX = "starter/"
_ADDRESS = re.compile(r"^[a-z][a-z0-9+.\-]+://", re.IGNORECASE)
_TEXT_PARSERS: dict[str, Callable[[str], Parsed]] = {
    "text": parse_text,
    "markdown": parse_markdown,
    "html": parse_html,
}

OnProgress = Callable[[int, int, str], None]
"""Called before each source with its number from 1, how many there are, and its name."""


class Shelf(Protocol):
    """What an ingest needs of the knowledge; `knowledge.client.Client` is one."""

    def store(self, draft: DocumentDraft, original: bytes | None = None) -> Stored:
        """Take a document in, or update it when its source is known."""


class SeedableShelf(Shelf, Protocol):
    """A shelf that takes vectors made before, so that starter documents are found by meaning at once."""

    def seed_vectors(self, file: Path) -> Any:
        """Take the vectors of a file in."""


def parse_path(path: Path, kind: DocumentKind | None = None) -> ParsedDocument:
    """Parse a file without storing it. Raises IngestError with words for the person who gave the file."""
    return parse_bytes(read_bytes(path), str(path.resolve()), kind=kind)


def parse_bytes(
    data: bytes, name: str, *, kind: DocumentKind | None = None, source: str | None = None
) -> ParsedDocument:
    """Parse a document from its bytes; `name` tells its format and, where nothing else does, its title.

    `source` identifies the document (default: its name); `kind` wins over the document's own header. Raises
    IngestError.
    """
    parsed, warnings = _parsed(check_size(data), name)
    about = about_of(parsed.about)
    title = title_of(parsed, name)
    sections = sections_of(parsed.blocks, title=title)
    chosen = kind or about.kind or guess_kind(title, sections)
    passages = _passages(sections, chosen, parsed.language, about)
    if not passages:
        raise NoText(
            "No text was found in the file; a scan needs its text recognised (OCR) before it can be added."
        )
    draft = DocumentDraft(
        source=source or name, title=title, kind=chosen, language=parsed.language, passages=passages,
        original=hashlib.sha256(data).hexdigest(), url=about.url, themes=about.themes, audience=about.audience,
        valid_until=about.valid_until, reference=about.reference,
    )  # fmt: skip
    return ParsedDocument(draft, parsed.pages, parsed.repairs, parsed.warnings + warnings)


def ingest_paths(
    paths_or_urls: Iterable[str | Path],
    *,
    client: Shelf,
    kind: DocumentKind | None = None,
    valid_until: str | None = None,
    audience: Audience | None = None,
    on_progress: OnProgress | None = None,
) -> IngestReport:
    """Store every file given, and every readable file in the folders given; a failure never stops the others.

    `kind`, `valid_until` (ISO date) and `audience` win over what a document's header says. Folders are walked without
    hidden files; nothing is removed because it is no longer there. Faults of the knowledge itself are raised.
    """
    report = IngestReport()
    sources = list(_expanded(paths_or_urls, report))
    for number, path in enumerate(sources, start=1):
        if on_progress:
            on_progress(number, len(sources), path.name)
        _ingest_one(
            path, str(path.resolve()), client, report, kind=kind, valid_until=valid_until, audience=audience
        )
    return report


def load_starter(
    client: SeedableShelf, on_progress: OnProgress | None = None, folder: Path = STARTER_FOLDER
) -> IngestReport:
    """Store the documents that ship with the product; their sources do not depend on where it is installed."""
    report = IngestReport()
    vectors = folder / "vectors.npz"
    if vectors.exists():
        client.seed_vectors(vectors)
    paths = sorted(folder.glob("**/*.md"))
    for number, path in enumerate(paths, start=1):
        if on_progress:
            on_progress(number, len(paths), path.name)
        _ingest_one(path, _STARTER_PREFIX + path.relative_to(folder).as_posix(), client, report)
    return report


def _ingest_one(path: Path, source: str, client: Shelf, report: IngestReport, **wishes: Any) -> None:
    try:
        data = read_bytes(path)
        draft = parse_bytes(data, path.name, source=source, kind=wishes.get("kind")).draft
        wanted = {name: wishes[name] for name in ("valid_until", "audience") if wishes.get(name)}
        report.note_stored(client.store(replace(draft, **wanted), original=data))
    except (IngestError, Refused) as error:
        report.note_failure(source, str(error))


def _expanded(given: Iterable[str | Path], report: IngestReport) -> Iterator[Path]:
    """Yield the files behind what was given, noting what leads nowhere."""
    for item in given:
        path = Path(item)
        if isinstance(item, str) and _ADDRESS.match(item):
            report.note_failure(
                item, "Addresses cannot be fetched yet; save the page as a file and add the file."
            )
        elif path.is_dir():
            files = list(_walk(path))
            if not files:
                report.note_failure(str(item), "The folder holds no file that can be read.")
            yield from files
        else:
            yield path


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.suffix.lower() in SUFFIXES:
            yield path


def _parsed(data: bytes, name: str) -> tuple[Parsed, tuple[str, ...]]:
    form = format_of(name, data)
    if form == "pdf":
        return parse_pdf(data), ()
    text, charset = decode(data)
    noted = charset not in ("utf-8", "utf-8-sig")
    return _TEXT_PARSERS[form](text), (f"read as {charset}, not UTF-8",) if noted else ()


def _passages(
    sections: Iterable[Section], kind: DocumentKind, language: str, about: About
) -> tuple[PassageDraft, ...]:
    found = [
        passage for section in sections for passage in passages_of(section, role_of(section, kind, language))
    ]
    return tuple(replace(passage, links=passage.links + about.links) for passage in found)

"""PDF by pdfium: lines with their page, type size and gaps; links with the words under them.

The reference for the raw calls is pdfium's fpdf_text.h, fpdf_doc.h and fpdf_annot.h; sizes and places are in points.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.errors import BrokenFile, Locked, NoText
from ingest.language import detect_language
from ingest.parsing.blocks import Line, Parsed
from ingest.parsing.layout import blocks_of
from ingest.parsing.tidy import Tidier, vocabulary_of
from knowledge.schema import Link, Page

_WORD_ENDING = "\u0002"  # pdfium's sign for a hyphen that only breaks the line
_UNREADABLE = re.compile(r"[\x00\x01\x03-\x08\x0e-\x1f\ufffe\uffff\ufffd]")
_GAP = 1.7  # distance of two baselines, in type sizes, from which lines belong to different blocks
_MOST_ADDRESS_BYTES = 2048


@dataclass(frozen=True)
class _Placed:
    """A line with where it stands: `base` is its baseline's height over the page's foot."""

    text: str
    size: float
    base: float
    links: tuple[Link, ...] = ()


def parse_pdf(data: bytes) -> Parsed:
    """Read a PDF's text. Raises Locked, BrokenFile, or NoText for a scan."""
    document = _opened(data)
    try:
        pages = [_read_page(document, index) for index in range(len(document))]
        title = _metadata_title(document)
    finally:
        document.close()
    pages = _without_running_lines(pages)
    if not any(any(character.isalnum() for character in line.text) for page in pages for line in page):
        raise NoText(
            "The PDF holds no text, it is probably a scan; have its text recognised (OCR) and try again."
        )
    return _parsed(pages, title)


def _parsed(pages: Sequence[Sequence[_Placed]], title: str) -> Parsed:
    texts = [_page_text(page) for page in pages]
    whole = "\n".join(texts)
    language = detect_language(whole)
    tidier = Tidier(language, vocabulary_of(whole))
    lines = [line for number, page in enumerate(pages, start=1) for line in _lines(page, number)]
    blocks = tuple(blocks_of(lines, tidier))
    return Parsed(
        blocks, language, title=title, pages=tuple(Page(number, text) for number, text in enumerate(texts, start=1)),
        repairs=dict(tidier.repairs), warnings=_warnings(texts),
    )  # fmt: skip


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise Locked("The PDF asks for a password; save a copy without one and add that.") from error
        raise BrokenFile("The PDF is damaged and cannot be opened; save or download it again.") from error


def _metadata_title(document: pypdfium2.PdfDocument) -> str:
    title = " ".join(document.get_metadata_value("Title").split())
    untold = not re.search(r"[^\W\d_]{3}.* ", title) or re.search(
        r"\.(?:docx?|indd|pptx?|qxp|pdf|tex|dvi)\b|untitled", title, re.IGNORECASE
    )
    return "" if untold else title


def _read_page(document: pypdfium2.PdfDocument, index: int) -> list[_Placed]:
    try:
        page = document[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise BrokenFile(
            f"Page {index + 1} of the PDF is damaged; save or download the file again."
        ) from error
    try:
        links = list(_links(document, page, text_page))
        return [_with_links(line, links) for line in _placed_lines(text_page)]
    finally:
        text_page.close()
        page.close()


def _placed_lines(text_page: pypdfium2.PdfTextPage) -> Iterator[_Placed]:
    """Go through the page's characters, as pdfium orders them, and cut at its line ends."""
    start = 0
    characters: list[str] = []
    count = text_page.count_chars()
    for index in range(count + 1):
        code = pdfium.FPDFText_GetUnicode(text_page.raw, index) if index < count else 10
        if code in (10, 13):
            if characters:
                yield _place(text_page, start, characters)
            characters = []
        else:
            start = start if characters else index
            characters.append(_character(code))


def _character(code: int) -> str:
    return chr(code) if code < 0xD800 or 0xE000 <= code <= 0x10FFFF else "\ufffd"


def _place(text_page: pypdfium2.PdfTextPage, start: int, characters: Sequence[str]) -> _Placed:
    """Measure a line at its first visible character."""
    text = "".join(characters)
    visible = next((i for i, character in enumerate(characters) if character.strip()), 0)
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text_page.raw, start + visible, x, y)
    return _Placed(text, round(_size(text_page, start + visible), 1), y.value)


def _size(text_page: pypdfium2.PdfTextPage, index: int) -> float:
    """The type size as it appears: the font's own size scaled by the text's matrix."""
    size = float(pdfium.FPDFText_GetFontSize(text_page.raw, index))
    matrix = pdfium.FS_MATRIX()
    if pdfium.FPDFText_GetMatrix(text_page.raw, index, matrix):
        size *= (matrix.c**2 + matrix.d**2) ** 0.5
    return size


def _links(
    document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage
) -> Iterator[Link]:
    """Yield the page's web links with the words their rectangles lie on."""
    position = ctypes.c_int(0)
    link = pdfium.FPDF_LINK()
    while pdfium.FPDFLink_Enumerate(page.raw, position, link):
        address = _address(document, link)
        rectangle = pdfium.FS_RECTF()
        if address and pdfium.FPDFLink_GetAnnotRect(link, rectangle):
            words = text_page.get_text_bounded(
                rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
            )
            yield Link(address, " ".join(words.replace(_WORD_ENDING, "-").split()))


def _address(document: pypdfium2.PdfDocument, link: pdfium.FPDF_LINK) -> str:
    action = pdfium.FPDFLink_GetAction(link)
    if not action:
        return ""
    buffer = ctypes.create_string_buffer(_MOST_ADDRESS_BYTES)
    length = pdfium.FPDFAction_GetURIPath(document.raw, action, buffer, _MOST_ADDRESS_BYTES)
    address = buffer.value.decode("utf-8", "replace") if length <= _MOST_ADDRESS_BYTES else ""
    return address if address.startswith(("http://", "https://", "mailto:")) else ""


def _with_links(line: _Placed, links: Sequence[Link]) -> _Placed:
    mine = tuple(link for link in links if link.text and link.text in " ".join(line.text.split()))
    return replace(line, links=mine)


def _lines(page: Sequence[_Placed], number: int) -> Iterator[Line]:
    """Yield the page's lines with empty ones for the gaps between them."""
    usual = _usual_distance(page)
    above: _Placed | None = None
    for index, line in enumerate(page):
        if above is not None and _is_gap(above, line, usual):
            yield Line("", number)
        text = line.text if line.text.endswith(_WORD_ENDING) else f"{line.text} "
        yield Line(text, number, starts_page=index == 0, size=line.size, links=line.links)
        above = line


def _is_gap(above: _Placed, line: _Placed, usual: float) -> bool:
    distance = above.base - line.base
    size = max(above.size, line.size, 1.0)
    return distance < -size or distance > max(1.25 * usual, 1.2 * size) or distance > _GAP * size


def _usual_distance(page: Sequence[_Placed]) -> float:
    distances = [one.base - other.base for one, other in pairwise(page)]
    plausible = [distance for distance in distances if 0.5 < distance < 40]
    return median(plausible) if plausible else 0.0


def _without_running_lines(pages: list[list[_Placed]]) -> list[list[_Placed]]:
    """Drop page numbers, and heads and feet that repeat on more than half of at least three pages."""
    if len(pages) < 3:
        return pages
    repeated = Counter(form for page in pages for form in {_form(line) for line in _edge(page)})
    running = {form for form, times in repeated.items() if times > len(pages) / 2}
    return [
        [line for line in page if line not in _edge(page) or _form(line) not in running] for page in pages
    ]


def _edge(page: Sequence[_Placed]) -> list[_Placed]:
    return [*page[:2], *page[-2:]]


def _form(line: _Placed) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.split()))


def _page_text(page: Sequence[_Placed]) -> str:
    return "\n".join(line.text.replace(_WORD_ENDING, "-").rstrip() for line in page)


def _warnings(texts: Sequence[str]) -> tuple[str, ...]:
    whole = "".join(texts)
    share = len(_UNREADABLE.findall(whole)) / max(1, len(whole))
    if share < 0.01:
        return ()
    return (
        f"{share:.0%} of the characters cannot be read because the PDF's fonts do not say what they mean",
    )

"""PDF by pdfium: lines with their page, type size and gaps; links with the words under them.

The reference for the raw calls is pdfium's fpdf_text.h, fpdf_doc.h and fpdf_annot.h; sizes and places are in points.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_low

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
_GAP = (
    1.3  # distance of two baselines, in usual distances of lines, from which they belong to different blocks
)
_MOST_ADDRESS_BYTES = 2048
_BOLD_NAME = re.compile(rb"bold|heavy|black|semibold|demi", re.IGNORECASE)
_HEAVIER_BY = 90
_HEAVY_COUNTS_AS = 1.15  # times the size: headings are often only set in heavier type


@dataclass(frozen=True)
class _Placed:
    """A line with its type's size and weight (400 is ordinary); `base` is its height over the page's foot."""

    text: str
    size: float
    weight: int
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
    usual = _usual_distances(pages)
    heavy = _body_weight(pages) + _HEAVIER_BY
    lines = [
        line for number, page in enumerate(pages, start=1) for line in _lines(page, number, usual, heavy)
    ]
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
    """Go through the page's characters, as pdfium orders them, and cut at its line ends.

    Where a word is divided pdfium leaves the line end out, so its sign for the hyphen ends a line too.
    """
    start = 0
    characters: list[str] = []
    count = text_page.count_chars()
    for index in range(count + 1):
        code = pdfium.FPDFText_GetUnicode(text_page.raw, index) if index < count else 10
        start = start if characters else index
        if code not in (10, 13):
            characters.append(_character(code))
        if characters and (code in (10, 13) or chr(code) == _WORD_ENDING):
            yield _place(text_page, start, characters)
            characters = []


def _character(code: int) -> str:
    return chr(code) if code < 0xD800 or 0xE000 <= code <= 0x10FFFF else "\ufffd"


def _place(text_page: pypdfium2.PdfTextPage, start: int, characters: Sequence[str]) -> _Placed:
    """Measure a line at its first visible character; it weighs as much as the lighter of its ends."""
    visible = [start + i for i, character in enumerate(characters) if character.isalnum()] or [start]
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text_page.raw, visible[0], x, y)
    weight = min(_weight(text_page, visible[0]), _weight(text_page, visible[-1]))
    return _Placed("".join(characters), round(_size(text_page, visible[0]), 1), weight, y.value)


def _weight(text_page: pypdfium2.PdfTextPage, index: int) -> int:
    """The weight the font states, or the one its name speaks of."""
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(text_page.raw, index, name, 128, ctypes.c_int(0))
    named = 700 if _BOLD_NAME.search(name.value) else 400
    return max(named, int(pdfium.FPDFText_GetFontWeight(text_page.raw, index)))


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


def _lines(page: Sequence[_Placed], number: int, usual: Mapping[float, float], heavy: int) -> Iterator[Line]:
    """Yield the page's lines with empty ones for the gaps; those of weight `heavy` and more count as set larger."""
    above: _Placed | None = None
    for index, line in enumerate(page):
        if above is not None and _is_gap(above, line, usual):
            yield Line("", number)
        size = line.size * _HEAVY_COUNTS_AS if line.weight >= heavy else line.size
        text = line.text if line.text.endswith(_WORD_ENDING) else f"{line.text} "
        yield Line(text, number, starts_page=index == 0, size=size, links=line.links)
        above = line


def _is_gap(above: _Placed, line: _Placed, usual: Mapping[float, float]) -> bool:
    distance = above.base - line.base
    expected = max(usual.get(line.size, 0.0), usual.get(above.size, 0.0)) or 1.15 * max(above.size, line.size)
    return distance > _GAP * expected or distance < -0.5 * expected


def _usual_distances(pages: Sequence[Sequence[_Placed]]) -> dict[float, float]:
    """The usual distance of neighbouring lines of each type size, in points, where enough lines tell."""
    found: dict[float, list[float]] = {}
    for one, other in (pair for page in pages for pair in pairwise(page)):
        if one.size == other.size and 0.8 * one.size < one.base - other.base < 3 * one.size:
            found.setdefault(one.size, []).append(one.base - other.base)
    return {size: median_low(distances) for size, distances in found.items() if len(distances) >= 3}


def _body_weight(pages: Sequence[Sequence[_Placed]]) -> int:
    weights: Counter[int] = Counter()
    for line in (line for page in pages for line in page):
        weights[line.weight] += len(line.text)
    return weights.most_common(1)[0][0]


def _without_running_lines(pages: list[list[_Placed]]) -> list[list[_Placed]]:
    """Drop what stands at the same height at the head or foot of several pages: page numbers and running titles."""
    seen = Counter(form for page in pages for form in {_form(line) for line in _edge(page)})
    least = max(2.0, 0.3 * len(pages))
    running = {form for form, times in seen.items() if times >= least}
    return [
        [line for line in page if line not in _edge(page) or _form(line) not in running] for page in pages
    ]


def _edge(page: Sequence[_Placed]) -> list[_Placed]:
    """The lines at the two highest and the two lowest heights of a page."""
    heights = sorted({round(line.base) for line in page})
    outer = {*heights[:2], *heights[-2:]}
    return [line for line in page if round(line.base) in outer]


def _form(line: _Placed) -> tuple[str, int]:
    return re.sub(r"\d+", "#", " ".join(line.text.split())), round(line.base)


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

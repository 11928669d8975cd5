"""The metadata of a PDF file: its info fields and XMP packet, and guesses from its first page."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.document.words import count_words
from tui_reader.formats.metadata.guesses import Heading, complete, file_stem, looks_like_headline
from tui_reader.formats.pdf.columns import columns_of
from tui_reader.formats.pdf.headings import NAMED_PART
from tui_reader.formats.pdf.page_lines import lines_of
from tui_reader.formats.pdf.page_words import raw_text, words_of
from tui_reader.formats.pdf.pdfium import LOCK, library, page_of, text_of, utf16_string

if TYPE_CHECKING:
    from tui_reader.formats.pdf.pdfium import Pdf
    from tui_reader.model.article import Metadata

_FIELDS = (("Title", "title"), ("Author", "author"), ("Keywords", "keywords"), ("CreationDate", "date"))
_FILE_NAME = re.compile(
    r"(?:Microsoft (?:Word|PowerPoint|Excel)|PowerPoint[ -]|Untitled|Do[ck]ument\d*\Z|No Job Name|Slide \d|"
    r"(?:file|https?|about):|[/\\]|[A-Za-z]:\\)|.*\.(?:docx?|dvi|tex|ltx|indd|qxd|pdf|ps|eps|rtf|odt|pptx?|xlsx?|"
    r"html?|txt|fm|pmd|p65|cdr|ai|tiff?|jpe?g|png)\Z|(?:title|untitled|scan\w*|unknown|image|\d+)\Z",
    re.IGNORECASE,
)
"""Pattern of titles that programs make from a file name or as a placeholder: `Microsoft Word - a.doc`, `Untitled`."""
_NO_AUTHOR = re.compile(r"(?:admin\w*|user|owner|unknown|anonymous|author|root|default|n/?a|none|\W*)\Z", re.IGNORECASE)
_DATE = re.compile(r"D?:?\s*(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(Z|[+-]\d\d'?(?:\d\d)?'?)?")
_DIVIDED = re.compile("[\x02\ufffe\u00ad]\\s*|(?<=[^\\W\\d_])-\\r?\\n(?=[^\\W\\d_])")

_LAST_MARK = re.compile(r"(?<=\w)\s*[*∗†‡§]{1,3}\Z")
"""Pattern of a footnote mark at the end of a title, such as `*`."""

_NUMBERED = re.compile(r"(?:chapter|kapitel|section|part)?\s*(?:\d{1,3}|[ivx]{1,5})[.\s]", re.IGNORECASE)
"""Pattern of the number of a chapter or section at the start of a line, which then is not the title of the file."""

MOST_COUNTED = 48
"""Maximum number of pages whose words are counted; in longer files, 48 evenly spaced pages are a sample."""
_SAMPLED = 3
"""Number of pages at the start from which the language is guessed."""
_LONGEST_TITLE = 300
_MOST_TITLE_LINES = 4
"""Maximum number of lines of a title; more lines in the largest font are running text."""
_XMP_BEFORE = 400
"""Number of bytes before an XMP packet that are searched for the dictionary of its stream."""


def metadata_of(pdf: Pdf, data: bytes, name: str, *, counted: int = MOST_COUNTED) -> Metadata:
    """Return the metadata of a file, with a count of words that is estimated from a sample in long files.

    Args:
        pdf: The open file.
        data: All bytes of the file.
        name: File name or path.
        counted: Number of pages whose words are counted.
    """
    fields = _info(pdf)
    for key, value in _xmp(data).items():
        fields.setdefault(key, value)
    texts, words = _sample(pdf, counted)
    body = "\n".join(texts)
    guessed = complete(fields, body, name, lambda: _largest_text(pdf), lambda: _title_lines(body, name))
    return guessed._replace(words=words)


def _info(pdf: Pdf) -> dict[str, Any]:
    """Return the info fields by the keys of front matter, such as `title`, without placeholders that programs write."""
    pdfium = library()

    found: dict[str, Any] = {}
    for written, key in _FIELDS:
        with LOCK:
            value = clean_line(utf16_string(pdfium.FPDF_GetMetaText, pdf.raw, written.encode()))
        if key == "date":
            value = _iso(value)
        if value and not _is_useless(key, value):
            found[key] = value
    with LOCK:
        language = clean_line(utf16_string(pdfium.FPDFCatalog_GetLanguage, pdf.raw))
    if language:
        found["language"] = language
    return found


def _is_useless(key: str, value: str) -> bool:
    if key == "title":
        return len(value) > _LONGEST_TITLE or not any(map(str.isalpha, value)) or _FILE_NAME.match(value) is not None
    return key == "author" and _NO_AUTHOR.match(value) is not None


def _iso(written: str) -> str:
    """Return a PDF date, such as `D:20210304120000+01'00'`, as an ISO 8601 date; empty if it is invalid."""
    match = _DATE.match(written)
    if match is None:
        return ""
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    if year is None or not 1970 <= year <= 2200:
        return ""
    zone = (match[7] or "").replace("'", "")
    zone = f"{zone[:3]}:{zone[3:5] or '00'}" if zone not in ("", "Z") else zone.replace("Z", "+00:00")
    try:
        if hour is None or day is None:
            return datetime(year, month or 1, day or 1).date().isoformat()  # noqa: DTZ001 - only the date is used
        time = f"{hour:02}:{minute or 0:02}:{second or 0:02}"
        return datetime.fromisoformat(f"{year:04}-{month or 1:02}-{day:02}T{time}{zone}").isoformat()
    except ValueError:
        return ""


def _xmp(data: bytes) -> dict[str, Any]:
    """Return the fields of the file's last XMP packet that has any, by the keys of front matter.

    Packets of embedded pictures are skipped. The result is empty without a packet.
    """
    start = data.rfind(b"<x:xmpmeta")
    while start >= 0:
        end = data.find(b"</x:xmpmeta>", start, start + 200_000)
        before = data[max(start - _XMP_BEFORE, 0) : start].replace(b" ", b"")
        if end > 0 and b"/Subtype/XML" in before and (fields := _xmp_fields(data[start : end + 12])):
            return fields
        start = data.rfind(b"<x:xmpmeta", 0, start)
    return {}


def _xmp_fields(packet: bytes) -> dict[str, Any]:
    from lxml import etree  # noqa: PLC0415 - 10 ms, needed only for XMP packets

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(packet, parser)
    except (etree.XMLSyntaxError, ValueError):
        return {}
    if root is None:
        return {}
    names = {"dc": "http://purl.org/dc/elements/1.1/", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}
    found: dict[str, Any] = {}
    for key, path in (
        ("title", "//dc:title//rdf:li"),
        ("author", "//dc:creator//rdf:li"),
        ("keywords", "//dc:subject//rdf:li"),
        ("language", "//dc:language//rdf:li"),
    ):
        values = [clean_line("".join(node.itertext())) for node in root.xpath(path, namespaces=names)][:50]
        values = [value for value in values if value and not _is_useless(key, value)]
        if values:
            found[key] = values[0] if key in ("title", "language") else values
    return found


def _sample(pdf: Pdf, most: int) -> tuple[list[str], int]:
    """Return the texts of the first pages, one for each, and the number of words of the file.

    The number is extrapolated from `most` evenly spaced pages if the file has more.
    """
    count = min(pdf.pages, most)
    numbers = sorted({index * pdf.pages // count for index in range(count)} | set(range(min(_SAMPLED, pdf.pages))))
    texts = []
    words = counted = 0
    for number in numbers:
        with page_of(pdf, number) as page:
            if page is None:
                text = ""
            else:
                with text_of(page) as text_page:
                    text = raw_text(text_page) if text_page else ""
        text = clean_text(_DIVIDED.sub("", text))
        if number < _SAMPLED:
            texts.append(text)
        words += count_words(text)
        counted += 1
    return texts, words if counted == pdf.pages else round(words * pdf.pages / counted)


def _title_lines(body: str, name: str) -> list[str]:
    """Return a list of the one line from which a title is guessed: a first line like a headline, else the file name.

    A file whose first page begins with its contents, a numbered chapter or running text is known by its file name.
    """
    lines = (line for raw in body.split("\n") if any(map(str.isalpha, line := clean_line(raw))))
    first, second = next(lines, ""), next(lines, "")
    is_part = NAMED_PART.match(first.rstrip(".:")) or _NUMBERED.match(first)
    if looks_like_headline(first) and not is_part and not second[:1].islower():
        return [first]
    return list(filter(None, [file_stem(name)]))


def _largest_text(pdf: Pdf) -> Heading | None:
    """Return the text in the largest font on the first page as a guess of the title; None without text."""
    with page_of(pdf, 0) as page:
        if page is None:
            return None
        with text_of(page) as text_page:
            if text_page is None:
                return None
            found = words_of(page, text_page)
    lines = lines_of(columns_of([word for word in found.words if not word.style.angle]), 0)
    lines = [line for line in lines if sum(map(str.isalpha, line.text)) > 2][:40]
    if len(lines) < 2:
        return None
    largest = max(line.size for line in lines)
    usual = sorted(line.size for line in lines)[len(lines) // 2]
    if largest < 1.15 * usual:
        return None
    first = next(index for index, line in enumerate(lines) if line.size == largest)
    found_lines = []
    for line in lines[first : first + _MOST_TITLE_LINES + 1]:
        if line.size < 0.95 * largest:
            break
        found_lines.append(line)
    if len(found_lines) > _MOST_TITLE_LINES:
        return None
    marks = "".join(_LAST_MARK.sub("", line.text) + " " for line in found_lines)
    title = clean_line(marks)
    if not 3 < len(title) <= _LONGEST_TITLE or NAMED_PART.match(title) or _NUMBERED.match(title):
        return None
    return Heading(title, 0)

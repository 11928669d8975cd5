"""PDF files: the text of their pages as an article, and the pages as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.formats.base import BY_CONTENT, BY_NAME, NO_MATCH, Format, suffix_of
from tui_reader.formats.metadata.guesses import complete
from tui_reader.formats.pdf.pdfium import UnreadableFileError, opened
from tui_reader.formats.problem_page import empty_document, problem_document, problem_metadata
from tui_reader.formats.true_kinds import is_empty

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Metadata

_PREVIEW = 5
"""Number of pages of a preview."""
_FEWEST_FOR_PREVIEW = 12
"""Minimum number of pages of a file with a preview; reading fewer takes less than 50 ms."""


class PdfFormat(Format):
    """The format of PDF files."""

    name = "PDF"
    suffixes = (".pdf",)

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of PDF by the suffix; without a known suffix, by the signature `%PDF-`."""
        if suffix_of(name) in self.suffixes:
            return BY_NAME
        return BY_CONTENT if b"%PDF-" in head[:1_024] else NO_MATCH

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the text of all pages as a document; without text, a document with the reason."""
        if is_empty(data):
            return empty_document(complete({}, "", name), "")
        from tui_reader.formats.pdf.file_text import document_of  # noqa: PLC0415 - 20 ms, not needed to list articles

        try:
            with opened(data) as pdf:
                return document_of(pdf, data, name)
        except UnreadableFileError as error:
            return problem_document(name, len(data), error.reason)

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata, and the reason if the file cannot be read."""
        if is_empty(data):
            return complete({}, "", name), ""
        from tui_reader.formats.pdf.info import metadata_of  # noqa: PLC0415 - with pdfium, needed only for PDF files

        try:
            with opened(data) as pdf:
                return metadata_of(pdf, data, name), ""
        except UnreadableFileError as error:
            return problem_metadata(name), error.reason

    def preview(self, data: bytes, name: str) -> Document | None:
        """Return the first pages (`_PREVIEW`) of a file of at least 12 pages; None for a shorter file."""
        if is_empty(data):
            return None
        from tui_reader.formats.pdf.file_text import document_of  # noqa: PLC0415 - 20 ms, not needed to list articles

        try:
            with opened(data) as pdf:
                return document_of(pdf, data, name, first=_PREVIEW) if pdf.pages >= _FEWEST_FOR_PREVIEW else None
        except UnreadableFileError:
            return None

    def resource(self, data: bytes, name: str, target: str) -> bytes | None:
        """Return a page (`page:12`), or a picture on it (`page:12:3`), as PNG; pages count from 1."""
        from tui_reader.formats.pdf.page_pictures import drawn  # noqa: PLC0415 - with pdfium, needed only for PDF files

        if not target.startswith("page:"):
            return None
        try:
            with opened(data) as pdf:
                return drawn(pdf, target)
        except UnreadableFileError:
            return None


FORMAT: Format = PdfFormat()

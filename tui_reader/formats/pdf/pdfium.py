"""Access to pdfium: files are opened, read and closed under one lock, since the library is not thread-safe."""

from __future__ import annotations

from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.formats.problem_page import ENCRYPTED, WEB_PAGE
from tui_reader.formats.reasons import UnreadableError, WrongContent
from tui_reader.formats.true_kinds import is_web_page

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = RLock()
"""Lock around every call of pdfium."""

DAMAGED = WrongContent("damaged: it is no whole PDF file")
NO_PAGES = "a PDF file without pages"
FOREIGN_LOCK = "encrypted in a way that is not known"


class UnreadableFileError(UnreadableError):
    """Raised for a file that pdfium cannot open; the message is the reason in a few words."""


class Pdf(NamedTuple):
    """An open file. It must be used and closed while `LOCK` is held."""

    document: Any
    """The `PdfDocument` of pypdfium2."""
    pages: int

    @property
    def raw(self) -> Any:
        """Return the handle of the document for functions of pdfium."""
        return self.document.raw


def library() -> Any:
    """Return the functions of pdfium, as `pypdfium2.raw` declares them."""
    import pypdfium2.raw  # type: ignore[import-untyped]  # noqa: PLC0415 - 80 ms, needed only for PDF files

    return pypdfium2.raw


@contextmanager
def opened(data: bytes) -> Iterator[Pdf]:
    """Open a file for a `with` block.

    Each use of the file inside must hold `LOCK`; between uses other threads may read their files.

    Args:
        data: All bytes of the file.

    Raises:
        UnreadableFileError: If the file is damaged, encrypted, or has no pages.
    """
    import pypdfium2  # noqa: PLC0415 - see `library`

    with LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            reason = _reason(getattr(error, "err_code", None))
            is_page = reason == DAMAGED and is_web_page(data)
            raise UnreadableFileError(WEB_PAGE if is_page else reason) from None
    try:
        with LOCK:
            pages = len(document)
        if pages < 1:
            raise UnreadableFileError(NO_PAGES)
        yield Pdf(document, pages)
    finally:
        with LOCK:
            document.close()


@contextmanager
def page_of(pdf: Pdf, number: int) -> Iterator[Any]:
    """Load a page for a `with` block, and hold the lock within it.

    Yields:
        The handle of the page; None if the page is damaged.
    """
    pdfium = library()

    with LOCK:
        page = pdfium.FPDF_LoadPage(pdf.raw, number)
        try:
            yield page or None
        finally:
            if page:
                pdfium.FPDF_ClosePage(page)


@contextmanager
def text_of(page: Any) -> Iterator[Any]:
    """Load the text of a page for a `with` block; the caller holds the lock.

    Yields:
        The handle of the text; None if the page has none because it is damaged.
    """
    pdfium = library()

    text = pdfium.FPDFText_LoadPage(page)
    try:
        yield text or None
    finally:
        if text:
            pdfium.FPDFText_ClosePage(text)


def utf16_string(read: Any, *arguments: Any) -> str:
    """Return a string that a function of pdfium writes as UTF-16 into a buffer of a given size in bytes.

    Args:
        read: The function; it returns the needed size if it is called without a buffer.
        arguments: The arguments before buffer and size.
    """
    import ctypes  # noqa: PLC0415 - loaded with pdfium

    size = int(read(*arguments, None, 0))
    if not 2 < size <= 1_000_000:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    read(*arguments, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace").partition("\0")[0]


def _reason(code: int | None) -> str:
    """Return the reason why a file cannot be opened, by the error code of pdfium."""
    pdfium = library()

    if code == pdfium.FPDF_ERR_PASSWORD:
        return ENCRYPTED
    return FOREIGN_LOCK if code == pdfium.FPDF_ERR_SECURITY else DAMAGED

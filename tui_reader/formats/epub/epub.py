"""The EPUB format: a book is one article with one text, whose chapters are sections."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tui_reader.formats.base import BY_CONTENT, BY_NAME, NO_MATCH, Format, suffix_of
from tui_reader.formats.epub.archive import Archive, ArchiveError, CutArchiveError, resolve
from tui_reader.formats.epub.book_words import MOST_CHAPTERS, BookWords
from tui_reader.formats.epub.package import Package, read_package
from tui_reader.formats.epub.protection import encrypted_files, protection
from tui_reader.formats.metadata.guesses import guess_title
from tui_reader.formats.problem_page import cut_off_notice, empty_document, problem_document, problem_metadata
from tui_reader.formats.reasons import clean_reason
from tui_reader.model.article import Metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.formats.epub.book_text import BookText
    from tui_reader.formats.epub.contents import Contents

PREVIEW: Final = 20_000
"""Number of characters after which a preview reads no further chapter."""
_PREVIEW_FROM: Final = 60_000
"""Minimum size in bytes of a file with a preview: reading it may take more than 50 ms."""
_MOST_PICTURE: Final = 30_000_000
_MOST_NAMED: Final = 3
"""Maximum number of missing files that a notice names."""
_SIGNATURE = b"PK\x03\x04"
_BLANK = b" \t\r\n\xef\xbb\xbf\xff\xfe"
"""Bytes of a file without content: white space and byte order marks."""
_MIMETYPE = b"mimetypeapplication/epub+zip"


class _Book:
    """An opened book: its archive and package document."""

    def __init__(self, data: bytes) -> None:
        """Open a book.

        Raises:
            ArchiveError: It cannot be read; the message is the reason in a few words.
        """
        self.archive = Archive(data)
        try:
            self.package = read_package(self.archive)
        except ArchiveError:
            if self.archive.is_cut:
                raise CutArchiveError from None
            raise
        encrypted = encrypted_files(self.archive)
        documents = [item.path for item in self.package.spine]
        if not documents:
            raise ArchiveError("an EPUB whose reading order names no text")
        if reason := protection(self.archive, documents, encrypted):
            raise ArchiveError(reason)
        readable = tuple(item for item in self.package.spine if item.path not in encrypted)
        self.locked = len(documents) - len(readable)
        """Number of encrypted chapters, which are left out."""
        self.package = self.package._replace(spine=readable)

    def metadata(self, name: str, words: int) -> Metadata:
        """Return the metadata.

        Args:
            name: File name, for a title if the book has none.
            words: Number of words of all chapters.
        """
        fields = self.package.fields
        guessed = set() if self.package.is_date_exact else {"date"}
        if not fields.get("title"):
            fields = {**fields, "title": guess_title([], name)}
            guessed.add("title")
        return Metadata(**fields, words=words, guessed=frozenset(guessed))

    def count_words(self) -> int:
        """Return the number of words of all chapters, without converting them.

        Raises:
            ArchiveError: No chapter can be read.
        """
        words = BookWords(self.archive)
        for item in self.package.spine[:MOST_CHAPTERS]:
            words.add(item)
        words.check()
        return words.count

    def text(self, limit: int | None = None) -> tuple[BookText, Contents]:
        """Read the chapters, and return their text with the tables of contents.

        Args:
            limit: Number of characters after which no further chapter is read; None to read all.

        Raises:
            ArchiveError: No chapter can be read.
        """
        from tui_reader.formats.epub.book_text import BookText  # noqa: PLC0415 - its parser takes 40 ms to import
        from tui_reader.formats.epub.contents import read_contents  # noqa: PLC0415 - with its parser

        contents = read_contents(self.archive, self.package)
        text = BookText(self.archive, self.package, contents, limit)
        text.read()
        return text, contents


class Epub(Format):
    """The format of EPUB 2 and 3."""

    name = "EPUB"
    suffixes = (".epub",)

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of EPUB by the suffix; without it, by the media type at the beginning of the archive."""
        if suffix_of(name) in self.suffixes:
            return BY_NAME
        return BY_CONTENT if head.startswith(_SIGNATURE) and _MIMETYPE in head[:120] else NO_MATCH

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return all chapters in reading order as one document."""
        if not data.strip(_BLANK):
            return empty_document(problem_metadata(name), "")
        try:
            book = _Book(data)
            text, contents = book.text()
        except ArchiveError as error:
            return problem_document(name, len(data), error.reason)
        words = text.words.count if text.is_complete else book.count_words()
        metadata = book.metadata(name, words)
        document = text.build(metadata, _notices(book, text, contents))
        return document if document.blocks else _empty(metadata, document)

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata, and the reason if the book cannot be read, without converting chapters."""
        if not data.strip(_BLANK):
            return problem_metadata(name), ""
        try:
            book = _Book(data)
            return book.metadata(name, book.count_words()), ""
        except ArchiveError as error:
            return problem_metadata(name), clean_reason(error.reason)

    def preview(self, data: bytes, name: str) -> Document | None:
        """Return the first chapters of a book of 60 kB or more; None for a shorter book, or if they are all of it."""
        if len(data) < _PREVIEW_FROM:
            return None
        try:
            book = _Book(data)
            text, _ = book.text(PREVIEW)
        except ArchiveError:
            return None
        words = text.words.extrapolated(book.package.spine)
        document = text.build(book.metadata(name, words), (), partial=True)
        return None if text.is_complete or not document.blocks else document

    def resource(self, data: bytes, name: str, target: str) -> bytes | None:
        """Return the bytes of a picture in the book; None if it is missing or cannot be read."""
        if not target or resolve("", target) != target.strip():
            return None
        try:
            archive = Archive(data)
            path = archive.find(target)
            return None if path is None else archive.read(path, _MOST_PICTURE)
        except ArchiveError:
            return None


FORMAT: Format = Epub()


def _empty(metadata: Metadata, document: Document) -> Document:
    """Return the document shown for a book without text, with the notices of `document`, which was built from it."""
    return replace(empty_document(metadata, "text"), notices=document.notices)


def _notices(book: _Book, text: BookText, contents: Contents) -> Sequence[str]:
    """Return notices about parts of the book that are missing from the text."""
    package = book.package
    found: list[str] = []
    missing = [*(f"“{name}” is not in the book" for name in package.missing), *text.words.missing]
    if book.archive.is_cut:
        found.append(cut_off_notice("chapters"))
    if book.locked:
        found.append(f"{_count(book.locked, 'chapter')} of this book cannot be read: encrypted.")
    if missing:
        named = "; ".join(missing[:_MOST_NAMED])
        more = f"; and {len(missing) - _MOST_NAMED:,} more" if len(missing) > _MOST_NAMED else ""
        found.append(f"{_count(len(missing), 'part')} of this book could not be read ({named}{more}).")
    if text.bare:
        found.append(f"{_count(len(text.bare), 'chapter')} of this book with too many tags: shown without structure.")
    if not text.is_complete:
        found.append("This book is longer than the reader can show: its end is left out.")
    if _has_overlays(package):
        found.append("This book has a spoken version, which is not played.")
    others = len(package.spine) - package.main
    if others and package.main:
        found.append(f"{_count(others, 'part')} outside the reading order {'is' if others == 1 else 'are'} at the end.")
    if not contents.entries:
        found.append("This book has no table of contents: chapters are named by their headings.")
    return found


def _has_overlays(package: Package) -> bool:
    return any(item.media_type == "application/smil+xml" for item in package.items.values())


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

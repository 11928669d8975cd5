"""The base of formats of word processors: archives of XML that are converted to HTML."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.formats.base import Format
from tui_reader.formats.metadata.guesses import complete
from tui_reader.formats.problem_page import empty_document, problem_document
from tui_reader.formats.true_kinds import is_empty

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

    from tui_reader.document.blocks import Document


class ConvertedFile(NamedTuple):
    """The content of a document of a word processor."""

    root: Element | None
    """The text as a tree of HTML; None without a text."""
    header: Mapping[str, Any]
    """Metadata by the keys of front matter, such as `title`."""
    is_cut: bool
    """True if the end of the file is missing."""


class OfficeFormat(Format):
    """Reads empty and unreadable files, and pictures; a subclass converts the text.

    Only the suffix determines such a format, since other formats are ZIP archives, too.
    """

    picture_paths: re.Pattern[str]
    """Pattern of the paths of pictures in the archive."""

    @abstractmethod
    def converted(self, data: bytes) -> ConvertedFile:
        """Convert a file.

        Raises:
            UnreadableOfficeError: The file cannot be read.
        """

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the document."""
        if is_empty(data):
            return empty_document(complete({}, "", name), "")
        from tui_reader.formats.office import office_document as office  # noqa: PLC0415 - 30 ms, only for such files

        try:
            root, header, is_cut = self.converted(data)
        except office.UnreadableOfficeError as error:
            return problem_document(name, len(data), error.reason)
        return office.document_of(root, header, name, is_cut=is_cut)

    def resource(self, data: bytes, name: str, target: str) -> bytes | None:
        """Return the bytes of a picture by its path in the archive; None if there is no such picture."""
        from tui_reader.formats.office.office_document import picture_of  # noqa: PLC0415 - see `read`

        return picture_of(data, target) if self.picture_paths.match(target) else None

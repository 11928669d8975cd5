"""The base of formats whose files are text with markup, such as Org."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from tui_reader.formats.base import Format
from tui_reader.formats.problem_page import problem_document, problem_metadata
from tui_reader.formats.text.source import SourceText, open_source

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Metadata


class MarkupFormat(Format):
    """Decodes a file and reads its front matter; a subclass finds metadata and blocks in the text."""

    @abstractmethod
    def metadata(self, source: SourceText, name: str) -> Metadata:
        """Return the metadata of a decoded text, without building blocks."""

    @abstractmethod
    def document(self, source: SourceText, metadata: Metadata, name: str) -> Document:
        """Return the whole text as a document, with metadata that `metadata` found."""

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the whole text as a document; an error page for bytes that are no text."""
        source = open_source(data)
        if source.problem:
            return problem_document(name, len(data), source.problem)
        return self.document(source, self.metadata(source, name), name)

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata, and the reason if the bytes are no text, else ""; no blocks are built."""
        source = open_source(data)
        if source.problem:
            return problem_metadata(name), source.problem
        return self.metadata(source, name), ""

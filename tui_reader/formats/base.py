"""The protocol of a format, and the priorities by which one format is chosen for a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Metadata

HEAD = 4_096
"""Number of bytes at the start of a file that formats examine to recognize the file."""

NO_MATCH = 0
"""Priority of a format that cannot read the file."""
FALLBACK = 1
"""Priority of a format that can read any file, used if no other format recognizes the file."""
BY_CONTENT = 50
"""Priority of a format that recognizes a file by its first bytes, if no format has the file's suffix."""
BY_NAME = 100
"""Priority of a format that has the suffix of the file name."""


class Format(Protocol):
    """A reader of one kind of file: converts the file's bytes to a document.

    No method does I/O, and none raises, whatever the bytes are. All methods may be called from any thread. Formats are
    subclasses of this protocol and inherit what many of them share: only the suffix determines the format, the whole
    article is read for its metadata, there is no preview, and no picture is in the file.
    """

    @property
    def name(self) -> str:
        """Return the name of the format for display, such as `Markdown`."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Return the file name suffixes of the format, in lower case, with the leading point."""

    def matches(self, name: str, head: bytes) -> int:
        """Return how well the format fits a file; the format with the highest priority reads the file.

        Args:
            name: File name or path; `-` for standard input.
            head: The first `HEAD` bytes of the file.

        Returns:
            `BY_NAME`, `BY_CONTENT`, `FALLBACK`, `NO_MATCH`, or a number between them. By default, only the suffix
            counts.
        """
        return BY_NAME if suffix_of(name) in self.suffixes else NO_MATCH

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the article; a document with `error` set if the bytes cannot be read.

        Args:
            data: All bytes of the file.
            name: File name or path, from which a title is guessed and which an error page names.
            whole: True for the whole page, False for the article in it; without effect in formats that do not
                distinguish them.
        """

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata of an article for the list of articles.

        By default the article is read (`Row.reads_to_scan`). Most formats find the metadata without building blocks.

        Returns:
            The metadata that `read` would find, and the reason why the file cannot be read (empty if it can).
        """
        document = self.read(data, name)
        return document.metadata, document.error

    def preview(self, data: bytes, name: str) -> Document | None:
        """Return the beginning of an article if reading all of it may take longer than 50 ms; else None."""
        return None

    def resource(self, data: bytes, name: str, target: str) -> bytes | None:
        """Return the bytes of a picture that the file contains.

        Args:
            data: All bytes of the file.
            name: File name or path.
            target: `Block.target` of a figure.

        Returns:
            The bytes; None if the file does not contain the picture, such as one with a web address.
        """
        return None


def suffix_of(name: str) -> str:
    """Return the suffix of a file name in lower case; empty if the name has none.

    A number after the last point (`Chapter 1.5`), or words with spaces (`Vol. one`), are not a suffix. Each scan asks
    for every file of a folder: the property of a Path takes six times as long.
    """
    stem, _, ending = name.rpartition("/")[2].rpartition(".")
    suffix = f".{ending.lower()}" if stem and ending else ""
    return "" if " " in suffix or suffix.removeprefix(".").isdecimal() else suffix

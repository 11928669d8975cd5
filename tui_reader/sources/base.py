"""The protocol of a source of articles, such as folders, single files or standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator

    from tui_reader.sources.files import Signature


class Entry(NamedTuple):
    """An article that a source lists, before its bytes are read."""

    key: str
    """The argument for `Source.read`: the absolute path of a file, or `-` for standard input."""
    signature: Signature
    """A value that is equal in two listings if the bytes of the article are unchanged."""


class RawArticle(NamedTuple):
    """The bytes of an article, before a format converts them."""

    data: bytes
    hint: str
    """File name from which the format is chosen and a title is guessed; `-` for standard input."""
    signature: Signature
    """The signature of the article at the time of reading."""


class Source(Protocol):
    """A place that articles come from: it lists them, reads their bytes, and reports changes."""

    def entries(self) -> Iterable[Entry]:
        """List all current articles; empty if the source cannot be listed."""

    def read(self, key: str) -> RawArticle:
        """Return the bytes of an article.

        Args:
            key: The key of an entry.

        Raises:
            FileNotFoundError: The article is no longer there.
            UnreadableError: The bytes cannot be read, or exceed the size limit.
        """

    def changes(self, stop: threading.Event) -> Iterator[bool]:
        """Yield True when the list of articles may have changed, else False about twice a second.

        Args:
            stop: Ends the iteration when set, within a second.
        """

"""The protocol that every place articles come from implements: folders, single files, standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator

    from tui_reader.sources.files import Signature


class Entry(NamedTuple):
    """An article that a source lists, before its bytes are read."""

    key: str
    """What `Source.read` takes: the absolute path of a file, `-` for standard input."""
    signature: Signature
    """Equal to that of the last listing if the bytes are the same."""


class RawArticle(NamedTuple):
    """The bytes of an article, not yet read by a format."""

    data: bytes
    hint: str
    """File name from which the format is chosen and a title is guessed; `-` for standard input."""
    signature: Signature
    """The signature that the article had while it was read."""


class Source(Protocol):
    """A place that articles come from. It lists them, reads their bytes, and notices that some changed."""

    def entries(self) -> Iterable[Entry]:
        """List all articles that are there now. A source that cannot be listed has none."""

    def read(self, key: str) -> RawArticle:
        """Return the bytes of an article.

        Args:
            key: The key of an entry.

        Raises:
            FileNotFoundError: The article is no longer there.
            UnreadableError: The bytes cannot be read, or there are more than the limit allows.
        """

    def changes(self, stop: threading.Event) -> Iterator[bool]:
        """Yield True when some entries may have changed; False about twice a second while none has.

        Args:
            stop: Ends the iteration when set, within a second.
        """

"""Read the bytes of an article and turn them into a document, or into metadata."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.model.article import NOTHING
from tui_reader.model.hashing import blake2b
from tui_reader.sources.files import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Metadata
    from tui_reader.sources.base import Source
    from tui_reader.sources.files import Signature

# The formats (Markdown, YAML, detection of encodings: 0.1 s) are imported by the first call that needs one, since the
# first frame is drawn without them.


class Content(NamedTuple):
    """The bytes of an article, not yet interpreted."""

    data: bytes
    name: str
    """File name, which hints at the format; `-` for standard input."""
    signature: Signature
    """Size, time and inode of the file while it was read; time and inode are 0 for bytes that have no file."""

    @property
    def fingerprint(self) -> str:
        """BLAKE2b of the bytes, 16 bytes in hexadecimal; computed by each call."""
        return blake2b(self.data, digest_size=16).hexdigest()

    def metadata(self) -> tuple[Metadata, str]:
        """Return the metadata, and the reason why the text cannot be shown; empty if it can be shown."""
        from tui_reader.formats import scan  # noqa: PLC0415 - see above

        return scan(self.data, self.name)

    def preview(self) -> Document | None:
        """Parse the beginning of a long text as a partial document; None for texts that parse quickly."""
        from tui_reader.formats import preview  # noqa: PLC0415 - see above

        return preview(self.data, self.name)

    def document(self, *, whole: bool = False) -> Document:
        """Parse the text, and return it as a document.

        Args:
            whole: True for the whole page in place of the article, in formats that distinguish them.
        """
        from tui_reader.formats import read  # noqa: PLC0415 - see above

        return read(self.data, self.name, whole=whole)

    def resource(self, target: str) -> bytes | None:
        """Return the bytes of a picture that the file contains, by the target of its figure; None if it does not."""
        from tui_reader.formats import resource  # noqa: PLC0415 - see above

        return resource(self.data, self.name, target)


def read_content(path: Path, limit: int) -> Content:
    """Read the bytes of an article's file.

    Args:
        path: The file; symbolic links are followed.
        limit: Largest number of bytes that the file may have.

    Raises:
        FileNotFoundError: The file does not exist.
        UnreadableError: The file is not regular, too large or not permitted, or the disk fails.
    """
    data, signature = read_bytes(path, limit)
    return Content(data, path.name, signature)


def content_from(source: Source, key: str) -> Content:
    """Read the bytes of an article from the source that listed it.

    Args:
        source: The source.
        key: The article's key in the source.

    Raises:
        FileNotFoundError: The article is no longer there.
        UnreadableError: The bytes cannot be read, or there are more than the source's limit.
    """
    return Content(*source.read(key))


def listed_metadata(metadata: Metadata) -> Metadata:
    """Return metadata without the front matter itself, which may be large and is not shown in lists.

    Equal tags of articles are one object, which is counted and compared in less time.
    """
    return metadata._replace(header=NOTHING, tags=_shared(metadata.tags))


@lru_cache(maxsize=4096)
def _shared(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the same object for equal tags."""
    return tags

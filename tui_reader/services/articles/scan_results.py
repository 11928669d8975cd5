"""What a scan found out, on its way to the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.model.article import NOTHING, Article, ArticleId, Metadata
from tui_reader.sources import stdin

if TYPE_CHECKING:
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.storage.cache.scan_cache import CachedFile


class FoundFile(NamedTuple):
    """A file as a scan found it, before anybody knows which article it is."""

    path: str
    name: str
    """How ids and records call the file: unique in the library, and the same on every machine that shares its state."""
    location: str
    """How a person calls it."""
    metadata: Metadata
    size: int = 0
    mtime_ns: int = 0
    fingerprint: str = ""
    error: str = ""

    @property
    def is_on_disk(self) -> bool:
        """Return True if a file on this disk holds the article; False if it came from standard input."""
        return self.path != stdin.KEY

    def article(self, article_id: ArticleId) -> Article:
        """The file as an article of the catalogue."""
        return Article(article_id, self.location, self.metadata, self.size, self.mtime_ns, self.error)


class Batch(NamedTuple):
    """A part of what a scan found out."""

    found: tuple[FoundFile, ...] = ()
    changed: tuple[str, ...] = ()
    """Names of files known before whose content is another one now."""
    gone: tuple[str, ...] = ()
    """Names of files that are no longer there."""
    complete: bool = False
    """Whether everything in the places has been seen, so that moves can be told from copies."""
    remembered: bool = False
    """Whether the files are those of the last scan, some of which may have gone since."""


def found_file(places: LibraryPaths, file: CachedFile) -> FoundFile:
    """A remembered file as one that was found."""
    path = file.path
    return FoundFile(
        path,
        places.name_of(path),
        places.location_of(path),
        file.metadata,
        file.size,
        file.mtime_ns,
        file.fingerprint,
        file.error,
    )


def without_header(metadata: Metadata) -> Metadata:
    """Metadata without the front matter itself, of which lists have no use and which may be of any size."""
    return metadata._replace(header=NOTHING) if metadata.header else metadata

"""Results of a scan, passed from the scanner's thread to the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.model.article import NOTHING, Article, ArticleId, Metadata
from tui_reader.sources import stdin

if TYPE_CHECKING:
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.storage.cache.scan_cache import CachedFile


class FoundFile(NamedTuple):
    """A file as a scan found it; `Identities` decides which article it is."""

    path: str
    name: str
    """Name of the file in ids and records: unique in the library, and equal on every computer that shares its state."""
    location: str
    """Path as shown to people."""
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
        """Return the file as an article of the catalogue."""
        return Article(article_id, self.location, self.metadata, self.size, self.mtime_ns, self.error)


class Batch(NamedTuple):
    """A part of the results of a scan."""

    found: tuple[FoundFile, ...] = ()
    changed: tuple[str, ...] = ()
    """Names of known files whose content has changed."""
    gone: tuple[str, ...] = ()
    """Names of known files that are gone."""
    complete: bool = False
    """Whether every file has been seen by now, so that a moved file can be distinguished from a copy."""
    remembered: bool = False
    """Whether the files come from the cache of the last scan; some may be gone since."""


def found_file(paths: LibraryPaths, file: CachedFile) -> FoundFile:
    """Return a cached file as a `FoundFile`, with its names in a library."""
    path = file.path
    return FoundFile(
        path,
        paths.name_of(path),
        paths.location_of(path),
        file.metadata,
        file.size,
        file.mtime_ns,
        file.fingerprint,
        file.error,
    )


def without_header(metadata: Metadata) -> Metadata:
    """Return metadata without the front matter itself, which may be of any size and which no list shows."""
    return metadata._replace(header=NOTHING) if metadata.header else metadata

"""Articles as the library lists them, and what a reader did with them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_reader.model.anchor import Anchor

ArticleId: TypeAlias = str
"""Stable name of an article within a library: it survives restarts, and rides along when a file is moved."""

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""An empty mapping that nobody can fill: what records have where they have none."""


class Metadata(NamedTuple):
    """What a file says of itself in its front matter, completed by guesses that are marked as such.

    A format fills this from bytes alone. All strings are clean: no control characters, no line breaks.
    """

    id: str = ""
    """Identity that the file claims for itself; empty where it claims none."""
    title: str = ""
    byline: str = ""
    source: str = ""
    """Publication, desk or site the article comes from."""
    date: str = ""
    """ISO 8601 date (`2026-06-05`) or date and time; empty where unknown."""
    url: str = ""
    """Where the original stands on the web; only http and https addresses are kept."""
    language: str = ""
    """BCP 47 tag such as `en` or `ja`; empty where unknown."""
    tags: tuple[str, ...] = ()
    words: int = 0
    """Words to be read; scripts without spaces count by characters, see `document.words`."""
    guessed: frozenset[str] = frozenset()
    """Names of the fields above that no header gave and that were worked out from the text or the file name."""
    header: Mapping[str, Any] = NOTHING
    """The front matter as it was read, every key of it."""


class Article(NamedTuple):
    """One row of the catalogue: an article as it stands in the library, without its text."""

    id: ArticleId
    location: str
    """Path of the file, relative to the library's folder where it lies inside; `-` for standard input."""
    metadata: Metadata
    size: int = 0
    """Bytes of the file."""
    mtime_ns: int = 0
    """Modification time of the file in nanoseconds; stands in for the date where there is none."""
    error: str = ""
    """Why the article cannot be read, in a few words; empty where it can."""


class ReadingState(NamedTuple):
    """What a reader did with an article. All of it lives in the store, none of it in the article's file."""

    read: bool = False
    starred: bool = False
    archived: bool = False
    offset: int = 0
    """Code point of the document's text that stood at the top of the pane when it was last left."""
    progress: float = 0.0
    """Share of the text that has been seen, 0 to 1."""
    tags: tuple[str, ...] | None = None
    """Tags that replace those of the file; None while they were never edited."""
    opened: str = ""
    """When it was last opened, UTC, ISO 8601; empty if never."""
    finished: str = ""
    """When its end was first reached, UTC, ISO 8601; empty if never."""
    joined: bool = False
    """Whether the trailing stories found in a paste were joined to the article again."""
    edits: Mapping[str, str] = NOTHING
    """Metadata fields that the reader corrected: title, byline, source, date, url, language."""
    bookmarks: Mapping[str, Anchor] = NOTHING
    """Places to come back to, by their letters."""


class Headline(NamedTuple):
    """An article together with its state: what the headline list shows and filters ask."""

    article: Article
    state: ReadingState = ReadingState()
    notes: int = 0
    """How many annotations the article has."""

    @property
    def id(self) -> ArticleId:
        """Identity of the article."""
        return self.article.id

    def field(self, name: str) -> str:
        """A metadata field by name, the reader's own correction first."""
        corrected = self.state.edits.get(name)
        return corrected if corrected is not None else str(getattr(self.article.metadata, name))

    def is_guessed(self, name: str) -> bool:
        """Whether a field's value is a guess that nobody has confirmed."""
        return name in self.article.metadata.guessed and name not in self.state.edits

    @property
    def title(self) -> str:
        """Title to show; never empty for an article that a format has read."""
        return self.field("title")

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags in force: the reader's own where they were edited, else those of the file."""
        return self.article.metadata.tags if self.state.tags is None else self.state.tags

"""Articles as the library lists them, with their metadata and reading state."""

# No `from __future__ import annotations`: named tuples compile each annotation that is a text, in 10 µs.

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from tui_reader.model.anchor import Anchor

ArticleId: TypeAlias = str
"""Permanent identity of an article within a library; it survives restarts and renames of the file."""

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""An immutable empty mapping: the default of mappings in records."""

WORDS_PER_MINUTE = 230
"""Assumed reading speed; IReST measured 228 for English (Trauzettel-Klosinski and Dietz, 2012)."""


def reading_time(minutes: int, *, brief: bool = False) -> str:
    """Format a reading time: `12 min`, `1 h 54 min`, from ten hours on `15 h`; `2 h` for 1 h 54 min if it is brief."""
    if minutes >= (60 if brief else 600):
        return f"{round(minutes / 60):,} h"
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


PERSONAL = (".epub", ".eml", ".emlx", ".epub.gz", ".eml.gz", ".emlx.gz")
"""Suffixes of books and mails, whose author is shown rather than the publisher or the mailing list."""
BEGUN = 0.005
"""Share of the text: an article counts as partly read if more than this was read and more than this remains."""


class Metadata(NamedTuple):
    """Metadata of an article from the front matter of its file; missing values are guessed and marked.

    A format reads metadata from bytes alone. All strings are clean: no control characters, no line breaks.
    """

    id: str = ""
    """Identity given in the file itself; empty if the file gives none."""
    title: str = ""
    byline: str = ""
    source: str = ""
    """Publication, desk or site that the article comes from."""
    date: str = ""
    """ISO 8601 date (`2026-06-05`) or date and time; empty if unknown."""
    url: str = ""
    """Web address of the original; only http and https addresses are kept."""
    language: str = ""
    """BCP 47 tag such as `en` or `ja`; empty if unknown."""
    tags: tuple[str, ...] = ()
    words: int = 0
    """Number of words; scripts without spaces count by characters, see `document.words`."""
    guessed: frozenset[str] = frozenset()
    """Names of the metadata fields that were guessed from the text or the file name, not read from a header."""
    aliases: tuple[str, ...] = ()
    """Other names of the article from the front matter (`aliases`), which links between Obsidian notes may use."""
    header: Mapping[str, Any] = NOTHING
    """All keys of the front matter with their values, unconverted."""

    @property
    def minutes(self) -> int:
        """Return the estimated minutes for reading the article, at least 1."""
        return max(1, round(self.words / WORDS_PER_MINUTE))


class Article(NamedTuple):
    """One row of the catalogue: an article of the library without its text."""

    id: ArticleId
    location: str
    """Path of the file for display: relative to the library's only folder, else absolute; `-` for standard input."""
    metadata: Metadata
    size: int = 0
    """Size of the file in bytes."""
    mtime_ns: int = 0
    """Modification time of the file in nanoseconds; replaces a missing date of the article."""
    error: str = ""
    """Reason why the article cannot be read, in a few words; empty if it can."""

    @property
    def file_date(self) -> str:
        """Return the local date of the file's last modification in ISO 8601; empty without a file."""
        if self.mtime_ns > 0:
            with suppress(OverflowError, ValueError, OSError):
                return datetime.fromtimestamp(self.mtime_ns // 1_000_000_000).astimezone().date().isoformat()
        return ""


class ReadingState(NamedTuple):
    """Reading state of an article, such as position and tags; saved in the store, never in the file."""

    read: bool = False
    starred: bool = False
    archived: bool = False
    offset: int = 0
    """Offset of the text at the top of the pane when the article was last closed, in code points."""
    progress: float = 0.0
    """Share of the text that has been seen, 0 to 1."""
    tags: tuple[str, ...] | None = None
    """Tags that replace the file's tags; None if the reader never edited the tags."""
    opened: str = ""
    """Time of the last opening of the article: UTC, ISO 8601; empty if never opened."""
    finished: str = ""
    """Time at which the end of the article was first reached: UTC, ISO 8601; empty if never reached."""
    joined: bool = False
    """True if the trailing stories of a pasted page are shown as part of the article."""
    whole: bool = False
    """True if the whole page is shown instead of only the article in it."""
    edits: Mapping[str, str] = NOTHING
    """Metadata fields that the reader corrected: title, byline, source, date, url, language."""
    bookmarks: Mapping[str, Anchor] = NOTHING
    """Bookmarked passages by the letters of their bookmarks."""
    filed: str = ""
    """Names of the filing rules that have been applied to the article, separated by blanks."""
    up_next: str = ""
    """Position in the list of articles to read next, as a sort key; empty if the article is not in the list."""


class Headline(NamedTuple):
    """An article with its reading state: the data of a row in the headline list, and of filters."""

    article: Article
    state: ReadingState = ReadingState()
    notes: int = 0
    """Number of annotations of the article."""

    @property
    def id(self) -> ArticleId:
        """Return the identity of the article."""
        return self.article.id

    def field(self, name: str) -> str:
        """Return a metadata field by name: the reader's correction if it exists, else the file's value."""
        corrected = self.state.edits.get(name)
        return corrected if corrected is not None else str(getattr(self.article.metadata, name))

    @property
    def origins(self) -> tuple[str, str]:
        """Return the field names `source` and `byline` in the order to show them: byline first for books and mails."""
        return ("byline", "source") if self.article.location.lower().endswith(PERSONAL) else ("source", "byline")

    @property
    def time_left(self) -> str:
        """Return the reading time as text; for a partly read article the remaining time: `12 min left`."""
        return self._time_left(brief=False)

    @property
    def brief_time_left(self) -> str:
        """Return the time of `time_left` without minutes if it is an hour or more: `6 h left`."""
        return self._time_left(brief=True)

    def _time_left(self, *, brief: bool) -> str:
        minutes, progress = self.article.metadata.minutes, self.state.progress
        if not self.is_begun:
            return reading_time(minutes, brief=brief)
        return f"{reading_time(max(1, round(minutes * (1 - progress))), brief=brief)} left"

    @property
    def is_begun(self) -> bool:
        """Return True if the article is partly read: beyond its beginning, but not to its end."""
        return BEGUN <= self.state.progress < 1 - BEGUN

    def is_guessed(self, name: str) -> bool:
        """Return True if the value of a field is a guess that the reader has not confirmed."""
        return name in self.article.metadata.guessed and name not in self.state.edits

    @property
    def title(self) -> str:
        """Return the title: the reader's correction or that of the file; empty only if no format has read the file."""
        return self.field("title")

    @property
    def tags(self) -> tuple[str, ...]:
        """Return the tags to use: the reader's own if the reader edited them, else the file's."""
        return self.article.metadata.tags if self.state.tags is None else self.state.tags

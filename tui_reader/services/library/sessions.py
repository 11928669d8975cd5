"""The state of the screen at the end of the program, restored at the next start; one record per library."""

# No `from __future__ import annotations`: named tuples compile each annotation that is a text, in 10 µs.

from contextlib import suppress
from threading import Lock
from typing import Any, NamedTuple

from tui_reader.model.article import ArticleId
from tui_reader.model.query import Shelf, Sort


class Opening(NamedTuple):
    """Options of the command line for the start of the reader."""

    fresh: bool = False
    """True to start with the list instead of the last session."""
    configured_theme: str = ""
    """Theme of the settings file if the command line overrides it; else empty."""


class Session(NamedTuple):
    """The state of the screen at the end of the program, such as view, article and position."""

    shelf: Shelf = Shelf.INBOX
    query: str = ""
    """Text of the query that filters the list."""
    sort: Sort = Sort.NEWEST
    """Order of the list, unless the query sets an order."""
    configured_sort: str = ""
    """Order in the settings when the session was saved. If it has changed since, the order in the settings is used."""
    article: ArticleId | None = None
    """The open article, or else the article under the cursor of the list."""
    cursor: int = 0
    """Index of the article in the list."""
    offset: int = 0
    """Offset of the first visible code point of the article."""
    above: int = 0
    """Number of rows visible above the row of the offset, such as blank rows."""
    focus: int | None = None
    """Start offset of the focused sentence; None if no sentence had the focus."""
    pane: str = "list"
    """Name of the active pane at the end of the program."""
    zen: bool = False
    """True if only the article was shown."""
    commands: tuple[str, ...] = ()
    """History of the command line, latest last."""
    theme: str = ""
    """The theme chosen by the user; empty for the theme of the settings."""
    configured_theme: str = ""
    """Theme in the settings when the session was saved. If it has changed since, the theme in the settings is used."""


class Sessions:
    """Reads and writes the session of one library."""

    def __init__(self, key: str) -> None:
        """Create the service; the disk is not read.

        Args:
            key: A file name, different for each set of folders and files.
        """
        self._key = key
        self._lock = Lock()
        self._is_closed = False
        self._written: Session | None = None

    def load(self) -> Session | None:
        """Return the saved session; None if no session can be read."""
        from tui_reader.storage.session_file import read_session  # noqa: PLC0415 - with its own imports, after the store's

        record = read_session(self._key)
        return session_from(record) if record else None

    def save(self, session: Session, *, last: bool = False) -> None:
        """Write a session, unless it equals the last written session. May be called from any thread.

        A failed write is not reported: the next start then begins with the list.

        Args:
            session: The session.
            last: True at the end of the program; later calls have no effect.
        """
        from tui_reader.storage.session_file import write_session  # noqa: PLC0415 - not for the first frame

        with self._lock:
            if self._is_closed:
                return
            self._is_closed = last
            if session != self._written:
                with suppress(OSError):
                    write_session(self._key, session._asdict())
                    self._written = session


def session_from(record: dict[str, Any]) -> Session:
    """Decode a session; values of wrong types become defaults."""
    default = Session()
    article = record.get("article")
    pane = record.get("pane")
    focus = record.get("focus")
    commands = record.get("commands")
    return Session(
        shelf=Shelf(record["shelf"]) if record.get("shelf") in list(Shelf) else default.shelf,
        query=_text(record.get("query")),
        sort=Sort(record["sort"]) if record.get("sort") in list(Sort) else default.sort,
        configured_sort=_text(record.get("configured_sort")),
        article=article if isinstance(article, str) and article else None,
        cursor=_number(record.get("cursor")),
        offset=_number(record.get("offset")),
        above=_number(record.get("above"), least=-1000),
        focus=_number(focus) if focus is not None else None,
        pane=pane if isinstance(pane, str) else default.pane,
        zen=record.get("zen") is True,
        commands=tuple(map(_text, commands)) if isinstance(commands, list) else (),
        theme=_text(record.get("theme")),
        configured_theme=_text(record.get("configured_theme")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object, least: int = 0) -> int:
    """Return a whole number, raised to `least` or lowered to 2**40 if it is beyond them; 0 for another type."""
    return max(least, min(value, 1 << 40)) if isinstance(value, int) and not isinstance(value, bool) else 0

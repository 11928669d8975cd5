"""The sidebar: shelves of the library, sources and tags with their counts."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.geometry import Region
from textual.message import Message

from tui_reader.model.query import Shelf
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from textual import events
    from textual.strip import Strip


Counted = tuple[tuple[str, int], ...]
"""Names, such as tags, with their numbers of articles."""


SHOWN = 8
"""Number of sources, and of tags, that the sidebar shows; a last row gives the number of those it hides."""


class Section(StrEnum):
    """The sections of the sidebar, in the order shown."""

    LIBRARY = "library"
    SEARCHES = "searches"
    SOURCES = "sources"
    TAGS = "tags"


class Entry(NamedTuple):
    """A row of the sidebar to which the cursor can move."""

    section: Section
    name: str
    """Name of the shelf, search, source or tag; empty in a section's title row and in the row that `is_rest`."""
    articles: int = 0
    """Number of articles with this shelf, search, source or tag."""
    id: str = ""
    """Id of a saved search; empty in other sections."""
    hidden: int = 0
    """Number of names hidden by the row that `is_rest`; -1 in this row while all names are shown; 0 in other rows."""

    @property
    def is_rest(self) -> bool:
        """True for the last row of a long section, which shows or hides its less frequent names."""
        return self.hidden != 0


class Choices(NamedTuple):
    """The selected rows of the sidebar, which filter the list."""

    search: str = ""
    """Id of the saved search whose query equals the query of the list; empty if none does."""

    shelf: Shelf = Shelf.INBOX
    """The standing view that the list shows."""
    sources: frozenset[str] = frozenset()
    """Names of the sources that the query allows; empty if it allows all."""
    include: frozenset[str] = frozenset()
    """Tags that the query requires."""
    exclude: frozenset[str] = frozenset()
    """Tags that the query excludes."""


class TagSidebar(LinePane):
    """The filters of the list. A tag has three states: included, excluded, or off.

    Saved pages and books bring keywords that no other article has. A long section therefore shows only its first names,
    the reader's own tags and the names that filter the list, until the reader asks for all.
    """

    DEFAULT_CSS = "TagSidebar { background: $side; color: $text-ink; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on side",
        "cursor": "on cursor-tone",
        "resting": "on cursor-tone",
        "chosen": "bold bright",
        "label": "bold muted-ink",
        "muted": "muted-ink",
        "mark": "accent-ink",
        "include": "good",
        "exclude": "strike bad",
    }
    PLAIN_STYLES: ClassVar[Mapping[str, str]] = {"cursor": "reverse", "resting": "underline"}

    class Clicked(Message):
        """Message: an entry was clicked."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._choices = Choices()
        self._entries: list[Entry] = []
        self._lines: list[int | None] = []
        self._counted: tuple[dict[Shelf, int], tuple[Entry, ...], Counted, Counted, int] | None = None
        self._folded: set[Section] = set()
        self._unlimited: set[Section] = set()
        """Sections of which all names are shown."""
        self._cursor = 0
        self._top = 0

    @property
    def current(self) -> Entry | None:
        """The entry under the cursor; None if the sidebar is empty."""
        return self._entries[self._cursor] if self._entries else None

    @property
    def page(self) -> int:
        """Number of entries by which a page key moves the cursor."""
        return max(1, self.size.height - 2)

    @property
    def cursor(self) -> int:
        """Index of the entry under the cursor."""
        return self._cursor

    @property
    def count(self) -> int:
        """Number of entries in the sidebar."""
        return len(self._entries)

    def show(
        self,
        choices: Choices,
        shelves: Mapping[Shelf, int],
        searches: Sequence[Entry],
        sources: Sequence[tuple[str, int]],
        tags: Sequence[tuple[str, int]],
        *,
        own_tags: int = 0,
    ) -> None:
        """Show the counts, and mark the rows that filter the list. Repaint only the rows that changed.

        Args:
            choices: The rows that filter the list.
            shelves: Numbers of articles by standing view.
            searches: The saved searches.
            sources: Sources with their numbers of articles, in the order to show.
            tags: Tags with their numbers of articles, in the order to show.
            own_tags: Number of the first tags that are the reader's own.
        """
        counted = (dict(shelves), tuple(searches), tuple(sources), tuple(tags), own_tags)
        if choices == self._choices and counted == self._counted:
            return
        before = [self._appearance_of(row) for row in range(len(self._lines))]
        # What filters the list has a row, also if it is not among the first of its section.
        has_other_rows = choices._replace(search="") != self._choices._replace(search="")
        self._choices = choices
        if counted != self._counted or has_other_rows:
            self._counted = counted
            self._build()
        after = [self._appearance_of(row) for row in range(len(self._lines))]
        if len(before) != len(after) or not before:
            self.repaint()
            return
        changed = [row - self._top for row, appearance in enumerate(after) if appearance != before[row]]
        regions = [Region(0, y, self.size.width, 1) for y in changed if 0 <= y < self.size.height]
        if regions:
            self.repaint(*regions)

    def _appearance_of(self, row: int) -> Hashable:
        """Return everything that determines the appearance of a line, except its position on the screen."""
        index = self._lines[row]
        if index is None:
            return None
        entry = self._entries[index]
        return entry, index == self._cursor, self._state_of(entry)

    def fold(self, section: Section) -> None:
        """Fold a section, or unfold a folded section."""
        self._folded ^= {section}
        self._build()
        self.repaint()

    def show_rest(self, section: Section) -> None:
        """Show all names of a section; if all are shown, hide the less frequent ones again."""
        self._unlimited ^= {section}
        self._build()
        self.repaint()

    def move_to(self, index: int) -> bool:
        """Move the cursor to an entry. Return True if it moved."""
        index = max(0, min(index, len(self._entries) - 1))
        if index == self._cursor:
            return False
        self._cursor = index
        self._follow()
        self.repaint()
        return True

    def repaint_active(self) -> None:
        """Repaint the entry under the cursor, whose bar shows whether the sidebar is active."""
        if self._entries:
            self.repaint(Region(0, self._lines.index(self._cursor) - self._top, self.size.width, 1))

    def _build(self) -> None:
        """Build the lines: entries, and empty lines between the sections. Keep the cursor on its entry."""
        before = self.current
        self._entries = list(self._all_entries())
        self._lines = []
        for index, entry in enumerate(self._entries):
            if not entry.name and not entry.is_rest and self._lines:
                self._lines.append(None)
            self._lines.append(index)
        names = [_identity(entry) for entry in self._entries]
        if before is None:
            # The first shelf, not the title of its section.
            self._cursor = 1
        elif _identity(before) in names:
            self._cursor = names.index(_identity(before))
        self._cursor = max(0, min(self._cursor, len(self._entries) - 1))
        self._follow()

    def _all_entries(self) -> Iterator[Entry]:
        if self._counted is None:
            return
        shelves, searches, sources, tags, own_tags = self._counted
        # The up-next queue has a row only if it contains articles or is the current view.
        standing = [
            Entry(Section.LIBRARY, shelf.value, shelves.get(shelf, 0))
            for shelf in Shelf
            if shelf is not Shelf.UP_NEXT or shelves.get(shelf) or self._choices.shelf is shelf
        ]
        named = ((Section.SOURCES, sources, 0), (Section.TAGS, tags, own_tags))
        counted = [(section, self._limited(section, rows, own)) for section, rows, own in named]
        for section, entries in ((Section.LIBRARY, standing), (Section.SEARCHES, searches), *counted):
            if entries:
                yield Entry(section, "")
                if section not in self._folded:
                    yield from entries

    def _limited(self, section: Section, rows: Counted, own: int) -> list[Entry]:
        """Return the rows of a section. A long section hides some, and ends with a row that shows or hides these.

        Args:
            section: The section.
            rows: Names with their numbers of articles.
            own: Number of the first names that are always shown.
        """
        choices, first = self._choices, max(own, SHOWN)
        chosen = choices.sources if section is Section.SOURCES else choices.include | choices.exclude
        shown = [*rows[:first], *[row for row in rows[first:] if row[0] in chosen]]
        hidden = len(rows) - len(shown)
        # A row that stood for a single name would save nothing.
        is_whole = hidden <= 1 or section in self._unlimited
        entries = [Entry(section, name, count) for name, count in (rows if is_whole else shown)]
        if hidden > 1:
            entries.append(Entry(section, "", hidden=-1 if is_whole else hidden))
        return entries

    def _follow(self) -> None:
        if not self._entries:
            return
        row = self._lines.index(self._cursor)
        height = max(1, self.size.height)
        self._top = max(row - height + 1, min(self._top, row))
        if row <= 1:
            self._top = 0
        self._top = max(0, min(self._top, len(self._lines) - height))

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of a row."""
        entry, cursor = self._entry_at(y)
        if entry is None:
            return None
        return entry, cursor, cursor and self.active, self._state_of(entry), entry.section in self._folded

    def _entry_at(self, y: int) -> tuple[Entry | None, bool]:
        row = y + self._top
        index = self._lines[row] if row < len(self._lines) else None
        return (None, False) if index is None else (self._entries[index], index == self._cursor)

    def _state_of(self, entry: Entry) -> str:
        """Return the style of an entry: `chosen`, `include`, `exclude`, or empty."""
        choices = self._choices
        if entry.section is Section.TAGS:
            return "include" if entry.name in choices.include else "exclude" if entry.name in choices.exclude else ""
        if not entry.name:
            return ""
        if entry.section is Section.SEARCHES:
            return "chosen" if entry.id == choices.search else ""
        if entry.section is Section.SOURCES:
            return "chosen" if entry.name in choices.sources else ""
        return "chosen" if entry.name == choices.shelf else ""

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint the title of a section, or an entry with its sign and its count."""
        entry, cursor = self._entry_at(y)
        base = self.named_style("")
        if entry is None:
            return line(width, base, ())
        if cursor:
            base += self.named_style("cursor" if self.active else "resting")
        bar = Piece("▎" if cursor else " ", base + self.named_style("mark" if self.active else "muted"))
        if entry.is_rest:
            text = f"… {entry.hidden:,} more" if entry.hidden > 0 else "… fewer"
            lead = " " * (3 if entry.section is Section.TAGS else 1)
            return line(width, base, [bar, Piece(f"{lead}{text}", base + self.named_style("muted"))])
        if not entry.name:
            label = entry.section.upper() + (" …" if entry.section in self._folded else "")
            return line(width, base, [bar, Piece(label, base + self.named_style("label"))])
        state = self._state_of(entry)
        # A name with no listed article keeps its row, so that the row under the cursor does not move.
        is_unused = not entry.articles and entry.section in (Section.SOURCES, Section.TAGS)
        look = state or ("muted" if is_unused else "")
        style = base + self.named_style(look) if look else base
        if entry.section is Section.TAGS:
            lead = " " + {"include": "+ ", "exclude": "− "}.get(state, "  ")
        else:
            lead = "›" if state else " "
        name = entry.name.capitalize() if entry.section is Section.LIBRARY else entry.name
        count = f" {entry.articles:,} " if entry.articles else " "
        name = clip(name, width - 1 - cell_len(lead) - cell_len(count))
        pieces = [bar, Piece(lead, base + self.named_style("mark")), Piece(name, style)]
        return line(width, base, pieces, [Piece(count, base + self.named_style("muted"))])

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the clicked entry and post `Clicked`."""
        row = event.y + self._top
        index = self._lines[row] if row < len(self._lines) else None
        if index is not None:
            self.move_to(index)
            self.post_message(self.Clicked(self._entries[index]))

    def on_mouse_scroll_down(self) -> None:
        """Move the cursor down when the mouse wheel turns down."""
        self.move_to(self._cursor + 3)

    def on_mouse_scroll_up(self) -> None:
        """Move the cursor up when the mouse wheel turns up."""
        self.move_to(self._cursor - 3)

    def on_resize(self) -> None:
        """Keep the cursor visible."""
        self._follow()


def _identity(entry: Entry) -> tuple[Section, str, bool]:
    """Return a key that identifies an entry, whatever its number of articles is."""
    return entry.section, entry.id or entry.name, entry.is_rest

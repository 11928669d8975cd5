"""The list of annotations, by article; its cost depends on the window, and never on how many there are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.message import Message

from tui_reader.document.wrapping import cut_rows
from tui_reader.tui.theme import HIGHLIGHTS, style_of
from tui_reader.tui.widgets.article_pane.looks import ANSI_INKS
from tui_reader.tui.widgets.dates import moment
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from datetime import date

    from rich.style import Style
    from textual import events
    from textual.strip import Strip

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId

ITEM_ROWS = 4
"""Quote, note, tags with the date, and an empty row."""
LOW_HEIGHT = 20
"""Rows of the pane under which annotations move together by themselves."""
INDENT = 5
"""Columns before a quote: cursor, choice and the number of the colour."""
_STATES = {"orphan": "no place", "ambiguous": "several places", "moved": "moved"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that is listed: an annotation, or the article that those below it belong to."""

    article: ArticleId
    annotation: AnnotationId = ""


class AnnotationList(LinePane):
    """Annotations with a cursor. It holds ids, and asks for what it paints."""

    DEFAULT_CSS = "AnnotationList { background: $page; }"
    LOOKS: ClassVar[Mapping[str, str]] = {
        "": "text-ink on page",
        "cursor": "on cursor-tone",
        "title": "bold bright",
        "note": "italic text-ink",
        "muted": "muted-ink",
        "mark": "accent-ink",
        "bad": "bad",
        "quote": "text-ink",
        **{f"quote-{number}": f"text-ink on {tone}" for number, tone in enumerate(HIGHLIGHTS, start=1)},
    }
    PLAIN: ClassVar[Mapping[str, str]] = {
        "cursor": "reverse",
        **{f"quote-{number}": "underline" for number in range(1, 6)},
    }

    @dataclass
    class Clicked(Message):
        """An annotation was clicked; twice if `chain` is 2 or more."""

        annotation: AnnotationId
        chain: int

    @dataclass
    class Moved(Message):
        """The wheel moved the cursor."""

    def __init__(
        self,
        get: Callable[[AnnotationId], Annotation | None],
        title: Callable[[ArticleId], str],
        today: Callable[[], date],
        *,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
    ) -> None:
        """Args: `get` gives annotations from memory, `title` the titles of articles, `today` the day of reading."""
        super().__init__(id=id)
        self._get, self._title, self._today = get, title, today
        self._entries: list[Entry] = []
        self._heads: list[int] = []
        """Places of the articles among the entries."""
        self._cursor = -1
        self._top = 0
        self._version = 0
        self._chosen: set[AnnotationId] = set()
        self._empty: tuple[str, ...] = ()

    # What it shows

    @property
    def current(self) -> AnnotationId | None:
        """The annotation under the cursor."""
        return self._entries[self._cursor].annotation if self._cursor >= 0 else None

    @property
    def count(self) -> int:
        """How many annotations are listed."""
        return len(self._entries) - len(self._heads)

    @property
    def chosen(self) -> tuple[AnnotationId, ...]:
        """The annotations that were chosen, in the order of the list."""
        if not self._chosen:
            return ()
        return tuple(each.annotation for each in self._entries if each.annotation in self._chosen)

    @property
    def page(self) -> int:
        """Annotations in the window."""
        return max(1, self.size.height // self._item_rows)

    @property
    def _item_rows(self) -> int:
        return ITEM_ROWS if self.size.height >= LOW_HEIGHT else ITEM_ROWS - 1

    def clear(self, empty: Sequence[str] = ()) -> None:
        """List nothing; in its place stands what is to be said of that."""
        self._entries, self._heads, self._cursor, self._top = [], [], -1, 0
        self._empty = tuple(empty)
        self.repaint()

    def extend(self, entries: Iterable[tuple[ArticleId, AnnotationId]], *, keep: AnnotationId | None = None) -> None:
        """List more, those of one article together.

        Args:
            entries: What to list.
            keep: Where among these the cursor is to stand, if it stands nowhere yet.
        """
        for article, annotation in entries:
            if not self._entries or self._entries[-1].article != article:
                self._heads.append(len(self._entries))
                self._entries.append(Entry(article))
            self._entries.append(Entry(article, annotation))
            if annotation == keep:
                self._cursor = len(self._entries) - 1
        if self._cursor < 0 and keep is None and self._entries:
            self._cursor = 1
        self._follow()
        self.repaint()

    def settle(self, index: int = 0) -> None:
        """Set the cursor on the annotation that is listed so far down, if it stands nowhere yet."""
        if self._cursor < 0 and self.count:
            self._cursor = self._entry_of(min(index, self.count - 1))
            self._follow()
            self.repaint()

    @property
    def index(self) -> int:
        """How many annotations are listed above the one under the cursor."""
        return max(0, self._cursor - bisect_right(self._heads, self._cursor))

    def move(self, by: int) -> bool:
        """Move the cursor; whether it moved."""
        return self.move_to(self.index + by)

    def move_to(self, index: int) -> bool:
        """Move the cursor to the annotation that is listed so far down; whether it moved."""
        if not self.count:
            return False
        found = self._entry_of(max(0, min(index, self.count - 1)))
        if found == self._cursor:
            return False
        self._cursor = found
        self._follow()
        self.repaint()
        return True

    def choose(self, annotation: AnnotationId) -> None:
        """Choose an annotation, or choose it no longer."""
        self._chosen ^= {annotation}
        self.repaint()

    def choose_all(self) -> None:
        """Choose every annotation that is listed."""
        self._chosen = {each.annotation for each in self._entries if each.annotation}
        self.repaint()

    def choose_none(self) -> bool:
        """Choose nothing; whether anything was."""
        had = bool(self._chosen)
        self._chosen.clear()
        self.repaint()
        return had

    def touch(self) -> None:
        """Paint anew what may look different now."""
        self._version += 1
        self.repaint()

    def _entry_of(self, index: int) -> int:
        """Place among the entries of the annotation that is listed so far down: the n-th that is no head."""
        heads = self._heads
        before = bisect_right(range(len(heads)), index, key=lambda number: heads[number] - number)
        return index + before

    # Rows: a head takes one, an annotation `_item_rows`

    def _row_of(self, entry: int) -> int:
        heads = bisect_left(self._heads, entry)
        return heads + (entry - heads) * self._item_rows

    def _entry_at(self, row: int) -> tuple[int, int] | None:
        """The entry that a row of the list belongs to, and which of its rows it is."""
        entry = bisect_right(range(len(self._entries)), row, key=self._row_of) - 1
        if entry < 0:
            return None
        part = row - self._row_of(entry)
        return (entry, part) if part < (self._item_rows if self._entries[entry].annotation else 1) else None

    @property
    def _rows(self) -> int:
        return self._row_of(len(self._entries))

    def _follow(self) -> None:
        """Bring the cursor into the window, with the article's name above its first annotation."""
        if self._cursor < 0:
            return
        first = self._row_of(self._cursor)
        last = first + self._item_rows - 1
        if self._cursor - 1 in self._heads[bisect_left(self._heads, self._cursor - 1) :][:1]:
            first -= 1
        height = max(1, self.size.height - 1)
        self._top = max(last - height, min(self._top, first))
        self._top = max(0, min(self._top, self._rows - height))

    # How it looks

    def ink(self, name: str) -> Style:
        """A look by its name; on the terminal's own colours a quote is black, as in the article."""
        ansi = self.app.current_theme.ansi and not self.app.no_color
        if name.startswith("quote-") and ansi and name not in self._inks:
            variables = {**self.app.theme_variables, **ANSI_INKS}
            self._inks[name] = style_of(f"ansi_black on highlight-{name[-1]}", variables)
        return super().ink(name)

    def row_key(self, y: int) -> Hashable:
        """All that the picture of a row depends on."""
        if y == 0:
            return "blank"
        if not self._entries:
            return "empty", y, self._empty
        found = self._entry_at(y - 1 + self._top)
        if found is None:
            return "blank"
        entry, part = self._entries[found[0]], found[1]
        cursor = found[0] == self._cursor
        return entry, part, cursor, entry.annotation in self._chosen, self._version, self._item_rows, self._today()

    def paint_row(self, y: int, width: int) -> Strip:
        """A row: the name of an article, or a part of an annotation."""
        base = self.ink("")
        if y == 0:
            return line(width, base, ())
        if not self._entries:
            text = self._empty[y - 2] if 2 <= y < len(self._empty) + 2 else ""
            ink = self.ink("title") if y == 2 else self.ink("muted")
            return line(width, base, [Piece(f"  {clip(text, width - 4)}", base + ink)])
        found = self._entry_at(y - 1 + self._top)
        if found is None:
            return line(width, base, ())
        number, part = found
        entry = self._entries[number]
        if not entry.annotation:
            return line(
                width, base, [Piece(f"  {clip(self._title(entry.article), width - 4)}", base + self.ink("title"))]
            )
        annotation = self._get(entry.annotation)
        if part > 2 or annotation is None:
            return line(width, base, ())
        return self._paint_part(annotation, part, width, cursor=number == self._cursor)

    def _paint_part(self, annotation: Annotation, part: int, width: int, *, cursor: bool) -> Strip:
        base = self.ink("")
        if cursor:
            base += self.ink("cursor")
        bar = Piece("▎" if cursor else " ", base + self.ink("mark"))
        room = width - INDENT - 2
        if part == 0:
            chosen = "+" if annotation.id in self._chosen else " "
            number = " " if annotation.is_on_article else str(annotation.colour)
            lead = [bar, Piece(chosen, base + self.ink("mark")), Piece(f" {number} ", base + self.ink("muted"))]
            return line(width, base, [*lead, self._quote(annotation, room, base)])
        gap = Piece(" " * (INDENT - 1), base)
        if part == 1:
            note = " ".join(annotation.note.split())
            if note:
                return line(width, base, [bar, gap, Piece(clip(note, room), base + self.ink("note"))])
            return line(width, base, [bar, gap, self._quote(annotation, room, base, row=1)])
        tags = " ".join(f"#{tag}" for tag in annotation.tags)
        state = _STATES.get(annotation.state.value, "")
        when = moment(annotation.created, self._today())
        right = [Piece(f"  {when} ", base + self.ink("muted"))]
        if state:
            right.insert(0, Piece(f" {state}", base + self.ink("muted" if state == "moved" else "bad")))
        room -= sum(cell_len(piece.text) for piece in right)
        return line(width, base, [bar, gap, Piece(clip(tags, room), base + self.ink("mark"))], right)

    def _quote(self, annotation: Annotation, room: int, base: Style, *, row: int = 0) -> Piece:
        """The words that are marked; they go on in the second row where no note stands there."""
        if annotation.is_on_article:
            return Piece("" if row else "on the whole article", base + self.ink("muted"))
        quote = " ".join(annotation.quote[: 8 * room].split())
        if row or (not annotation.note and cell_len(quote) > room):
            cut = cut_rows(quote, max(2, room))[0]
            quote = quote[cut:] if row else quote[:cut]
        lost = annotation.placed is not None and not annotation.placed.is_certain
        return Piece(clip(quote.strip(), room), base + self.ink("quote" if lost else f"quote-{annotation.colour}"))

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Tell which annotation was clicked."""
        found = self._entry_at(event.y - 1 + self._top) if event.y else None
        if found is not None and self._entries[found[0]].annotation:
            self._cursor = found[0]
            self.repaint()
            self.post_message(self.Clicked(self._entries[found[0]].annotation, event.chain))

    def on_mouse_scroll_down(self) -> None:
        """The wheel turns downwards."""
        if self.move(1):
            self.post_message(self.Moved())

    def on_mouse_scroll_up(self) -> None:
        """The wheel turns upwards."""
        if self.move(-1):
            self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._follow()

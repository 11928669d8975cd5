"""The list of annotations, by article; its cost depends on the window, and never on how many there are."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.message import Message

from tui_reader.document.wrapping import cut_rows
from tui_reader.tui.theme import HIGHLIGHTS, style_of
from tui_reader.tui.widgets.article_pane.styles import ANSI_COLOURS
from tui_reader.tui.widgets.dates import moment
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
    from datetime import date

    from rich.style import Style
    from textual import events
    from textual.strip import Strip

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.widgets.annotation_source import Section, Source

ITEM_ROWS = 4
"""Quote, note, tags with the date, and an empty row."""
LOW_HEIGHT = 20
"""Rows of the pane under which annotations move together by themselves."""
INDENT = 5
"""Columns before a quote: cursor, choice and the number of the colour."""
_STATES = {"orphan": "no place", "ambiguous": "several places", "moved": "moved"}


class AnnotationList(LinePane):
    """Annotations with a cursor. It knows how many stand under each article, and asks for those that it paints."""

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
        source: Source,
        today: Callable[[], date],
        *,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
    ) -> None:
        """Args: `today` tells the day of reading."""
        super().__init__(id=id)
        self._source, self._today = source, today
        self._sections: list[Section] = []
        self._starts: list[int] = []
        """How many annotations are listed above each section."""
        self._orders: dict[int, Sequence[AnnotationId]] = {}
        """The annotations of sections that were seen."""
        self._cursor = -1
        """How many annotations are listed above the one under it; -1 for none."""
        self._top = 0
        self._version = 0
        self._numbers: dict[ArticleId, int] = {}
        """The section of every article that is listed."""
        self._chosen: dict[AnnotationId, ArticleId] = {}
        self._chosen_here: int | None = None
        """How many of them are listed; None until it is asked for."""
        self._empty: tuple[str, ...] = ()

    # What it shows

    @property
    def current(self) -> AnnotationId | None:
        """The annotation under the cursor."""
        return (self._at(self._cursor) or None) if self._cursor >= 0 else None

    @property
    def index(self) -> int:
        """How many annotations are listed above the one under the cursor."""
        return max(0, self._cursor)

    @property
    def count(self) -> int:
        """How many annotations are listed."""
        return self._starts[-1] + self._sections[-1].size if self._sections else 0

    @property
    def chosen_count(self) -> int:
        """How many annotations were chosen."""
        return len(self._chosen)

    @property
    def chosen_here(self) -> int:
        """How many of them are listed."""
        if self._chosen_here is None:
            chosen = self._chosen
            self._chosen_here = sum(each in chosen for number in self._chosen_in() for each in self._ids(number))
        return self._chosen_here

    @property
    def chosen(self) -> tuple[AnnotationId, ...]:
        """Those of them that are listed, in the order of the list. Reads those of their articles."""
        return tuple(each for number in self._chosen_in() for each in self._order(number) if each in self._chosen)

    def _chosen_in(self) -> list[int]:
        """The sections in which something may be chosen."""
        numbers = (self._numbers.get(article) for article in set(self._chosen.values()))
        return sorted(number for number in numbers if number is not None)

    def _ids(self, number: int) -> Collection[AnnotationId]:
        """The annotations of a section, in no order, without reading them."""
        section = self._sections[number]
        return self._source.ids(section.article) if section.ids is None else section.ids

    @property
    def page(self) -> int:
        """Annotations in the window."""
        return max(1, self.size.height // self._item_rows)

    @property
    def _item_rows(self) -> int:
        return ITEM_ROWS if self.size.height >= LOW_HEIGHT else ITEM_ROWS - 1

    def clear(self, empty: Sequence[str] = ()) -> None:
        """List nothing; in its place stands what is to be said of that."""
        self._sections, self._starts, self._cursor, self._top = [], [], -1, 0
        self._orders.clear()
        self._numbers.clear()
        self._chosen_here = None
        # The same annotations may be listed again, and look otherwise.
        self._version += 1
        self._empty = tuple(empty)
        self.repaint()

    def nearest(self, is_listed: Callable[[AnnotationId], bool]) -> AnnotationId | None:
        """Find the annotation that the cursor goes to when the list is replaced.

        Keeping the row number instead would pass over as many annotations as have left the list above the cursor.

        Args:
            is_listed: Whether an annotation will be listed.

        Returns:
            The one under the cursor if it will be listed, else the first later one that will, else the last earlier
            one; None if there is none.
        """
        places = chain(range(self.index, self.count), range(self.index - 1, -1, -1))
        return next((found for place in places if (found := self._at(place)) and is_listed(found)), None)

    def replace(self, sections: Iterable[Section], empty: Sequence[str], keep: Annotation | None) -> None:
        """List others in the place of those that are listed; the rows stay where they are as far as they can.

        Args:
            sections: All that is listed from now on.
            empty: What an empty list says.
            keep: The annotation that the cursor is to stand on; as far down as it stands now where it is not listed.
        """
        index, top = self.index, self._top
        self.clear(empty)
        self.extend(sections, cursor=False)
        self._top = top
        if keep is None or not self.seek(keep.id, keep.article):
            self.settle(index)

    def extend(self, sections: Iterable[Section], *, cursor: bool = True) -> None:
        """List more.

        Args:
            sections: Articles that are not listed yet.
            cursor: Whether the cursor is to stand on the first annotation if it stands nowhere yet.
        """
        count, rows = self.count, self._rows
        self._chosen_here = None
        for section in sections:
            self._numbers[section.article] = len(self._sections)
            self._sections.append(section)
            self._starts.append(count)
            count += section.size
        if cursor:
            self.settle()
        if rows < self._top + self.size.height:
            # What comes further down is not seen, and a frame costs more than finding it.
            self.repaint()

    def settle(self, index: int = 0) -> None:
        """Set the cursor on the annotation that is listed so far down, if it stands nowhere yet."""
        if self._cursor < 0 and self.count:
            self._cursor = min(index, self.count - 1)
            self._follow()
            self.repaint()

    def seek(self, annotation: AnnotationId, article: ArticleId) -> bool:
        """Set the cursor on an annotation of an article; whether it is listed."""
        number = self._numbers.get(article)
        if number is None or annotation not in (order := self._order(number)):
            return False
        self._cursor = self._starts[number] + order.index(annotation)
        self._follow()
        self.repaint()
        return True

    def move(self, by: int) -> bool:
        """Move the cursor; whether it moved."""
        return self.move_to(self.index + by)

    def move_to(self, index: int) -> bool:
        """Move the cursor to the annotation that is listed so far down; whether it moved."""
        if not self.count:
            return False
        found = max(0, min(index, self.count - 1))
        if found == self._cursor:
            return False
        self._cursor = found
        self._follow()
        self.repaint()
        return True

    def choose_current(self) -> bool:
        """Choose the annotation under the cursor, or choose it no longer; whether there is one."""
        current = self.current
        if current is None:
            return False
        if self._chosen.pop(current, None) is None:
            self._chosen[current] = self._sections[self._section_of(self._cursor)].article
        self._chosen_here = None
        self.repaint()
        return True

    def choose_all(self) -> None:
        """Choose every annotation that is listed, too."""
        self._chosen.update(
            (annotation, section.article)
            for number, section in enumerate(self._sections)
            for annotation in self._ids(number)
        )
        self._chosen_here = None
        self.repaint()

    def choose_those_left(self) -> None:
        """Choose those no longer that are gone."""
        known = {article: self._source.ids(article) for article in set(self._chosen.values())}
        gone = [each for each, article in self._chosen.items() if each not in known[article]]
        for each in gone:
            del self._chosen[each]
            annotation = self._source.get(each)
            if annotation is not None:
                # It went to another article.
                self._chosen[each] = annotation.article
        self._chosen_here = None
        self.repaint()

    def choose_none(self) -> bool:
        """Choose nothing; whether anything was."""
        had = bool(self._chosen)
        self._chosen.clear()
        self._chosen_here = None
        self.repaint()
        return had

    def touch(self) -> None:
        """Paint anew what may look different now."""
        self._version += 1
        self.repaint()

    def _section_of(self, index: int) -> int:
        """The section of the annotation that is listed so far down."""
        return bisect_right(self._starts, index) - 1

    def _order(self, number: int) -> Sequence[AnnotationId]:
        """The annotations of a section."""
        order = self._orders.get(number)
        if order is None:
            section = self._sections[number]
            order = self._source.in_order(section.article) if section.ids is None else section.ids
            self._orders[number] = order
        return order

    def _at(self, index: int) -> AnnotationId:
        """The annotation that is listed so far down; empty if it has gone since its article was listed."""
        number = self._section_of(index)
        order, place = self._order(number), index - self._starts[number]
        return order[place] if place < len(order) else ""

    # Rows: a title takes one, an annotation `_item_rows`

    def _title_row(self, number: int) -> int:
        return self._starts[number] * self._item_rows + number

    def _place_of(self, row: int) -> tuple[int, int, int] | None:
        """What stands on a row of the list: number of the section, of the annotation, and which of its rows it is.

        The title's row is -1.
        """
        number = bisect_right(range(len(self._sections)), row, key=self._title_row) - 1
        if number < 0:
            return None
        rest = row - self._title_row(number) - 1
        if rest < 0:
            return number, self._starts[number], -1
        index, part = divmod(rest, self._item_rows)
        return (number, self._starts[number] + index, part) if index < self._sections[number].size else None

    @property
    def _rows(self) -> int:
        return self.count * self._item_rows + len(self._sections)

    def _follow(self) -> None:
        """Bring the cursor into the window, with the article's title above its first annotation."""
        if self._cursor < 0:
            return
        number = self._section_of(self._cursor)
        first = self._cursor * self._item_rows + number + 1
        last = first + self._item_rows - 1
        if self._cursor == self._starts[number]:
            first -= 1
        height = max(1, self.size.height - 1)
        self._top = max(last - height + 1, min(self._top, first))
        self._top = max(0, min(self._top, self._rows - height))

    # How it looks

    def ink(self, name: str) -> Style:
        """A look by its name; on the terminal's own colours a quote is black, as in the article."""
        ansi = self.app.current_theme.ansi and not self.app.no_color
        if name.startswith("quote-") and ansi and name not in self._inks:
            variables = {**self.app.theme_variables, **ANSI_COLOURS}
            self._inks[name] = style_of(f"ansi_black on highlight-{name[-1]}", variables)
        return super().ink(name)

    def row_key(self, y: int) -> Hashable:
        """All that the picture of a row depends on."""
        if y == 0:
            return "blank"
        if not self._sections:
            return "empty", y, self._empty
        found = self._place_of(y - 1 + self._top)
        if found is None:
            return "blank"
        number, index, part = found
        if part < 0:
            return self._sections[number].article, self._version
        annotation, cursor = self._at(index), index == self._cursor
        return annotation, part, cursor, annotation in self._chosen, self._version, self._item_rows, self._today()

    def paint_row(self, y: int, width: int) -> Strip:
        """A row: the name of an article, or a part of an annotation."""
        base = self.ink("")
        if y == 0:
            return line(width, base, ())
        if not self._sections:
            text = self._empty[y - 2] if 2 <= y < len(self._empty) + 2 else ""
            ink = self.ink("title") if y == 2 else self.ink("muted")
            return line(width, base, [Piece(f"  {clip(text, width - 4)}", base + ink)])
        found = self._place_of(y - 1 + self._top)
        if found is None:
            return line(width, base, ())
        number, index, part = found
        if part < 0:
            title = self._source.title(self._sections[number].article)
            return line(width, base, [Piece(f"  {clip(title, width - 4)}", base + self.ink("title"))])
        annotation = self._source.get(self._at(index))
        if part > 2 or annotation is None:
            return line(width, base, ())
        return self._paint_part(annotation, part, width, cursor=index == self._cursor)

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
        found = self._place_of(event.y - 1 + self._top) if event.y else None
        if found is not None and found[2] >= 0:
            self._cursor = found[1]
            self.repaint()
            self.post_message(self.Clicked(self._at(found[1]), event.chain))

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

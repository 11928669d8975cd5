"""The list of annotations by article. Painting costs depend on visible rows, not on all annotations."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.message import Message

from tui_reader.document.wrapping import cut_rows
from tui_reader.model.annotation import PlaceState
from tui_reader.tui.theme import HIGHLIGHTS, NOTE_INKS, style_of
from tui_reader.tui.widgets.annotation_sections import AnnotationSections, ChosenAnnotations
from tui_reader.tui.widgets.dates import moment
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.query_rows import QUERY_STYLES, QueryBar
from tui_reader.tui.widgets.styled_lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from datetime import date

    from rich.style import Style
    from textual import events
    from textual.strip import Strip

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.widgets.annotation_source import Section, Source

ITEM_ROWS = 4
"""Rows of an annotation: quote, note, tags with the date, and an empty row."""
LOW_HEIGHT = 20
"""Rows of the widget below which the empty row is left out."""
INDENT = 5
"""Columns before a quote: cursor, mark of a chosen annotation, and number of the colour."""
PEN = "✎"
"""Symbol before a note."""


class AnnotationList(LinePane):
    """A list of annotations under the titles of their articles, with a cursor.

    The list stores the number of annotations of each article, and reads only visible annotations. It has
    more than 25 public methods, since it combines a cursor, a choice of several annotations and a painted widget.
    """

    DEFAULT_CSS = "AnnotationList { background: $page; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on page",
        "cursor": "on cursor-tone",
        "title": "bold bright",
        "note": "italic text-ink",
        "muted": "muted-ink",
        "mark": "accent-ink",
        "bad": "bad",
        "quote": "text-ink",
        **{f"sign-{number}": ink for number, ink in enumerate(NOTE_INKS, start=1)},
        **{f"quote-{number}": f"text-ink on {tone}" for number, tone in enumerate(HIGHLIGHTS, start=1)},
        **QUERY_STYLES,
    }
    PLAIN_STYLES: ClassVar[Mapping[str, str]] = {
        "cursor": "reverse",
        **{f"quote-{number}": "underline" for number in range(1, 6)},
    }

    class Clicked(Message):
        """Message: an annotation was clicked, `chain` times in a row: 2 or more is a double click."""

        def __init__(self, annotation: AnnotationId, chain: int) -> None:
            super().__init__()
            self.annotation, self.chain = annotation, chain

    class CompletionClicked(Message):
        """Message: a completion of the filter was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class Moved(Message):
        """Message: the mouse wheel moved the cursor."""

    def __init__(
        self,
        source: Source,
        today: Callable[[], date],
        *,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
    ) -> None:
        """Create an empty list. `today` returns the current day, for relative dates."""
        super().__init__(id=id)
        self._source, self._today = source, today
        self.bar = QueryBar()
        """The filter bar, whose completions cover the first rows while the filter is typed."""
        self._sections = AnnotationSections(source)
        self._chosen = ChosenAnnotations(source, self._sections)
        self._cursor = -1
        """Position of the annotation under the cursor; -1 if the list is empty."""
        self._top = 0
        self._version = 0
        self._empty: tuple[str, ...] = ()

    # Content

    @property
    def current(self) -> AnnotationId | None:
        """The annotation under the cursor; None if the list is empty, or if the annotation was deleted since."""
        return (self._sections.at(self._cursor) or None) if self._cursor >= 0 else None

    @property
    def index(self) -> int:
        """Position of the annotation under the cursor; 0 if the list is empty."""
        return max(0, self._cursor)

    @property
    def count(self) -> int:
        """Number of annotations in the list."""
        return self._sections.count

    @property
    def chosen_count(self) -> int:
        """Number of chosen annotations, including chosen annotations that are not in the list."""
        return len(self._chosen)

    @property
    def chosen_here(self) -> int:
        """Number of chosen annotations that are in the list."""
        return self._chosen.listed_count

    @property
    def chosen(self) -> tuple[AnnotationId, ...]:
        """The chosen annotations in the list, in its order. Reads the annotations of their articles."""
        return self._chosen.listed

    @property
    def listed(self) -> tuple[AnnotationId, ...]:
        """Ids of the annotations in the list, in any order within an article. Reads no annotation."""
        sections = self._sections
        return tuple(each for number in range(len(sections.sections)) for each in sections.ids(number))

    @property
    def page(self) -> int:
        """Number of annotations that fit into the widget, at least one."""
        return max(1, self.size.height // self._item_rows)

    @property
    def _item_rows(self) -> int:
        return ITEM_ROWS if self.size.height >= LOW_HEIGHT else ITEM_ROWS - 1

    def clear(self, empty: Sequence[str] = ()) -> None:
        """Empty the list, and show the lines `empty` instead."""
        self._sections.clear()
        self._chosen.sections_changed()
        self._cursor, self._top = -1, 0
        # Annotations that are listed again may look different.
        self._version += 1
        self._empty = tuple(empty)
        self.repaint()

    def nearest(self, is_listed: Callable[[AnnotationId], bool]) -> AnnotationId | None:
        """Return the annotation that gets the cursor when the list is replaced.

        If the cursor kept its row number instead, it would skip one annotation for each annotation removed above.

        Args:
            is_listed: Returns True if an annotation will be in the new list.

        Returns:
            The annotation under the cursor if it will be listed, else the nearest later annotation that will be, else
            the nearest earlier one; None if there is none.
        """
        places = chain(range(self.index, self.count), range(self.index - 1, -1, -1))
        return next((found for place in places if (found := self._sections.at(place)) and is_listed(found)), None)

    def replace(self, sections: Iterable[Section], empty: Sequence[str], keep: Annotation | None) -> None:
        """Replace the content of the list, with as little scrolling as possible.

        Args:
            sections: All sections of the new list.
            empty: Lines shown if the list is empty.
            keep: The annotation that gets the cursor. If None or not listed, the cursor keeps its position in the list.
        """
        index, top = self.index, self._top
        self.clear(empty)
        self.extend(sections, cursor=False)
        self._top = top
        if keep is None or not self.seek(keep.id, keep.article):
            self.settle(index)

    def extend(self, sections: Iterable[Section], *, cursor: bool = True) -> None:
        """Append sections to the list.

        Args:
            sections: The sections to append, of articles that are not listed yet.
            cursor: True to move the cursor to the first annotation if the list has no cursor yet.
        """
        rows = self._sections.row_count(self._item_rows)
        self._sections.extend(sections)
        self._chosen.sections_changed()
        if cursor:
            self.settle()
        if rows < self._top + self.size.height:
            # Sections below the visible rows need no frame.
            self.repaint()

    def settle(self, index: int = 0) -> None:
        """Put the cursor at a position if the list has no cursor yet."""
        if self._cursor < 0 and self.count:
            self._cursor = min(index, self.count - 1)
            self._follow()
            self.repaint()

    def seek(self, annotation: AnnotationId, article: ArticleId) -> bool:
        """Move the cursor to an annotation of an article. Return True if the annotation is listed."""
        index = self._sections.index_of(annotation, article)
        if index is None:
            return False
        self._cursor = index
        self._follow()
        self.repaint()
        return True

    def move(self, by: int) -> bool:
        """Move the cursor by `by` annotations, up if negative. Return True if it moved."""
        return self.move_to(self.index + by)

    def move_to(self, index: int) -> bool:
        """Move the cursor to a position, or to the nearest valid position. Return True if the cursor moved."""
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
        """Choose or unchoose the annotation under the cursor. Return True if the list is not empty."""
        current = self.current
        if current is None:
            return False
        self._chosen.toggle(current, self._sections.article_at(self._cursor))
        self.repaint()
        return True

    def choose_all(self) -> None:
        """Choose every annotation in the list, in addition to annotations chosen before."""
        self._chosen.add_listed()
        self.repaint()

    def unchoose_missing(self) -> None:
        """Unchoose the annotations that no longer exist."""
        self._chosen.drop_missing()
        self.repaint()

    def choose_none(self) -> bool:
        """Clear the choice of annotations. Return True if any annotation was chosen."""
        had = self._chosen.clear()
        self.repaint()
        return had

    def touch(self) -> None:
        """Repaint all annotations, since their content may have changed."""
        self._version += 1
        self.repaint()

    def _follow(self) -> None:
        """Scroll until the annotation under the cursor is visible; above an article's first one, the title as well."""
        if self._cursor < 0:
            return
        first, last = self._sections.rows_of(self._cursor, self._item_rows)
        height = max(1, self.size.height - 1)
        self._top = max(last - height + 1, min(self._top, first))
        self._top = max(0, min(self._top, self._sections.row_count(self._item_rows) - height))

    # Painting

    def named_style(self, name: str) -> Style:
        """Return a style by its name, such as `muted` or, for a quote whose highlight has colour 3, `quote-3`.

        In a theme of 16 colours a quote has the foreground and background of its highlight.
        """
        ansi = self.app.current_theme.ansi and not self.app.no_color
        if name.startswith("quote-") and ansi and name not in self._named_styles:
            tone = f"highlight-{name[-1]}"
            self._named_styles[name] = style_of(f"{tone}-ink on {tone}", self.app.theme_variables)
        return super().named_style(name)

    @property
    def _completion_rows(self) -> int:
        """Number of rows at the top that list completions of the filter."""
        return self.bar.shown_completions(self.size.height) if self.bar.is_open else 0

    @property
    def _head(self) -> int:
        """Number of rows of the widget above the sections: the filter bar, or its completions while it is open."""
        return max(1, self._completion_rows)

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of a row."""
        if y < self._head:
            return ("completion", y, self.bar.version, self.size.height) if self._completion_rows else "blank"
        if not self._sections.sections:
            return "empty", y - self._head, self._empty
        found = self._sections.place_of(y - self._head + self._top, self._item_rows)
        if found is None:
            return "blank"
        number, index, part = found
        if part < 0:
            return self._sections.sections[number].article, self._version
        annotation, cursor = self._sections.at(index), index == self._cursor
        return annotation, part, cursor, annotation in self._chosen, self._version, self._item_rows, self._today()

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint a row: the title of an article, or a part of an annotation."""
        base = self.named_style("")
        if y < self._head:
            if not self._completion_rows:
                return line(width, base, ())
            return self.bar.paint_below(y, (width, self.size.height), self.named_style)
        if not self._sections.sections:
            at = y - self._head - 1
            text = self._empty[at] if 0 <= at < len(self._empty) else ""
            style = self.named_style("title") if at == 0 else self.named_style("muted")
            return line(width, base, [Piece(f"  {clip(text, width - 4)}", base + style)])
        found = self._sections.place_of(y - self._head + self._top, self._item_rows)
        if found is None:
            return line(width, base, ())
        number, index, part = found
        if part < 0:
            title = self._source.title(self._sections.sections[number].article)
            return line(width, base, [Piece(f"  {clip(title, width - 4)}", base + self.named_style("title"))])
        annotation = self._source.get(self._sections.at(index))
        if part > 2 or annotation is None:
            return line(width, base, ())
        return self._paint_part(annotation, part, width, cursor=index == self._cursor)

    def _paint_part(self, annotation: Annotation, part: int, width: int, *, cursor: bool) -> Strip:
        base = self.named_style("")
        if cursor:
            base += self.named_style("cursor")
        bar = Piece("▎" if cursor else " ", base + self.named_style("mark"))
        room = width - INDENT - 2
        sign = base + self.named_style("mark" if annotation.is_on_article else f"sign-{annotation.colour}")
        if part == 0:
            chosen = "+" if annotation.id in self._chosen else " "
            number = " " if annotation.is_on_article else str(annotation.colour)
            lead = [
                bar,
                Piece(chosen, base + self.named_style("mark")),
                Piece(f" {number} ", sign),
            ]
            return line(width, base, [*lead, self._quote(annotation, room, base)])
        gap = Piece(" " * (INDENT - 1), base)
        if part == 1:
            note = " ".join(annotation.note.split())
            if note:
                pen = Piece(f"  {PEN} ", sign)
                return line(width, base, [bar, pen, Piece(clip(note, room), base + self.named_style("note"))])
            return line(width, base, [bar, gap, self._quote(annotation, room, base, row=1)])
        tags = " ".join(f"#{tag}" for tag in annotation.tags)
        is_moved = annotation.state is PlaceState.MOVED
        state = annotation.state_text if annotation.is_orphan or is_moved else ""
        when = moment(annotation.created, self._today())
        right = [Piece(f"  {when} ", base + self.named_style("muted"))]
        if state:
            right.insert(0, Piece(f" {state}", base + self.named_style("muted" if is_moved else "bad")))
        room -= sum(cell_len(piece.text) for piece in right)
        return line(width, base, [bar, gap, Piece(clip(tags, room), base + self.named_style("mark"))], right)

    def _quote(self, annotation: Annotation, room: int, base: Style, *, row: int = 0) -> Piece:
        """Return row 0 of the quote, or its continuation as row 1, which is shown if the annotation has no note."""
        if annotation.is_on_article:
            return Piece("" if row else "on the whole article", base + self.named_style("muted"))
        quote = " ".join(annotation.quote[: 8 * room].split())
        if row or (not annotation.note and cell_len(quote) > room):
            cut = cut_rows(quote, max(2, room))[0]
            quote = quote[cut:] if row else quote[:cut]
        look = "quote" if annotation.is_orphan else f"quote-{annotation.colour}"
        return Piece(clip(quote.strip(), room), base + self.named_style(look))

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the clicked annotation and post `Clicked`."""
        index = self.bar.index_at(event.y + 1, self.size.height) if event.y < self._completion_rows else None
        if index is not None:
            self.post_message(self.CompletionClicked(index))
            return
        found = self._sections.place_of(event.y - self._head + self._top, self._item_rows) if event.y else None
        if found is not None and found[2] >= 0:
            self._cursor = found[1]
            self.repaint()
            self.post_message(self.Clicked(self._sections.at(found[1]), event.chain))

    def on_mouse_scroll_down(self) -> None:
        """Move the cursor down when the mouse wheel turns down."""
        if self.move(1):
            self.post_message(self.Moved())

    def on_mouse_scroll_up(self) -> None:
        """Move the cursor up when the mouse wheel turns up."""
        if self.move(-1):
            self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Keep the cursor visible."""
        self._follow()

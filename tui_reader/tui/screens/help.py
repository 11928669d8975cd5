"""The help screens: every command with its keys, from the command table; the query language, from its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

from rich.cells import cell_len
from textual.binding import Binding, BindingType

from tui_reader.search.guide import SECTIONS, field_values, other_names
from tui_reader.tui.commands.command_texts import LINE_RULES, help_lines, line_usages
from tui_reader.tui.commands.query_keys import BAR_KEYS
from tui_reader.tui.screens.page_screen import Page, PageScreen
from tui_reader.tui.widgets.styled_lines import Piece, line, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from textual.strip import Strip

    from tui_reader.tui.commands.keymap import Keymap

KEY_COLUMN = 20
"""Cells for the keys; longer keys get a separate row."""
QUERY_COLUMN = 26
"""Cells for the queries; longer queries get a separate row."""


Row: TypeAlias = "tuple[tuple[str, str], ...]"
"""A row: texts with the names of their styles."""


class RowsPage(Page):
    """A page of rows that are computed for its width."""

    DEFAULT_CSS = "RowsPage { background: $page; color: $text-ink; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on page",
        "label": "bold bright",
        "key": "bold accent-ink",
        "muted": "muted-ink",
    }

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Row] = []

    @property
    def rows(self) -> int:
        """The number of rows at the current width."""
        return len(self._lines)

    def wrap(self) -> None:
        """Compute the rows for the current width."""
        self._lines = list(self._wrapped(self.size.width - 2))

    def _wrapped(self, width: int) -> Iterator[Row]:
        """Iterate over the rows of the page, wrapped to `width` cells."""
        raise NotImplementedError

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint one row of the help."""
        base, index = self.named_style(""), y + self._top
        row = self._lines[index] if index < len(self._lines) else ()
        pieces = [Piece(text, base + self.named_style(style) if style else base) for text, style in row]
        mark = Piece(f"{self.mark_of(index):<2}", base + self.named_style("key"))
        return line(width, base, [mark, *pieces])

    def text_of(self, row: int) -> str:
        """Return the text of a row."""
        return "".join(text for text, _ in self._lines[row])


class HelpPage(RowsPage):
    """The rows of the help about keys."""

    def __init__(self, keymap: Keymap, notices: Sequence[str]) -> None:
        super().__init__()
        self._keymap, self._notices = keymap, notices

    def _wrapped(self, width: int) -> Iterator[Row]:
        """Iterate over the rows, each made of texts with the names of their styles."""
        yield (("Keys", "label"),)
        for text in ("A number before a key repeats it: 3}", "/ finds words here, n N the next · q closes"):
            for part in wrap(text, width):
                yield ((part, "muted"),)
        if self._notices:
            yield ()
            yield (("NOTICES", "label"),)
            for notice in self._notices:
                for number, part in enumerate(wrap(notice, width - 2)):
                    yield (("  " if number else "• ", "key"), (part, ""))
        for group, rows in help_lines(self._keymap):
            yield ()
            yield ((group.upper(), "label"),)
            for keys, where, text in rows:
                said = f"{text} ({where})" if where else text
                shown = keys or "—"
                if not keys:
                    said += f" · no key, by name after {self._keymap.hint('palette')}"
                indent = min(KEY_COLUMN, max(8, width // 3))
                lead = shown + " " * (indent - cell_len(shown))
                if cell_len(shown) >= indent:
                    yield ((shown, "key"),)
                    lead = " " * indent
                for number, part in enumerate(wrap(said, width - indent)):
                    yield ((lead if number == 0 else " " * indent, "key"), (part, "" if keys else "muted"))
        yield ()
        yield (("QUERY BAR", "label"),)
        for keys, _, text in BAR_KEYS:
            yield ((keys, "key"),)
            for part in wrap(text, width - 4):
                yield (("    ", ""), (part, ""))
        yield ()
        yield (("COMMAND LINE", "label"),)
        for usage, text in (*line_usages(), *LINE_RULES):
            yield ((usage, "key"),)
            for part in wrap(text, width - 4):
                yield (("    ", ""), (part, ""))
        yield ()
        yield (("SIGNS", "label"),)
        for sign, meaning in self._signs():
            for number, part in enumerate(wrap(meaning, width - 8)):
                yield ((f"{'' if number else sign:<8}", "key"), (part, ""))

    def _signs(self) -> Iterator[tuple[str, str]]:
        """Iterate over the signs in the margin and in the lists, with their meanings."""
        yield "●", "not read yet"
        yield "★", "starred"
        yield "✎", "annotated, and how often"
        yield "⚠", "cannot be read"
        yield "(file)", "behind a date: that of the file, since the article has none"
        yield "✎1 … ✎5", "a note on a highlight of that colour, below its paragraph; beside the text 1▎ … 5▎"
        yield "1 … 5", "beside the text: a highlight of that colour begins on this row; + where there are more"
        way_out = self._keymap.hint("accept_place")
        found = "its text, or what stands around it, has changed since; it was found again"
        yield "2?", f"{found}, and {way_out} accepts the place" if way_out else found


class QueryHelpPage(RowsPage):
    """The rows of the help about queries: examples, values and synonyms of fields, keys of the query bar."""

    def _wrapped(self, width: int) -> Iterator[Row]:
        yield (("Queries", "label"),)
        about = "Every text is a query. What cannot be a field is searched for as words, and a slip is said."
        for text in (about, "/ finds words here, n N the next · q closes"):
            for part in wrap(text, width):
                yield ((part, "muted"),)
        for section in SECTIONS:
            yield ()
            yield ((section.title.upper(), "label"),)
            for part in wrap(section.about.replace("`", ""), width):
                yield ((part, ""),)
            yield ()
            yield from _pairs(section.examples, width)
        yield ()
        yield (("VALUES AND OTHER NAMES", "label"),)
        yield from _pairs((*((f"{name}:", ", ".join(values)) for name, values in field_values()),), width)
        yield from _pairs(
            (*((f"{field}:", f"also {', '.join(names)}") for field, names in other_names().items() if names),), width
        )
        yield ()
        yield (("QUERY BAR", "label"),)
        yield from _pairs(((keys, text) for keys, _, text in BAR_KEYS), width)


def _pairs(pairs: Iterable[tuple[str, str]], width: int) -> Iterator[Row]:
    """Iterate over the rows of queries or keys with their meanings, in two columns."""
    indent = min(QUERY_COLUMN, max(8, width // 3))
    for query, meaning in pairs:
        if cell_len(query) >= indent:
            for part in wrap(query, width):
                yield ((part, "key"),)
            lead = " " * indent
        else:
            lead = query + " " * (indent - cell_len(query))
        for number, part in enumerate(wrap(meaning, width - indent)):
            yield ((" " * indent if number else lead, "key"), (part, ""))


class Help(PageScreen):
    """The screen with all keys."""

    CSS = """
    Help { background: $page; padding: 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "dismiss(None)", show=False)]

    def __init__(self, keymap: Keymap, notices: Sequence[str] = ()) -> None:
        """Create the help, with `notices` above the keys: warnings of the start, such as invalid settings."""
        super().__init__(HelpPage(keymap, notices))


class QueryHelp(PageScreen):
    """The screen about the query language."""

    CSS = """
    QueryHelp { background: $page; padding: 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,f1", "dismiss(None)", show=False)]

    def __init__(self) -> None:
        super().__init__(QueryHelpPage())

"""The commands for books: go to a footnote and back, to a chapter, to a printed page."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from tui_reader.document.blocks import NO_TARGETS, Document, SpanKind
from tui_reader.document.link_targets import offsets_of_names
from tui_reader.document.motions import sentence_at
from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.choice import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.document.blocks import Span
    from tui_reader.document.chapters import Chapters
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class BookActions:
    """Runs the commands for books. They also work in articles, as far as these have footnotes or pages."""

    def __init__(
        self,
        state: ReadingScreenState,
        navigator: ArticleNavigator,
        *,
        activate: Callable[[Pane], None],
        pick: Callable[[str, list[Choice], str, int], object],
        show_outline: Callable[[int | None], None],
    ) -> None:
        """Store the objects of the screen that the commands need.

        Args:
            state: The state of the screen.
            navigator: Keeps the jump list.
            activate: Activates a pane.
            pick: Opens a picker with entries, see `ViewOptions.pick`.
            show_outline: Opens the table of contents.
        """
        self._state, self._navigator, self._activate = state, navigator, activate
        self._pick, self._show_outline = pick, show_outline
        self._notes = _Notes(None)
        self._jumped: tuple[Document | None, int] = (None, -1)
        """The document, and the offset at the top after the last jump to a footnote."""

    @property
    def _chapters(self) -> Chapters | None:
        page = self._state.panes.article.viewport.page
        return None if page is None else page.chapters

    # Footnotes

    @command("footnote")
    def footnote(self, _count: int | None) -> None:
        """Go to a footnote, or back from a footnote to its reference.

        The reference is the first one in the focused sentence, or without one there the first visible one.
        """
        pane, state = self._state.panes.article, self._state
        document = pane.viewport.text
        if document is None:
            return
        state.say("")  # it may be the hint that this key goes back
        if self._jumped == (document, pane.viewport.offset) and self._navigator.jump(-1):
            self._jumped = (None, -1)
            return
        notes = self._notes_of(document)
        low, high = pane.viewport.visible_range()
        focus = pane.focus.range
        found = (notes.first_in(*focus) if focus is not None else None) or notes.first_in(low, high)
        if found is not None:
            offset = notes.target_of(found)
            if offset is None:
                state.refuse("this footnote is not in the text")
                return
            self._go(offset)
            pane.focus.put(sentence_at(document, offset))
            self._jumped = document, pane.viewport.offset
            key = state.keymap.hint("footnote")
            state.say(f"{key} goes back")
            return
        back = notes.reference_to(low if focus is None else focus[0], high)
        if back is None:
            state.refuse("no footnote in sight")
        else:
            self._go(back.start)
            pane.focus.show(back.start, back.end)

    def _notes_of(self, document: Document) -> _Notes:
        if self._notes.document is not document:
            self._notes = _Notes(document)
        return self._notes

    # Chapters and pages

    @command("chapter")
    def chapter(self, _count: int | None) -> None:
        """Open the table of contents; on the command line, a number after the command goes to that chapter."""
        self._show_outline(None)

    @command("page")
    def page(self, _count: int | None) -> None:
        """Show a list of all printed pages; on the command line, a number after the command goes to that page."""
        names = self.pages()
        here = max(0, self._page_here())
        choices = [
            Choice(name, "you are here" if number == here else "", lambda name=name: self.go_to_page(name))  # type: ignore[misc]
            for number, (name, _) in enumerate(names)
        ]
        self._pick("Pages", choices, "this text names no printed pages", here)

    def chapters(self) -> Sequence[tuple[str, str]]:
        """Return the name (number, else title) and the title of each chapter, for the command line."""
        chapters = self._chapters
        if not chapters:
            return ()
        return [(str(each.number) if each.number else each.title, each.title) for each in chapters.all]

    def pages(self) -> Sequence[tuple[str, str]]:
        """Return the labels of the printed pages, for the command line."""
        document = self._state.panes.article.viewport.text
        return [] if document is None else [(page.label, "") for page in document.pages]

    def go_to_chapter(self, name: str) -> None:
        """Go to the chapter with a number or title."""
        chapters = self._chapters
        found = (
            next((each for each in chapters.all if name in (str(each.number), each.title)), None) if chapters else None
        )
        if found is None:
            count = chapters.count if chapters else 0
            self._state.refuse(f"there are chapters 1 to {count:,}" if count else "this text has no chapters")
        else:
            self._go(found.start)

    def go_to_page(self, label: str) -> None:
        """Go to the printed page with a label."""
        document = self._state.panes.article.viewport.text
        pages = document.pages if document is not None else ()
        found = next((page for page in pages if page.label == label), None)
        if found is not None:
            self._go(found.offset)
        elif pages:
            self._state.refuse(f"there is no page {label}: the pages are {pages[0].label} to {pages[-1].label}")
        else:
            self._state.refuse("this text names no printed pages")

    def _page_here(self) -> int:
        """Return the index of the printed page at the top of the view; -1 before the first page."""
        viewport = self._state.panes.article.viewport
        pages = viewport.text.pages if viewport.text is not None else ()
        return bisect_right(pages, viewport.offset, key=lambda page: page.offset) - 1

    def _go(self, offset: int) -> None:
        self._navigator.mark_opened()  # the shown article: after a link, it may not be the one under the cursor
        self._navigator.remember_place()
        self._state.panes.article.scroller.to_offset(offset)
        self._activate(Pane.ARTICLE)


class _Notes:
    """The references to footnotes in a document, and the offsets of the footnotes.

    Args:
        document: The document; None for no references.
    """

    def __init__(self, document: Document | None) -> None:
        self.document = document
        spans = document.spans if document is not None else ()
        self._references: list[Span] = [span for span in spans if span.kind is SpanKind.NOTE and span.target]
        self._starts = [span.start for span in self._references]
        self._targets: dict[str, int] | None = None
        self._back: list[tuple[int, Span]] | None = None

    def first_in(self, low: int, high: int) -> Span | None:
        """Return the first reference that begins in a range; None without one."""
        at = bisect_left(self._starts, low)
        return self._references[at] if at < len(self._starts) and self._starts[at] < high else None

    def target_of(self, reference: Span) -> int | None:
        """Return the offset of a footnote; None if it is not in the text."""
        return self._offsets().get(reference.target[1:])

    def reference_to(self, low: int, high: int) -> Span | None:
        """Return the reference to the footnote at `low`, for the way back from a footnote to the text.

        The footnote is the last one that begins at or before `low`; if none does, the first footnote of the document,
        provided that it begins before `high`.

        Args:
            low: Offset of the focus, or of the top of the view.
            high: Offset after the visible text.

        Returns:
            The first reference to that footnote; None without such a footnote.
        """
        if self._back is None:
            offsets = self._offsets()
            first: dict[int, Span] = {}
            for span in self._references:
                offset = offsets.get(span.target[1:])
                if offset is not None:
                    first.setdefault(offset, span)
            self._back = sorted(first.items())
        at = bisect_right(self._back, low, key=lambda each: each[0])
        if at:
            return self._back[at - 1][1]
        return self._back[0][1] if self._back and self._back[0][0] < high else None

    def _offsets(self) -> dict[str, int]:
        if self._targets is None:
            document = self.document
            names = {span.target[1:] for span in self._references}
            known = document.link_targets if document is not None else NO_TARGETS
            self._targets = {name: known[name] for name in names if name in known and not name.isdecimal()}
            missing = names - self._targets.keys()
            if missing and document is not None:
                self._targets |= offsets_of_names(document, missing)
        return self._targets

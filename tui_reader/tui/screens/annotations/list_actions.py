"""The commands that choose and filter listed annotations, and that open the article of an annotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.model.query import FieldName
from tui_reader.search.completion import Offer
from tui_reader.tui.commands.binding import command
from tui_reader.tui.screens.query_typing import Callbacks, QueryTyping, show_query_help

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tui_reader.model.article import ArticleId
    from tui_reader.search.parsed_query import ParsedQuery
    from tui_reader.tui.screens.annotations.annotation_listing import AnnotationListing
    from tui_reader.tui.screens.annotations.annotations_host import AnnotationsHost
    from tui_reader.tui.screens.annotations.cursor_actions import CursorActions
    from tui_reader.tui.screens.annotations.place_preview import PlacePreview
    from tui_reader.tui.screens.reading.reading_host import ReadingHost
    from tui_reader.tui.widgets.query_rows import QueryBar

_FIRST = ("tag", "note", "quote", "colour", "is", "has", "added", "title", "by", "source")
FIELDS_OF_ANNOTATIONS = (
    *map(FieldName, _FIRST),
    *(name for name in FieldName if name not in {*_FIRST, FieldName.SORT, FieldName.LIMIT, FieldName.TEXT}),
)
"""The fields that are offered for a filter of annotations; `sort:` and `limit:` belong to the list of articles."""


class ListActions:
    """Runs the commands to choose, to filter, to go to an annotation and to go back."""

    def __init__(
        self,
        host: AnnotationsHost,
        reading: ReadingHost,
        listing: AnnotationListing,
        preview: PlacePreview,
        cursor_actions: CursorActions,
        *,
        today: Callable[[], date],
        bar: QueryBar,
        repaint: Callable[[], None],
    ) -> None:
        """Store the objects of the screen that the commands need.

        Args:
            host: The screen.
            reading: The reading screen below it.
            listing: The contents of the list.
            preview: The article beside the list.
            cursor_actions: Move the cursor.
            today: Returns the date from which ages in the filter count.
            bar: The filter bar.
            repaint: Paints the bar and its completions.
        """
        self._host, self._reading, self._state = host, reading, host.state
        self._listing, self._preview, self._cursor_actions = listing, preview, cursor_actions
        self._today, self._repaint = today, repaint
        callbacks = Callbacks(self._narrow, self.narrow, self.narrow, None, repaint, lambda: show_query_help(host.app))
        self.typing = QueryTyping(bar, self._state.library.query_history, self._offer, callbacks)
        self._is_limited_here = False
        """True if a command of this screen limited the list to an article; `back` then lists the library."""

    @command("choose_annotation")
    def choose_annotation(self, _count: int | None) -> None:
        """Choose the annotation under the cursor, or unchoose it, and move to the next annotation."""
        if self._listing.choose_current():
            self._cursor_actions.down(1)
            self._listing.describe()

    @command("choose_all")
    def choose_all(self, _count: int | None) -> None:
        """Choose all listed annotations; if all were chosen already, choose none."""
        self._listing.choose_all()

    @command("search")
    def search(self, _count: int | None) -> None:
        """Open the bar for a filter, which is applied after every typed letter."""
        self.typing.open(self._listing.query)

    def _narrow(self, text: str) -> ParsedQuery:
        self._listing.narrow(text, self._today())
        return self._listing.query

    def narrow(self, text: str) -> None:
        """Filter the list by the text of a query."""
        self._narrow(text)
        self._repaint()

    def _offer(self) -> Offer:
        library = self._state.library
        return Offer(library.query_words.vocabulary, self._state.settings.colours, self._today(), FIELDS_OF_ANNOTATIONS)

    @command("back")
    def back(self, _count: int | None) -> None:
        """Go back one level.

        Take the first of these steps that has an effect: clear the choice, clear the filter, list the whole library
        again if a command limited the list to an article, close the list.
        """
        if self._listing.choose_none() or self._listing.narrow("", self._today()):
            return
        if self._is_limited_here:
            self._limit_to(None)
        else:
            self._reading.close_annotations()

    @command("clear_filter")
    def clear_filter(self, _count: int | None) -> None:
        """Remove the filter of the list of annotations."""
        if self._listing.narrow("", self._today()):
            self._host.say("filter cleared")
        else:
            self._host.say("no filter is set")

    @command("annotations_here")
    def annotations_here(self, _count: int | None) -> None:
        """Limit the list to the article of the annotation under the cursor."""
        current = self._listing.current
        everything = self._state.keymap.hint("all_annotations")
        if self._listing.article is not None:
            self._host.say(f"only the annotations of this article are listed · {everything} lists all")
        elif current is not None:
            self._limit_to(current.article)
            self._host.say(f"limited to this article · {everything} lists all")

    @command("all_annotations")
    def all_annotations(self, _count: int | None) -> None:
        """List the annotations of the whole library."""
        here = self._state.keymap.hint("annotations_here")
        if self._listing.article is not None:
            self._limit_to(None)
            self._host.say(f"all annotations of the library · {here} limits them to an article")
        else:
            self._host.say(f"all annotations are listed · {here} limits them to this article")

    def _limit_to(self, article: ArticleId | None) -> None:
        self._is_limited_here = article is not None
        self._listing.limit_to(article)
        self._host.show_hints()

    @command("go_to_annotation")
    def go_to_annotation(self, _count: int | None) -> None:
        """Close the list and show the annotation in its article.

        An annotation without a position becomes pending there: the next highlighting key attaches it.
        """
        annotation = self._listing.current
        if annotation is None:
            return
        if annotation.article not in self._state.library.catalogue:
            keys = self._state.keymap.hint("attach_annotation")
            self._host.say(f"its article is not in this library · {keys} gives its notes to another one")
            return
        candidate = self._preview.candidate(annotation)
        self._reading.close_annotations()
        self._reading.go_to_annotation(annotation, candidate)

"""The contents of the list of annotations, and the texts of the rows above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.search.explanation import explain
from tui_reader.tui.screens.annotations.list_loader import ListLoader

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from textual.timer import Timer

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.search.parsed_query import ParsedQuery
    from tui_reader.tui.screens.annotations.list_loader import LibraryAnnotations
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.annotation_list import AnnotationList
    from tui_reader.tui.widgets.bars import TopBar
    from tui_reader.tui.widgets.filter_bar import FilterBar


class AnnotationListing:
    """Fills the list in slices between frames, and computes the annotations on which a command acts."""

    def __init__(
        self,
        state: ReadingScreenState,
        source: LibraryAnnotations,
        shown: AnnotationList,
        *,
        above: tuple[TopBar, FilterBar],
        moved: Callable[[], None],
        article: ArticleId | None,
    ) -> None:
        """Create the listing; `load` fills the list.

        Args:
            state: The state of the reading screen.
            source: The annotations of the library.
            shown: The list widget.
            above: The rows above the list.
            moved: Called when the cursor has moved to another annotation.
            article: The article whose annotations are listed; None for the whole library.
        """
        self._state, self._source, self._list = state, source, shown
        self._loader = ListLoader(state.library, source, shown, article)
        self._top, self._bar = above
        self._cursor_moved, self._article = moved, article
        self._timer: Timer | None = None
        self._change_number = -1
        """The change number of the annotation service when the list was filled last."""

    @property
    def current(self) -> Annotation | None:
        """The annotation under the cursor; None if the list is empty."""
        current = self._list.current
        return None if current is None else self._state.library.annotations.get(current)

    @property
    def ids(self) -> tuple[AnnotationId, ...]:
        """The annotations on which a command acts: the chosen ones that are listed; without a choice, the current one.

        Empty if annotations are chosen but the filter hides all of them.
        """
        current = self._list.current
        if self._list.chosen_count:
            return self._list.chosen
        return (current,) if current is not None else ()

    @property
    def current_id(self) -> AnnotationId | None:
        """The id of the annotation under the cursor; None if there is none."""
        return self._list.current

    @property
    def listed_ids(self) -> tuple[AnnotationId, ...]:
        """Ids of the listed annotations. Does not read the annotations."""
        return self._list.listed

    @property
    def count(self) -> int:
        """The number of annotations that are listed."""
        return self._list.count

    @property
    def is_loading(self) -> bool:
        """True if annotations are still to be added to the list."""
        return self._loader.is_loading

    @property
    def chosen_count(self) -> int:
        """The number of chosen annotations, listed or not."""
        return self._list.chosen_count

    @property
    def chosen_here(self) -> int:
        """The number of chosen annotations that are listed."""
        return self._list.chosen_here

    @property
    def article(self) -> ArticleId | None:
        """The article whose annotations are listed; None for the whole library."""
        return self._article

    def limit_to(self, article: ArticleId | None) -> None:
        """List the annotations of an article, or of the whole library for None; the cursor stays on its annotation."""
        self._article = self._loader.article = article
        self.load(keep=self._list.current)

    @property
    def no_target_message(self) -> str:
        """The message that none of the chosen annotations is listed; empty if no annotation is chosen."""
        return (
            f"what is chosen is not listed · {self._state.keymap.hint('back')} chooses none"
            if self._list.chosen_count
            else ""
        )

    @property
    def query(self) -> ParsedQuery:
        """The query that filters the list of annotations."""
        return self._loader.filter

    def narrow(self, typed: str, today: date) -> bool:
        """Apply a filter; the cursor moves to the first match, or stays if the filter is empty.

        Args:
            typed: The typed query.
            today: The date from which ages in the filter count.

        Returns:
            True if the filter has changed.
        """
        changed = self._loader.narrow(typed, self._state.settings.colours, today)
        if changed:
            self.load(keep=None if typed else self._list.current)
        return changed

    def load(self, *, keep: AnnotationId | None = None, index: int = 0) -> None:
        """Clear the list and fill it with the annotations that match the filter.

        Args:
            keep: The annotation to set the cursor on.
            index: Position of the annotation that gets the cursor if `keep` is not listed.
        """
        self._change_number, _ = self._state.library.annotations.index.changed_since(self._change_number)
        self._loader.begin(self._empty_text(), keep=keep, index=index)
        self._load_more()

    def _load_more(self) -> None:
        """Add a slice to the list, and schedule the next slice."""
        before = self._list.current
        done = self._loader.load_slice()
        if done and self._timer is not None:
            self._timer.stop()
            self._timer = None
        elif not done and self._timer is None:
            self._timer = self._list.set_interval(1 / 60, self._load_more)
        self.describe()
        if done or before != self._list.current:
            self._cursor_moved()

    def update_after(self, annotation: AnnotationId | None) -> None:
        """Update the list after a change. Chosen annotations stay chosen for the next command.

        Args:
            annotation: The annotation to set the cursor on; None to leave the cursor where it is.
        """
        self._list.unchoose_missing()
        self._change_number, _ = self._state.library.annotations.index.changed_since(self._change_number)
        if annotation or self._loader.count() != self._loader.total:
            self.load(keep=annotation or self._loader.nearest(), index=self._list.index)
        else:
            self._list.touch()
            self._cursor_moved()
            self.describe()

    def changed(self) -> bool:
        """Update the list if annotations have changed since it was filled.

        Returns:
            True if the list was updated.
        """
        self._change_number, ids = self._state.library.annotations.index.changed_since(self._change_number)
        if ids is not None and not ids:
            return False
        self._list.unchoose_missing()
        self._list.touch()
        self._loader.refresh(self._empty_text())
        self._load_more()
        return True

    def reload(self, wanted: Annotation | None = None) -> None:
        """Fill the list again.

        Args:
            wanted: The annotation for the cursor; None for the current one, or the nearest that is still listed.
        """
        self.load(keep=wanted.id if wanted is not None else self._loader.nearest(), index=self._list.index)

    def choose_current(self) -> bool:
        """Choose the annotation under the cursor; if it was chosen, remove it from the chosen annotations.

        Returns:
            True if an annotation is under the cursor.
        """
        return self._list.choose_current()

    def choose_all(self) -> None:
        """Choose all listed annotations; if all were chosen already, choose none."""
        if self._list.chosen_here < self._list.count:
            self._list.choose_all()
        else:
            self._list.choose_none()
        self.describe()

    def choose_none(self) -> bool:
        """Clear the choice of annotations.

        Returns:
            True if any annotation was chosen.
        """
        if not self._list.choose_none():
            return False
        self.describe()
        return True

    def describe(self) -> None:
        """Show title, counts and filter in the rows above the list."""
        loader, total, library = self._loader, self._loader.total, self._state.library
        title = self._source.title(self._article) if self._article is not None else library.name
        self._top.show(title, loader.counts(), library.warning)
        left = f"{self._list.count:,}{'…' if loader.is_loading else ''} of {total:,}"
        chosen = self._list.chosen_count
        hidden = chosen - self._list.chosen_here
        choice = f"{chosen:,} chosen, {hidden:,} not listed" if hidden else f"{chosen:,} chosen"
        remark = f"{choice} · {left}" if chosen else left
        self._bar.show(loader.filter, remark)

    def _empty_text(self) -> tuple[str, ...]:
        keymap = self._state.keymap
        if self._loader.typed:
            query = self._loader.filter
            return (
                f"No annotation matches ({self._loader.count():,} in all)",
                "",
                f"searched: {explain(query.while_typing, self._state.settings.colours)}",
                *([query.problem] if query.problem else ()),
                "",
                f"{keymap.hint('clear_filter')}  clear the filter",
            )
        where = "in this article" if self._article is not None else "yet"
        return f"Nothing is annotated {where}", "", f"{keymap.hint('highlight')} in an article highlights a sentence"

"""Which annotations are listed, and what the rows above the list say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.screens.annotations.list_loader import ListLoader

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from textual.timer import Timer

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.annotations.list_loader import LoadedArticle
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.annotation_list import AnnotationList
    from tui_reader.tui.widgets.bars import TopBar
    from tui_reader.tui.widgets.filter_bar import FilterBar
    from tui_reader.tui.widgets.prompt import Prompt


class AnnotationListing:
    """Has the list filled, frame by frame, and knows which annotations a verb is about."""

    def __init__(
        self,
        state: ReadingScreenState,
        shelf: LoadedArticle,
        shown: AnnotationList,
        *,
        above: tuple[TopBar, FilterBar, Prompt],
        moved: Callable[[], None],
        article: ArticleId | None,
    ) -> None:
        """Args: `moved` is called when another annotation stands under the cursor; `article` is None for all."""
        self._state, self._shelf, self._list = state, shelf, shown
        self._gathering = ListLoader(state.library, shelf, shown, article)
        self._top, self._bar, self._prompt = above
        self._moved, self._article = moved, article
        self._worker: Timer | None = None
        self._at = -1
        """The number of the last change when the list was made."""

    @property
    def current(self) -> Annotation | None:
        """The annotation under the cursor."""
        current = self._list.current
        return None if current is None else self._state.library.annotations.get(current)

    @property
    def ids(self) -> tuple[AnnotationId, ...]:
        """What a verb is about: the chosen ones that are listed; where none was chosen, the one under the cursor."""
        current = self._list.current
        if self._list.chosen_count:
            return self._list.chosen
        return (current,) if current is not None else ()

    @property
    def nothing_told(self) -> str:
        """What is to be said where a verb is about nothing."""
        return (
            f"what is chosen is not listed · {self._state.keymap.hint('back')} chooses none"
            if self._list.chosen_count
            else ""
        )

    @property
    def typed(self) -> str:
        """The filter as it was typed."""
        return self._gathering.typed

    def narrow(self, typed: str, today: date) -> bool:
        """Take another filter, with the cursor on the first that passes, or where it is once there is none; whether it
        is another filter.
        """
        changed = self._gathering.narrow(typed, self._state.settings.colours, today)
        if changed:
            self.gather(keep=None if typed else self._list.current)
        return changed

    def gather(self, *, keep: AnnotationId | None = None, index: int = 0) -> None:
        """List anew what the filter asks for, with the cursor on that annotation, else so far down."""
        self._at, _ = self._state.library.annotations.changed_since(self._at)
        self._gathering.begin(self._nothing(), keep=keep, index=index)
        self._gather_more()

    def _gather_more(self) -> None:
        """A slice of the work, and the next one after the next frame."""
        before = self._list.current
        done = self._gathering.more()
        if done and self._worker is not None:
            self._worker.stop()
            self._worker = None
        elif not done and self._worker is None:
            self._worker = self._list.set_interval(1 / 60, self._gather_more)
        self.describe()
        if done or before != self._list.current:
            self._moved()

    def took(self, annotation: AnnotationId | None) -> None:
        """Show what became of annotations. Those that were chosen stay so, for the next thing to be done to them.

        Args:
            annotation: One that the cursor is to stand on.
        """
        self._list.choose_those_left()
        self._at, _ = self._state.library.annotations.changed_since(self._at)
        if annotation or self._gathering.count() != self._gathering.total:
            self.gather(keep=annotation or self._gathering.nearest(), index=self._list.index)
        else:
            self._list.touch()
            self._moved()
            self.describe()

    def changed(self) -> bool:
        """List anew, if annotations are others than they were; whether they are."""
        self._at, ids = self._state.library.annotations.changed_since(self._at)
        if ids is not None and not ids:
            return False
        self._list.choose_those_left()
        self._list.touch()
        self._gathering.renew(self._nothing())
        self._gather_more()
        return True

    def again(self, wanted: Annotation | None = None) -> None:
        """List anew, with the cursor on an annotation, or where it is."""
        self.gather(keep=wanted.id if wanted is not None else self._gathering.nearest(), index=self._list.index)

    def choose_current(self) -> bool:
        """Choose the annotation under the cursor, or no longer.

        Returns:
            True if there is one.
        """
        return self._list.choose_current()

    def choose_all(self) -> None:
        """Choose all that are listed; none, where all of them were chosen."""
        if self._list.chosen_here < self._list.count:
            self._list.choose_all()
        else:
            self._list.choose_none()
        self.describe()

    def choose_none(self) -> bool:
        """Choose none any longer; whether any was."""
        if not self._list.choose_none():
            return False
        self.describe()
        return True

    def describe(self) -> None:
        """Say above the list what it shows."""
        gathering, total, library = self._gathering, self._gathering.total, self._state.library
        title = self._shelf.title(self._article) if self._article is not None else library.name
        counts = [f"{total:,} annotation{'' if total == 1 else 's'}"]
        if gathering.lost:
            counts.append(f"{gathering.lost:,} without a place")
        self._top.show(title, counts, library.warning)
        left = f"{self._list.count:,}{'…' if gathering.under_way else ''} of {total:,}"
        chosen = self._list.chosen_count
        hidden = chosen - self._list.chosen_here
        told = f"{chosen:,} chosen, {hidden:,} not listed" if hidden else f"{chosen:,} chosen"
        remark = f"{told} · {left}" if chosen else left
        self._bar.show(gathering.typed, remark, gathering.filter.problem)
        self._prompt.remark(" · ".join(filter(None, (gathering.filter.problem, left))))

    def _nothing(self) -> tuple[str, ...]:
        keymap = self._state.keymap
        if self._gathering.filter.problem:
            return self._gathering.filter.problem, "", f"{keymap.hint('back')}  all of them again"
        if self._gathering.typed:
            return "No annotation is like that", "", f"{keymap.hint('back')}  all of them again"
        where = "in this article" if self._article is not None else "yet"
        return f"Nothing is annotated {where}", "", f"{keymap.hint('highlight')} in an article highlights a sentence"

"""The contents of the headline list, its filters, and the counts of sidebar and first row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.model.query import Shelf
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.cursor import following, gap_between
from tui_reader.tui.widgets.tag_sidebar import Entry, Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.model.query import Sort, View
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class HeadlineListing:
    """Keeps the headline list, the sidebar and the first row in step with the library and the view."""

    def __init__(self, state: ReadingScreenState) -> None:
        self._state = state
        self._gap: tuple[ArticleId, int] | None = None
        self._lost: tuple[ArticleId, ArticleId | None] | None = None
        """The article under the cursor whose file disappeared, and the article that the cursor moved to."""

    @property
    def gap(self) -> int | None:
        """The index in the list where the open article stood before it left the list; None while it is listed."""
        return self._gap[1] if self._gap is not None and self._gap[0] == self._state.shown else None

    def refresh(self, *, keep: ArticleId | None = None, stay: bool = True, hold: bool = False) -> None:
        """Query the view again, with the cursor on the same article, or else on the next one that is listed.

        Args:
            keep: Article to set the cursor on instead, if it is listed.
            stay: True to keep the open article in the list although it no longer matches the view.
            hold: True to keep the article under the cursor as well. Used for changes that no key caused, because the
                next key is meant for that article.
        """
        state = self._state
        headlines = state.panes.headlines
        before, at, current = headlines.ids, headlines.cursor, headlines.current
        ids: Sequence[ArticleId] = state.library.catalogue.ids(state.view)
        reading = state.shown if state.pane is Pane.ARTICLE else None
        held = stay and reading is not None and reading == current
        held = held or (hold and reading is None and state.walked)
        if held and state.headline(current) is not None:
            ids = _with(ids, before, at)
        returned = self._find_gap(reading, ids)
        lost = self._lost[0] if self._lost is not None and self._lost[1] == current else None
        if lost is None and current is not None and state.headline(current) is None:
            lost = current
        # Until the first key the cursor stays on top, however many articles the first scan still finds above it.
        wanted = (keep, returned, lost, current) if state.walked else (keep,)
        found = next((each for each in wanted if each is not None and each in ids), None)
        cursor = ids.index(found) if found is not None else 0
        if found is None and state.walked:
            cursor = following(before, at, ids)
        headlines.show(ids, cursor, keep_top=keep is None)
        self._lost = (lost, headlines.current) if lost is not None and lost not in ids else None
        self.describe()
        self.recount()

    def _find_gap(self, reading: ArticleId | None, ids: Sequence[ArticleId]) -> ArticleId | None:
        """Update the gap: the position in the list at which the open article was before it left the list.

        Args:
            reading: The open article, or None.
            ids: The list that is about to be shown.

        Returns:
            The open article if it had left the list and is listed again; else None.
        """
        headlines = self._state.panes.headlines
        gap = self.gap if reading is not None else None
        if gap is None and (reading is None or reading != headlines.current):
            return None
        if reading is None or reading in ids:
            self._gap = None
            return reading if gap is not None else None
        self._gap = reading, gap_between(headlines.ids, headlines.cursor if gap is None else gap, ids)
        return None

    def touch(self, ids: Iterable[ArticleId]) -> None:
        """Repaint the headlines of articles and update the counts.

        The articles stay in the list even if they no longer match the view: a headline that vanishes under the cursor
        is worse than one that leaves when the view is queried next.
        """
        self._state.panes.headlines.touch(ids)
        self.recount()

    def set_view(self, view: View) -> None:
        """Show another view; another shelf or source is shown from its top."""
        state = self._state
        moved = view.shelf != state.view.shelf or view.source != state.view.source
        state.set_view(view)
        if moved:
            self._gap = self._lost = None
            state.panes.headlines.show((), 0)
        self.refresh()

    def recount(self) -> None:
        """Update the counts in the sidebar and the first row."""
        state = self._state
        counts = state.library.catalogue.counts()
        state.panes.sidebar.show(state.view, counts.shelves, counts.sources, counts.tags)
        parts = [f"{counts.unread:,} unread"]
        if state.pane is Pane.ARTICLE and state.annotation_counts:
            parts = list(state.annotation_counts)
        elif counts.annotations:
            parts.append(f"{counts.annotations:,} {'annotation' if counts.annotations == 1 else 'annotations'}")
        missing = state.library.why_missing(state.shown)
        state.panes.top.show(state.library.name, parts, " · ".join(filter(None, (state.library.warning, missing))))

    def describe(self) -> None:
        """Show shelf, source and filters above the list."""
        state, view = self._state, self._state.view
        title: list[tuple[str, str]] = [(view.source or view.shelf.upper(), "label")]
        if view.source and view.shelf is not Shelf.INBOX:
            title.append((f" {view.shelf}", "muted"))
        title += [(f" +{tag}", "include") for tag in sorted(view.include)]
        title += [(" ", "muted") for _ in view.exclude][:1]
        title += [(f"−{tag} ", "exclude") for tag in sorted(view.exclude)]
        if view.match:
            title.append((f" “{view.match}”", "title"))
        headlines = state.panes.headlines
        headlines.describe(title, view.sort, () if headlines.ids else state.empty_lines())

    # Filters

    def choose(self, entry: Entry) -> bool:
        """Apply a row of the sidebar: fold a section, or change shelf, source or tags.

        Returns:
            True if the list should become active next.
        """
        view = self._state.view
        if not entry.name:
            self._state.panes.sidebar.fold(entry.section)
            return False
        if entry.section is Section.LIBRARY:
            self.set_view(view._replace(shelf=Shelf(entry.name), source=""))
            return True
        if entry.section is Section.SOURCES:
            self.set_view(view._replace(source="" if view.source == entry.name else entry.name))
            return True
        if entry.name in view.include:
            self.mark_tag(entry.name, include=False)
        elif entry.name in view.exclude:
            self.set_view(view._replace(exclude=view.exclude - {entry.name}))
        else:
            self.mark_tag(entry.name, include=True)
        return False

    def mark_tag(self, tag: str, *, include: bool) -> None:
        """Filter by a tag or by its absence; if that filter is set already, remove it."""
        view = self._state.view
        chosen, other = (view.include, view.exclude) if include else (view.exclude, view.include)
        chosen = chosen - {tag} if tag in chosen else chosen | {tag}
        other -= {tag}
        include_tags, exclude_tags = (chosen, other) if include else (other, chosen)
        self.set_view(view._replace(include=include_tags, exclude=exclude_tags))

    def clear_filter(self) -> bool:
        """Remove every filter except the shelf.

        Returns:
            True if there was one.
        """
        view = self._state.view
        if not view.is_filtered:
            return False
        self.set_view(view._replace(include=frozenset(), exclude=frozenset(), source="", match=""))
        return True

    def match(self, text: str) -> None:
        """Filter by words in the title."""
        if text != self._state.view.match:
            self.set_view(self._state.view._replace(match=text))

    def sort(self, sort: Sort) -> None:
        """Change the order of the headlines."""
        self.set_view(self._state.view._replace(sort=sort))


def _with(ids: Sequence[ArticleId], before: Sequence[ArticleId], index: int) -> Sequence[ArticleId]:
    """Re-insert `before[index]` after the nearest of its former predecessors that is still listed."""
    article = before[index]
    if article in ids:
        return ids
    there = {each: place for place, each in enumerate(ids)}
    place = next((there[each] + 1 for each in reversed(before[:index]) if each in there), 0)
    return [*ids[:place], article, *ids[place:]]

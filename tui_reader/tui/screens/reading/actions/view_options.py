"""The commands that change the display, and the commands that open a dialog over the panes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tui_reader.document.chapters import chapters_of, time_of
from tui_reader.model.query import Shelf, Sort
from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.query_keys import QUERY_TOPIC
from tui_reader.tui.screens.choice import Choice, run_choice
from tui_reader.tui.screens.query_typing import show_query_help
from tui_reader.tui.screens.suspension import suspend
from tui_reader.tui.widgets.headline_list import Density
from tui_reader.tui.widgets.tag_sidebar import Entry, Section

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App

    from tui_reader.document.blocks import Document
    from tui_reader.tui.screens.picker import Picker
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.actions.triage import Triage
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.reading_host import Program
    from tui_reader.tui.screens.reading.state import ReadingScreenState

STEP = 4
"""Number of columns by which a command changes the measure (width of the text)."""
DENSITIES = (Density.AUTO, Density.COMFORTABLE, Density.COMPACT)


class ViewOptions:
    """Runs the commands for the display and for the dialogs."""

    def __init__(
        self,
        program: Program,
        app: App[Any],
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        *,
        triage: Triage,
        activate: Callable[[Pane], None],
        set_zen: Callable[[bool | None], None],
    ) -> None:
        self._app, self._program, self._state, self._listing = app, program, state, listing
        self._navigator, self._triage = navigator, triage
        self._activate, self._set_zen = activate, set_zen
        self._density = Density(state.settings.density)

    @command("zen")
    def zen(self, _count: int | None) -> None:
        """Show only the article, or all panes again."""
        self._set_zen(None)

    @command("narrower")
    def narrower(self, count: int | None) -> None:
        """Reduce the measure (width of the text)."""
        self._measure(self._state.panes.article.viewport.columns.measure - STEP * (count or 1))

    @command("wider")
    def wider(self, count: int | None) -> None:
        """Increase the measure (width of the text)."""
        self._measure(self._state.panes.article.viewport.columns.measure + STEP * (count or 1))

    @command("reset_measure")
    def reset_measure(self, _count: int | None) -> None:
        """Set the measure to the value in the settings."""
        self._measure(self._state.settings.measure)

    def _measure(self, columns: int) -> None:
        pane = self._state.panes.article
        pane.set_measure(columns)
        self._state.say(f"measure: {pane.viewport.columns.measure} columns")

    @command("density")
    def density(self, _count: int | None) -> None:
        """Switch to the next density of the headline list."""
        self.set_density(DENSITIES[(DENSITIES.index(self._density) + 1) % len(DENSITIES)])

    def set_density(self, density: Density) -> None:
        """Change the space between headlines."""
        self._density = density
        self._state.panes.headlines.set_density(density)
        self._state.say(f"headlines: {density}")

    @command("theme")
    def theme(self, _count: int | None) -> None:
        """Open a picker of themes; a chosen theme is used from then on, and at later starts if `resume` is set."""
        names, current = self.theme_names(), self._app.theme
        self.pick(
            "Themes",
            [Choice(name, "in use" if name == current else "", partial(self.use_theme, name)) for name in names],
            cursor=names.index(current),
        )

    def theme_names(self) -> list[str]:
        """Return the names of all themes."""
        return self._program.theme_names()

    def use_theme(self, name: str) -> None:
        """Switch the app to a theme."""
        self._program.use_theme(name)
        kept = "for every library" if self._state.settings.resume else "to keep it"
        self._state.say(f'theme: {name} · {kept}, set theme = "{name}" in the settings')

    @command("sort")
    def sort(self, _count: int | None) -> None:
        """Choose the order of the headlines."""
        current, shelf = self._state.view.sort, self._state.view.shelf
        # Only the articles up next are in an order of the user's.
        sorts = [each for each in Sort if each is not Sort.QUEUE or shelf is Shelf.UP_NEXT or each is current]
        choices = [Choice(sort.value, "in use" if sort is current else "", partial(self.order, sort)) for sort in sorts]
        self.pick("Order of the headlines", choices, cursor=sorts.index(current))

    def order(self, sort: Sort) -> None:
        """Change the order of the list."""
        self._listing.sort(sort)
        self._navigator.show_current()

    @command("filter_tag")
    def filter_tag(self, _count: int | None) -> None:
        """Open a picker of tags, and filter the list by the chosen tag."""
        tags = self._state.library.catalogue.counts().tags
        choices = [
            Choice(tag, f"{count:,} article{'' if count == 1 else 's'}", partial(self.include_tag, tag))
            for tag, count in tags
        ]
        self.pick("Tags", choices, "there are no tags")

    def include_tag(self, tag: str) -> None:
        """Filter the list by a tag."""
        self._listing.mark_tag(tag, include=True)
        self._to_list()

    @command("show_search")
    def choose_search(self, _count: int | None) -> None:
        """Open a picker of saved searches, and filter the list by the chosen search."""
        searches = self._state.library.searches.all()
        choices = [Choice(each.name, "", partial(self.show_search, each.name), each.query) for each in searches]
        self.pick("Saved searches", choices, "no search is saved")

    def show_search(self, name: str) -> None:
        """Filter the list by the query of a saved search."""
        search = next((each for each in self._state.library.searches.all() if each.name == name), None)
        if search is not None:
            self._listing.choose(Entry(Section.SEARCHES, search.name, id=search.id))
            self._to_list()

    def narrow(self, query: str) -> None:
        """Filter the list by a query."""
        self._listing.match(f"{query} ")
        self._to_list()

    def _to_list(self) -> None:
        self._activate(Pane.LIST)
        self._navigator.show_current()

    @command("outline")
    def outline(self, _count: int | None) -> None:
        """Open a picker of the headings, or of a book's contents with reading times, and jump to the chosen entry.

        While only the beginning of the text has been read, the picker lists the headings in it; those of the whole text
        replace them as soon as it is read.
        """
        document = self._state.panes.article.document
        if document is None:
            return
        choices, current = self._outline_of(document)
        title = "Contents" if chapters_of(document) else "Headings"
        picker = self.pick(title, choices, "this article has no headings", current)
        if picker is not None and document.partial:
            self._state.wait_for_text(partial(self._complete_outline, picker))

    def _complete_outline(self, picker: Picker) -> bool:
        """List the headings of the whole text in an open picker, once it is read.

        Returns:
            True while only the beginning of the text is read, so that this method must be called again.
        """
        document = self._state.panes.article.document
        if not picker.is_attached or document is None:
            return False
        if not document.partial:
            picker.replace(*self._outline_of(document))
        return document.partial

    def _outline_of(self, document: Document) -> tuple[list[Choice], int]:
        """Return an entry for each heading of the shown document, and the number of the entry at the top row."""
        pane = self._state.panes.article

        def jump(offset: int) -> None:
            self._navigator.mark_opened()  # the shown article: after a link, it may not be the one under the cursor
            self._navigator.remember_place()
            pane.scroller.to_offset(offset)
            self._activate(Pane.ARTICLE)

        entries = pane.focus.outline()
        current = pane.focus.current_entry()
        least = min((entry.level for entry in entries), default=0)
        chapters = chapters_of(document)
        choices = []
        for index, entry in enumerate(entries):
            chapter = chapters.starting_at(entry.offset)
            remarks = (
                "you are here" if index == current else "",
                time_of(chapter.words) if chapter is not None and not document.partial else "",
            )
            title = "  " * (entry.level - least) + entry.title
            choices.append(Choice(title, " · ".join(filter(None, remarks)), partial(jump, entry.offset)))
        return choices, max(0, current)

    def pick(self, placeholder: str, choices: list[Choice], otherwise: str = "", cursor: int = 0) -> Picker | None:
        """Open and return a picker, or show a message and return None if no entries exist.

        Args:
            placeholder: The title, and the text in the empty text field.
            choices: The entries.
            otherwise: The message if `choices` is empty.
            cursor: The entry initially under the cursor.
        """
        if choices:
            from tui_reader.tui.screens.picker import Picker  # noqa: PLC0415 - not needed for the first frame

            picker = Picker(placeholder, choices, cursor)
            self._app.push_screen(picker, run_choice)
            return picker
        self._state.say(otherwise)
        return None

    @command("help")
    def help(self, _count: int | None) -> None:
        """Open the help, which lists all keys."""
        from tui_reader.tui.screens.help import Help  # noqa: PLC0415 - not needed for the first frame

        passed_over = self._state.library.passed_over
        notices = [f"Passed over: {passed_over}."] if passed_over else []
        notices += self._state.panes.status.left_out
        self._app.push_screen(Help(self._state.keymap, [*self._program.notices, *notices]))

    def show_help(self, topic: str) -> None:
        """Open the help about a topic of `HELP_TOPICS`."""
        if topic == QUERY_TOPIC:
            show_query_help(self._app)
        else:
            self.help(None)

    @command("details")
    def details(self, _count: int | None) -> None:
        """Open the form for the metadata of the article."""
        headline = self._state.headline(self._state.target)
        if headline is not None:
            from tui_reader.tui.screens.details import Details  # noqa: PLC0415 - not needed for the first frame

            self._app.push_screen(Details(headline), self._details_edited)

    def _details_edited(self, edited: tuple[str, dict[str, str]] | None) -> None:
        if edited is None:
            return
        article, fields = edited
        self._triage.edit(article, fields)

    @command("settings")
    def settings(self, _count: int | None) -> None:
        """Open the settings in the user's editor, and apply changes."""
        self._program.edit_settings()

    @command("suspend")
    def suspend(self, _count: int | None) -> None:
        """Stop the program until the shell resumes it."""
        self._navigator.keep_place()
        self._state.say(suspend(self._app, self._state.library))

    @command("quit")
    def quit(self, _count: int | None) -> None:
        """Quit; the reading position is saved."""
        if self._state.quit_guard.refuses(self._state.keymap.hint("quit"), self._state.say):
            return
        self._navigator.keep_place()
        self._app.exit()

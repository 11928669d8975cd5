"""The annotations of an article or of the library: a list to read and change them in, with their place beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical

from tui_reader.errors import ReaderError
from tui_reader.model.annotation import COLOURS
from tui_reader.tui.commands.command import Command, Pane
from tui_reader.tui.commands.describe import Hint, footer_hints
from tui_reader.tui.commands.keymap import written_all
from tui_reader.tui.commands.sequencer import Sequencer, Step
from tui_reader.tui.commands.table import BY_ID, COMMANDS
from tui_reader.tui.screens.annotations.copying import Copying
from tui_reader.tui.screens.annotations.gathering import Gathering
from tui_reader.tui.screens.annotations.moving import Moving
from tui_reader.tui.screens.annotations.place import Place
from tui_reader.tui.screens.keyed import KeyScreen
from tui_reader.tui.screens.noting import Noting, is_lost
from tui_reader.tui.screens.outside import edit_text
from tui_reader.tui.widgets.annotation_card import AnnotationCard
from tui_reader.tui.widgets.annotation_list import AnnotationList
from tui_reader.tui.widgets.article_pane.pane import ArticlePane
from tui_reader.tui.widgets.bars import Divider, StatusBar, TopBar
from tui_reader.tui.widgets.filter_bar import FilterBar
from tui_reader.tui.widgets.prompt import Prompt, Question

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.reading import Outcome
    from tui_reader.tui.screens.outside import Edited
    from tui_reader.tui.screens.reading.screen import ReadingScreen

SIDE_BY_SIDE = 72
"""Columns from which the place stands beside the list."""
HALF_TYPED_SECONDS = 1.5
SAY_SECONDS = 4.0


class AnnotationsScreen(KeyScreen):
    """Lists annotations, filters them and gives each to the verbs; what changes is seen on the reading screen too."""

    CSS = """
    AnnotationsScreen {
        layout: vertical; background: $page;
        & > #places { height: 1fr; background: $page; }
        & #annotations { height: 1fr; }
        & #beside { height: 100%; }
        & #article { height: 1fr; width: 1fr; }
        &.-narrow > #places { layout: vertical; }
        &.-narrow #beside { height: auto; width: 100%; }
        &.-narrow #article, &.-narrow Divider { display: none; }
    }
    """

    def __init__(self, reading: ReadingScreen, article: ArticleId | None, today: Callable[[], date]) -> None:
        """Args: `article` is the one whose annotations are listed, None for the library's; `today` tells the day."""
        super().__init__()
        self._reading, self._article, self._today = reading, article, today
        self._library, self._desk = reading.library, reading.desk
        self._keymap = reading.desk.keymap
        self._top = TopBar(id="top")
        self._bar = FilterBar(id="filter")
        self._prompt = Prompt(id="prompt")
        self._list = AnnotationList(self._library.annotating.get, self._title, today, id="annotations")
        self._gathering = Gathering(self._library, self._list, article)
        self._card = AnnotationCard(id="card")
        self._pane = ArticlePane(today=today, measure=self._desk.settings.measure, id="article")
        self._status = StatusBar(id="status")
        self._place = Place(self._library, self._keymap, self._card, self._pane)
        self._noting = Noting(self._library, self)
        self._copying = Copying(self._library, self._copied)
        self._moving = Moving(self._list, self._show_place)
        self._sequencer = Sequencer()
        self._forget_typed: Timer | None = None
        self._worker: Timer | None = None
        self._hints = footer_hints(self._keymap, Pane.ANNOTATIONS)
        self._colours: dict[str, Callable[[int | None], None]] = {
            f"colour_{number}": partial(self._colour, number) for number in range(1, COLOURS + 1)
        }

    def compose(self) -> ComposeResult:
        """First row, filter, list and place, last row."""
        yield self._top
        yield self._bar
        yield self._prompt
        with Horizontal(id="places"):
            yield self._list
            yield Divider(id="divider")
            with Vertical(id="beside"):
                yield self._card
                yield self._pane
        yield self._status

    def on_mount(self) -> None:
        """List what there is."""
        self._arrange()
        self._show_hints()
        self._gather()

    def on_resize(self) -> None:
        """Give list and place their widths."""
        self._arrange()
        self.fit_sheet()

    def _arrange(self) -> None:
        width = self.app.size.width
        narrow = width < SIDE_BY_SIDE
        self.set_class(narrow, "-narrow")
        self._list.styles.width = width if narrow else max(38, min(64, width // 2))

    # Keys

    @property
    def prompt(self) -> Prompt:
        """Where it asks."""
        return self._prompt

    def sheet_stands_before(self) -> Widget:
        """The sheet lies between the list and the last row."""
        return self._status

    def feed(self, key: str) -> bool:
        """Take a key as a command or a part of one; whether it meant anything."""
        keymap = self._keymap.of(Pane.ANNOTATIONS)
        fed = self._sequencer.feed(key, keymap)
        if self._forget_typed is not None:
            self._forget_typed.stop()
            self._forget_typed = None
        if fed.step is Step.WAIT:
            self._forget_typed = self.set_timer(HALF_TYPED_SECONDS, self._drop_typed)
        self._show_hints()
        if fed.step is Step.RUN and fed.command is not None:
            self.run_command(fed.command, fed.count)
        return fed.step is not Step.PASS

    def run_command(self, command: Command, count: int | None = None) -> None:
        """Do what a command says."""
        handler = self._colours.get(command.id) or getattr(self._moving, command.id, None)
        (handler or getattr(self, f"do_{command.id}"))(count)

    def _drop_typed(self) -> None:
        self._sequencer.reset()
        self._show_hints()

    def _show_hints(self) -> None:
        continuations = self._sequencer.hints(self._keymap.of(Pane.ANNOTATIONS))
        hints = [Hint(keys, self._desk.label_of(keys, label)) for keys, label in continuations] or self._hints
        self._status.show_hints(hints, self._sequencer.typed)

    def say(self, message: str, *, bad: bool = False) -> None:
        """Say on the last row what just happened; it falls silent by itself."""
        self._status.say(message, bad=bad)
        if message:
            self._status.silence_after(SAY_SECONDS)

    def ask(self, question: Question) -> None:
        """Ask in the place of the filter."""
        self._bar.display = False
        self._prompt.ask(question)

    def on_prompt_closed(self) -> None:
        """Bring the filter back."""
        self._bar.display = True

    # What is listed

    def _gather(self, *, keep: AnnotationId | None = None, index: int = 0) -> None:
        """List anew what the filter asks for."""
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
            self._worker = self.set_interval(1 / 60, self._gather_more)
        self._describe()
        if done or before != self._list.current:
            self._show_place()

    def _nothing(self) -> tuple[str, ...]:
        if self._gathering.typed:
            return "No annotation is like that", "", f"{self._keymap.hint('back')}  all of them again"
        where = "in this article" if self._article is not None else "yet"
        keys = self._keymap.hint("highlight")
        return f"Nothing is annotated {where}", "", f"{keys} in an article highlights a sentence"

    def _describe(self) -> None:
        # Annotations whose article went are listed, and not among those that the library counts.
        gathering, total = self._gathering, max(self._gathering.total, self._list.count)
        title = gathering.title(self._article) if self._article is not None else self._library.name
        counts = [f"{total:,} annotation{'' if total == 1 else 's'}"]
        if gathering.lost:
            counts.append(f"{gathering.lost:,} without a place")
        self._top.show(title, counts, "read-only" if self._library.read_only else "")
        left = f"{self._list.count:,}{'…' if gathering.under_way else ''} of {total:,}"
        chosen = len(self._list.chosen)
        remark = f"{chosen:,} chosen · {left}" if chosen else left
        self._bar.show(gathering.typed, remark, gathering.filter.problem)
        self._prompt.remark(left)

    def _title(self, article: ArticleId) -> str:
        return self._gathering.title(article)

    def _show_place(self) -> None:
        self._place.show(self._current())

    @property
    def awaited(self) -> ArticleId | None:
        """The article whose text is looked at or waited for."""
        return self._copying.article or self._place.article

    def arrived(self, article: ArticleId, document: Document) -> None:
        """Take in a text that has been read."""
        annotation = self._current()
        if annotation is not None and article == self._place.article == annotation.article:
            self._place.show_in(annotation, document)
        if not document.partial:
            self._copying.go_on()

    def changed(self) -> None:
        """Take in that annotations were placed, or changed elsewhere."""
        self._list.touch()
        self._place.refresh(self._current())

    # Verbs

    def took(self, outcome: Outcome) -> bool:
        """Show what a verb did, here and on the reading screen; whether it did anything."""
        if outcome.ids or outcome.annotation or outcome.undo:
            self._reading.listing.touch(outcome.ids)
            self._reading.opening.update_header()
            self._reading.annotating.refresh()
            self._list.choose_none()
            if outcome.annotation or self._gathering.count() != self._gathering.total:
                current = self._current()
                keep = outcome.annotation or (current.id if current is not None else None)
                self._gather(keep=keep, index=self._list.index)
            else:
                self._list.touch()
                self._show_place()
                self._describe()
        keys = self._keymap.hint("undo") if outcome.undo else ""
        self.say(f"{outcome.message} · {keys} undoes" if keys and outcome.message else outcome.message)
        return bool(outcome.message)

    def edit_outside(self, text: str) -> Edited:
        """Have a text edited in the user's own editor."""
        return edit_text(self.app, self._desk.settings.editor, text)

    def _current(self) -> Annotation | None:
        current = self._list.current
        return None if current is None else self._library.annotating.get(current)

    def _ids(self) -> tuple[AnnotationId, ...]:
        """What a verb is about: the chosen ones, else the one under the cursor."""
        current = self._list.current
        return self._list.chosen or ((current,) if current is not None else ())

    def _colour(self, colour: int, _count: int | None) -> None:
        if ids := self._ids():
            self._noting.recolour(ids, colour)

    def do_tags(self, _count: int | None) -> None:
        """Edit tags."""
        self._noting.edit_tags(self._ids())

    def do_delete_annotation(self, _count: int | None) -> None:
        """Delete."""
        if ids := self._ids():
            self._noting.delete(ids)

    def do_edit_annotation(self, _count: int | None) -> None:
        """Write on the annotation."""
        if self._list.current is not None:
            self._noting.edit_note(self._list.current)

    def do_note_outside(self, _count: int | None) -> None:
        """Write on it in the user's own editor."""
        if self._list.current is not None:
            self._noting.edit_note_outside(self._list.current)

    def do_undo(self, count: int | None) -> None:
        """Take back the last changes."""
        self._travel(self._library.reading.undo, count or 1)

    def do_redo(self, count: int | None) -> None:
        """Make them again."""
        self._travel(self._library.reading.redo, count or 1)

    def _travel(self, step: Callable[[], Outcome], count: int) -> None:
        for _ in range(count):
            outcome = step()
            if not outcome.ids:
                break
        self._reading.listing.touch(outcome.ids)
        self._reading.opening.update_header()
        self._reading.annotating.refresh()
        self._gather(keep=self._list.current, index=self._list.index)
        if self._article is not None:
            outcome = self._desk.with_place(outcome, self._article)
        self.say(outcome.message)

    def do_attach_annotation(self, _count: int | None) -> None:
        """Attach it to the place that is shown."""
        annotation, document = self._current(), self._place.document
        if annotation is None or document is None:
            return
        candidate = self._place.candidate(annotation)
        if candidate is not None:
            self.took(self._library.annotating.reattach(annotation.id, document, *candidate))
        elif is_lost(annotation):
            keys = self._keymap.hint("go_to_annotation")
            self.say(f"no place in this text is like it; {keys} goes there, to select one")
        else:
            self.say("it has its place")

    def do_next_candidate(self, count: int | None) -> None:
        """Show the next place where it could belong."""
        self._show_candidate(count or 1)

    def do_previous_candidate(self, count: int | None) -> None:
        """Show the place before."""
        self._show_candidate(-(count or 1))

    def _show_candidate(self, by: int) -> None:
        annotation = self._current()
        if annotation is not None:
            self.say(self._place.step(annotation, by))

    def do_copy(self, _count: int | None) -> None:
        """Copy the chosen ones as quotes."""
        ids = [each for each in self._ids() if (found := self._library.annotating.get(each)) and found.quote]
        if not ids:
            self.say("there are no words to copy")
            return
        self._copying.begin(ids, self._desk.settings.quote_style)

    def _copied(self, text: str, count: int) -> None:
        try:
            self.say(self._reading.linking.put(text, "a quote" if count == 1 else f"{count:,} quotes"))
        except ReaderError as error:
            self.say(str(error), bad=True)

    # Choosing and filtering

    def do_choose_annotation(self, _count: int | None) -> None:
        """Choose it, or no longer, and go on to the next."""
        if self._list.current is not None:
            self._list.choose(self._list.current)
            self._moving.down(1)
            self._describe()

    def do_choose_all(self, _count: int | None) -> None:
        """Choose all that are listed, or none."""
        if not self._list.choose_none():
            self._list.choose_all()
        self._describe()

    def do_search(self, _count: int | None) -> None:
        """Filter the list with every letter."""

        def narrow(text: str) -> None:
            if self._gathering.narrow(text, self._desk.settings.colours, self._today()):
                self._gather(keep=self._list.current if not self._list.index else None)

        self.ask(
            Question(
                "/",
                narrow,
                value=self._gathering.typed,
                changed=narrow,
                cancelled=narrow,
                stepped=self._moving.down,
                placeholder="words, c:1, tag:lede, is:lost, has:note, added:<30d, after:2026-05",
            )
        )

    def do_back(self, _count: int | None) -> None:
        """One level back: choose nothing, filter nothing, back to the panes."""
        if self._list.choose_none():
            self._describe()
        elif self._gathering.narrow("", (), self._today()):
            self._gather(keep=self._list.current)
        else:
            self._reading.close_annotations()

    def do_go_to_annotation(self, _count: int | None) -> None:
        """To its place in the article; one that has none is attached there."""
        annotation = self._current()
        if annotation is None:
            return
        if annotation.article not in self._library.catalogue:
            self.say("its article is no longer in the library")
            return
        self._reading.close_annotations()
        self._reading.go_to_annotation(annotation, self._place.candidate(annotation))

    # The program

    def do_help(self, _count: int | None) -> None:
        """All keys."""
        from tui_reader.tui.screens.help import Help  # noqa: PLC0415 - not needed for the first frame

        self.app.push_screen(Help(self._keymap))

    def do_palette(self, _count: int | None) -> None:
        """What can be done here, by name."""
        from tui_reader.tui.screens.choice import Choice  # noqa: PLC0415
        from tui_reader.tui.screens.picker import Picker  # noqa: PLC0415 - with its matcher, 9 ms of a start

        choices = [
            Choice(
                self._desk.help_of(command),
                written_all(self._keymap.keys_of(command, Pane.ANNOTATIONS)),
                partial(self._run_named, command.id),
            )
            for command in COMMANDS
            if command.palette and Pane.ANNOTATIONS in command.panes
        ]
        self.app.push_screen(Picker("Commands", choices), _run_choice)

    def _run_named(self, name: str) -> None:
        self.run_command(BY_ID[name])

    def do_quit(self, _count: int | None) -> None:
        """Leave; everything is kept."""
        self._reading.opening.keep_place()
        self.app.exit()

    # The mouse

    def on_annotation_list_clicked(self, event: AnnotationList.Clicked) -> None:
        """A click shows the place, a second one goes there."""
        if event.chain > 1:
            self.do_go_to_annotation(None)
        else:
            self._show_place()

    def on_annotation_list_moved(self) -> None:
        """The wheel moved the cursor."""
        self._show_place()

    def on_article_pane_activated(self) -> None:
        """A click into the text goes there."""
        self.do_go_to_annotation(None)


def _run_choice(choice: object) -> None:
    run = getattr(choice, "run", None)
    if run is not None:
        run()

"""The thread that brings changes to disk, takes in what others changed, and folds when nobody is in a hurry."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.document.pace import work_aside
from tui_reader.errors import StoreError
from tui_reader.storage import filesystem
from tui_reader.storage.backups import rotate
from tui_reader.storage.base import Edit
from tui_reader.storage.basefile import UnreadableError
from tui_reader.storage.conflicts import conflict_copies
from tui_reader.storage.edits import KEY, plain
from tui_reader.storage.fold import fold
from tui_reader.storage.history import history_path, read_entries
from tui_reader.storage.pending import both_kept
from tui_reader.storage.values import canonical
from tui_reader.storage.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.storage.basefile import BaseFile
    from tui_reader.storage.journal import Entry
    from tui_reader.storage.keyindex import Numbers
    from tui_reader.storage.library import Change, Library
    from tui_reader.storage.pending import Pending
    from tui_reader.storage.state import State

_LOOK_EVERY = 0.4
"""Seconds between looks for other windows' changes: they are to be seen within one."""
_IDLE = 2.0
"""Seconds without a change after which a fold disturbs nobody."""
_FOLD_BYTES = 1 << 16
_FOLD_LINES = 10_000
_SOON = 1 << 20
"""Bytes of conflict copies up to which they are merged before the library is shown."""
_TROUBLE = (OSError, ValueError, StoreError, UnreadableError)
"""What a file may do to whoever reads it: told to the reader, and looked at again at the next turn."""
_PATIENCE = 2.0
"""Seconds after which it is shown all the same."""


class Writer:
    """Saves transactions in order, several with one flush where they come quickly.

    Args:
        library: The files. Nobody else changes them in this process.
        numbers: Finds document ids.
        landed: Called when a transaction shows in the library's state, on disk or not.
    """

    def __init__(self, library: Library, numbers: Numbers, landed: Callable[[Pending], None]) -> None:
        self._library, self._numbers, self._landed = library, numbers, landed
        self.notices: list[str] = []
        self._window = Window(library.path)
        self._changed = threading.Condition()
        self._waiting: list[Pending] = []
        self._unsaved: list[Pending] = []
        self._news: list[Edit] = []
        self._closing = False
        self._last_change = time.monotonic()
        self._told_damage = False
        self._told_notice = ""
        self._united: BaseFile | None = None
        """The base in which every annotation is known to be one document."""
        self._merged = threading.Event()
        self._greet()
        copies = conflict_copies(library.path)
        soon = copies and sum(Path(copy).stat().st_size for copy in copies) <= _SOON
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()
        if soon:
            self._merged.wait(_PATIENCE)  # so that what is shown first has them; flushing is the thread's

    def _greet(self) -> None:
        library = self._library
        self._tell(library.read_only, filesystem.warning(library.folder))
        self._tell_damage()
        if self._window.is_second:
            self._tell(
                "Another window keeps its state in the same file: each shows the other's changes, and both are kept."
            )
        elif library.recovered:
            many = library.recovered != 1
            self._tell(f"Recovered {library.recovered} change{'s' * many} from the last run.")
        if library.journal.damaged:
            self._tell(f"{library.journal.damaged} damaged lines of {library.journal.path} were passed over.")

    def _tell(self, *sentences: str) -> None:
        self.notices += [sentence for sentence in sentences if sentence and sentence not in self.notices]

    def _tell_damage(self) -> None:
        if self._library.damage and not self._told_damage:
            self._told_damage = True
            self._tell(self._library.damage)
        if self._library.opener.notice != self._told_notice:
            self._told_notice = self._library.opener.notice
            self._tell(self._told_notice)

    def _merge_copies(self) -> None:
        if self._library.read_only or self._library.damage:
            return
        if not conflict_copies(self._library.path):
            return
        from tui_reader.storage.merge import merge_conflict_copies  # noqa: PLC0415 - 4 ms, for what hardly ever happens

        try:
            for merged in merge_conflict_copies(self._library):
                many = "s" * (merged.changes != 1)
                name = Path(merged.source).name
                self._tell(f"Merged {merged.changes} change{many} from {name}, which is among the backups now.")
        except _TROUBLE as error:
            self._tell(str(error))

    # -- called by the thread that uses the store -----------------------------------------------------------------

    def take(self, pending: Pending) -> None:
        """Save a transaction soon."""
        with self._changed:
            self._waiting.append(pending)
            self._changed.notify()

    def news(self) -> Sequence[Edit]:
        """What others changed since the last call."""
        with self._changed:
            news, self._news = self._news, []
            return news

    def older_entries(self) -> list[Entry]:
        """The entries of earlier runs that can be undone, oldest first."""
        library = self._library
        # The journal first: a fold in between moves its entries to the history file.
        in_journal = read_entries(library.journal.path)
        return [*read_entries(history_path(library)), *in_journal]

    def close(self) -> None:
        """Save everything, fold, and let go of the files."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        if self._unsaved:
            error = self._unsaved[-1].receipt.exception()
            raise StoreError(
                f"{len(self._unsaved)} changes are NOT saved. {error}", "They are lost when the reader ends."
            )

    # -- the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        work_aside()
        if not self._library.read_only and conflict_copies(self._library.path):
            self._merge_copies()
        self._merged.set()
        # Nobody waits for this: until then each is shown once, at the place where its document counts.
        self._reunite()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing, _LOOK_EVERY)
                batch, self._waiting = self._waiting, []
                if not batch and self._closing:
                    break
            if batch:
                self._last_change = time.monotonic()
                self._save(batch)
            else:
                self._rest()

        try:
            self._save([])
            self._look()
            self._reunite()  # while it is known where to look: a later run has to look everywhere
            self._fold(at_exit=True)
        finally:
            self._library.close()
            self._window.close()

    def _save(self, batch: list[Pending]) -> None:
        everything = [*self._unsaved, *batch]
        if not everything:
            return
        try:
            self._commit(everything)
        except Exception as error:  # noqa: BLE001  # a receipt that never completes would be “saving…” for good
            self._unsaved = everything
            if not isinstance(error, StoreError):
                error = StoreError(
                    f"{self._library.path}: this change is NOT saved ({error!r}).", "Please report this."
                )
            for pending in batch:
                pending.receipt.set_exception(error)
            return
        self._unsaved = []
        self._gather_news()
        for pending in everything:
            pending.landed()
            self._landed(pending)
        self._tell(*both_kept(everything))
        with self._changed:
            self._news += [edit for pending in everything for edit in pending.surprises]
        for pending in batch:
            pending.receipt.set_result(None)

    def _commit(self, everything: list[Pending]) -> None:
        builders = [self._builder(pending) for pending in everything]
        try:
            self._library.commit_all(builders)
        except UnreadableError:
            # Somebody overwrote the base in place: what it says now is another matter, the change is not.
            self._library.distrust()
            self._library.commit_all(builders)

    def _builder(self, pending: Pending) -> Callable[[State], Entry | None]:
        return lambda state: pending.entry(state, self._numbers)

    def _rest(self) -> None:
        if self._look() and time.monotonic() - self._last_change >= _IDLE:
            try:
                self._use_the_quiet()
            except _TROUBLE as error:
                self._tell(str(error))
        self._tell_damage()

    def _look(self) -> bool:
        """Take in what others changed; whether that was possible."""
        try:
            self._library.poll()
            self._gather_news()
        except _TROUBLE as error:
            self._tell(str(error))
            return False
        return True

    def _use_the_quiet(self) -> None:
        # So that whoever asks for an annotation by its key does not wait for it: after the start, and after a fold.
        self._numbers.prepare(self._library.state)
        if not self._library.opener.verified and not self._library.verify():
            return
        self._reunite(everywhere=True)
        journal = self._library.journal
        enough = max(_FOLD_BYTES, self._library.state.base.source.size // 64)
        if journal.offset > enough or journal.lines >= _FOLD_LINES:
            self._fold()
            self._last_change = time.monotonic()  # not again at once if somebody else was at it

    def _reunite(self, *, everywhere: bool = False) -> None:
        """Make one document of annotations that others told of.

        Args:
            everywhere: Look at all others as well, if that was not done in this base, and nobody waits.
        """
        library, base = self._library, self._library.state.base
        if library.read_only or library.damage or not (library.heard or (everywhere and base is not self._united)):
            return
        from tui_reader.storage.strays import Interrupted, reunite  # noqa: PLC0415 - 1 ms, which a start can do without

        heard, library.heard = library.heard, set()
        try:
            if everywhere and base is not self._united:
                changes = reunite(library, self._numbers, is_urgent=lambda: bool(self._waiting or self._closing))
            else:
                changes = reunite(library, self._numbers, heard)
        except Interrupted:
            library.heard |= heard
            return
        except _TROUBLE as error:
            library.heard |= heard
            self._tell(str(error))
            return
        if everywhere:
            self._united = base
        with self._changed:
            self._news += [edit for change in changes for edit in edits_of(change)]

    def _fold(self, *, at_exit: bool = False) -> None:
        """A fold that fails loses nothing: the journal keeps everything until the next one."""
        library = self._library
        if library.read_only or not library.journal.is_open:
            return
        try:
            if fold(library):
                rotate(library.path, library.disk)
        except _TROUBLE as error:
            if not at_exit:
                self._tell(f"{error} The changes are safe in {library.journal.path}.")

    def _gather_news(self) -> None:
        edits = [edit for change in self._library.news() for edit in edits_of(change)]
        if edits:
            with self._changed:
                self._news += edits


def edits_of(change: Change) -> list[Edit]:
    """The edits that make up a change of a document."""
    key = str((change.after or change.before or {}).get(KEY, change.number))
    before, after = plain(change.before), plain(change.after)
    return [
        Edit(change.table, key, field, before.get(field), after.get(field))
        for field in dict.fromkeys([*before, *after])
        if canonical(before.get(field)) != canonical(after.get(field))
    ]

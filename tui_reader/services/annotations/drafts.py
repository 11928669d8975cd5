"""Notes in the making: kept aside while they are written, so that they outlive the program, and saved with whatever
somebody else made of the same note meanwhile.
"""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.clean import clean_line
from tui_reader.services.articles.reading import Outcome
from tui_reader.storage.drafts import DraftFile, drafts_left, new_draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.editing import AnnotationEditing
    from tui_reader.storage.base import Receipt

PATIENCE = 2.0
"""Seconds that an editor, or the end of the program, waits for the disk."""


class Opened(NamedTuple):
    """A note as it was when somebody began to write on it."""

    article: ArticleId
    annotation: AnnotationId = ""
    """Empty for a note on the whole article that is not there yet."""
    note: str = ""
    quote: str = ""


class Lent(NamedTuple):
    """A file that an editor may edit, and what it must hold open to keep others off it."""

    path: Path
    lock: int


class Draft:
    """One note that is being written. Used from the thread that owns the library."""

    def __init__(self, drafts: Drafts, opened: Opened) -> None:
        """Use `Drafts.of` or `Drafts.on_article`; costs nothing before the first word."""
        self._drafts, self.opened = drafts, opened
        self._wanted: str | None = None
        self._written: str | None = None
        self._file: DraftFile | None = None
        self.spare_others = False
        """Whether an editor failed, and may have put its own rescue file beside the note."""

    def is_unchanged(self, text: str) -> bool:
        """Whether a text is that which the note was opened with."""
        return text.strip() == self.opened.note.strip()

    def keep(self, text: str) -> None:
        """Keep what is written so far aside, soon; for the next start if this program dies."""
        self._wanted = text
        self._drafts.do(self._write)

    def save(self, text: str) -> Outcome:
        """Save the note; what was kept aside goes once it is durable."""
        outcome = self._drafts.save(self.opened, text)
        receipt = self._drafts.latest()
        if receipt is None:
            self.drop()
        else:
            receipt.add_done_callback(self._saved)
        return outcome

    def drop(self) -> None:
        """Be done with it."""
        self._wanted = None
        self._drafts.do(self._remove)

    def lend(self, text: str) -> Lent | None:
        """A file with a text in it for an editor, to be left to the next start if this program dies; None if there can
        be none. Waits for the disk.
        """
        lent: queue.SimpleQueue[Lent | None] = queue.SimpleQueue()

        def make() -> None:
            made = None
            with suppress(OSError, ValueError):  # no place, or half a character: the editor gets a file elsewhere
                file = self._file = self._file or self._drafts.begin()
                file.write_note(text)
                file.write(self._record() | {"lent": text})
                made = Lent(file.note, file.lock)
            lent.put(made)

        self._drafts.do(make)
        with suppress(queue.Empty):
            return lent.get(timeout=PATIENCE)
        return None

    def _saved(self, receipt: Receipt) -> None:
        """Called by the thread that writes the store. What could not be saved stays for the next start."""
        if receipt.exception() is None:
            self.drop()

    def _record(self) -> dict[str, Any]:
        return self.opened._asdict()

    def _write(self) -> None:
        text = self._wanted
        if text is None or text == self._written:
            return
        self._written = text
        if self.is_unchanged(text) or not text.strip():
            self._remove()
            return
        with suppress(OSError):  # the note itself tells when there is no room
            self._file = self._file or self._drafts.begin()
            self._file.write(self._record() | {"text": text})

    def _remove(self) -> None:
        file, self._file = self._file, None
        self._written = None
        if file is not None:
            self._drafts.end(file, spare_others=self.spare_others)


class Drafts:
    """The notes that are being written in this window, and those that were when another one died.

    Args:
        library: The base of the library.
        annotating: Saves them.
        latest: The receipt of the last change of the library, if there was one.
        is_read_only: Whether nothing can be saved.
    """

    def __init__(
        self,
        library: Path,
        annotating: AnnotationEditing,
        latest: Callable[[], Receipt | None],
        is_read_only: Callable[[], bool],
    ) -> None:
        self._library, self._annotating, self.latest = str(library), annotating, latest
        self._is_read_only = is_read_only
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._files: set[DraftFile] = set()

    def of(self, annotation: Annotation) -> Draft:
        """Begin to write on an annotation."""
        return Draft(self, Opened(annotation.article, annotation.id, annotation.note, annotation.quote))

    def on_article(self, article: ArticleId) -> Draft:
        """Begin a note on a whole article."""
        return Draft(self, Opened(article))

    def save(self, opened: Opened, text: str) -> Outcome:
        """Save a note. Whatever happened to it meanwhile, no words are lost."""
        annotating, article = self._annotating, opened.article
        if text.strip() == opened.note.strip():
            return Outcome()
        if not opened.annotation:
            return annotating.note_on_article(article, text)
        now = annotating.get(opened.annotation)
        if now is None:
            quote = f"> {clean_line(opened.quote)}\n\n" if opened.quote else ""
            outcome = annotating.note_on_article(article, quote + text)
            return outcome._replace(message="its highlight is gone; the note was kept on the article")
        if now.is_on_article and not text.strip() and now.note == opened.note:
            return annotating.delete(now.id)
        return annotating.edit_note(now.id, text, base=opened.note)

    def restore(self) -> list[Outcome]:
        """Save what was being written when a program died; what that did."""
        restored: list[Outcome] = []
        if self._is_read_only():
            return restored
        for file in drafts_left(self._library):
            record = file.read()
            opened = Opened(*(str(record.get(name, "")) for name in Opened._fields))
            text = _text_of(file, record)
            outcome = Outcome()
            if opened.article and text.strip() and not self._is_there(opened, text):
                outcome = self.save(opened, text)
            told = [f"kept what was typed before the reader ended: {outcome.message}"] if outcome.undo else []
            if file.has_others:
                told.append(f"the editor of a note left its own rescue file in {file.folder}")
            if told:
                restored.append(outcome._replace(message="; ".join(told)))
            self._end_once_saved(file)
        return restored

    def close(self, *, saved: bool) -> None:
        """Leave nothing behind, unless something could not be `saved`: that stays for the next start."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(PATIENCE)
        for file in list(self._files):
            if saved:
                file.remove()
            else:
                file.release()

    # In the thread, but for `do`

    def do(self, job: Callable[[], None]) -> None:
        """Have something done by the thread that waits for the disk; may be called from any thread."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="drafts", daemon=True)
                self._thread.start()
        self._jobs.put(job)

    def begin(self) -> DraftFile:
        """A new place for a draft.

        Raises:
            OSError: There is none.
        """
        file = new_draft(self._library)
        self._files.add(file)
        return file

    def end(self, file: DraftFile, *, spare_others: bool) -> None:
        """Take a draft away."""
        self._files.discard(file)
        file.remove(spare_others=spare_others)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _end_once_saved(self, file: DraftFile) -> None:
        receipt = self.latest()
        self._files.add(file)
        if receipt is None:
            self.end(file, spare_others=True)
        else:
            receipt.add_done_callback(
                lambda done: None if done.exception() else self.do(lambda: self.end(file, spare_others=True))
            )

    def _is_there(self, opened: Opened, text: str) -> bool:
        """Whether a note on an article was saved before the program died, which its draft did not learn any more."""
        notes = (each.note.strip() for each in self._annotating.of(opened.article) if each.is_on_article)
        return not opened.annotation and text.strip() in notes


def _text_of(file: DraftFile, record: dict[str, Any]) -> str:
    """What was written; empty where nothing was."""
    if "lent" not in record:
        return str(record.get("text", ""))
    text = file.read_note()
    return "" if text == record["lent"] else text.rstrip("\n")

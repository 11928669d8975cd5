"""Drafts: notes that the user is writing, kept in files that survive a crash of the program.

Saving a draft merges changes that other programs made to the same note during the editing.
"""

from __future__ import annotations

import queue
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.errors import StoreError
from tui_reader.services.articles.reading import Outcome
from tui_reader.storage.drafts import DraftFile, drafts_left, new_draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.editing import AnnotationEditing
    from tui_reader.storage.base import Receipt

MAX_DISK_SECONDS = 2.0
"""Longest wait in seconds for the disk when an editor starts or the program ends."""


class Opened(NamedTuple):
    """The annotation that the user edits, with its note and quote as they were when editing began."""

    article: ArticleId
    annotation: AnnotationId = ""
    """The annotation's id; empty for a new note on the whole article."""
    note: str = ""
    quote: str = ""


class EditorFile(NamedTuple):
    """A file for an external editor, with a lock that the editor's process must keep open."""

    path: Path
    lock: int
    """The file descriptor that holds the lock."""


class Draft:
    """A note that the user is writing; used from the library's thread."""

    def __init__(self, drafts: Drafts, opened: Opened) -> None:
        """Create a draft; called by `Drafts.of` and `Drafts.on_article`. The first `keep` creates the draft's file."""
        self._drafts, self.opened = drafts, opened
        self._wanted: str | None = None
        self._written: str | None = None
        self._file: DraftFile | None = None
        self.keep_other_files = False
        """True if an editor failed: it may have left a rescue file of its own in the draft's folder."""

    def is_unchanged(self, text: str) -> bool:
        """Return True if a text equals the note's text when editing began."""
        return text.strip() == self.opened.note.strip()

    def keep(self, text: str) -> None:
        """Write the text to the draft file soon; if the program crashes, its next start restores the text.

        A text that is empty or unchanged removes the file instead.
        """
        self._wanted = text
        self._drafts.do(self._write)

    def save(self, text: str) -> Outcome:
        """Save the text as the note, and remove the draft file as soon as the note is on disk."""
        outcome = self._drafts.save(self.opened, text)
        receipt = self._drafts.latest()
        if receipt is None:
            self.drop()
        else:
            receipt.add_done_callback(self._saved)
        return outcome

    def drop(self) -> None:
        """Remove the draft file."""
        self._wanted = None
        self._drafts.do(self._remove)

    def write_for_editor(self, text: str) -> EditorFile | None:
        """Write a text to a file that an external editor opens; after a crash, the next start restores the text.

        Blocks until the file is written.

        Returns:
            The file; None if it cannot be written, or not within `MAX_DISK_SECONDS`.
        """
        result: queue.SimpleQueue[EditorFile | None] = queue.SimpleQueue()

        def make() -> None:
            file_for_editor = None
            with suppress(OSError, ValueError):  # no folder, or a lone surrogate in the text
                file = self._file = self._file or self._drafts.begin()
                file.write_note(text)
                file.write(self._record() | {"lent": text})
                file_for_editor = EditorFile(file.note, file.lock)
            result.put(file_for_editor)

        self._drafts.do(make)
        with suppress(queue.Empty):
            return result.get(timeout=MAX_DISK_SECONDS)
        return None

    def _saved(self, receipt: Receipt) -> None:
        """Remove the draft file unless saving failed; called in the store's writer thread."""
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
        with suppress(OSError):  # a full disk is reported when the note is saved
            self._file = self._file or self._drafts.begin()
            self._file.write(self._record() | {"text": text})

    def _remove(self) -> None:
        file, self._file = self._file, None
        self._written = None
        if file is not None:
            self._drafts.end(file, keep_other_files=self.keep_other_files)


class Drafts:
    """The drafts of this running program, and the drafts that crashed runs have left.

    Args:
        library: Path of the library's snapshot, which names the folder of its drafts.
        annotating: Saves notes.
        latest: Returns the receipt of the library's last change; None without a change.
        is_read_only: Returns True if nothing can be saved.
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
        """Create a draft for an annotation's existing note."""
        return Draft(self, Opened(annotation.article, annotation.id, annotation.note, annotation.quote))

    def on_article(self, article: ArticleId) -> Draft:
        """Create a draft for a new note on a whole article."""
        return Draft(self, Opened(article))

    def save(self, opened: Opened, text: str) -> Outcome:
        """Save an edited note; merge it with changes that another program made during editing.

        If the annotation was deleted meanwhile, the text becomes a note on the whole article, below the quote.
        """
        annotating, article = self._annotating, opened.article
        if text.strip() == opened.note.strip():
            return Outcome()
        if not opened.annotation:
            return annotating.note_on_article(article, text)
        current = annotating.get(opened.annotation)
        if current is None:
            quote = f"> {clean_line(opened.quote)}\n\n" if opened.quote else ""
            outcome = annotating.note_on_article(article, quote + text)
            return outcome._replace(message="its highlight is gone; the note was kept on the article")
        if current.is_on_article and not text.strip() and annotating.stored_note(current) == opened.note:
            return annotating.delete(current.id)
        return annotating.edit_note(current.id, text, base=opened.note)

    def restore(self) -> list[Outcome]:
        """Save as notes the drafts that crashed runs of the program have left.

        Returns:
            An outcome for each draft that was saved, or whose folder has a rescue file of an editor.
        """
        restored: list[Outcome] = []
        if self._is_read_only():
            return restored
        for file in drafts_left(self._library):
            record = file.read()
            opened = Opened(*(str(record.get(name, "")) for name in Opened._fields))
            text = _text_of(file, record)
            outcome = Outcome()
            if opened.article and text.strip() and not self._was_saved(opened, text):
                outcome = self.save(opened, text)
            messages = [f"kept what was typed before the reader ended: {outcome.message}"] if outcome.undo else []
            if file.has_others:
                messages.append(f"the editor of a note left its own rescue file in {file.folder}")
            if messages:
                restored.append(outcome._replace(message="; ".join(messages)))
            self._end_once_saved(file)
        return restored

    @contextmanager
    def closed_by_saving(self) -> Iterator[None]:
        """Stop the drafts thread when the context, in which all changes are saved, ends, and remove the draft files.

        If the context raises an exception, the draft files stay for the next start, and a `StoreError` says so.
        """
        saved = False
        try:
            yield
            saved = True
        except StoreError as error:
            self._stop()
            if count := len(self._files):
                notes = "1 note comes" if count == 1 else f"{count:,} notes come"
                error.hint = f"{notes} back at the next start; what else was changed is lost."
            raise
        finally:
            self._stop()
            for file in list(self._files):
                if saved:
                    file.remove()
                else:
                    file.release()

    def _stop(self) -> None:
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(MAX_DISK_SECONDS)

    # Called in the drafts thread, except `do`

    def do(self, job: Callable[[], None]) -> None:
        """Queue a job for the thread that reads and writes the draft files; may be called from any thread."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="drafts", daemon=True)
                self._thread.start()
        self._jobs.put(job)

    def begin(self) -> DraftFile:
        """Create the file of a new draft.

        Raises:
            OSError: The file cannot be created.
        """
        file = new_draft(self._library)
        self._files.add(file)
        return file

    def end(self, file: DraftFile, *, keep_other_files: bool) -> None:
        """Remove the file of a finished draft.

        Args:
            file: The draft file.
            keep_other_files: True to keep other files in its folder, such as an editor's rescue file.
        """
        self._files.discard(file)
        file.remove(keep_other_files=keep_other_files)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _end_once_saved(self, file: DraftFile) -> None:
        receipt = self.latest()
        self._files.add(file)
        if receipt is None:
            self.end(file, keep_other_files=True)
        else:
            receipt.add_done_callback(
                lambda done: None if done.exception() else self.do(lambda: self.end(file, keep_other_files=True))
            )

    def _was_saved(self, opened: Opened, text: str) -> bool:
        """Return True if the draft is of a new note, and the article already has a note with this text.

        Then a crashed run had saved the note, but not yet removed the draft.
        """
        notes = (each.note.strip() for each in self._annotating.of(opened.article) if each.is_on_article)
        return not opened.annotation and text.strip() in notes


def _text_of(file: DraftFile, record: dict[str, Any]) -> str:
    """Return the text of a draft file; empty if it has no text, or an external editor left it unchanged.

    Args:
        file: The draft file, whose folder has the file that an external editor changes.
        record: The content of the draft file: its `text`, or in `lent` the text that the editor received.
    """
    if "lent" not in record:
        return str(record.get("text", ""))
    text = file.read_note()
    return "" if text == record["lent"] else text.rstrip("\n")

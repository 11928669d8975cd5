"""Write exported files atomically, without overwriting edits of the user or rewriting unchanged files.

Files with marked blocks are merged (`exchange/blocks.py`). For other files, the folder's export record has a hash: a
file is overwritten only if it is unchanged since its export; else the new text is written to `NAME (new)`.
Links and special files are neither followed nor overwritten.
"""

from __future__ import annotations

import os
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.exchange.blocks import Page, article_of, is_untouched, merge, render
from tui_reader.model.hashing import blake2b
from tui_reader.services.headless.export_record import ExportRecord
from tui_reader.storage.snapshot.disk import Disk, RefusedError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from pathlib import Path

    from tui_reader.exchange.blocks import Comments
    from tui_reader.exchange.clip import Clip
    from tui_reader.exchange.registry import Format
    from tui_reader.exchange.text_format import TextFormat
    from tui_reader.model.article import ArticleId

EVERYTHING = "*"
"""The id under which the export record lists a file with several articles."""
_HEAD = 16_384
"""Number of bytes at the beginning of a file that are searched for the marker comment of an export."""
_MAX_NAME = 160
"""Longest name of a file in bytes without its suffix; file systems allow 255 including the suffix."""
_MAX_TRIES = 5
"""Number of attempts to write a file that another program changes at the same time."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|#^\[\]]+')
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[\d¹²³]) *(?:\..*)?|-.*")
"""Names that Windows reserves for devices, with any suffix, and names that commands take for options."""


@dataclass(slots=True)
class Outcome:
    """The result of an export, or of a dry run, as lists of file names."""

    written: list[str] = field(default_factory=list)
    """Names of files that were created."""
    changed: list[str] = field(default_factory=list)
    """Names of files that existed and got new content."""
    unchanged: int = 0
    """Number of files that had this content already."""
    beside: list[tuple[str, str]] = field(default_factory=list)
    """Files that were not overwritten, with the names of the new files beside them."""
    kept: list[str] = field(default_factory=list)
    """Files in which blocks edited by hand became ordinary text: the export has a new text for them, or none."""
    refused: list[str] = field(default_factory=list)
    """Error messages about files that cannot be written."""
    stale: list[str] = field(default_factory=list)
    """Files of articles that the export no longer contains."""
    pruned: list[str] = field(default_factory=list)
    """Names of stale files that were removed."""
    touched: list[str] = field(default_factory=list)
    """Stale files that were not removed, because they were changed after the export."""


class _Existing(NamedTuple):
    """The bytes of a file of the folder, and its status when it was read."""

    data: bytes
    status: os.stat_result


def reason_not_written(error: OSError, folder: Path, name: str) -> str:
    """Return the reason, as a sentence, why a file cannot be written.

    Args:
        error: The error that `ExportFiles` raised.
        folder: The folder to write into.
        name: The file in it; empty if every article gets a file.
    """
    if not error.errno or isinstance(error, RefusedError):
        return str(error)
    # A name alone was opened relative to the descriptor of its folder.
    where = folder / (error.filename if isinstance(error.filename, str) else name)
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"{where} is no folder. Name another place."
    return f"{where} cannot be written: {error.strerror or error}. Name another place."


class ExportFiles:
    """Writes the files of an export into a folder."""

    def __init__(self, folder: Path, form: Format, template: str = "", *, dry_run: bool = False) -> None:
        """Create the writer; nothing is read or written yet.

        Args:
            folder: The folder; symbolic links in its path are followed.
            form: The format.
            template: Template of a text format; empty for the format's own.
            dry_run: True to write nothing.
        """
        self.folder = os.path.realpath(folder)
        self.outcome = Outcome()
        self._form, self._template, self._dry_run = form, template, dry_run
        self._disk = Disk()
        self._text: TextFormat | None = form.load().FORM if form.has_blocks else None
        self._record = ExportRecord(self._disk, self.folder)
        self._temporary = f"{self.folder}/.tui-reader-{os.getpid()}.tmp"

    def write_file(self, name: str, clips: Sequence[Clip]) -> None:
        """Write all clips into one file of the folder.

        Raises:
            OSError: The file cannot be written.
            UsageError: The template is invalid.
        """
        page = self._text.page_of_all(clips, self._template) if self._text is not None else None
        data = b"" if page is not None else _encoded(self._form.write(clips))
        self._make_folder()
        self._write(name, EVERYTHING, page, data)
        self._save_record()

    def write_folder(self, clips: Iterable[Clip], only: Container[ArticleId] | None = None) -> None:
        """Write a file for each clip, and list the files of other articles as stale.

        Args:
            clips: The articles.
            only: The articles from which the clips were selected: files of other articles are not stale; None for all.

        Raises:
            OSError: The folder cannot be read or written.
            UsageError: The template is invalid.
        """
        self._make_folder()
        names = self._disk.names(self.folder) if os.path.isdir(self.folder) else []  # noqa: PTH112 - str, no Path
        taken = {name.casefold() for name in names}
        known = self._known_names(names)
        exported = set()
        for clip in clips:
            exported.add(clip.id)
            name = known.get(clip.id) or _free_name(clip, self._form.suffix, taken)
            taken.add(name.casefold())
            page = self._text.page(clip, self._template) if self._text is not None else None
            data = b"" if page is not None else _encoded(self._form.write((clip,)))
            try:
                self._write(name, clip.id, page, data)
            except RefusedError as error:
                self.outcome.refused.append(str(error))
        self.outcome.stale = sorted(
            name for article, name in known.items() if article not in exported and (only is None or article in only)
        )
        self._save_record()

    def prune(self) -> None:
        """Remove the stale files that were not changed after their export.

        Raises:
            OSError: A file cannot be removed.
        """
        for name in self.outcome.stale:
            existing = self._read(name)
            if existing is None:
                continue
            if not self._is_untouched(name, existing.data):
                self.outcome.touched.append(name)
                continue
            if not self._dry_run:
                self._disk.unlink(f"{self.folder}/{name}")
            self._record.remove(name)
            self.outcome.pruned.append(name)
        self._save_record()

    def _make_folder(self) -> None:
        if not self._dry_run:
            os.makedirs(self.folder, exist_ok=True)  # noqa: PTH103 - str, no Path

    def _save_record(self) -> None:
        if not self._dry_run:
            self._record.save()

    def _known_names(self, names: Sequence[str]) -> dict[str, str]:
        """Return the file that earlier exports in this format wrote for each article: its name by the article's id.

        Args:
            names: Names of all files in the folder.
        """
        known: dict[str, str] = {}
        if self._text is None:
            for name in self._record.names(self._form.id):
                if name in names:
                    known.setdefault(self._record.article(name), name)
            return known
        for name in sorted(names):
            if name.endswith(self._form.suffix) and not name.startswith("."):
                article = self._marked_article(name, self._text.comments)
                if article is not None and article != EVERYTHING:
                    known.setdefault(article, name)
        return known

    def _marked_article(self, name: str, comments: Comments) -> str | None:
        """Return the article in a file's marker comment; None without one, or if the file is not a regular file."""
        try:
            handle = self._disk.open(f"{self.folder}/{name}", os.O_RDONLY)
        except OSError:
            return None
        try:
            beginning = self._disk.read_at(handle, _HEAD, 0)
        finally:
            self._disk.close(handle)
        return article_of(beginning.decode("utf-8", "replace"), comments)

    def _write(self, name: str, article: str, page: Page | None, data: bytes) -> None:
        """Write a file, or `NAME (new)` beside it if the file must not be overwritten.

        Args:
            name: The name of the file.
            article: The article, or `EVERYTHING`.
            page: The page to write in a format with blocks; else None.
            data: The bytes to write in a format without blocks.
        """
        for attempt in range(1, 100):
            target = name if attempt == 1 else _beside(name, attempt)
            if self._write_if_ours(target, article, page, data):
                if attempt > 1:
                    self.outcome.beside.append((name, target))
                return
        raise OSError(f"there are too many files called {name}")

    def _write_if_ours(self, name: str, article: str, page: Page | None, data: bytes) -> bool:
        """Write a file, unless the existing file was written or changed by the user.

        Returns:
            False if the file must not be overwritten.
        """
        for _ in range(_MAX_TRIES):
            existing = self._read(name)
            if page is not None and self._text is not None:
                merged = _merged(existing, page, self._text.comments)
                if merged is None:
                    return False
                new, kept = merged
            elif existing is None or existing.data in {b"", data} or self._is_untouched(name, existing.data):
                new, kept = data, 0
            else:
                return False
            if existing is not None and existing.data == new:
                self.outcome.unchanged += 1
            elif not self._replace(name, existing, new):
                continue  # the file has changed since it was read
            if kept:
                self.outcome.kept.append(name)
            if page is None:
                self._record.add(name, self._form.id, article, new)
            return True
        raise OSError(f"{self.folder}/{name} is changed by another program all the time")

    def _is_untouched(self, name: str, data: bytes) -> bool:
        """Return True if a file is unchanged since an export wrote it."""
        if self._text is None:
            return self._record.is_untouched(name, data)
        try:
            return is_untouched(data.decode("utf-8"), self._text.comments)
        except UnicodeDecodeError:
            return False

    def _read(self, name: str) -> _Existing | None:
        """Return the bytes of a file; None if the file does not exist.

        Raises:
            RefusedError: The file is not a regular file.
        """
        try:
            handle = self._disk.open(f"{self.folder}/{name}", os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            status = self._disk.fstat(handle)
            return _Existing(self._disk.read_at(handle, status.st_size, 0), status)
        finally:
            self._disk.close(handle)

    def _replace(self, name: str, existing: _Existing | None, data: bytes) -> bool:
        """Write a file to a temporary file, and rename that to its name; an existing file's permissions are kept.

        Args:
            name: Name of the file.
            existing: The file to replace; None if there was no file.
            data: The new bytes.

        Returns:
            False if another program has changed or created the file since it was read; then it stays as it is.
        """
        path = f"{self.folder}/{name}"
        if not self._dry_run:
            try:
                self._write_temporary(existing, data)
                if not self._is_still(path, existing):
                    self._disk.unlink(self._temporary)
                    return False
                self._disk.rename(self._temporary, path)
            except BaseException:
                with suppress(OSError):
                    self._disk.unlink(self._temporary)
                raise
        (self.outcome.written if existing is None else self.outcome.changed).append(name)
        return True

    def _write_temporary(self, existing: _Existing | None, data: bytes) -> None:
        handle = self._disk.create(self._temporary, 0o666)
        try:
            if existing is not None:
                self._disk.set_mode(handle, existing.status.st_mode)
            self._disk.write(handle, data)
            if existing is not None:  # it may contain text of the user, which must survive a power cut
                self._disk.sync_data(handle)
        finally:
            self._disk.close(handle)

    def _is_still(self, path: str, existing: _Existing | None) -> bool:
        """Return True if a file is unchanged since it was read, or still does not exist."""
        try:
            now = self._disk.stat(path)
        except FileNotFoundError:
            return existing is None
        if existing is None:
            return False
        before = existing.status
        return (now.st_ino, now.st_size, now.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns)


def _merged(existing: _Existing | None, page: Page, comments: Comments) -> tuple[bytes, int] | None:
    """Merge a page into a file.

    Args:
        existing: The file; None if it does not exist.
        page: The page to write.
        comments: The comment syntax of the format.

    Returns:
        The new bytes of the file, and the number of blocks edited by hand that became ordinary text; None if the file
        is not an export of this article and must not be overwritten.
    """
    if existing is None or not existing.data:
        return _encoded(render(page, comments)), 0
    try:
        text = existing.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    merged = merge(text, page, comments)
    return None if merged is None else (_encoded(merged.text), merged.kept)


def _encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")


def _beside(name: str, attempt: int) -> str:
    """Return the name for a new text beside a file: `NAME (new).md` for `NAME.md`.

    Args:
        name: Name of the file.
        attempt: 2 for `NAME (new).md`, 3 for `NAME (new 2).md`, and so on, while the names before are taken.
    """
    stem, dot, suffix = name.rpartition(".")
    number = "" if attempt == 2 else f" {attempt - 1}"
    return f"{stem} (new{number}){dot}{suffix}" if stem else f"{name} (new{number})"


def _free_name(clip: Clip, suffix: str, taken: set[str]) -> str:
    """Return the name of an article's new file: its title, plus a prefix of the id's hash if the name is taken."""
    stem = file_stem(clip.title)
    name = f"{stem}{suffix}"
    for size in (3, 8, 16):
        if name.casefold() not in taken:
            break
        name = f"{stem} ({blake2b(clip.id.encode('utf-8', 'replace'), digest_size=size).hexdigest()}){suffix}"
    return name


def file_stem(title: str) -> str:
    """Convert a title to a file name, without suffix, that every system allows and that links of Obsidian can name."""
    name = " ".join(_UNSAFE.sub(" ", unicodedata.normalize("NFC", title)).split()).strip(". ")
    name = name.encode("utf-8", "replace")[:_MAX_NAME].decode("utf-8", "ignore").strip(". ")
    return f"_{name}" if _RESERVED.fullmatch(name) else name or "untitled"

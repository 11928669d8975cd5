"""The source of all articles in folders and their subfolders."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.model.saved_pages import SAVED_SUFFIXES, saved_folders
from tui_reader.sources import watcher
from tui_reader.sources.base import Entry, RawArticle
from tui_reader.sources.files import MEGABYTE, Signature, UnreadableError, read_bytes
from tui_reader.sources.ignore_rules import IGNORE_FILE, Rules
from tui_reader.sources.skipped_files import PassedOver, PassedOverCounter

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

_IGNORE_FILE_LIMIT = MEGABYTE
"""Maximum size of an ignore file in bytes; a larger file, perhaps a link to something else, is not read."""
_STATE_FILE = "library.json"
"""Beginning of the names of state files, such as `library.json.lock`; such files do not count as skipped articles."""


class Folders:
    """The source of all regular files in folders that have an article's suffix and that no rule ignores."""

    def __init__(
        self,
        roots: Sequence[Path],
        rules: Rules,
        is_article: Callable[[str], bool],
        on_unlistable: Callable[[str], None],
        limit: int,
    ) -> None:
        """Store the arguments; the first listing reads the folders.

        Args:
            roots: The folders, as absolute paths.
            rules: Patterns to leave out, in addition to those of the ignore files in the folders.
            is_article: Returns True for the file names of articles.
            on_unlistable: Called with the path of each folder that cannot be listed, at every listing.
            limit: Largest number of bytes that a file may have.
        """
        self._roots = tuple(roots)
        self._rules = rules
        self._is_article = is_article
        self._on_unlistable = on_unlistable
        self._limit = limit
        self._with_articles: set[str] = set()
        """Folders in which the last complete listing found articles."""
        self._listed: frozenset[str] = frozenset()
        """All folders of the last complete listing."""
        self.passed_over = PassedOver()
        """Counts of skipped files in the last complete listing."""

    def entries(self) -> Iterator[Entry]:
        """List all articles, folder by folder, sorted by name within each folder."""
        with_articles: set[str] = set()
        listed: set[str] = set()
        passed_over = PassedOverCounter()
        for root in self._roots:
            for entry in walk(root, self._rules, self._is_article, self._on_unlistable, passed_over, listed=listed):
                with_articles.add(os.path.dirname(entry.key))  # noqa: PTH120 - once for each file
                yield entry
        self._with_articles, self.passed_over = with_articles, passed_over.result()
        self._listed = frozenset(listed)

    def read(self, key: str) -> RawArticle:
        """Return the bytes of a file; see `read_bytes` for the errors."""
        data, signature = read_bytes(path := Path(key), self._limit)
        return RawArticle(data, path.name, signature)

    def changes(self, stop: threading.Event) -> Iterator[bool]:
        """Yield True when articles may have changed, and False twice a second; see `watcher.changes`."""
        return watcher.changes(self._roots, stop, self._may_concern_an_article, lambda: self._listed)

    def _may_concern_an_article(self, path: str) -> bool:
        """Return True if a changed path requires a new listing.

        Returns:
            True for articles, folders and ignore files, and for names without a dot and folders that contained
            articles, since either may be a folder that was removed. False for what is hidden or in a hidden folder, and
            for files of other kinds, such as temporary files of editors.
        """
        name = os.path.basename(path)  # noqa: PTH119 - once for each change below the folders
        if name == IGNORE_FILE:
            return True
        inside = next((path[len(root) :] for root in map(str, self._roots) if path.startswith(root)), name)
        if f"{os.sep}." in inside:
            return False
        return self._is_article(name) or "." not in name or path in self._with_articles or os.path.isdir(path)  # noqa: PTH112


def walk(
    root: Path,
    rules: Rules,
    is_article: Callable[[str], bool],
    on_unlistable: Callable[[str], None],
    passed_over: PassedOverCounter | None = None,
    *,
    listed: set[str] | None = None,
) -> Iterator[Entry]:
    """Yield every article in a folder and its subfolders, sorted by name.

    Hidden and ignored files and folders are left out, and the folders of saved pages with their pictures and styles.
    Symbolic links are followed; a folder that is reached twice is listed once, so that loops end.

    Args:
        root: The folder.
        rules: Patterns to leave out, in addition to those of the ignore files in the folders.
        is_article: Returns True for the file names of articles.
        on_unlistable: Called with the path of each folder that cannot be listed.
        passed_over: Counts the files that are not articles, and what the rules ignore.
        listed: The paths of all listed folders are added to it.
    """
    passed_over = passed_over or PassedOverCounter()
    seen: set[tuple[int, int]] = set()
    # An explicit stack: trees may be deeper than Python's recursion.
    stack: list[tuple[str, str, Rules]] = [(os.fspath(root), "", rules)]
    while stack:
        folder, relative, inherited = stack.pop()
        try:
            status = os.stat(folder)  # noqa: PTH116 - Path costs as much again as the call, a hundred thousand times
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as listing:
                children = sorted(listing, key=lambda child: child.name)
        except OSError:
            on_unlistable(folder)
            continue
        if listed is not None:
            listed.add(folder)
        here = _with_ignore_file(children, relative, inherited)
        below: list[tuple[str, str, Rules]] = []
        of_pages = _folders_of_pages(children)
        for child in children:
            name = child.name
            if name.startswith("."):
                continue
            path = f"{relative}/{name}" if relative else name
            try:
                if name in of_pages:
                    continue
                if child.is_dir():
                    if not here.ignores(path, folder=True):
                        below.append((child.path, path, here))
                    else:
                        passed_over.ignored += 1
                elif not is_article(name):
                    if not name.startswith(_STATE_FILE):
                        passed_over.add(name)
                elif here.ignores(path, folder=False):
                    passed_over.ignored += 1
                else:
                    status = child.stat()
                    # Pipes, sockets and devices are never opened; they are not even listed.
                    if stat.S_ISREG(status.st_mode):
                        yield Entry(child.path, Signature.of(status))
            except OSError:
                # Removed since the folder was listed, or a link to nowhere.
                continue
        stack.extend(reversed(below))


def _folders_of_pages(children: Sequence[os.DirEntry[str]]) -> set[str]:
    """Return the names of those subfolders that contain the pictures and styles of a saved page beside them."""
    candidates = [child.name for child in children if child.name.endswith(SAVED_SUFFIXES)]
    return saved_folders(candidates, (child.name for child in children)) if candidates else set()


def _with_ignore_file(children: list[os.DirEntry[str]], relative: str, rules: Rules) -> Rules:
    """Return the rules, extended by the folder's ignore file if the folder has a readable one."""
    for child in children:
        if child.name == IGNORE_FILE:
            try:
                data = read_bytes(Path(child.path), _IGNORE_FILE_LIMIT)[0] if child.is_file() else b""
            except (OSError, UnreadableError):
                return rules
            return rules.extended(data.decode("utf-8-sig", "replace").split("\n"), relative)
    return rules

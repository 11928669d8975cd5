"""A cache of the results of the last scan, so that the next start does not read unchanged files.

It is a SQLite file in the cache folder. If the cache is damaged or of another version it is created again; if it cannot
be written the program runs without a cache. The user gets no message. Deleting the cache costs one scan.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from tui_reader import __version__
from tui_reader.model.article import Metadata
from tui_reader.storage.snapshot.disk import Disk, RefusedError
from tui_reader.storage.snapshot.private import close_to_others, private_file, private_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_SHAPE = 5
"""Part of `VERSION`, to be increased when the columns or the meaning of the stored metadata change."""
_SUFFIXES = ("-wal", "-shm", "-journal")
"""Suffixes of the auxiliary files that SQLite creates next to the database."""
VERSION = crc32(f"{_SHAPE} {__version__}".encode()) >> 1
"""Version number stored in the database, which is emptied if its number is another one.

It differs in every release, since formats may read headers differently. Between releases, a format that changes raises
its own version, and only its files are read again (`CachedFile.edition`).
"""


class CachedFile(NamedTuple):
    """The results of scanning a file, and the file's size, times and inode at the time of the scan."""

    path: str
    size: int
    mtime_ns: int
    inode: int
    fingerprint: str
    metadata: Metadata
    """The article's metadata, of which the raw header is not stored."""
    error: str
    """Why the file cannot be read; empty if it can."""
    moment: float = 0.0
    """The article's date in seconds since 1970; `ScanCache.load` returns the latest first."""
    edition: str = ""
    """Name and version of the format that read the file; if the version has changed, the file is scanned again."""


class ScanCache:
    """The database with the scan results of one library's files. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._disk = Disk()
        self._database: sqlite3.Connection | None = None
        self._is_unusable = False

    def load(self, count: int = -1, after: int = 0) -> list[CachedFile]:
        """Return the cached files, latest articles first; an empty list if there is no usable cache.

        Args:
            count: Number of files at most; -1 for all.
            after: Number of files to skip.
        """
        rows: list[CachedFile] = []
        if self._path.exists():
            self._try(lambda database: rows.extend(_rows(database, count, after)))
        return rows

    def update(self, files: Iterable[CachedFile], gone: Iterable[str] = ()) -> None:
        """Add or replace cached files, and remove the files whose paths are in `gone`."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany("DELETE FROM files WHERE path = ?", ((os.fsencode(path),) for path in gone))
                database.executemany(_INSERT, map(_values, files))

        self._try(write)

    def close(self) -> None:
        """Close the database."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _try(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Run `work` with the database; errors of SQLite and of the disk are caught.

        After an error that means damage, the database is deleted, and the next call creates an empty one. After any
        other error, this object does nothing any more.
        """
        # 2 ms, and nothing else at the start needs it.
        import sqlite3  # noqa: PLC0415

        if self._is_unusable:
            return
        try:
            if self._database is None:
                self._database = self._connect()
            work(self._database)
        except (sqlite3.DatabaseError, ValueError, TypeError, OSError) as error:
            self.close()
            self._is_unusable = not _is_damage(error) or not self._discard()

    def _connect(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415 - see `_try`

        path = f"{private_folder(self._path.parent, self._disk)}/{self._path.name}"
        private_file(path, self._disk)
        for suffix in _SUFFIXES:
            close_to_others(f"{path}{suffix}", self._disk)
        database = sqlite3.connect(path, timeout=1, check_same_thread=False)
        try:
            # A second window on the same library may write concurrently; a power cut may lose the last rows only.
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            if database.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                with database:
                    database.execute("DROP TABLE IF EXISTS files")
                    database.execute(f"CREATE TABLE files ({_COLUMNS}) WITHOUT ROWID")
                    database.execute("CREATE INDEX latest ON files (moment DESC)")
                    database.execute(f"PRAGMA user_version = {VERSION}")
        except sqlite3.DatabaseError:
            database.close()
            raise
        return database

    def _discard(self) -> bool:
        try:
            for suffix in ("", *_SUFFIXES):
                with contextlib.suppress(FileNotFoundError):
                    self._disk.unlink(f"{self._path}{suffix}")
        except OSError:
            return False
        return True


_NUMBERS = ("size", "mtime_ns", "inode", "moment", "words")
_TEXTS = (
    "fingerprint",
    "error",
    "edition",
    "id",
    "title",
    "byline",
    "source",
    "date",
    "url",
    "language",
    "tags",
    "guessed",
    "aliases",
)
_COLUMNS = ", ".join(
    ["path BLOB PRIMARY KEY", *(f"{n} NUMERIC NOT NULL" for n in _NUMBERS), *(f"{t} TEXT NOT NULL" for t in _TEXTS)]
)
_INSERT = "INSERT OR REPLACE INTO files VALUES (?" + ", ?" * (len(_NUMBERS) + len(_TEXTS)) + ")"  # noqa: S608 - question marks
_SIGNED = 2**64


def _values(file: CachedFile) -> tuple[Any, ...]:
    about = file.metadata
    # Inodes of some file systems use all 64 bits; SQLite's integers are signed.
    inode = file.inode if file.inode < _SIGNED // 2 else file.inode - _SIGNED
    return (
        *(os.fsencode(file.path), file.size, file.mtime_ns, inode, file.moment, about.words),
        *(file.fingerprint, file.error, file.edition),
        *(about.id, about.title, about.byline, about.source, about.date, about.url, about.language),
        # Tags are clean text, so that no line feed is part of one.
        *("\n".join(about.tags), "\n".join(sorted(about.guessed)), "\n".join(about.aliases)),
    )


def _rows(database: sqlite3.Connection, count: int, after: int) -> Iterator[CachedFile]:
    found = database.execute("SELECT * FROM files ORDER BY moment DESC LIMIT ? OFFSET ?", (count, after))
    shared: dict[str, tuple[str, ...]] = {"": ()}
    """Tags by their text: equal ones are one object, which saves time and memory."""
    for path, size, mtime_ns, inode, moment, words, *texts in found:
        fingerprint, error, edition, identity, title, byline, source, date, url, language, tags, guessed, aliases = (
            texts
        )
        if tags not in shared:
            shared[tags] = tuple(tags.split("\n"))
        about = Metadata(
            identity,
            title,
            byline,
            source,
            date,
            url,
            language,
            shared[tags],
            words,
            frozenset(guessed.split("\n")) if guessed else _NO_FIELDS,
            tuple(aliases.split("\n")) if aliases else (),
        )
        signature = os.fsdecode(path), size, mtime_ns, inode % _SIGNED
        yield CachedFile(*signature, fingerprint, about, error, moment, edition)


_NO_FIELDS: frozenset[str] = frozenset()


def _is_damage(error: Exception) -> bool:
    """Return True if an error means that the database is damaged, False if it is only busy or cannot be written."""
    import sqlite3  # noqa: PLC0415 - see `ScanCache._try`

    if isinstance(error, RefusedError):
        return True
    if isinstance(error, sqlite3.OperationalError):
        # Of the operational errors, only the plain one is about the content: a table or a column is missing, or a text
        # is not UTF-8. (Python itself raises the last one, without a code.)
        return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR
    return not isinstance(error, OSError)

"""What the last scan learned of each file, so that the next start reads none of them again.

A SQLite file in the cache folder: a view, never the truth. Where it is damaged, of another version or cannot be
written, it is made anew or done without, in silence. Deleting it costs one scan.
"""

from __future__ import annotations

import json
import os
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.model.article import Metadata

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

VERSION = 1
"""Grows when a column changes its meaning, or when formats read headers differently."""


class CachedFile(NamedTuple):
    """What is known of a file, and the signature that it had when it was read."""

    path: str
    size: int
    mtime_ns: int
    inode: int
    fingerprint: str
    metadata: Metadata
    error: str


class ScanCache:
    """One library's files as they were last seen. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._useless = False

    def load(self) -> list[CachedFile]:
        """Everything that is known, in no order; nothing where there is no usable cache."""
        rows: list[CachedFile] = []
        if self._path.exists():
            self._try(lambda database: rows.extend(_rows(database)))
        return rows

    def update(self, files: Iterable[CachedFile], gone: Iterable[str] = ()) -> None:
        """Remember files, and forget those at the paths that are gone."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany("DELETE FROM files WHERE path = ?", ((os.fsencode(path),) for path in gone))
                database.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", map(_values, files))

        self._try(write)

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _try(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do something with the database; a damaged one is removed, and the work is lost once."""
        # 2 ms, and nothing else at the start needs it.
        import sqlite3  # noqa: PLC0415

        if self._useless:
            return
        try:
            if self._database is None:
                self._database = self._connect()
            work(self._database)
        except (sqlite3.DatabaseError, ValueError, TypeError, OSError) as error:
            self.close()
            self._useless = not _is_damage(error) or not self._discard()

    def _connect(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415

        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path, timeout=1, check_same_thread=False)
        try:
            # A second window on the same library may write at the same time; a power cut may cost the last rows only.
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            if database.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                with database:
                    database.execute("DROP TABLE IF EXISTS files")
                    database.execute(
                        "CREATE TABLE files (path BLOB PRIMARY KEY, size INTEGER, mtime_ns INTEGER, inode INTEGER,"
                        " fingerprint TEXT, metadata TEXT, error TEXT) WITHOUT ROWID"
                    )
                    database.execute(f"PRAGMA user_version = {VERSION}")
        except sqlite3.DatabaseError:
            database.close()
            raise
        return database

    def _discard(self) -> bool:
        try:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        except OSError:
            return False
        return True


_FIELDS = tuple(field.name for field in fields(Metadata) if field.name not in {"header", "tags", "guessed"})
_SIGNED = 2**64


def _values(file: CachedFile) -> tuple[Any, ...]:
    metadata = file.metadata
    kept = {name: value for name in _FIELDS if (value := getattr(metadata, name))}
    if metadata.tags:
        kept["tags"] = metadata.tags
    if metadata.guessed:
        kept["guessed"] = sorted(metadata.guessed)
    # Inodes of some file systems use all 64 bits; SQLite's integers are signed.
    inode = file.inode if file.inode < _SIGNED // 2 else file.inode - _SIGNED
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return os.fsencode(file.path), file.size, file.mtime_ns, inode, file.fingerprint, text, file.error


def _rows(database: sqlite3.Connection) -> Iterator[CachedFile]:
    for path, size, mtime_ns, inode, fingerprint, text, error in database.execute("SELECT * FROM files"):
        kept = json.loads(text)
        tags, guessed = kept.pop("tags", ()), kept.pop("guessed", ())
        metadata = Metadata(**kept, tags=tuple(tags), guessed=frozenset(guessed))
        yield CachedFile(os.fsdecode(path), size, mtime_ns, inode % _SIGNED, fingerprint, metadata, error)


def _is_damage(error: Exception) -> bool:
    """Whether an error speaks against the file, not against the place it stands in or the moment."""
    import sqlite3  # noqa: PLC0415

    if isinstance(error, sqlite3.OperationalError):
        # Of the operational errors, only the plain one speaks of the content: a table or a column is not there.
        return error.sqlite_errorcode == sqlite3.SQLITE_ERROR
    return not isinstance(error, OSError)

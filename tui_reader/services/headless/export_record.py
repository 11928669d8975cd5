"""The record of exported files without marked blocks in a folder, to detect changed files."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from tui_reader.model.hashing import blake2b

if TYPE_CHECKING:
    from tui_reader.storage.snapshot.disk import Disk

NAME = ".tui-reader-export.json"
"""Name of the record file; it is in the export folder, so that it is copied to other computers together with that."""
_FORMAT = "tui-reader-export-files"
_VERSION = 1
_MAX_SIZE = 64 * 1024 * 1024


class ExportRecord:
    """The format, article and content hash of each exported file of a folder; the record is read on first use."""

    def __init__(self, disk: Disk, folder: str) -> None:
        self._disk, self._path = disk, f"{folder}/{NAME}"
        self._files: dict[str, dict[str, str]] | None = None
        self._data = b""

    def names(self, form: str) -> list[str]:
        """Return the names of the recorded files of a format."""
        return sorted(name for name, each in self._read().items() if each["to"] == form)

    def article(self, name: str) -> str:
        """Return the article of a file; empty if the file is not recorded."""
        return self._read().get(name, {}).get("article", "")

    def is_untouched(self, name: str, data: bytes) -> bool:
        """Return True if the content of a file is unchanged since its export."""
        return self._read().get(name, {}).get("hash") == _hash(data)

    def add(self, name: str, form: str, article: str, data: bytes) -> None:
        """Record the format, the article and the content hash of an exported file."""
        self._read()[name] = {"to": form, "article": article, "hash": _hash(data)}

    def remove(self, name: str) -> None:
        """Remove a file from the record."""
        self._read().pop(name, None)

    def save(self) -> None:
        """Write the record if it has changed.

        Raises:
            OSError: The record cannot be written.
        """
        if self._files is None or (not self._files and not self._data):
            return
        files = dict(sorted(self._files.items()))
        value = {"format": _FORMAT, "version": _VERSION, "files": files}
        data = f"{json.dumps(value, ensure_ascii=False, indent=1)}\n".encode("utf-8", "backslashreplace")
        if data == self._data:
            return
        temporary = f"{self._path}.{os.getpid()}.tmp"
        handle = self._disk.create(temporary, 0o666)
        try:
            self._disk.write(handle, data)
        finally:
            self._disk.close(handle)
        self._disk.rename(temporary, self._path)
        self._data = data

    def _read(self) -> dict[str, dict[str, str]]:
        if self._files is None:
            self._data = self._load()
            self._files = _files(self._data)
        return self._files

    def _load(self) -> bytes:
        try:
            handle = self._disk.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return b""
        try:
            return self._disk.read_at(handle, min(_MAX_SIZE, self._disk.fstat(handle).st_size), 0)
        finally:
            self._disk.close(handle)


def _files(data: bytes) -> dict[str, dict[str, str]]:
    """Parse the bytes of a record: a mapping for each exported file, with the keys `to`, `article` and `hash`.

    Entries whose name has a path separator or begins with a dot are skipped, since other programs may write the
    record. Invalid bytes, and a record of another version, give an empty mapping.
    """
    try:
        value: Any = json.loads(data)
        entries = value["files"] if value["format"] == _FORMAT and value["version"] == _VERSION else {}
        return {
            name: {key: str(each[key]) for key in ("to", "article", "hash")}
            for name, each in entries.items()
            if name and not name.startswith(".") and not {"/", "\\", "\0"} & set(name)
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()

"""Find the folders and files of a library, its state file, and the names of its articles."""

from __future__ import annotations

import glob
import os
import stat
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.errors import StoreError, UsageError
from tui_reader.model.hashing import blake2b

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.storage.recovery.ownership import Verdict

STATE_FILE = "library.json"


class LibraryPaths(NamedTuple):
    """The absolute paths that a library consists of."""

    name: str
    """Title of the library on the screen."""
    folders: tuple[Path, ...]
    files: tuple[Path, ...]
    """Files named in the arguments; they are articles regardless of their names."""
    state: Path
    base: Path | None
    """Folder of the state file, to which recorded names are relative; None if names are absolute paths."""
    cache: Path
    """Cache file with the results of the last scan of these paths."""
    notice: str = ""
    """Sentences why `library.json` in the folder is not used; empty if it is used or missing."""
    is_private: bool = False
    """True if the state file is in the program's data folder, which is not shared with other users."""

    def name_of(self, path: str) -> str:
        """Return the name of a file in ids and records: its path relative to `base`, outside of that the whole path."""
        if self.base is not None:
            inside = _relative(path, self.base)
            if inside is not None:
                # macOS decomposes accented letters in file names: normalized, the file is the same article everywhere.
                return unicodedata.normalize("NFC", _printable(inside))
        return _printable(path)

    def location_of(self, path: str) -> str:
        """Return the path of a file for display: relative to the library's only folder, else absolute."""
        inside = _relative(path, self.folders[0]) if len(self.folders) == 1 else None
        return _printable(path if inside is None else inside)

    def may_keep_text(self, path: str | os.PathLike[str]) -> bool:
        """Decide whether the text of a file may be copied into the state; reads the disk to resolve links.

        A state file beside the articles may be shared. A sender could add a symbolic link to a private file of the
        recipient, and would receive the text of that file.

        Returns:
            True unless the state may be shared and the file is outside the library's folders.
        """
        if self.is_private:
            return True
        real = Path(os.path.realpath(path))
        homes = {*self.folders, *(file.parent for file in self.files)}
        return any(real.is_relative_to(os.path.realpath(home)) for home in homes)

    def text_left_out(self, path: str) -> str:
        """Return the message that the text of a file is not copied into the state."""
        return (
            f"{self.location_of(path)} is a link out of the library: what you mark in it is kept in {self.state.name}, "
            "its whole text is not."
        )

    def path_of(self, name: str) -> Path:
        """Return the path of the file with a recorded name, see `name_of`."""
        return self.base / name if self.base is not None else Path(name)


def find_library_paths(
    paths: Sequence[Path], state: Path | None, data_dir: Path, cache_dir: Path, *, must_exist: bool = False
) -> LibraryPaths:
    """Resolve the paths that the command line named.

    Args:
        paths: Folders and files.
        state: The state file from `--state`; None to choose one.
        data_dir: The program's data folder.
        cache_dir: The program's cache folder.
        must_exist: True to refuse a state file from `--state` that does not exist: what only reads has no use for a
            new one, and its name is probably mistyped.

    Raises:
        UsageError: A path does not exist, or is a folder that may not be listed.
        StoreError: The state file is a folder, unreadable, or written by another program, or cannot be in its folder.
    """
    folders, files = _folders_and_files(paths)
    everything = (*folders, *files)
    home = _home_of(folders, files)
    notice = ""
    if state is None:
        verdict = carried_state(home) if home is not None else None
        carried = verdict is not None and verdict.is_ours
        chosen = home / STATE_FILE if carried and home is not None else data_dir / STATE_FILE
        if verdict is not None and home is not None:
            notice = _why_not_used(home, verdict, chosen)
    else:
        chosen = Path(os.path.abspath(state))  # noqa: PTH100 - the store follows symbolic links itself
        _require_file_path(state, chosen)
        is_empty = require_library(chosen).is_empty
        if must_exist:
            require_state(state, chosen)
            notice = f"{state} is empty: no state is kept in it yet." if is_empty else ""
        carried = home is not None and chosen.parent == home
    key = blake2b(b"\0".join(sorted(map(os.fsencode, everything))), digest_size=10).hexdigest()
    return LibraryPaths(
        name=_name(everything),
        folders=folders,
        files=files,
        state=chosen,
        base=home if carried else None,
        cache=cache_dir / "scans" / f"{key}.sqlite",
        notice=notice,
        is_private=chosen == data_dir / STATE_FILE,
    )


def carried_state(folder: Path) -> Verdict:
    """Check which program wrote `library.json` in a folder; a link out of the folder counts as foreign.

    Raises:
        StoreError: The file may not be read.
    """
    from tui_reader.storage.recovery.ownership import owner_of  # noqa: PLC0415 - 3 ms, only needed for folders that hold such a file

    file = folder / STATE_FILE
    try:
        return owner_of(file)
    except StoreError as error:
        raise StoreError(error.message, f"{error.hint} To keep the state elsewhere, write --state FILE.") from error


def name_inside(name: str, folder: Path) -> str | None:
    """Return the name that a library in a folder gives to a file of which the whole path was recorded (`name_of`).

    None if the file is not in the folder.
    """
    inside = _relative(name, Path(_printable(str(folder))))
    return None if inside is None else unicodedata.normalize("NFC", inside)


def is_library(file: Path) -> bool:
    """Decide whether a file is a library of this program.

    Returns:
        True if the file is a library; False if it is not or is unreadable.
    """
    try:
        return carried_state(file.parent).is_ours
    except StoreError:
        return False


def require_library(state: Path) -> Verdict:
    """Refuse a state file of another program.

    Returns:
        Whether there is a file, and whether it is empty.

    Raises:
        StoreError: Another program wrote the file, or it may not be read.
    """
    from tui_reader.storage.recovery.ownership import require_ours  # noqa: PLC0415 - 3 ms, see carried_state

    return require_ours(str(state))


def _require_file_path(state: Path, chosen: Path) -> None:
    """Refuse a state file that is a folder, or that has a file in place of one of its folders.

    Args:
        state: The state file as the user named it.
        chosen: Its absolute path.

    Raises:
        StoreError: The path is none of a file.
    """
    if os.path.isdir(chosen):  # noqa: PTH112 - `Path.is_dir` fails in a folder that may not be searched
        raise StoreError(f"{state} is a folder.", f"Name a file in it, such as {state / STATE_FILE}.")
    above = next((folder for folder in chosen.parents if os.path.lexists(folder)), None)
    if above is not None and os.path.isfile(above):  # noqa: PTH113 - as above
        raise StoreError(f"{state} cannot be a file: {above} is no folder.", "Is it spelled right?")


def require_state(state: Path, chosen: Path) -> None:
    """Refuse a state file of which there is neither the file nor a journal or an earlier generation.

    Args:
        state: The state file as the user named it.
        chosen: Its absolute path.

    Raises:
        UsageError: There is no such state file.
    """
    file = Path(os.path.realpath(chosen))
    if os.path.lexists(file) or any(file.parent.glob(f"{glob.escape(file.name)}.*")):
        return
    problem = "is a link to a file that does not exist" if os.path.lexists(chosen) else "does not exist"
    raise UsageError(f"{state} {problem}.", "Is it spelled right? --library PATH names it by its folder.")


def _why_not_used(home: Path, verdict: Verdict, chosen: Path) -> str:
    """Return the notice that `library.json` in a folder is not used, and why; empty if it is used or missing."""
    file = home / STATE_FILE
    if verdict.is_empty:
        return (
            f"{file} is empty and not used: the state is kept in {chosen}. "
            f"“tui-reader init {home}” makes the folder a library of its own."
        )
    if verdict.is_foreign:
        return (
            f"{file} is not a library of tui-reader: {verdict.reason}. It stays as it is, "
            f"and the state is kept in {chosen}; --state FILE names another place."
        )
    return ""


def _folders_and_files(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the absolute paths of folders and of files, without folders inside other folders."""
    folders: dict[Path, None] = {}
    files: dict[Path, None] = {}
    for path in paths:
        whole = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would rename what links lead to
        try:
            is_folder = stat.S_ISDIR(whole.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError) as error:
            way_out = "Name a folder with articles, a file, or - for standard input."
            raise UsageError(f"{path} does not exist.", way_out) from error
        except OSError as error:
            raise UsageError(
                f"{path} cannot be opened: {error.strerror}.", "Check the path and its folders."
            ) from error
        if is_folder and not os.access(whole, os.R_OK | os.X_OK):
            raise UsageError(f"{path} may not be listed.", "Allow reading the folder, or name another one.")
        (folders if is_folder else files)[whole] = None
    # A folder inside another folder would list its articles twice.
    outer = tuple(f for f in folders if not any(other != f and f.is_relative_to(other) for other in folders))
    return outer, tuple(files)


def _home_of(folders: tuple[Path, ...], files: tuple[Path, ...]) -> Path | None:
    """Return the folder whose `library.json` is used: the only one of `folders`, if all `files` lie directly in it.

    Without folders, it is the one folder of all files. None if there are several.
    """
    homes = {*folders, *(file.parent for file in files)}
    return homes.pop() if len(homes) == 1 else None


def _name(everything: tuple[Path, ...]) -> str:
    """Return the title of a library: the name of its first path, and the number of further paths."""
    if not everything:
        return "Library"
    first = _printable(everything[0].name or str(everything[0]))
    return first if len(everything) == 1 else f"{first} and {len(everything) - 1} more"


@lru_cache(maxsize=16)
def _prefix(folder: Path) -> str:
    """Return the path of a folder with a separator at its end; asked twice for each file of a scan."""
    return os.path.join(folder, "")  # noqa: PTH118 - Path has no separator at its end


def _relative(path: str, folder: Path) -> str | None:
    """Return a path relative to a folder, with slashes; None if the path is not inside the folder."""
    prefix = _prefix(folder)
    return path[len(prefix) :].replace(os.sep, "/") if path.startswith(prefix) else None


def _printable(path: str) -> str:
    """Return a path as text, with escapes for bytes that are not UTF-8 and for control characters."""
    if path.isprintable():
        return path
    try:
        text = os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # only in a damaged or malicious state file: no file has such a name
        text = path
    return "".join(c if c.isprintable() or c == "\u3000" else f"\\x{ord(c):02x}" for c in text)

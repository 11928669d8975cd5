"""Which places a library is made of, where its state lies, and what its files are called."""

from __future__ import annotations

import os
import stat
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.storage.recovery.ownership import Verdict

STATE_FILE = "library.json"


class LibraryPaths(NamedTuple):
    """What the command line named, made definite."""

    name: str
    """How the library is called on the screen."""
    folders: tuple[Path, ...]
    files: tuple[Path, ...]
    """Single files; they are articles whatever their names."""
    state: Path
    base: Path | None
    """Folder that names are relative to, where the state travels with it; None where names are absolute paths."""
    cache: Path
    """What the last scan of these very places learned."""
    notice: str = ""
    """Why a file `library.json` in the folder is not used, as sentences; empty where there is none, or it is."""
    is_private: bool = False
    """Whether the state lies in the program's own data folder, which is not shared with other people."""

    def name_of(self, path: str) -> str:
        """How ids and records call a file."""
        if self.base is not None:
            inside = _relative(path, self.base)
            if inside is not None:
                # The same file on a Mac, whose file systems take names apart, is the same article.
                return unicodedata.normalize("NFC", _printable(inside))
        return _printable(path)

    def location_of(self, path: str) -> str:
        """How a person calls a file: relative to the one folder of the library, else by its whole path."""
        inside = _relative(path, self.folders[0]) if len(self.folders) == 1 else None
        return _printable(path if inside is None else inside)

    def may_keep_text(self, path: str | os.PathLike[str]) -> bool:
        """Say whether the text of a file may be copied into the state; resolves links, so it asks the disk.

        A state beside the articles is shared by git, by a program that syncs, or by hand. Its sender could place a link
        to a file that only the recipient has, and would get its text.

        Returns:
            True unless the state may be shared and the file is outside of the library's folders.
        """
        if self.is_private:
            return True
        real = Path(os.path.realpath(path))
        homes = {*self.folders, *(file.parent for file in self.files)}
        return any(real.is_relative_to(os.path.realpath(home)) for home in homes)

    def text_left_out(self, path: str) -> str:
        """Say in a sentence that the text of a file is not copied into the state."""
        return (
            f"{self.location_of(path)} is a link out of the library: what you mark in it is kept in {self.state.name}, "
            "its whole text is not."
        )

    def path_of(self, name: str) -> Path:
        """The file of a name."""
        return self.base / name if self.base is not None else Path(name)


def find_library_paths(paths: Sequence[Path], state: Path | None, data_dir: Path, cache_dir: Path) -> LibraryPaths:
    """Make sense of what the command line named.

    Args:
        paths: Folders and files.
        state: The state file that was asked for, if one was.
        data_dir: Where the program keeps data of its own.
        cache_dir: Where it keeps what can be made anew.

    Raises:
        UsageError: A path does not exist, or is a folder that may not be listed.
        StoreError: The state file is a folder or another program's, or the one of the folder may not be read.
    """
    from hashlib import blake2b  # noqa: PLC0415 - 1 ms, the command line's other verbs do without

    folders, files = _sorted_out(paths)
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
        chosen = Path(os.path.abspath(state))  # noqa: PTH100 - a symbolic link is the store's business
        if chosen.is_dir():
            raise StoreError(f"{state} is a folder.", f"Name a file in it, such as {state / STATE_FILE}.")
        require_library(chosen)
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
    """Say whose the file `library.json` of a folder is; one that is a link out of the folder counts as foreign.

    Raises:
        StoreError: It may not be read.
    """
    from tui_reader.storage.recovery.ownership import owner_of  # noqa: PLC0415 - 3 ms, for folders that hold such a file

    file = folder / STATE_FILE
    try:
        return owner_of(file)
    except StoreError as error:
        raise StoreError(error.message, f"{error.hint} To keep the state elsewhere, write --state FILE.") from error


def is_library(file: Path) -> bool:
    """Say whether a file that was found is a library.

    Returns:
        True if it is; False also where it may not be read.
    """
    try:
        return carried_state(file.parent).is_ours
    except StoreError:
        return False


def require_library(state: Path) -> None:
    """Refuse a state file that was named and is another program's.

    Raises:
        StoreError: It is, or may not be read.
    """
    from tui_reader.storage.recovery.ownership import require_ours  # noqa: PLC0415 - the same

    require_ours(str(state))


def _why_not_used(home: Path, verdict: Verdict, chosen: Path) -> str:
    from tui_reader.storage.recovery.ownership import Owner  # noqa: PLC0415 - the same

    file = home / STATE_FILE
    if verdict.owner is Owner.EMPTY:
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


def _sorted_out(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
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
    # A folder within a folder adds nothing but a second name for everything in it.
    outer = tuple(f for f in folders if not any(other != f and f.is_relative_to(other) for other in folders))
    return outer, tuple(files)


def _home_of(folders: tuple[Path, ...], files: tuple[Path, ...]) -> Path | None:
    """The one folder that everything stands in directly, if there is one: a state file there would be meant."""
    homes = {*folders, *(file.parent for file in files)}
    return homes.pop() if len(homes) == 1 else None


def _name(everything: tuple[Path, ...]) -> str:
    if not everything:
        return "Library"
    first = _printable(everything[0].name or str(everything[0]))
    return first if len(everything) == 1 else f"{first} and {len(everything) - 1} more"


def _relative(path: str, folder: Path) -> str | None:
    prefix = os.path.join(folder, "")  # noqa: PTH118 - this runs once a file, and Path takes twenty times as long
    return path[len(prefix) :].replace(os.sep, "/") if path.startswith(prefix) else None


def _printable(path: str) -> str:
    """A path as text: bytes that are no UTF-8, and control characters, as escapes."""
    if path.isprintable():
        return path
    try:
        text = os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # a name that only a damaged or hostile state can hold: no file is called so
        text = path
    return "".join(c if c.isprintable() or c == "\u3000" else f"\\x{ord(c):02x}" for c in text)

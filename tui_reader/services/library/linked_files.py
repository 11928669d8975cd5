"""Resolve a relative link of an article: to another article, or to a file for another program.

An untrusted text names the file to open. So the file must be a regular file below a folder of the library, after
symbolic links have been resolved, of a kind that a program shows and does not run.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tui_reader.document.cleaning import clean_line
from tui_reader.errors import ReaderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tui_reader.services.library.library_paths import LibraryPaths

WEB_PAGES = frozenset((".html", ".htm", ".xhtml"))
"""Suffixes of the files that a browser opens."""
KINDS = frozenset(
    (
        *WEB_PAGES,
        *(".pdf", ".djvu", ".epub"),
        *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".tif", ".tiff", ".heic", ".ico", ".svg"),
        *(".mp3", ".m4a", ".aac", ".ogg", ".oga", ".opus", ".flac", ".wav", ".wma", ".aif", ".aiff"),
        *(".mp4", ".m4v", ".mkv", ".webm", ".mov", ".avi", ".mpg", ".mpeg", ".ogv", ".wmv"),
        *(".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".odg", ".rtf", ".csv", ".tsv"),
    )
)
"""Suffixes of the files that are opened: documents, pictures, audio, video, office files without macros, web pages."""
_ENDINGS = ("", ".md", ".markdown", ".txt", "/README.md", "/readme.md", "/index.md")
"""Endings that are appended in turn to the path in a link until an article is found: web sites add such endings."""
_PROGRAM_HEADS = (b"#!", b"\x7fELF", b"MZ", b"[Desktop Entry]", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""First bytes of scripts, programs and starters, regardless of their suffixes."""
_HEAD_BYTES = 64
"""Number of bytes of a file that are compared with `_PROGRAM_HEADS`."""
_MOST_SEARCHED = 100_000
"""Maximum number of files that are visited to find a file by its name."""
_SHOWN = 80
"""Largest number of characters of a link in a message."""


class RefusedFileError(ReaderError):
    """Raised for a linked file that must not be opened."""


def paths_of_link(paths: LibraryPaths, article: Path, link: str) -> Iterator[str]:
    """Yield the absolute paths that a link may mean, most likely first; the disk is not read.

    Args:
        paths: The paths of the library.
        article: File of the article that contains the link.
        link: The link's target: a path, possibly with percent escapes, a query and a fragment.
    """
    without_fragment = link.partition("#")[0]
    seen: set[str] = set()
    for written in (without_fragment.partition("?")[0], without_fragment, link):
        for path in (unquote(written, errors="surrogateescape"), written):
            for variant in (path, path.replace("\\", "/")):
                if variant.strip() and "\0" not in variant and variant not in seen:
                    seen.add(variant)
                    yield from _absolute(paths, article, variant)


def _absolute(paths: LibraryPaths, article: Path, path: str) -> Iterator[str]:
    """Yield the absolute paths that a path in a link may mean.

    One with a leading slash is first taken as relative to each folder of the library, as a web site would, and then as
    absolute; another one is relative to the folder of the article.
    """
    if path.startswith("/"):
        for folder in _homes(paths):
            yield os.path.normpath(f"{folder}/{path}")
    yield os.path.normpath(article.parent / path)


def names_of_link(paths: LibraryPaths, article: Path, link: str) -> Iterator[str]:
    """Yield the names of articles that a link may mean, most likely first; the disk is not read."""
    for path in paths_of_link(paths, article, link):
        for ending in _ENDINGS:
            for form in dict.fromkeys((path, *(unicodedata.normalize(form, path) for form in ("NFC", "NFD")))):
                yield paths.name_of(form + ending)


def file_of_link(paths: LibraryPaths, article: Path, link: str) -> Path:
    """Return the file to which a link points, with symbolic links resolved; reads the disk.

    Raises:
        RefusedFileError: The file does not exist or may not be opened; the message gives the reason.
    """
    shown = clean_line(unquote(link)[:_SHOWN])
    homes = [Path(os.path.realpath(home)) for home in _homes(paths)]
    is_outside = False
    for candidate in paths_of_link(paths, article, link):
        try:
            real = Path(os.path.realpath(candidate))
        except ValueError:  # not a valid file name
            continue
        if not any(real.is_relative_to(home) for home in homes):
            is_outside = True
            continue
        try:
            status = real.stat()
        except (OSError, ValueError):
            continue
        if not paths.folders and _is_text(real) and stat.S_ISREG(status.st_mode):
            raise RefusedFileError(
                f"{shown} is not in this library: only single files were opened. Open their folder to follow the link."
            )
        _require_harmless(real, status, shown)
        return real
    named = _file_named(homes, unquote(link.partition("#")[0])) if not is_outside else None
    if named is not None:
        _require_harmless(named, named.stat(), shown)
        return named
    if is_outside:
        raise RefusedFileError(f"{shown} is not in this library: it lies outside of its folders, and is not opened.")
    raise RefusedFileError(f"{shown} is not in this library: there is no such file.")


def _file_named(homes: Sequence[Path], name: str) -> Path | None:
    """Return the file with a name in any folder of the library, as Obsidian resolves pictures; None without one.

    Folders that are links and hidden folders are not searched, and no more than 100,000 files.
    """
    if "/" in name or "\\" in name or not PurePath(name).suffix:
        return None
    seen = 0
    for home in homes:
        for folder, folders, files in os.walk(home):
            folders[:] = sorted(each for each in folders if not each.startswith("."))
            if name in files and not Path(folder, name).is_symlink():
                return Path(folder, name)
            seen += len(files)
            if seen > _MOST_SEARCHED:
                return None
    return None


def _require_harmless(path: Path, status: os.stat_result, shown: str) -> None:
    """Raise an error unless a file is of a kind that a program shows and does not run."""
    if stat.S_ISDIR(status.st_mode):
        raise RefusedFileError(f"{shown} is not opened: it is a folder.")
    if not stat.S_ISREG(status.st_mode):
        raise RefusedFileError(f"{shown} is not opened: it is not a regular file.")
    if path.suffix.lower() not in KINDS:
        if _is_text(path):
            raise RefusedFileError(f"{shown} is not in this library: the file is there, but not among its articles.")
        raise RefusedFileError(
            f"{shown} is not opened: only PDF, pictures, audio, video, office files and web pages are."
        )
    if status.st_mode & 0o111 or _begins_as_program(path):
        raise RefusedFileError(f"{shown} is not opened: the file can be run as a program.")


def _is_text(path: Path) -> bool:
    """Return True if a file is an article by its name."""
    from tui_reader.formats.registry import is_article  # noqa: PLC0415 - only after a link that leads nowhere

    return is_article(path.name)


def _begins_as_program(path: Path) -> bool:
    """Return True if a file begins as a script or program; False if it cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_PROGRAM_HEADS)


def _homes(paths: LibraryPaths) -> Iterable[Path]:
    """Return the folders below which links may open files: folders of the library and of named files."""
    return dict.fromkeys((*paths.folders, *(file.parent for file in paths.files)))

"""Start other programs: the browser, and the programs that open files.

The programs run without a terminal: output to the reader's terminal would damage the screen.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.services.library.addresses import safe_url
from tui_reader.services.library.linked_files import WEB_PAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_PAGE_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "evince": ("--page-index={page}",),
    "papers": ("--page-index={page}",),
    "atril": ("--page-index={page}",),
    "xreader": ("--page-index={page}",),
    "okular": ("--page", "{page}"),
    "zathura": ("--page={page}",),
    "sioyek": ("--page", "{page}"),
}
"""Options that open a PDF file at a page, by a part of the program's name."""
_BROWSERS = ("firefox", "librewolf", "chrom", "brave", "vivaldi", "opera", "edge", "falkon", "epiphany")
"""Parts of the names of browsers, which open a PDF file at a page by `#page=N` in its address."""


def open_url(url: str, command: str = "") -> str:
    """Open an address in the browser, or a new message in the mail program.

    Args:
        url: An http, https or mailto address; other schemes are refused, since an article is untrusted.
        command: Program with its arguments, to which the address is added; empty for the system's default.

    Returns:
        The opened address, without unsafe parts; see `addresses.safe_url`.

    Raises:
        RefusedUrlError: The address has another scheme.
        ReaderError: No program could be started.
    """
    safe = safe_url(url)
    _start([*_opener(command), safe])
    return safe


def open_file(path: Path, command: str = "") -> None:
    """Open a file in the program that the system associates with it.

    Raises:
        ReaderError: No program could be started.
    """
    # An absolute path never begins with a dash, which a program could take for an option.
    _start([*_opener(command), str(path.absolute())])


def open_at_page(path: Path, page: int, command: str = "") -> bool:
    """Open a PDF file at a page, if the program for PDF files accepts a page; else at its beginning.

    Asks the system for the program, which may take a tenth of a second.

    Args:
        path: The file.
        page: Number of the page in the file, from 1.
        command: Program with its arguments that opens files; empty for the system's default.

    Returns:
        True if the file was opened at the page.

    Raises:
        ReaderError: No program could be started.
    """
    program = _opener(command) if command else _default_viewer()
    name = Path(program[0]).name.lower() if program else ""
    options = next((options for known, options in _PAGE_OPTIONS.items() if known in name), None)
    if program and options is not None:
        _start([*program, *(option.format(page=page) for option in options), str(path.absolute())])
        return True
    if program and any(known in name for known in _BROWSERS):
        _start([*program, f"{path.absolute().as_uri()}#page={page}"])
        return True
    open_file(path, command)
    return False


def _default_viewer() -> list[str]:
    """Return the command of the program that Linux associates with PDF files; empty if it is not known."""
    asker = shutil.which("xdg-mime")
    if asker is None or sys.platform in {"darwin", "win32"}:
        return []
    try:
        asked = subprocess.run(  # noqa: S603 - the system's own program, with fixed arguments
            [asker, "query", "default", "application/pdf"], capture_output=True, check=False, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    # Such as `org.gnome.Evince.desktop`: the last word is the name of the program.
    name = asked.stdout.decode("utf-8", "replace").strip().removesuffix(".desktop").rpartition(".")[2].lower()
    found = shutil.which(name) if name else None
    return [found] if found else []


def open_linked(path: Path, browser: str = "") -> None:
    """Open the file to which a link points: a web page in the browser, any other file in the program for its kind.

    Args:
        path: The file, see `linked_files.file_of_link`.
        browser: Command that opens a link; also used if the system has no program for the file.

    Raises:
        ReaderError: No program could be started.
    """
    try:
        opener = _opener(browser if path.suffix.lower() in WEB_PAGES else "")
    except ReaderError:
        opener = _opener(browser)
    _start([*opener, str(path.absolute())])


def _opener(command: str) -> list[str]:
    """Return the program that opens an address or a file, with its arguments.

    Args:
        command: The command of the settings; empty for the system's program.

    Raises:
        ReaderError: The command has a quote that is not closed, or the system has no program.
    """
    if command:
        try:
            return shlex.split(command)
        except ValueError as error:
            raise ReaderError(f"“{command}” is not a command: {error}.") from None
    if sys.platform == "darwin":
        return ["open"]
    if sys.platform == "win32":
        return ["explorer"]
    # Without a display, xdg-open may start a text browser in the reader's terminal.
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not has_display or shutil.which("xdg-open") is None:
        raise ReaderError("There is no program here to open it with.", "Set `browser` in the settings.")
    return ["xdg-open"]


def _start(arguments: Sequence[str]) -> None:
    """Start a detached program without a terminal, which continues after the reader ends."""
    try:
        subprocess.Popen(  # noqa: S603 - no shell; the address is one argument, and its scheme was checked
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise ReaderError(
            f"“{arguments[0]}” could not be started: {error}.", "Set `browser` in the settings."
        ) from None

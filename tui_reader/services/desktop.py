"""Other programs: the browser, the program of a file, the clipboard's command.

They are started beside the reader, cut off from its terminal: a child that wrote to it would scrawl over the page.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from tui_reader.document.clean import clean_line, clean_text
from tui_reader.errors import ReaderError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAIL_FIELDS = ("to", "cc", "bcc", "subject", "in-reply-to", "body")
"""Fields of a new mail that an article may fill in. Mail programs know others, such as `attach`, which add files."""
LONGEST_URL = 8_192
"""Characters of an address; browsers take about as many, and Linux 128 KiB in one argument."""


class RefusedUrlError(ReaderError):
    """The address comes from an article and is of a kind that is not opened."""


def open_url(url: str, command: str = "") -> None:
    """Open an address in the browser, or begin a mail.

    Args:
        url: An http, https or mailto address; anything else is refused, since it comes from an article.
        command: Program with its arguments, the address is added; empty for the system's own opener.

    Raises:
        RefusedUrlError: The address is of another kind.
        ReaderError: No program could be started.
    """
    safe = safe_url(url)
    _start([*_opener(command), safe])


def safe_url(url: str) -> str:
    """Return the form of an address that may be given to another program.

    A mail keeps only the fields of `MAIL_FIELDS`.

    Raises:
        RefusedUrlError: It is no http, https or mailto address, or has characters that no address has.
    """
    shown = clean_line(url[:80])
    if len(url) > LONGEST_URL:
        raise RefusedUrlError(f"The address {shown}… is not opened: it has {len(url):,} characters.")
    url = url.replace(" ", "%20")
    if not url.isprintable():
        raise RefusedUrlError(f"The address {shown} is not opened: it has characters that no address has.")
    scheme, colon, rest = url.partition(":")
    if colon and scheme.lower() == "mailto":
        return _safe_mail(rest)
    try:
        is_web = bool(colon) and scheme.lower() in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:  # brackets around what is no IPv6 address
        is_web = False
    if not is_web:
        raise RefusedUrlError(f"The address {shown} is not opened: only http, https and mailto are.")
    return url


def _safe_mail(rest: str) -> str:
    """Return a mailto address with the fields of `MAIL_FIELDS` alone, each once, control characters taken out.

    Args:
        rest: What follows `mailto:`.
    """
    addresses, _, query = rest.partition("?")
    fields: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name = unquote(name).strip().lower()
        if name in MAIL_FIELDS and name not in fields:
            lines = unquote(value).splitlines()
            # Only the text itself has lines; in a header they would begin another one.
            fields[name] = "\r\n".join(map(clean_text, lines)) if name == "body" else clean_line(" ".join(lines))
    safe = f"mailto:{quote(clean_line(unquote(addresses)), safe='@,')}"
    if not fields:
        return safe
    pairs = [f"{name}={quote(value, safe='@,')}" for name, value in fields.items()]
    return f"{safe}?{'&'.join(pairs)}"


def open_file(path: Path, command: str = "") -> None:
    """Open a file in the program that the system has for it.

    Raises:
        ReaderError: No program could be started.
    """
    _start([*_opener(command), str(path)])


def pipe_to(command: str, text: str) -> None:
    """Give a text to a command's standard input, such as `wl-copy`.

    Raises:
        ReaderError: The command could not be started, or failed.
    """
    try:
        subprocess.run(  # noqa: S603 - the command is the user's own setting
            shlex.split(command),
            input=text.encode("utf-8", "replace"),
            check=True,
            timeout=5,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ReaderError(f"“{command}” did not take the text: {error}.") from None


def _opener(command: str) -> list[str]:
    if command:
        try:
            return shlex.split(command)
        except ValueError as error:
            raise ReaderError(f"“{command}” is not a command: {error}.") from None
    if sys.platform == "darwin":
        return ["open"]
    if sys.platform == "win32":
        return ["explorer"]
    # Without a display the system's opener may start a text browser on our terminal.
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not has_display or shutil.which("xdg-open") is None:
        raise ReaderError("There is no program here to open it with.", "Set `browser` in the settings.")
    return ["xdg-open"]


def _start(arguments: Sequence[str]) -> None:
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

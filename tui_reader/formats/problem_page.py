"""Pages shown in place of an article that cannot be read or is empty."""

from __future__ import annotations

from pathlib import PurePath

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.document.cleaning import clean_line
from tui_reader.formats.reasons import clean_reason
from tui_reader.model.article import Metadata

_ADVICE = (
    "The command “Open the original” (o by default) hands it to the program that your system has for such files. "
    "A pattern in the setting “ignore” leaves them out of the list."
)

ENCRYPTED = "encrypted: it opens only with its password"
WEB_PAGE = "a web page, not a PDF file, as sites send in its place"
_ENDINGS = {
    "a PDF file": ".pdf",
    "a ZIP archive, as EPUB and office files are": ".epub, .docx or .odt",
    "a gzip archive": ".txt.gz or .html.gz",
    WEB_PAGE: ".html",
}
"""For each reason that names another kind of file: the suffix under which the file can be read."""


def base_name(name: str) -> str:
    """Return the display name of a file: the last part of its path; `Standard input` for `-`."""
    return "Standard input" if name == "-" else clean_line(PurePath(name).name or name) or "Unnamed"


def problem_metadata(name: str) -> Metadata:
    """Return the metadata of a file that cannot be read: its name as the title."""
    return Metadata(title=base_name(name), guessed=frozenset({"title"}))


def problem_document(name: str, size: int, reason: str, ending: str = "") -> Document:
    """Build the page for an unreadable file: its name, the reason, and advice.

    Args:
        name: Name or path of the file, as displayed to users.
        size: Size of the file in bytes.
        reason: Why the file cannot be read, in a few words that may begin with `not text: `.
        ending: Suffix under which the file can be read; empty if there is none, or the reason implies it.
    """
    error = reason = clean_reason(reason)
    shown = base_name(name)
    detail = reason.removeprefix("not text: ")
    ending = ending or _ENDINGS.get(detail, "")
    is_binary = detail != reason and not ending
    explanation = f"It looks like a binary file: {detail}." if is_binary else f"It is {detail}."
    where = "" if name == "-" else clean_line(name)
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.HEADING, 0, 0, level=1), f"{shown} cannot be read")
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), f"{explanation} Nothing was changed.")
    if where and ending:
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), f"It can be read once its name ends in {ending}.")
    if where:
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), _ADVICE)
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True), f"where\t{where or shown}, {human_size(size)}")
    return builder.build(problem_metadata(name), error=error, title_block=0)


def empty_document(metadata: Metadata, source: str) -> Document:
    """Build the page for a file without text: an empty file, or a file with only a header and comments.

    Args:
        metadata: The metadata of the file.
        source: The text of the file, or any words if it is not empty; decides with the header which message is shown.
    """
    message = "There is nothing to read in this file." if source.strip() or metadata.header else "This file is empty."
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True), message)
    return builder.build(metadata)


def cut_off_notice(missing: str, what: str = "file") -> str:
    """Return the notice that a file ends too early.

    Args:
        missing: What may be missing, such as `chapters`.
        what: What ends too early, such as `mail`.
    """
    return f"The end of this {what} is missing, as after an interrupted download: {missing} may be missing."


def human_size(size: int) -> str:
    """Format a size in bytes for display, such as `48 kB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            amount = size / factor
            return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
    return "1 byte" if size == 1 else f"{size} bytes"

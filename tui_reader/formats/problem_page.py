"""The page that stands in the place of an article which cannot be read."""

from __future__ import annotations

from pathlib import PurePath

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.document.clean import clean_line
from tui_reader.model.article import Metadata

_WAY_OUT = (
    "The command “Open the original” (o by default) hands it to the program that your system has for such files. "
    "A pattern in the setting “ignore” leaves them out of the list."
)


def base_name(name: str) -> str:
    """The name to show for a file: its last part, or what standard input is called."""
    return "Standard input" if name == "-" else clean_line(PurePath(name).name or name) or "Unnamed"


def problem_metadata(name: str) -> Metadata:
    """What is known of a file that cannot be read: its name."""
    return Metadata(title=base_name(name), guessed=frozenset({"title"}))


def problem_document(name: str, size: int, reason: str) -> Document:
    """A page that says which file cannot be read, what it looks like, that nothing was changed, and what to do.

    Args:
        name: Name or path of the file, as the reader knows it.
        size: Its bytes.
        reason: Why it cannot be read, in a few words that may begin with `not text: `.
    """
    reason = clean_line(reason)
    shown = base_name(name)
    detail = reason.removeprefix("not text: ")
    looks = f"It looks like a binary file: {detail}." if detail != reason else f"It is {reason}."
    where = "" if name == "-" else clean_line(name)
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.HEADING, 0, 0, level=1), f"{shown} cannot be read")
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), f"{looks} Nothing was changed.")
    if where:
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), _WAY_OUT)
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True), f"where\t{where or shown}, {human_size(size)}")
    return builder.build(problem_metadata(name), error=reason, title_block=0)


def empty_document(metadata: Metadata, source: str) -> Document:
    """A page for a file in which there is nothing to read: no bytes, or nothing but a header and comments."""
    nothing = "There is nothing to read in this file." if source.strip() or metadata.header else "This file is empty."
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True), nothing)
    return builder.build(metadata)


def human_size(size: int) -> str:
    """Bytes as people say them: `48 kB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            amount = size / factor
            return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
    return "1 byte" if size == 1 else f"{size} bytes"

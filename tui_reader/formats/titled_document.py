"""The last step of a format: from the blocks of a file to its document."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_reader.document.blocks import BlockKind
from tui_reader.document.cleaning import clean_line
from tui_reader.formats.problem_page import empty_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document, DocumentBuilder
    from tui_reader.model.article import Metadata


def titled_document(
    builder: DocumentBuilder,
    metadata: Metadata,
    source: str,
    *,
    notices: tuple[str, ...] = (),
    comparable: Callable[[str], str] = clean_line,
) -> Document:
    """Build the document of a file, and mark its first block if that is a heading which repeats the title.

    Args:
        builder: The blocks of the file.
        metadata: The metadata of the file.
        source: The text of the file, for the page that is shown if there are no blocks; see `empty_document`.
        notices: Messages to the user about the reading of the file.
        comparable: Converts heading and title to the form in which they are compared.
    """
    if not builder.blocks:
        return empty_document(metadata, source)
    document = builder.build(metadata, notices=notices)
    is_title = document.blocks[0].kind is BlockKind.HEADING and (
        comparable(document.block_text(0)) == comparable(metadata.title)
    )
    return replace(document, title_block=0) if is_title else document

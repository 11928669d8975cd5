"""The writer of an EPUB book of quotes: highlights and notes by article, without the full texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.exchange.epub import write_book

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip


def write(clips: Sequence[Clip]) -> bytes:
    """Return the quotes of articles as an EPUB book; articles without annotations are left out."""
    return write_book([clip for clip in clips if clip.annotations], with_text=False)

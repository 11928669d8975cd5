"""The writer of a book of quotes: highlights and notes article by article, without the texts around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.exchange.epub import write_book

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip


def write(clips: Sequence[Clip]) -> bytes:
    """Return the quotes of articles as a book; articles without annotations are left out."""
    return write_book([clip for clip in clips if clip.annotations], with_text=False)

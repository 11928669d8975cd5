"""Ligatures without a mapping to Unicode are recognized by the words that contain them."""

from __future__ import annotations

import pytest

from tui_reader.formats.pdf.ligatures import ligatures_in


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("They de\x1bne the \x1brst speci\x1bc kind", "They define the first specific kind"),
        ("a di\x1derent e\x1dect, o\x1dered", "a different effect, offered"),
        ("the o\x0ece has su\x0ecient room", "the office has sufficient room"),
        ("ver\u00f6\x1bentlicht", "veröffentlicht"),
        ("in\x1cuence, the \x1cow", "influence, the flow"),
        ("a bullet \x0f alone and name\x04", "a bullet \x0f alone and name\x04"),
        ("no sign at all", "no sign at all"),
    ],
)
def test_ligatures_are_chosen_by_known_words(text: str, read: str) -> None:
    assert text.translate(ligatures_in(text)) == read

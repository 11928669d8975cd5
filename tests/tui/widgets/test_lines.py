"""Rows look the same after their segments were merged, fitted or wrapped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_reader.tui.widgets import styled_lines
from tui_reader.tui.widgets.styled_lines import merged, wrap

INKS = ("#d9d4c7", "#97938a", None)
GROUNDS = ("#15171b", "#272b33", None)
STYLES = st.builds(
    lambda ink, ground, **looks: Style(color=ink, bgcolor=ground, **looks),
    st.sampled_from(INKS),
    st.sampled_from(GROUNDS),
    bold=st.booleans(),
    underline=st.booleans(),
    reverse=st.booleans(),
    strike=st.booleans(),
)
SEGMENTS = st.lists(st.builds(Segment, st.text("ab ·家 ", max_size=4), STYLES), max_size=8)


def picture(strip: Strip) -> list[object]:
    """Return the appearance of every character; the text colour of a space counts only if it is visible."""
    seen: list[object] = []
    for text, style, _ in strip:
        assert style is not None
        lined = bool(style.underline or style.strike or style.reverse)
        for character in text:
            ink = (style.color, style.bold) if lined or not character.isspace() else None
            seen.append((character, style.bgcolor, lined and (style.underline, style.strike, style.reverse), ink))
    return seen


@given(SEGMENTS)
def test_merging_segments_changes_no_cell(segments: list[Segment]) -> None:
    strip = Strip(segments)
    assert picture(merged(strip)) == picture(strip)
    assert merged(strip).cell_length == strip.cell_length


def test_blank_segments_merge_with_text_on_the_same_background() -> None:
    base, title = Style(color="#d9d4c7", bgcolor="#15171b"), Style(color="#f4efe3", bgcolor="#15171b", bold=True)
    strip = merged(Strip([Segment("   ", base), Segment("A title", title), Segment("     ", base)]))
    assert list(strip) == [Segment("   A title     ", title)]


@pytest.mark.parametrize("text", ["漢字", "a漢b", "家 家", "\u0301漢", "👩\u200d💻", "plain words"])
@pytest.mark.parametrize("width", [1, 2, 3, 80])
def test_any_text_is_wrapped_into_rows_that_fit(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert all(cell_len(row) <= width for row in rows)
    assert [row for row in rows if row.strip()]


def test_a_long_word_is_measured_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the rest of the word was measured for each row, 10,000 letters took a second per painted row."""
    measured: list[int] = []

    def measure(text: str) -> int:
        measured.append(len(text))
        return cell_len(text)

    monkeypatch.setattr(styled_lines, "cell_len", measure)
    assert wrap("x" * 4_000, 40) == ["x" * 40] * 100
    assert sum(measured) < 5 * 4_000
    assert wrap("e\u0301" * 2_000 + "家" * 2_000, 40) == ["e\u0301" * 40] * 50 + ["家" * 20] * 100

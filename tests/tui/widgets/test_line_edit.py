"""A line that is typed: its keys keep the cursor between characters, and the cursor is always in the visible part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.document.cells import cell_width, clusters_of, previous_boundary
from tui_reader.tui.widgets.line_edit import _KEYS, LONGEST, LineEdit

TEXTS = st.lists(
    st.sampled_from(["a", " ", "港", "e\u0301", "👩\u200d🚀", "\t", "\x1b", "\n", "tag:", "نی\u200c"]), max_size=12
).map("".join)


@given(st.lists(st.one_of(TEXTS, st.sampled_from(sorted(_KEYS))), max_size=20), st.integers(3, 20))
def test_every_key_keeps_the_cursor_on_a_boundary_in_the_visible_part(keys: list[str], room: int) -> None:
    line = LineEdit()
    for key in keys:
        if key not in _KEYS:
            line.insert(key)
        else:
            line.edit(key)
        assert line.text.isprintable() or "\u200c" in line.text or "\u200d" in line.text
        start, end = line.window(room)
        assert 0 <= start <= line.cursor <= end <= len(line.text)
        low, high = line.selection
        assert 0 <= low <= high <= len(line.text)
        assert line.cursor in (low, high)
        assert cell_width(line.text[start:end]) <= room
        if start:
            before = previous_boundary(line.text, start)
            assert cell_width(line.text[before:]) + 1 > room, "more of the text would fit"
        if line.text:
            boundaries, at = {0}, 0
            for cluster in clusters_of(line.text):
                at += len(cluster)
                boundaries.add(at)
            assert {start, end} <= boundaries


def test_a_line_that_was_shortened_shows_what_is_left_of_it() -> None:
    line = LineEdit()
    line.insert(" ".join(["word"] * 20))
    assert line.window(12) == (88, 99)
    for shown in ("d word word ", "d word word "):
        line.edit("ctrl+w")
        start, end = line.window(12)
        assert f"{line.text[start:end]} "[-12:] in (shown, shown[1:] + " ")
    for _ in range(16):
        line.edit("ctrl+w")
    assert line.text == "word word "
    assert line.window(12) == (0, 10)


@pytest.mark.parametrize(
    ("keys", "text", "cursor"),
    [
        (["one two", "ctrl+w"], "one ", 4),
        (["one two", "ctrl+left", "ctrl+u"], "two", 0),
        (["one two", "home", "ctrl+right", "ctrl+k"], "one", 3),
        (["ab", "left", "x", "backspace", "delete"], "a", 1),
        (["ab", "ctrl+a", "ctrl+d", "ctrl+e", "c"], "bc", 2),
        (["e\u0301", "backspace"], "", 0),
        (["x" * (LONGEST + 5)], "x" * LONGEST, LONGEST),
        (["a\r\n\tb\x07"], "a  b", 4),
        (["one two", "ctrl+shift+left", "x"], "one x", 5),
        (["one two", "shift+home", "backspace"], "", 0),
        (["one two", "shift+left", "shift+left", "left", "x"], "one txwo", 6),
        (["one two", "shift+left", "shift+left", "right", "x"], "one twox", 8),
        (["one two", "home", "shift+right", "shift+right", "delete"], "e two", 0),
        (["one two", "home", "shift+end", "shift+left", "x"], "xo", 1),
        (["one two", "shift+left", "shift+right", "backspace"], "one tw", 6),
        (["one two", "shift+left", "ctrl+u", "x"], "xo", 1),
        (["one two", "shift+left", "\x07"], "one two", 6),
        (["x" * LONGEST, "shift+home", "y" * (LONGEST + 1)], "y" * LONGEST, LONGEST),
    ],
)
def test_keys_edit_as_in_a_shell(keys: list[str], text: str, cursor: int) -> None:
    line = LineEdit()
    for key in keys:
        if key not in _KEYS:
            line.insert(key)
        else:
            line.edit(key)
    assert (line.text, line.cursor) == (text, cursor)


def test_a_click_finds_the_character_at_its_column() -> None:
    line = LineEdit()
    line.set("a港b")
    assert [line.offset_at(column, 20) for column in range(5)] == [0, 1, 1, 2, 3]

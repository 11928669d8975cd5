"""The index of highlights finds the highlights of any range, however they overlap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.tui.widgets.article_pane import highlight_index as module
from tui_reader.tui.widgets.article_pane.highlight_index import Highlight, HighlightIndex

marks = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30), st.integers(1, 5)), max_size=25).map(
    lambda drawn: [Highlight(str(at), start, start + size, colour) for at, (start, size, colour) in enumerate(drawn)]
)


@given(marks, st.integers(0, 90), st.integers(1, 40))
def test_exactly_the_highlights_that_overlap_a_range_are_found_in_order(
    found: list[Highlight], start: int, size: int
) -> None:
    index = HighlightIndex(found)
    meeting = [mark for mark in found if mark.start < start + size and mark.end > start]
    assert sorted(index.within(start, start + size)) == sorted(meeting)
    starts = [mark.start for mark in index.within(start, start + size)]
    assert starts == sorted(starts)
    assert index.stacked(start, start + size) == meeting[::-1]


@given(marks, st.integers(0, 60), st.integers(1, 40), st.sampled_from(["", "0", "3"]))
def test_every_character_has_the_topmost_highlight_and_the_one_below(
    found: list[Highlight], start: int, size: int, top: str
) -> None:
    runs = HighlightIndex(found).runs(start, start + size, top)
    for offset in range(start, start + size):
        stack = [mark for mark in found if mark.start <= offset < mark.end][::-1]
        stack.sort(key=lambda mark: mark.id != top)
        shown = [run for run in runs if run.start <= offset < run.end]
        assert len(shown) == bool(stack)
        if stack:
            assert (shown[0].top, shown[0].under) == (stack[0], stack[1] if len(stack) > 1 else None)


@given(
    marks, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60), st.integers(0, 30), st.booleans()), max_size=40)
)
def test_an_index_after_single_changes_equals_a_new_index(
    found: list[Highlight], changes: list[tuple[int, int, int, bool]]
) -> None:
    """After any insertion, removal or move, the index gives the answers of a new index."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", 3)
        index = HighlightIndex(found, [(0, mark.id) for mark in found])
        known = {mark.id: (mark, (0, mark.id)) for mark in found}
        for at, (number, start, size, noted) in enumerate(changes, 1):
            mark = Highlight(str(number), start, start + size, 1, "a note" if noted else "")
            if size % 4 == 3:
                index.change([mark.id], [])
                known.pop(mark.id, None)
            else:
                index.change([mark.id], [(mark, (at, mark.id))])
                known[mark.id] = mark, (at, mark.id)
            assert index.noted == tuple(each for each in index if each.noted)
        new = HighlightIndex([mark for mark, _ in known.values()], [rank for _, rank in known.values()])
        assert index.highlights == new.highlights
        assert len(index) == len(new.highlights)
        for number, mark in enumerate(new.highlights):
            assert index.number(mark.id) == number
            assert index.at(number) == mark == index.get(mark.id)
        for offset in range(0, 95, 4):
            assert index.first_from(offset) == sum(mark.start < offset for mark in new.highlights)
            assert index.within(offset, offset + 9) == new.within(offset, offset + 9)
            assert index.stacked(offset, offset + 9) == new.stacked(offset, offset + 9)
            assert index.runs(offset, offset + 9, "3") == new.runs(offset, offset + 9, "3")

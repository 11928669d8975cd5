"""The index of highlights: what lies where, whatever overlaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_reader.tui.widgets.article_pane.marks import Mark, MarkIndex

marks = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30), st.integers(1, 5)), max_size=25).map(
    lambda drawn: [Mark(str(at), start, start + size, colour) for at, (start, size, colour) in enumerate(drawn)]
)


@given(marks, st.integers(0, 90), st.integers(1, 40))
def test_what_meets_a_range_is_found_in_order_and_nothing_else(found: list[Mark], start: int, size: int) -> None:
    index = MarkIndex(found)
    meeting = [mark for mark in found if mark.start < start + size and mark.end > start]
    assert sorted(index.within(start, start + size)) == sorted(meeting)
    starts = [mark.start for mark in index.within(start, start + size)]
    assert starts == sorted(starts)
    assert index.stacked(start, start + size) == meeting[::-1]


@given(marks, st.integers(0, 60), st.integers(1, 40), st.sampled_from(["", "0", "3"]))
def test_every_character_shows_the_mark_on_top_and_the_one_below(
    found: list[Mark], start: int, size: int, top: str
) -> None:
    runs = MarkIndex(found).runs(start, start + size, top)
    for offset in range(start, start + size):
        stack = [mark for mark in found if mark.start <= offset < mark.end][::-1]
        stack.sort(key=lambda mark: mark.id != top)
        shown = [run for run in runs if run.start <= offset < run.end]
        assert len(shown) == bool(stack)
        if stack:
            assert (shown[0].mark, shown[0].under) == (stack[0], stack[1] if len(stack) > 1 else None)

"""The rows of the query bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.widgets import query_rows
from tui_reader.tui.widgets.query_rows import QueryBar
from tui_reader.tui.widgets.styled_lines import wrap

if TYPE_CHECKING:
    import pytest


def test_a_long_error_is_wrapped_once_for_all_rows_of_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row of the pane asks for the height of the bar: wrapping it each time took 3 ms of the frame of a letter."""
    wrapped: list[str] = []

    def counting(text: str, width: int) -> list[str]:
        wrapped.append(text)
        return wrap(text, width)

    monkeypatch.setattr(query_rows, "wrap", counting)
    bar = QueryBar()
    bar.note("no field is called titel, did you mean title?", bad=True)
    assert {bar.height(30, 35) for _ in range(35)} == {3}
    assert len(wrapped) == 1
    assert bar.height(60, 35) == 2
    bar.note("no field is called tga, did you mean tag, or something else?", bad=True)
    assert bar.height(20, 35) == 3
    assert len(wrapped) == 2

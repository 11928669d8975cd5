"""Fixtures for all tests of the storage."""

from __future__ import annotations

import pytest

from tui_reader.storage.engine import writer


@pytest.fixture(autouse=True)
def polled_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for changes of other windows more often than usual, so that tests need not wait."""
    monkeypatch.setattr(writer, "POLL_SECONDS", 0.04)

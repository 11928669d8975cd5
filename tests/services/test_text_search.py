"""Whole texts are searched in a process: each value finds its articles, and a search that is replaced ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui_reader.model.article import Metadata
from tui_reader.model.query import Value
from tui_reader.services.articles import text_search
from tui_reader.services.articles.identities import FoundFile
from tui_reader.services.articles.text_search import TextSearch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def wait(condition: Callable[[], object]) -> None:
    """Wait until a condition is true, ten seconds at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_words_are_found_in_texts_and_unreadable_files_are_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "BATCH", 3)
    texts = {"a": "# One\n\nThe Élan of *zebras*.", "b": "Two zebra\n", "c": "10:30, C++", "gone": "", "binary": ""}
    for name, text in texts.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    (tmp_path / "gone.md").unlink()
    (tmp_path / "binary.md").write_bytes(bytes(range(256)) * 20)
    files = {name: FoundFile(str(tmp_path / f"{name}.md"), name, name, Metadata()) for name in texts}
    search = TextSearch(files.get, 1_000_000)
    try:
        zebra, zebras, signs = Value("zebra"), Value("zebra", is_prefix=True), Value("c++")
        search.search((zebra, zebras, signs, Value("elan")), [*texts, "unknown"])
        assert search.progress.total == 6
        wait(lambda: search.progress.is_complete)
        assert search.found() == {zebra: {"b"}, zebras: {"a", "b"}, signs: {"c"}, Value("elan"): {"a"}}
        search.search((Value("two"),), list(texts))
        assert search.found() == {Value("two"): frozenset()}
        wait(lambda: search.progress.is_complete)
        assert search.found() == {Value("two"): {"b"}}
        search.search((), ())
        assert search.progress.is_complete
        assert not search.found()
    finally:
        search.close()

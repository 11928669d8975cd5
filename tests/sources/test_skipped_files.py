"""What a listing passes over is counted: files of kinds that are not read, and what a pattern leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tui_reader.sources.folders import Folders
from tui_reader.sources.ignore_rules import Rules
from tui_reader.sources.skipped_files import PassedOver

if TYPE_CHECKING:
    from pathlib import Path


def listed(root: Path, *patterns: str) -> PassedOver:
    folders = Folders((root,), Rules().extended(patterns), lambda name: name.endswith(".md"), print, 1000)
    list(folders.entries())
    return folders.passed_over


def test_files_that_are_not_articles_are_counted_by_suffix(tmp_path: Path) -> None:
    names = (
        "a.md",
        "b.PDF",
        "in/c.pdf",
        "in/d.epub",
        "Makefile",
        "library.json",
        "library.json.journal-1",
        ".hidden.pdf",
    )
    for name in (*names, "drafts/e.md", "drafts/f.pdf", "old.md", ".git/x.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert listed(tmp_path) == PassedOver(((".pdf", 3), ("", 1), (".epub", 1)), 0)
    assert listed(tmp_path, "drafts/", "old.*") == PassedOver(((".pdf", 2), ("", 1), (".epub", 1)), 2)
    assert listed(tmp_path / "drafts", "*.pdf").files == 1
    assert listed(tmp_path / "nowhere") == PassedOver()


@pytest.mark.parametrize(
    ("passed_over", "sentence"),
    [
        (PassedOver(), ""),
        (PassedOver(((".pdf", 1),)), "1 file of a kind not read (1 .pdf)"),
        (PassedOver(((".pdf", 1100), (".epub", 4))), "1,104 files of kinds not read (1,100 .pdf, 4 .epub)"),
        (PassedOver(((".a", 5), (".b", 4), (".c", 3), ("", 2), (".e", 1))),
         "15 files of kinds not read (5 .a, 4 .b, 3 .c, 2 without a suffix, …)"),
        (PassedOver((), 3), "3 left out by patterns"),
        (PassedOver(((".pdf", 2),), 1), "2 files of kinds not read (2 .pdf) · 1 left out by patterns"),
    ],
)  # fmt: skip
def test_the_sentence_names_the_most_frequent_kinds(passed_over: PassedOver, sentence: str) -> None:
    assert passed_over.sentence == sentence

"""All articles in a folder are listed, in spite of loops, ignored files and unreadable folders."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from tui_reader.sources import folders
from tui_reader.sources.folders import walk
from tui_reader.sources.ignore_rules import Rules

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def listed(root: Path, *patterns: str, unreadable: list[str] | None = None) -> list[str]:
    refused: list[str] = [] if unreadable is None else unreadable
    entries = walk(root, Rules().extended(patterns), lambda name: name.endswith(".md"), refused.append)
    return [os.path.relpath(entry.key, root) for entry in entries]


def make(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def test_articles_are_listed_in_the_order_of_names(tmp_path: Path) -> None:
    make(tmp_path, "b.md", "a/z.md", "a/a.md", "c/d/e.md", "no.png", ".hidden/x.md", ".x.md")
    assert listed(tmp_path) == ["b.md", "a/a.md", "a/z.md", "c/d/e.md"]


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    root = tmp_path / "root"
    make(root, "a/a.md")
    make(tmp_path, "elsewhere/e.md", "single.md")
    (root / "a" / "up").symlink_to(root)
    (root / "elsewhere").symlink_to(tmp_path / "elsewhere")
    (root / "single.md").symlink_to(tmp_path / "single.md")
    (root / "nowhere.md").symlink_to(tmp_path / "missing.md")
    assert listed(root) == ["single.md", "a/a.md", "elsewhere/e.md"]


def test_a_tree_deeper_than_the_recursion_limit_is_listed(tmp_path: Path) -> None:
    depth = 1_200
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(depth):
            os.mkdir("d", dir_fd=descriptor)
            below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        os.close(os.open("end.md", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
        assert listed(tmp_path) == ["/".join(["d"] * depth) + "/end.md"]
    finally:
        os.close(descriptor)
        # pytest removes temporary folders by recursion, which would fail here.
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


def test_patterns_leave_names_out(tmp_path: Path) -> None:
    make(tmp_path, "a.md", "drafts/b.md", "deep/drafts/c.md", "deep/keep.md", "deep/other.md", "deep/down/other.md")
    (tmp_path / "deep" / ".readerignore").write_text("# not these\n/other.md\n")
    assert listed(tmp_path, "drafts/") == ["a.md", "deep/keep.md", "deep/down/other.md"]


def test_a_folder_that_cannot_be_listed_is_reported_and_the_others_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a/a.md", "b/b.md")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("/a"):
            raise PermissionError(13, "no", path)
        return scandir(path)

    monkeypatch.setattr(folders.os, "scandir", refuse)  # type: ignore[attr-defined]
    refused: list[str] = []
    assert listed(tmp_path, unreadable=refused) == ["b/b.md"]
    assert refused == [str(tmp_path / "a")]


def test_an_ignore_file_that_is_huge_or_links_to_a_huge_file_is_skipped(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "below").mkdir(parents=True)
    (root / "a.md").write_text("a")
    (root / "below" / "b.md").write_text("b")
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.write(b"*.md\n")
        file.truncate(2_000_000_000)
    (root / ".readerignore").symlink_to(huge)
    (root / "below" / ".readerignore").write_bytes(b"*.md\n" * 400_000)
    assert listed(root) == ["a.md", "below/b.md"]


def test_the_folder_that_a_browser_saves_beside_a_page_is_not_entered(tmp_path: Path) -> None:
    make(
        tmp_path,
        "The tower.html",
        "The tower_files/a.md",
        "The tower_files/in/b.md",
        "x/Turm.htm",
        "x/Turm-Dateien/c.md",
    )
    make(tmp_path, "x/y.xhtml", "x/y.files/d.md", "other_files/e.md", "x/Turm.htm_files/f.md", "x/Turm/g.md")
    assert listed(tmp_path) == ["other_files/e.md", "x/Turm/g.md", "x/Turm.htm_files/f.md"]

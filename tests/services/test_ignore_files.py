"""`init` adds this computer's own files to the ignore files of git and Syncthing, and changes nothing else there."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tui_reader.services.library.ignore_files import PATTERNS, write_ignore_files

if TYPE_CHECKING:
    from pathlib import Path

FILES = (".gitignore", ".stignore")


@pytest.mark.parametrize("before", [None, "", "mine\n", "mine", "/.backups/\nmine\n", "# a comment\n\n*.o\n"])
def test_missing_patterns_are_added_once(tmp_path: Path, before: str | None) -> None:
    for name in FILES:
        if before is not None:
            (tmp_path / name).write_text(before)
    messages = write_ignore_files(tmp_path)
    assert ".gitignore" in messages[0]
    after = [(tmp_path / name).read_text() for name in FILES]
    for text in after:
        lines = text.splitlines()
        assert text.startswith(before or "")
        assert all(lines.count(pattern) == 1 for pattern in PATTERNS)
    assert "\n// tui-reader" in f"\n{after[1]}"
    assert "\n# tui-reader" in f"\n{after[0]}"
    assert write_ignore_files(tmp_path) == []
    assert after == [(tmp_path / name).read_text() for name in FILES]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("exists", [True, False])
def test_links_are_not_followed_and_reported(tmp_path: Path, name: str, exists: bool) -> None:
    target = tmp_path / "elsewhere"
    if exists:
        target.write_text("kept")
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / name).symlink_to(target)
    messages = write_ignore_files(tmp_path / "library")
    assert any(name in sentence and "link" in sentence for sentence in messages)
    assert target.exists() == exists
    assert not exists or target.read_text() == "kept"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (1 << 20) + b"\n"])
def test_a_file_that_is_not_text_is_left_as_it_is_and_reported(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".gitignore").write_bytes(content)
    assert any("was not changed" in sentence for sentence in write_ignore_files(tmp_path))
    assert (tmp_path / ".gitignore").read_bytes() == content


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_ignores_the_files_of_this_computer(tmp_path: Path) -> None:
    write_ignore_files(tmp_path)
    (tmp_path / ".backups").mkdir()
    for name in ("library.json", "library.json.bak", "library.json.bak.journal", "library.json.journal-ab12"):
        (tmp_path / name).touch()
    for name in ("library.json.undo-ab12", "library.json.tmp-ab12-1-ff", ".backups/library-2026-01-01.json"):
        (tmp_path / name).touch()
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    status = ["git", "-C", str(tmp_path), "status", "--porcelain", "-uall"]
    seen = subprocess.run(status, capture_output=True, text=True, check=True).stdout.split()
    assert seen[1::2] == [".gitignore", ".stignore", "library.json"]

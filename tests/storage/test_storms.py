"""Three machines that share a library lose no word and agree at the end, however their file is synced."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.counts import FULL
from tests.storage import storms

if TYPE_CHECKING:
    from pathlib import Path

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.mark.parametrize("seed", range(6 if FULL else 3))
def test_machines_synced_with_conflict_copies_lose_nothing(tmp_path: Path, seed: int) -> None:
    counts, wrong = storms.over_copies(tmp_path, random.Random(seed), steps=30)
    assert not wrong
    assert counts["edits"]


@needs_git
@pytest.mark.parametrize("seed", range(2 if FULL else 1))
def test_machines_synced_by_git_with_conflict_marks_lose_nothing(tmp_path: Path, seed: int) -> None:
    counts, wrong = storms.over_git(tmp_path, random.Random(seed), driver=False, steps=20)
    assert not wrong
    assert counts["conflicts"]


@needs_git
def test_machines_synced_by_git_with_the_merge_driver_lose_nothing(tmp_path: Path) -> None:
    counts, wrong = storms.over_git(tmp_path, random.Random(3), driver=True, steps=12)
    assert not wrong
    assert counts["merges"]
    assert not counts["conflicts"]

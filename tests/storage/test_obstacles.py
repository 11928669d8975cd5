"""Links, pipes, folders and devices in the place of every file of ours: nothing hangs, nothing outside is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.storage import crashes, lives
from tests.storage.obstacles import KINDS

BY_WHOLE_PATH = {
    "0123.sqlite",  # SQLite opens its own file, which is looked at before
    "<mkstemp>",  # created with O_EXCL by Python
    "<draft>",  # a folder, by `shutil.rmtree`, which follows no links
    "tui-reader",
    "made",
    "library",  # the folder that the user names, and those of XDG: created where they are missing
    "state",
    "root",
}
"""What is not opened relative to the descriptor of its folder."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("prepared") / "root"
    lives.prepare(root)
    return root


@pytest.mark.parametrize("name", lives.NAMES)
def test_whatever_stands_in_the_place_of_a_file(
    name: str, prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for flush in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, flush, lambda _: None)  # what survives a power cut is no matter here
    folder = crashes.quick_folder(tmp_path)
    kinds = [kind for kind in KINDS if lives.is_tried(name, kind)]
    try:
        wrong = {kind: lives.live_with(kind, name, prepared, folder / kind / "root") for kind in kinds}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    assert {kind: what for kind, what in wrong.items() if what} == {}


def test_every_name_that_is_used_is_among_those_that_are_tried(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage.lives", "record", str(tmp_path / "root")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    used = json.loads(done.stdout)
    tried = {Path(name).name for name in lives.NAMES}
    ours = {"other.json", "tui-reader", "<mkstemp>", "machine.<pid>", "fresh"}
    assert set(used["within"]) - tried - ours == set()
    assert set(used["whole"]) - BY_WHOLE_PATH == set()
    assert len(used["within"]) > 25, "a name that is never used tests nothing"

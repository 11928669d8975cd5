"""Why a file is not an article of a library is said exactly, in errors of the command line and of scripts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tui_reader.cli.main import main
from tui_reader.services.headless.absent_files import explain_absence
from tui_reader.services.library.opening import init_library

if TYPE_CHECKING:
    from pathlib import Path

CASES = (
    ("none.md", "There is no file {}."),
    ("sub/none.pdf", "There is no file {}."),
    ("sub", "{} is a folder, not a file."),
    ("link.md", "{} is a link to a file that does not exist."),
    ("pipe.md", "{} is no regular file."),
    ("paper.xls", "{} is of a kind that is not read in a folder."),
    ("sub/Makefile", "{} is of a kind that is not read in a folder."),
    ("drafts/old.md", "{} is left out of the library by a pattern."),
    (".hidden/a.md", "{} is left out of the library, since .hidden is hidden: its name begins with a dot."),
    (".b.md", "{} is left out of the library, since .b.md is hidden: its name begins with a dot."),
    ("../other/c.md", "{} is outside of the library {root}."),
)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    root = tmp_path / "library"
    for name in ("a.md", "sub/Makefile", "paper.xls", "drafts/old.md", ".hidden/a.md", ".b.md", "../other/c.md"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("Some words of a text.\n")
    (root / "link.md").symlink_to("nowhere.md")
    os.mkfifo(root / "pipe.md")
    (root / ".readerignore").write_text("drafts/\n")
    init_library(root)
    return root


@pytest.mark.parametrize(("name", "message"), CASES)
def test_the_reason_why_a_file_is_not_in_the_library_is_correct(library: Path, name: str, message: str) -> None:
    file = library / name
    assert explain_absence(file, (library,))[0] == message.format(file, root=library)


def test_commands_report_why_a_file_is_not_in_the_library(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, message in CASES:
        for options in (["--library", str(library)], []):
            if name == "../other/c.md" and not options:
                continue
            assert main(["notes", "add", str(library / name), "--quote", "words", *options])
            said = " ".join(capsys.readouterr().err.split())
            assert message.format(library / name, root=library) in said, name

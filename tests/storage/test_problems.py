"""Messages about a state file that cannot be read or written."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from tui_reader.storage.recovery import problems
from tui_reader.storage.snapshot.disk import RefusedError

if TYPE_CHECKING:
    from pathlib import Path

READ_ONLY = OSError(errno.EROFS, "Read-only file system")


@pytest.mark.parametrize(
    "message",
    [
        problems.not_saved("library.json", READ_ONLY),
        problems.closed("library.json"),
        problems.stopped("library.json", ValueError()),
        problems.unexpected("library.json", "merging", MemoryError()),
        problems.partly_unreadable("library.json", OSError(errno.EIO, "Input/output error")),
        problems.unusable(RefusedError("library.json", "is a folder")),
        problems.read_only("library.json"),
    ],
    ids=str,
)
def test_every_message_says_in_the_same_words_that_the_library_is_to_be_opened_again(message: object) -> None:
    said = str(message).lower()
    assert "open the library again" in said
    assert "reopen" not in said


def test_a_file_in_place_of_a_folder_is_not_said_to_be_missing(tmp_path: Path) -> None:
    file = tmp_path / "draft.md"
    file.touch()
    error = NotADirectoryError(errno.ENOTDIR, "Not a directory")
    assert str(problems.unreadable(str(file), error)).startswith(f"{file} is no folder. Check the spelling")
    assert "state.json does not exist." in str(problems.unreadable(str(file / "state.json"), error))

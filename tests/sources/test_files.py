"""Reading a file ends, whatever stands in its place."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tui_reader.sources.files import Signature, UnreadableError, read_bytes


def test_all_bytes_come_with_a_signature(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"some bytes")
    data, signature = read_bytes(path, 10)
    assert data == b"some bytes"
    assert signature == Signature.of(path.stat())


def test_one_byte_too_many_is_too_many(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 3_000_001)
    with pytest.raises(UnreadableError, match="too large: 3 MB; the limit is 3 MB, max_file_mb in the settings"):
        read_bytes(path, 3_000_000)


@pytest.mark.parametrize(
    ("error", "reason"),
    [(PermissionError(13, "Permission denied"), "no permission"), (OSError(5, "Input/output error"), "input/output")],
)
def test_what_the_system_refuses_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnreadableError, match=reason):
        read_bytes(tmp_path / "a.txt", 10)


def test_a_folder_a_pipe_and_a_socket_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(tmp_path)
        try:
            listening.bind("socket")
        finally:
            os.chdir(here)
        for path in (tmp_path, tmp_path / "pipe", tmp_path / "socket"):
            with pytest.raises(UnreadableError):
                read_bytes(path, 10)


def test_a_missing_file_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bytes(tmp_path / "none", 10)


def test_a_file_that_changes_while_it_is_read_is_not_taken_for_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"first")
    original = os.fstat
    states: list[os.stat_result] = []

    def fstat(descriptor: int) -> os.stat_result:
        states.append(original(descriptor))
        if len(states) == 1:
            path.write_bytes(b"second, longer")
        return states[-1]

    monkeypatch.setattr(os, "fstat", fstat)
    _, signature = read_bytes(path, 100)
    assert signature != Signature.of(path.stat())

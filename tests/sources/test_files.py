"""Reading a file ends quickly, even if a pipe, a socket or a huge file is in its place."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tui_reader.sources.files import Signature, UnreadableError, read_bytes


def test_reading_returns_all_bytes_and_the_signature(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"some bytes")
    data, signature = read_bytes(path, 10)
    assert data == b"some bytes"
    assert signature == Signature.of(path.stat())


def test_a_file_of_one_byte_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 3_000_001)
    with pytest.raises(UnreadableError, match="too large: 3 MB; the limit is 3 MB, max_file_mb in the settings"):
        read_bytes(path, 3_000_000)


@pytest.mark.parametrize(
    ("error", "reason"),
    [(PermissionError(13, "Permission denied"), "no permission"), (OSError(5, "Input/output error"), "input/output")],
)
def test_an_error_of_the_system_becomes_a_plain_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnreadableError, match=reason):
        read_bytes(tmp_path / "a.txt", 10)


def test_folders_pipes_and_sockets_are_refused(tmp_path: Path) -> None:
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


def test_a_missing_file_raises_file_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bytes(tmp_path / "none", 10)


def test_a_file_that_changes_while_it_is_read_gets_a_signature_that_matches_no_file(
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

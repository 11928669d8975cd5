"""The ways to the clipboard: which program takes a text where, what the message says, and GNU screen's limit."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tui_reader.errors import ReaderError
from tui_reader.services.library.clipboard import clipboard_commands, terminal_message, terminal_sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

TMUX = {"TMUX": "/tmp/tmux-0/default,1,0"}


def ways(environ: dict[str, str], *installed: str, setting: str = "") -> list[str]:
    found = clipboard_commands(setting, environ, lambda name: f"/bin/{name}" if name in installed else None)
    return [" ".join(command.arguments) for command in found]


@pytest.mark.parametrize(
    ("environ", "installed", "expected"),
    [
        ({}, "xclip wl-copy tmux", []),
        ({"DISPLAY": ":0"}, "xclip wl-copy", ["/bin/xclip -selection clipboard"]),
        ({"DISPLAY": ":0"}, "xsel", ["/bin/xsel --clipboard --input"]),
        ({"DISPLAY": ":0"}, "", []),
        (
            {"DISPLAY": ":0", "WAYLAND_DISPLAY": "w"},
            "xclip wl-copy",
            ["/bin/wl-copy", "/bin/xclip -selection clipboard"],
        ),
        # Over ssh a display is that of the other machine, or a forwarded one: the terminal is nearer.
        ({"DISPLAY": ":10", "SSH_CONNECTION": "a b"}, "xclip", []),
        ({"WAYLAND_DISPLAY": "w", "SSH_TTY": "/dev/pts/1"}, "wl-copy", []),
        (TMUX, "tmux", ["/bin/tmux load-buffer -w -", "/bin/tmux load-buffer -"]),
        (
            {**TMUX, "DISPLAY": ":0", "SSH_CONNECTION": "a"},
            "tmux xclip",
            ["/bin/tmux load-buffer -w -", "/bin/tmux load-buffer -"],
        ),
        (TMUX, "xclip", []),
    ],
)
def test_the_clipboard_program_is_chosen_by_environment_and_setting(
    environ: dict[str, str], installed: str, expected: list[str]
) -> None:
    assert ways(environ, *installed.split()) == expected
    assert ways(environ, *installed.split(), setting="clip 'a b'") == ["clip a b"]


def test_a_setting_that_is_not_a_command_is_an_error() -> None:
    with pytest.raises(ReaderError, match="is not a command"):
        clipboard_commands("clip 'a", {})


@pytest.mark.parametrize(
    ("environ", "words"),
    [({}, "to the terminal's clipboard"), (TMUX, "set -g set-clipboard on"), ({"STY": "1.tty"}, "through screen")],
)
def test_the_message_says_where_a_text_goes(environ: dict[str, str], words: str) -> None:
    assert words in terminal_message(environ)
    assert "{what}" in terminal_message(environ)


@pytest.mark.parametrize("length", [1, 400, 100_000])
def test_a_long_text_is_sent_through_gnu_screen_in_short_sequences(length: int) -> None:
    text = ("é" + "word " * length)[:length]
    sequence = terminal_sequence(text, {"STY": "1.tty"})
    pieces = re.findall(r"\x1bP([^\x1b]|\x1b\][^\x1b]*)*?\x1b\\", sequence)
    assert len(pieces) == len(sequence.split("\x1b\\")) - 1
    parts = sequence.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert max(len(part) for part in parts) < 768
    assert "".join(parts) == terminal_sequence(text, {})
    assert base64.b64decode("".join(parts).rpartition(";")[2].rstrip("\a")).decode() == text


@pytest.fixture
def tmux(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run a tmux server of the test's own, and be inside of it."""
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    with TemporaryDirectory() as folder:  # the path of a socket has at most 107 bytes, and `tmp_path` may be longer
        socket = Path(folder) / "tmux"
        subprocess.run(["tmux", "-S", str(socket), "-f", "/dev/null", "new-session", "-d", "cat"], check=True)
        monkeypatch.setenv("TMUX", f"{socket},1,0")
        yield socket
        subprocess.run(["tmux", "-S", str(socket), "kill-server"], check=False)


def test_tmux_has_the_text_in_its_paste_buffer(tmux: Path) -> None:
    for text in ("> Words of a quote.\n\n$(id) ; `id` #{pid} é 東京\n", "-b a dash\n", "x" * 500_000):
        first = clipboard_commands("", {"TMUX": f"{tmux},1,0"})[0]
        assert "tmux's paste buffer" in first.copy(text)
        shown = subprocess.run(["tmux", "-S", str(tmux), "show-buffer"], capture_output=True, check=True)
        assert shown.stdout.decode() == text


def test_a_tmux_that_is_gone_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    monkeypatch.setenv("TMUX", f"{tmp_path / 'gone'},1,0")
    with pytest.raises(ReaderError, match="did not take the text"):
        clipboard_commands("", {"TMUX": "gone"})[0].copy("words")

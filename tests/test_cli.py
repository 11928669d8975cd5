"""The command line: what it opens, what it refuses, and what it reports on errors."""

from __future__ import annotations

import gc
import os
import re
import signal
import subprocess
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.terminals import Terminal
from tui_reader import __version__, config, paths
from tui_reader.cli import main as cli
from tui_reader.errors import StoreError
from tui_reader.services.library import opening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Shown:
    """A stand-in for the app and the library that records how the command line calls them."""

    def __init__(self) -> None:
        self.opened: dict[str, Any] = {}
        self.settings = config.Settings()
        self.warnings: tuple[str, ...] = ()
        self.config_path: Path | None = None
        self.opening: Any = None
        self.mouse: bool | None = None
        self.is_closed = False
        self.on_run: Callable[[], None] = lambda: None
        self.failure: BaseException | None = None
        self.return_code: int | None = None

    def open_library(self, paths: list[Path], **options: Any) -> Shown:
        self.opened = {"paths": paths, **options}
        return self

    def close(self) -> None:
        self.is_closed = True

    def make_app(self, library: Shown, settings: config.Settings, **options: Any) -> Shown:
        assert library is self
        self.settings = settings
        self.warnings, self.config_path = options["warnings"], options["config_path"]
        self.opening = options["opening"]
        return self

    def run(self, *, mouse: bool) -> None:
        self.mouse = mouse
        assert not gc.isenabled(), "the start should not collect garbage"
        self.on_run()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    """Simulate a terminal on all three descriptors, and return a stand-in for the app and the library."""
    shown = Shown()
    app = types.ModuleType("tui_reader.tui.app")
    app.ReaderApp = shown.make_app  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tui_reader.tui.app", app)
    monkeypatch.setattr(opening, "open_library", shown.open_library)
    monkeypatch.setattr(os, "isatty", lambda descriptor: True)
    yield shown
    assert gc.isenabled()


def settings_file(text: str) -> Path:
    path = paths.config_file()
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


class TestReading:
    def test_without_a_path_the_default_library_is_opened(self, shown: Shown) -> None:
        assert cli.main([]) == 0
        assert shown.opened == {"paths": [], "state": None, "stdin": None, "settings": config.Settings()}
        assert shown.is_closed

    def test_paths_and_the_state_file_are_passed_on(self, shown: Shown, tmp_path: Path) -> None:
        assert cli.main(["one", "two.md", "--state", str(tmp_path / "state.json")]) == 0
        assert shown.opened["paths"] == [Path("one"), Path("two.md")]
        assert shown.opened["state"] == tmp_path / "state.json"

    def test_a_path_that_is_called_like_a_command_can_be_named(self, shown: Shown) -> None:
        assert cli.main(["./init"]) == 0
        assert shown.opened["paths"] == [Path("init")]

    def test_a_path_that_begins_with_a_dash_can_be_named(self, shown: Shown) -> None:
        assert cli.main(["--", "-x.md"]) == 0
        assert shown.opened["paths"] == [Path("-x.md")]

    def test_settings_are_read_from_the_configuration_folder(self, shown: Shown) -> None:
        settings_file('mouse = false\nignore = ["*.bak"]\nmesure = 3')
        assert cli.main([]) == 0
        assert (shown.mouse, shown.opened["settings"].ignore) == (False, ("*.bak",))
        assert shown.warnings == ("There is no setting “mesure”. Did you mean “measure”?",)

    def test_another_file_of_settings_can_be_named(self, shown: Shown, tmp_path: Path) -> None:
        settings_file("not toml")
        other = tmp_path / "other.toml"
        other.write_text("measure = 50")
        assert cli.main(["--config", str(other)]) == 0
        assert (shown.settings.measure, shown.config_path) == (50, other)

    def test_the_settings_can_be_left_out(self, shown: Shown) -> None:
        settings_file("not toml")
        assert cli.main(["--no-config"]) == 0
        assert shown.settings == config.Settings()

    def test_a_theme_can_be_tried(self, shown: Shown) -> None:
        settings_file("measure = 50")
        assert cli.main(["--theme", "nord"]) == 0
        assert shown.settings == config.Settings(theme="nord", measure=50)
        assert (shown.opening.fresh, shown.opening.configured_theme) == (False, "auto")

    def test_an_option_starts_the_reader_with_the_list(self, shown: Shown) -> None:
        assert cli.main(["--fresh"]) == 0
        assert (shown.opening.fresh, shown.opening.configured_theme) == (True, "")
        assert cli.main([]) == 0
        assert not shown.opening.fresh

    def test_the_exit_status_of_the_app_is_that_of_the_program(self, shown: Shown) -> None:
        shown.return_code = 4
        assert cli.main([]) == 4


class TestRefusing:
    @pytest.mark.parametrize("name", ["broken", "absent"])
    def test_settings_that_cannot_be_read_are_refused_with_a_hint(
        self, name: str, shown: Shown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "broken").write_text("measure 80")
        assert cli.main(["--config", str(tmp_path / name)]) == 2
        message, hint = capsys.readouterr().err.splitlines()
        assert message.startswith(f"tui-reader: The settings in {tmp_path / name} ")
        assert "--no-config" in hint
        assert not shown.opened

    @pytest.mark.parametrize(
        ("arguments", "terminals", "term", "expected"),
        [
            ([], {0, 2}, "xterm", "Standard output is not a terminal"),
            ([], {0, 1, 2}, "dumb", "This terminal (dumb) cannot place text"),
            (["-"], {0, 1, 2}, "xterm", "Nothing is piped into standard input"),
            ([], {1, 2}, "xterm", "tui-reader -"),
        ],
    )
    def test_an_unsuitable_terminal_is_refused(
        self,
        arguments: list[str],
        terminals: set[int],
        term: str,
        expected: str,
        shown: Shown,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(os, "isatty", terminals.__contains__)
        monkeypatch.setenv("TERM", term)
        assert cli.main(arguments) == 2
        assert expected in capsys.readouterr().err
        assert not shown.opened

    def test_a_name_in_a_message_cannot_control_the_terminal(
        self, shown: Shown, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["--config", "\x1b]0;owned\x07\udcff"]) == 2
        assert "\\x1b]0;owned\\x07\\udcff" in capsys.readouterr().err

    @pytest.mark.parametrize("arguments", [["--nonsense"], ["--config"], ["--config", "a", "--no-config"], ["init"]])
    def test_invalid_arguments_are_refused_with_the_usage(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == 2
        assert "usage: tui-reader" in capsys.readouterr().err


class TestBreaking:
    def test_an_internal_error_is_logged_and_reported_in_a_sentence(
        self, shown: Shown, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shown.failure = ZeroDivisionError("the inside story")
        assert cli.main([]) == 70
        said = capsys.readouterr().err
        assert "Traceback" not in said
        assert str(paths.log_file()) in said
        log = paths.log_file().read_text("utf-8")
        assert "ZeroDivisionError: the inside story" in log
        assert __version__ in log
        assert shown.is_closed

    def test_an_internal_error_is_reported_even_if_it_cannot_be_logged(
        self, shown: Shown, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
        shown.failure = ZeroDivisionError()
        assert cli.main([]) == 70
        assert "ZeroDivisionError" in capsys.readouterr().err

    def test_an_error_that_the_user_can_fix_has_its_own_exit_status(
        self, shown: Shown, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shown.failure = StoreError("The state cannot be written.", "Make room on the disk.")
        assert cli.main([]) == 3
        assert capsys.readouterr().err == "tui-reader: The state cannot be written.\n  Make room on the disk.\n"

    def test_ctrl_c_ends_the_program_with_the_status_that_shells_expect(self, shown: Shown) -> None:
        def interrupt() -> None:
            raise KeyboardInterrupt

        shown.on_run = interrupt
        assert cli.main([]) == 130
        assert shown.is_closed


class TestCommands:
    def test_init_creates_a_library_with_its_state_inside(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["init", str(tmp_path)]) == 0
        assert (tmp_path / "library.json").is_file()
        assert str(tmp_path / "library.json") in capsys.readouterr().out

    def test_init_of_a_folder_that_is_not_there_is_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["init", str(tmp_path / "absent")]) == 2
        assert str(tmp_path / "absent") in capsys.readouterr().err

    def test_config_shows_every_setting(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["config"]) == 0
        assert capsys.readouterr().out == config.default_text()

    def test_config_says_where_the_settings_are(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["config", "--path"]) == 0
        assert capsys.readouterr().out == f"{paths.config_file()}\n"

    def test_config_writes_the_file_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["config", "--write"]) == 0
        assert paths.config_file().read_text("utf-8") == config.default_text()
        assert cli.main(["config", "--write"]) == 2
        assert "exists already" in capsys.readouterr().err

    @pytest.mark.parametrize("verb", cli._VERBS)
    def test_the_help_names_every_verb(self, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            cli.main(["--help"])
        assert re.search(rf"^  {paths.PROGRAM} {verb} ", capsys.readouterr().out, re.MULTILINE)

    @pytest.mark.parametrize(
        ("line", "verb"),
        [(["lsit", "--library", "x"], "list"), (["stars", "is:unread"], "star"), (["Exprt"], "export")],
    )
    def test_a_misspelt_verb_is_answered_with_the_right_one(
        self, line: list[str], verb: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(line) == 2
        assert f"Did you mean {verb}?" in capsys.readouterr().err

    @pytest.mark.parametrize("word", ["essays", "lis.md", "./lsit", "--lsit"])
    def test_words_unlike_any_verb_are_treated_as_paths_or_options(
        self, word: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        try:
            assert cli.main([word]) == 2
        except SystemExit as end:
            assert end.code == 2
        assert "Did you mean" not in capsys.readouterr().err

    @pytest.mark.parametrize("status", [0, 1, 2, 3, 70, 129, 130, 143])
    def test_the_help_lists_every_exit_status(self, status: int, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            cli.main(["--help"])
        assert re.search(rf"^  [\d, ]*\b{status}\b", capsys.readouterr().out, re.MULTILINE)


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_terminal(
        *arguments: str, stdin: int | None = None, stderr: int | None = None, prelude: str = ""
    ) -> Terminal:
        opened.append(Terminal(list(arguments), stdin, stderr, prelude))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.close()


@pytest.fixture
def article(tmp_path: Path) -> str:
    path = tmp_path / "article.md"
    path.write_text("# A title\n\nThe text of it.\n")
    return str(path)


class TestOnATerminal:
    @pytest.mark.usefixtures("real_processes")
    def test_piped_input_is_read_and_keys_come_from_the_terminal(self, terminal: Callable[..., Terminal]) -> None:
        reading, writing = os.pipe()
        os.write(writing, b"A headline piped in\n\nAnd its text, quite short.\n")
        os.close(writing)
        screen = terminal("-", stdin=reading)
        os.close(reading)
        screen.wait_for("its text")
        screen.press("Q")
        screen.wait_for("the terminal is as it was")
        assert screen.end() == 0

    def test_an_empty_standard_input_is_reported_before_the_screen_is_drawn(
        self, terminal: Callable[..., Terminal], article: str
    ) -> None:
        nothing = os.open(os.devnull, os.O_RDONLY)
        screen = terminal("-", stdin=nothing)
        screen.wait_for("Standard input is empty")
        assert screen.end() == 1
        assert b"\x1b" not in screen.output
        beside = terminal("-", article, stdin=nothing)
        os.close(nothing)
        beside.wait_for("The text of it")
        beside.wait_for("Standard input was empty")
        beside.press("Q")
        assert beside.end() == 0

    def test_a_path_is_read_although_standard_input_and_standard_error_are_redirected(
        self, terminal: Callable[..., Terminal], article: str
    ) -> None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        screen = terminal(article, stdin=nowhere, stderr=nowhere)
        os.close(nowhere)
        screen.wait_for("The text of it")
        screen.press("Q")
        screen.wait_for("the terminal is as it was")
        assert screen.end() == 0

    def test_an_error_of_the_program_leaves_the_terminal_as_it_was_and_shows_no_traceback(
        self, terminal: Callable[..., Terminal], article: str
    ) -> None:
        broken = "import tui_reader.tui.app as app; app.ReaderApp.on_ready = lambda self: 1 / 0"
        screen = terminal(article, prelude=broken)
        screen.wait_for("ended by an error of its own (ZeroDivisionError)")
        screen.wait_for("the terminal is as it was")
        assert screen.end() == 70
        assert b"Traceback" not in screen.output
        assert "ZeroDivisionError" in paths.log_file().read_text("utf-8")

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_to_end_restores_the_terminal_and_gives_the_status_that_shells_expect(
        self, number: signal.Signals, terminal: Callable[..., Terminal], article: str
    ) -> None:
        screen = terminal(article)
        screen.wait_for("The text of it")
        screen.process.send_signal(number)
        screen.wait_for("the terminal is as it was")
        assert screen.end() == 128 + number

    def test_settings_that_cannot_be_used_are_reported_before_the_screen_is_drawn(
        self, terminal: Callable[..., Terminal], article: str
    ) -> None:
        settings_file("measure 80")
        screen = terminal(article)
        screen.wait_for("--no-config")
        assert screen.end() == 2
        assert b"\x1b" not in screen.output


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")  # noqa: PTH110 - a device
def test_the_exit_status_stays_if_standard_error_cannot_be_written() -> None:
    program = "import sys; from tui_reader.cli import main as cli\n"
    program += "cli._VERBS['config'] = lambda _: sys.stderr.write('12345')\nsys.exit(cli.main(['config']))"
    # With the buffer that a terminal has, whatever the one who runs the tests is used to.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-c", program],
            stdout=subprocess.DEVNULL,
            stderr=full,
            env=environment,
            check=False,
        )
    assert done.returncode == 5

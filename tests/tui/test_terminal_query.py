"""What the terminal can show: the environment, the questions, the answers, and the keys typed meanwhile."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from tests.terminals import Terminal
from tui_reader.tui import terminal_query
from tui_reader.tui.terminal_input import InputParser, TerminalAnswered
from tui_reader.tui.terminal_query import TerminalAnswers, colour_depth, questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SIXTEEN = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)


def osc(number: str, rgb: str, end: str) -> str:
    return f"\x1b]{number};rgb:" + "/".join(rgb[at : at + 2] * 2 for at in (0, 2, 4)) + end


def palette(end: str) -> str:
    return "".join(osc(f"4;{number}", rgb, end) for number, rgb in enumerate(SIXTEEN.split()))


RECORDED = {
    "xterm": osc("10", "000000", "\x1b\\")
    + osc("11", "ffffff", "\x1b\\")
    + palette("\x1b\\")
    + "\x1bP1$r0;48:2::1:2:3m\x1b\\\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c",
    # urxvt ends its answers with the escape character alone, where it was asked with one and a backslash.
    "urxvt": palette("\x1b") + "\x1b[?1;2c",
    "st": osc("10", "e5e5e5", "\x07") + osc("11", "000000", "\x07") + palette("\x07") + "\x1b[?6c",
    "kitty": osc("11", "000000", "\x1b\\") + palette("\x1b\\") + "\x1bP1$r48:2:1:2:3m\x1b\\\x1b[?62;c",
    "alacritty": osc("11", "1d1f21", "\x1b\\") + palette("\x1b\\") + "\x1b[?6c",
    "mlterm": osc("11", "ffffff", "\x1b\\") + palette("\x1b\\") + "\x1bP1$r0;48;5;16m\x1b\\\x1b[?63;1;2;29c",
    "tmux": "\x1b[?1;2c",
}


@pytest.mark.parametrize(
    ("name", "dark", "depth", "count"),
    [
        ("xterm", False, "truecolor", 16),
        ("urxvt", None, "standard", 16),
        ("st", True, "standard", 16),
        ("kitty", True, "truecolor", 16),
        ("alacritty", True, "standard", 16),
        ("mlterm", False, "256", 16),
        ("tmux", None, "standard", 0),
    ],
)
def test_the_answers_of_real_terminals_are_understood(name: str, dark: bool | None, depth: str, count: int) -> None:
    answers = TerminalAnswers(depth="standard")
    assert answers.record_replies(f"j{RECORDED[name]}k") == "jk"
    assert (answers.dark, answers.depth, len(answers.colours), answers.is_complete) == (dark, depth, count, True)


@pytest.mark.parametrize(
    ("said", "rgb"),
    [
        ("rgb:ffff/8080/0000", (255, 128, 0)),
        ("rgb:ff/80/00", (255, 128, 0)),
        ("rgb:f/8/0", (255, 136, 0)),
        ("rgba:ffff/ffff/ffff/c0c0", (255, 255, 255)),
    ],
)
def test_colours_are_read_in_every_scale(said: str, rgb: tuple[int, int, int]) -> None:
    answers = TerminalAnswers()
    assert answers.record_replies(f"\x1b]11;{said}\x07") == ""
    assert answers.page == rgb


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"TERM": "xterm"}, "standard"),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(379)"}, "256"),
        ({"TERM": "mlterm", "MLTERM": "3.9.0"}, "256"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "6800"}, "truecolor"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "3400"}, "256"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "256"),
        ({"TERM": "xterm-256color", "WT_SESSION": "1"}, "truecolor"),
        ({"TERM": "xterm-kitty"}, "256"),
        ({"TERM": "alacritty"}, "256"),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, "standard"),
        ({"TERM": "xterm-kitty", "TEXTUAL_COLOR_SYSTEM": "standard"}, "standard"),
        ({"TERM": "vt220", "TEXTUAL_COLOR_SYSTEM": "auto"}, "standard"),
        ({"TERM": "rxvt-unicode-256color", "COLORTERM": "rxvt-xpm"}, "256"),
        # Inside a multiplexer only what it says itself counts.
        ({"TERM": "screen", "TMUX": "/tmp/x,1,0", "XTERM_VERSION": "XTerm(379)"}, "standard"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0", "KITTY_WINDOW_ID": "1"}, "256"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "screen", "STY": "1.tty", "COLORTERM": "truecolor"}, "standard"),
        ({"TERM": "screen.xterm-256color", "STY": "1.tty", "COLORTERM": "truecolor"}, "256"),
    ],
)
def test_the_number_of_colours_follows_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], depth: str
) -> None:
    monkeypatch.setattr(terminal_query, "_colours_of_terminfo", lambda term: 256 if term == "alacritty" else 8)
    assert colour_depth(environ) == depth


@pytest.mark.parametrize(
    ("fgbg", "dark"),
    [("0;15", False), ("15;0", True), ("0;default;15", False), ("7;8", True), ("default;default", None), ("", None)],
)
def test_the_colorfgbg_variable_decides_between_light_and_dark(fgbg: str, dark: bool | None) -> None:
    assert TerminalAnswers.of({"TERM": "xterm", "COLORFGBG": fgbg}).dark is dark
    assert TerminalAnswers.of({"TERM": "screen", "STY": "1", "COLORFGBG": fgbg}).dark is None


@pytest.mark.parametrize(
    "environ",
    [
        {"TERM": "linux"},
        {"TERM": "vt100"},
        {"TERM": "eterm-color"},
        {"TERM": "dumb"},
        {},
        {"TERM": "xterm", "NO_COLOR": "1"},
    ],
)
def test_a_terminal_that_might_print_the_questions_is_not_asked(environ: dict[str, str]) -> None:
    assert questions(environ, "standard", wants_light=True, wants_palette=True) == ""


def test_the_terminal_is_asked_only_for_unknown_properties() -> None:
    environ = {"TERM": "xterm-256color"}
    assert questions(environ, "truecolor", wants_light=False, wants_palette=False) == ""
    assert "\x1bP" not in questions(environ, "truecolor", wants_light=True, wants_palette=False)
    assert "]4;" not in questions(environ, "256", wants_light=True, wants_palette=False)
    for forced in ("standard", "256"):
        asked = questions({**environ, "TEXTUAL_COLOR_SYSTEM": forced}, forced, wants_light=True, wants_palette=True)
        assert "\x1bP" not in asked
    for multiplexed in ({"TMUX": "x"}, {"STY": "x"}, {"TERM_PROGRAM": "Apple_Terminal"}):
        asked = questions({**environ, **multiplexed}, "standard", wants_light=True, wants_palette=True)
        assert "]11;" in asked
        assert "\x1bP" not in asked


def keys_of(parser: InputParser, pieces: Iterable[str]) -> list[str]:
    return [event.character or "" for piece in pieces for event in parser.feed(piece) if isinstance(event, events.Key)]


@given(st.sampled_from(sorted(set(RECORDED) - {"urxvt"})), st.data())
def test_a_late_answer_in_any_fragments_is_not_a_key_and_loses_no_key(name: str, data: st.DataObject) -> None:
    keys, answers = "jk/é1", re.findall(r"\x1b[^\x1b]+(?:\x1b\\)?", RECORDED[name])
    parts = [*keys, "".join(answers[: len(answers) // 2]), "".join(answers[len(answers) // 2 :])]
    whole = "".join(data.draw(st.permutations(parts[:5]))) + parts[5] + "g" + parts[6] + "G"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    pieces = [whole[low:high] for low, high in zip([0, *cuts], [*cuts, len(whole)], strict=True) if low < high]
    known = TerminalAnswers(depth="standard", awaited_until=float("inf"))
    parser = InputParser()
    InputParser.answers = known
    try:
        typed = keys_of(parser, pieces)
    finally:
        InputParser.answers = TerminalAnswers()
    assert sorted(typed) == sorted(f"{keys}gG")
    assert known.is_complete


def test_the_escape_key_works_while_answers_are_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InputParser, "answers", TerminalAnswers(awaited_until=float("inf")))
    parser = InputParser()
    found = [*parser.feed("\x1b")]
    parser._held_until = 0.0
    found += parser.tick()
    parser._timeout_time = 0.0
    found += parser.tick()
    assert [event.key for event in found if isinstance(event, events.Key)] == ["escape"]


def test_keys_typed_before_the_input_parser_started_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for later in (["k"], []):
        monkeypatch.setattr(InputParser, "typed_ahead", "jj")
        parser = InputParser()
        found = [event for piece in later for event in parser.feed(piece)] + list(parser.tick())
        assert "".join(event.character or "" for event in found if isinstance(event, events.Key)) == "jj" + "".join(
            later
        )
        assert InputParser.typed_ahead == ""


def test_a_report_of_dark_or_light_is_not_a_key() -> None:
    found = list(InputParser().feed("a\x1b[?997;1nb"))
    assert [event.key for event in found if isinstance(event, events.Key)] == ["a", "b"]
    assert [event.answers.mode_changed() for event in found if isinstance(event, TerminalAnswered)] == [True]


ASKED = "\x1b]11;?"
PAGES = {"paper-light": "48;2;251;248;241", "paper-dark": "48;2;21;23;27"}


@pytest.fixture
def open_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterable[Callable[..., Terminal]]:
    (tmp_path / "a.md").write_text("# One\n\nWords of one.\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("# Two\n\nWords of two.\n", encoding="utf-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    opened: list[Terminal] = []

    def make(*arguments: str, controls: bool = True) -> Terminal:
        opened.append(Terminal([str(tmp_path), *arguments], controls=controls))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.mark.parametrize(("page", "theme"), [("ffff/ffff/ffff", "paper-light"), ("0000/0000/0000", "paper-dark")])
def test_the_first_frame_is_light_or_dark_as_the_terminal_reports(
    open_terminal: Callable[..., Terminal], page: str, theme: str
) -> None:
    terminal = open_terminal()
    terminal.wait_for(ASKED)
    terminal.press(f"?\x1b]11;rgb:{page}\x07\x1b[?6c")
    terminal.wait_for("Down a row")
    assert PAGES[theme].encode() in terminal.output
    (other,) = set(PAGES) - {theme}
    assert PAGES[other].encode() not in terminal.output


def test_a_late_answer_changes_the_theme_and_is_not_typed(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal()
    terminal.wait_for("Words of")
    terminal.press("\x1b]11;rgb:ffff/ff")
    terminal.press("ff/ffff\x07\x1b[?6c")
    terminal.wait_for(PAGES["paper-light"])
    terminal.press("Q")
    assert terminal.end() == 0
    assert b"the terminal is as it was" in terminal.output


def test_a_theme_chosen_by_the_user_sends_no_questions_to_the_terminal(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal("--theme", "paper-dark")
    terminal.wait_for("Words of")
    assert ASKED.encode() not in terminal.output
    terminal.press("Q")
    assert terminal.end() == 0


def test_the_reader_follows_a_terminal_that_becomes_light(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal()
    terminal.wait_for(ASKED)
    terminal.press("\x1b]11;rgb:0000/0000/0000\x07\x1b[?6c")
    terminal.wait_for("Words of")
    terminal.wait_for(terminal_query.MODE_REPORTS_ON)
    assert PAGES["paper-dark"].encode() in terminal.output
    terminal.output = b""
    terminal.press("\x1b[?997;2n")
    terminal.wait_for(ASKED)
    terminal.press("\x1b]11;rgb:ffff/ffff/ffff\x07")
    terminal.wait_for(PAGES["paper-light"])
    terminal.press("Q")
    assert terminal.end() == 0
    assert terminal_query.MODE_REPORTS_OFF.encode() in terminal.output


@pytest.mark.parametrize("answer", ["\x1b]11;rgb:ffff/ffff/ffff\x07\x1b[?6c", ""])
@pytest.mark.usefixtures("real_processes")  # a fork ends with status 120: its output cannot be flushed
def test_the_reader_ends_with_its_window(open_terminal: Callable[..., Terminal], answer: str) -> None:
    terminal = open_terminal()
    terminal.wait_for(ASKED)
    terminal.press(answer)
    terminal.wait_for("Words of")
    terminal.wait_for("keys")
    terminal.hang_up()
    assert terminal.process.wait(10) == 129


@pytest.mark.usefixtures("real_processes")
def test_the_reader_ends_with_its_window_even_without_a_signal(
    open_terminal: Callable[..., Terminal],
) -> None:
    terminal = open_terminal(controls=False)
    terminal.wait_for("Words of")
    terminal.wait_for("keys")
    terminal.press("gnkept")
    terminal.wait_for("kept")
    terminal.hang_up()
    assert terminal.process.wait(10) == 129
    files = Path(os.environ["XDG_DATA_HOME"]).rglob("*.json*")
    assert any("kept" in path.read_text("utf-8") for path in files), "the note that was being written"


@pytest.mark.usefixtures("real_processes")
def test_the_reader_ends_if_its_window_is_closed_while_an_editor_runs(
    open_terminal: Callable[..., Terminal], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "editor runs"\nread -r _\necho meanwhile >> "$1"\n', encoding="utf-8")
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    terminal = open_terminal(controls=False)
    terminal.wait_for("Words of")
    terminal.wait_for("keys")
    terminal.press(",")
    terminal.wait_for("editor runs")
    terminal.hang_up()
    assert terminal.process.wait(10) == 129


@pytest.mark.parametrize(
    ("reply", "draws"),
    [
        ("\x1bP>|kitty(0.28.1)\x1b\\", True),
        ("\x1bP>|kitty(1.0)\x1b\\", True),
        ("\x1bP>|kitty(0.26.5)\x1b\\", False),
        ("\x1bP>|ghostty 1.1.3\x1b\\", True),
        ("\x1bP>|WezTerm 20240203\x1b\\", False),
        ("", False),
    ],
)
def test_images_are_given_to_terminals_that_draw_placeholders(reply: str, draws: bool) -> None:
    answers = TerminalAnswers()
    assert answers.record_replies(f"a{reply}b") == "ab"
    assert terminal_query.draws_placeholders({}, answers.program) is draws
    assert not terminal_query.draws_placeholders({"TMUX": "x"}, answers.program)


def test_only_kitty_is_asked_for_its_version() -> None:
    kitty = questions({"TERM": "xterm-kitty"}, "truecolor", wants_light=False, wants_palette=False)
    assert kitty == "\x1b[>q\x1b[c"
    assert not questions({"TERM": "xterm-256color"}, "truecolor", wants_light=False, wants_palette=False)


@pytest.mark.parametrize(
    ("reply", "has_sixels"),
    [("\x1b[?62;4;22c", True), ("\x1b[?64;1;2;6;9c", False), ("\x1b[?4c", False), ("\x1b[?6c", False)],
)
def test_a_terminal_says_that_it_draws_sixels(reply: str, has_sixels: bool) -> None:
    answers = TerminalAnswers()
    answers.record_replies(reply)
    assert answers.has_sixels is has_sixels

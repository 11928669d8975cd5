"""Completion in real shells, and the manual page: both are made from the parsers that the verbs use."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
import tomllib
from pathlib import Path

import pytest

from tui_reader.cli.completion import SHELLS, first_sentence, script
from tui_reader.cli.main import _VERBS, main, whole_program
from tui_reader.cli.manual import manual

ROOT = Path(__file__).resolve().parents[1]
VERBS = set(_VERBS)
COMMON = {"--help", "--config", "--no-config", "--state", "--library"}

LINES: tuple[tuple[str, set[str]], ...] = (
    ("tui-reader no", {"notes", "notable.md"}),
    ("tui-reader --th", {"--theme"}),
    ("tui-reader --theme pap", {"paper-dark", "paper-light"}),
    ("tui-reader --fresh not", {"notable.md"}),
    ("tui-reader --state not", {"notable.md"}),
    ("tui-reader notes ", {"list", "show", "add", "edit", "delete", "move"}),
    ("tui-reader notes mo", {"move"}),
    ("tui-reader notes add --co", {"--colour", "--config"}),
    ("tui-reader notes add --colour ", {"1", "2", "3", "4", "5"}),
    ("tui-reader notes list --or", {"--orphans"}),
    ("tui-reader list --", {*COMMON, "--json", "--ids", "--paths", "--format"}),
    ("tui-reader list no", set()),
    ("tui-reader tag --dr", {"--dry-run"}),
    ("tui-reader star --o", {"--off"}),
    ("tui-reader archive is:read --li", {"--library"}),
    ("tui-reader archive --library not", {"notable.md"}),
    ("tui-reader rules --dr", {"--dry-run"}),
    ("tui-reader verify not", {"notable.md"}),
    ("tui-reader doctor --f", {"--fix"}),
    ("tui-reader merge --dri", {"--driver"}),
    ("tui-reader backup ", {"list", "restore"}),
    ("tui-reader config --", {"--help", "--path", "--write"}),
    ("tui-reader completion ", set(SHELLS)),
    ("tui-reader init a", {"a folder"}),
)
"""Lines, each with all that may stand at its end."""
EQUALS = (("tui-reader --theme=paper-d", "paper-dark"), ("tui-reader notes add --colour=", "5"))


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: its completion was NOT tried")
    return found


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    (folder / "a folder").mkdir(parents=True)
    (folder / "notable.md").touch()
    (folder / "a file.md").touch()
    for shell in SHELLS:
        (tmp_path / shell).write_text(script(shell, whole_program()), "utf-8")
    return folder


def run(arguments: list[str], here: Path, text: str) -> str:
    environment = {"HOME": str(here.parent), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        arguments, cwd=here, env=environment, input=text, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    return done.stdout


def answers(output: str) -> list[set[str]]:
    return [{row.strip() for row in part.splitlines() if row.strip()} for part in output.split("--next--\n")[1:]]


def test_bash_completes_verbs_options_and_values(here: Path) -> None:
    def words_of(line: str) -> str:
        words = line.replace("=", " = ").split(" ") if "=" in line else line.split(" ")
        return " ".join(f"'{word}'" for word in words if word or word is words[-1])

    lines = [f"source '{here.parent / 'bash'}'", "complete -p tui-reader > /dev/null || exit 1"]
    for line, _ in (*LINES, *EQUALS):
        lines += [
            f"COMP_WORDS=({words_of(line)}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))",
            "_tui_reader; echo --next--; printf '%s\\n' \"${COMPREPLY[@]}\"",
        ]
    found = answers(run([needs("bash"), "--norc"], here, "\n".join(lines)))
    assert dict(zip((line for line, _ in LINES), ({*each} - {"-h"} for each in found), strict=False)) == dict(LINES)
    for (_, word), each in zip(EQUALS, found[len(LINES) :], strict=True):
        assert word in each


def test_fish_completes_verbs_options_and_values(here: Path) -> None:
    lines = [f"source '{here.parent / 'fish'}'"]
    lines += [f"echo --next--; complete -C '{line}'" for line, _ in (*LINES, *EQUALS)]
    found = answers(run([needs("fish"), "--no-config"], here, "\n".join(lines)))
    plain = [{row.partition("\t")[0].rstrip("/") for row in each} for each in found]
    assert dict(zip((line for line, _ in LINES), plain, strict=False)) == dict(LINES)
    for (line, word), each in zip(EQUALS, plain[len(LINES) :], strict=True):
        assert f"{line.split()[-1].partition('=')[0]}={word}" in each


ZSHRC = """
PS1='> '
setopt no_prompt_cr no_prompt_sp no_beep
autoload -Uz compinit
compinit -u -D
LISTMAX=1000
zstyle ':completion:*' verbose no
bindkey '^I' list-choices
source "$HOME/zsh"
"""


def test_zsh_completes_verbs_options_and_values(here: Path) -> None:
    """zsh completes only where a terminal is: keys go into one, and the list of choices is read from it."""
    needs("zsh")
    (here.parent / ".zshrc").write_text(ZSHRC, "utf-8")
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 200, 0, 0))
    take_terminal = "import fcntl, os, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    process = subprocess.Popen(
        [sys.executable, "-c", f"{take_terminal}os.execvp('zsh', ['zsh', '--no-globalrcs', '-i'])"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        cwd=here,
        env={"TERM": "dumb", "LC_ALL": "C.UTF-8", "HOME": str(here.parent), "PATH": os.environ["PATH"]},
    )
    os.close(slave)

    def reads(end: str) -> str:
        text, deadline = "", time.monotonic() + 60
        while not text.endswith(end):
            assert time.monotonic() < deadline, repr(text)
            if select.select([master], [], [], 0.1)[0]:
                text += os.read(master, 65536).decode("utf-8", "replace")
                text = re.sub(r"\x1b\[\?2004[hl]", "", text)  # how zsh announces pastes
        return text

    try:
        reads("> ")
        for line, words in LINES:
            if not words:
                continue  # nothing is printed then that could be waited for
            os.write(master, f"{line}\t".encode())
            # The list stands between two copies of the line.
            shown = reads(f"\r\n> {line}").partition("\r\r\n")[2].rpartition("\r\n> ")[0]
            choices = {each.rstrip("/").replace("\x00", " ") for each in shown.replace("\\ ", "\x00").split()}
            assert choices - {"-h"} == words, line
            os.write(master, b"\x15")
            os.write(master, b"echo NE''XT\n")
            reads("NEXT\r\n> ")
    finally:
        process.kill()
        process.wait()
        os.close(master)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_completion_verb_prints_the_installed_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    installed = {
        "bash": "bash-completion/completions/tui-reader",
        "zsh": "zsh/site-functions/_tui-reader",
        "fish": "fish/vendor_completions.d/tui-reader.fish",
    }
    assert capsys.readouterr().out == (ROOT / "share" / installed[shell]).read_text("utf-8")


@pytest.mark.parametrize("arguments", [[], ["tcsh"], ["bash", "zsh"]])
def test_an_unknown_shell_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["completion", *arguments])
    assert ended.value.code == 2
    assert "tui-reader completion" in capsys.readouterr().err


def test_every_verb_has_its_options_in_every_script_and_in_the_manual() -> None:
    program = whole_program()
    assert {verb.names[0] for verb in program.verbs} == VERBS
    page = manual(program).replace("\\-", "-")
    scripts = {shell: script(shell, program) for shell in SHELLS}
    for verb in program.all():
        assert verb.about
        assert f".B {' '.join(('tui-reader', *verb.names))}\n" in page
        for option in verb.options:
            for flag in option.flags:
                assert f"\\fB{flag}\\fR" in page
                assert flag in scripts["bash"]
                assert flag in scripts["zsh"]
                assert (f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}") in scripts["fish"]


def test_the_manual_page_is_rendered_without_warnings(tmp_path: Path) -> None:
    page = tmp_path / "tui-reader.1"
    page.write_text(manual(whole_program()), "utf-8")
    assert page.read_text("utf-8").isascii()
    tried = 0
    for command in (["man", "--warnings", "-l"], ["groff", "-man", "-ww", "-Tutf8"], ["mandoc", "-T", "lint"]):
        if shutil.which(command[0]) is None:
            continue
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
        done = subprocess.run(
            [*command, str(page)], capture_output=True, text=True, check=True, env=environment, timeout=60
        )
        assert done.stderr == "", command
        if command[0] == "man":
            assert "tui-reader notes add [options] FILE" in done.stdout
        tried += 1
    if not tried:
        pytest.skip("neither man nor groff nor mandoc is installed: the page was NOT rendered")


def test_the_wheel_installs_what_is_generated() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {"share": "share"}
    files = {str(each.relative_to(ROOT / "share")) for each in (ROOT / "share").rglob("*") if each.is_file()}
    assert files == {
        "man/man1/tui-reader.1",
        "bash-completion/completions/tui-reader",
        "zsh/site-functions/_tui-reader",
        "fish/vendor_completions.d/tui-reader.fish",
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One. Two.", "One"),
        ("Open library.json there. Then go.", "Open library.json there"),
        ("No stop", "No stop"),
        ("Ends.", "Ends"),
        ("Over\n  two rows. Yes", "Over two rows"),
    ],
)
def test_the_first_sentence_of_a_help_text_is_found(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence

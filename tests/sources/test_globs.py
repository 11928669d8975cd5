"""Globs match the same paths as in git, and in short time, however hostile they are."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.counts import FULL, size
from tui_reader.sources.folders import walk
from tui_reader.sources.ignore_rules import IGNORE_FILE, Rules

if TYPE_CHECKING:
    from pathlib import Path

PATTERNS = 5_000 if FULL else 250
PIECES = (
    *"aab*?/.-!]",
    *("**", "**/", "/**", "/", "***", "[ab]", "[!a]", "[^b/]", "[a-c]", "[]a]", "[b-a]", "[a", "[[:alpha:]]"),
    *(
        "[[:x:]]",
        "[a-]",
        "[\\]a]",
        "[--a]",
        "\\*",
        "\\a",
        "\\",
        "\\/",
        " ",
        "\\ ",
        "#",
        "[[:",
        "[a[:b]",
        "[&&a]",
        "{a,b}",
    ),
)
NAMES = ("a", "b", "ab", "ba", "aab", "a.b", "*", "[a", "a b", "]", "-", "!", "a ", "#a", "\\")


def left_out(rules: Rules, path: str) -> bool:
    """Return True if a pattern leaves out the file or a folder above it."""
    parts = path.split("/")
    folders = ("/".join(parts[:end]) for end in range(1, len(parts)))
    return any(rules.ignores(folder, folder=True) for folder in folders) or rules.ignores(path, folder=False)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("seed", range(3))
def test_random_patterns_leave_out_what_git_leaves_out(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lists = [
        ["".join(chance.choices(PIECES, k=chance.randint(1, 7))) for _ in range(chance.choice((1, 1, 2, 3)))]
        for _ in range(size(400))
    ]
    # Git alone distinguishes `**\\/` from `**/`.
    lists = [[pattern for pattern in patterns if "*\\/" not in pattern] for patterns in lists]
    paths = sorted({"/".join(chance.choices(NAMES, k=chance.choice((1, 1, 2, 3, 4)))) for _ in range(60)})
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for number, patterns in enumerate(lists):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / ".gitignore").write_text("\n".join(patterns) + "\n")
    asked = [f"{number}/{path}" for number in range(len(lists)) for path in paths]
    answer = subprocess.run(
        ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=tmp_path,
        input="\0".join(asked).encode() + b"\0",
        capture_output=True,
        check=False,
    )
    expected = set(filter(None, answer.stdout.decode().split("\0")))
    for number, patterns in enumerate(lists):
        rules = Rules().extended(patterns, str(number))
        got = {path for path in paths if left_out(rules, f"{number}/{path}")}
        assert got == {path for path in paths if f"{number}/{path}" in expected}, patterns


HOSTILE = {
    "stars": ("*a*a*a*a*ab", "a" * 250),
    "more stars": ("*a" * 1_000 + "b", "a" * 250),
    "spans": ("**/" * 12 + "x", "a/" * 1_000 + "b"),
    "spans with names": ("**/a/" * 200 + "x", "a/" * 1_000 + "b"),
    "spans within names": ("**a**b**" * 100 + "c", "ab" * 125),
    "spans and stars": ("**/*a*/" * 50 + "x", "aaaa/" * 400 + "b"),
    "sets": ("*[ab]" * 500 + "x", "ab" * 125),
    "questions": ("*?" * 1_000 + "x", "a" * 250),
    "a long name": ("*" + "a" * 3_000 + "*b", "a" * 4_000),
    "a set that never ends": ("[" + "a" * 4_000, "a" * 250),
    "a set of sets": ("[[:alpha:]" * 400, "a" * 250),
    "a set of ranges": ("[" + "a-z" * 1_000 + "]" + "*b", "a" * 250),
    "escapes": ("*\\a" * 1_000 + "b", "a" * 250),
}


@pytest.mark.parametrize(("pattern", "path"), HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("start", ["", "x/", "/"])
def test_hostile_patterns_match_in_short_time(pattern: str, path: str, start: str) -> None:
    rules = Rules().extended([start + pattern])
    began = time.process_time()
    assert not rules.ignores(start.strip("/") + path, folder=True) or pattern.startswith("[")
    # Milliseconds with linear matching, years with backtracking.
    assert time.process_time() - began < 5


def test_thousands_of_patterns_are_looked_up() -> None:
    patterns = [
        pattern for n in range(PATTERNS) for pattern in (f"name{n}", f"*.end{n}", f"a*{n}x", f"in/{n}/*z", f"!not{n}")
    ]
    last = PATTERNS - 1
    began = time.process_time()
    rules = Rules().extended(patterns)
    for path in (f"name{last}", f"deep/x.end{last}", f"ab{last}x", f"in/{last}/az", "deep/ab12x"):
        assert rules.ignores(path, folder=False), path
    for number in range(500):
        assert not rules.ignores(f"deep/none{number}.md", folder=False)
    assert time.process_time() - began < 10


def test_a_later_pattern_overrides_earlier_ones_of_any_kind() -> None:
    ways = ("a.md", "*.md", "a*d", "/a.md", "/a*")
    for first in ways:
        for second in ways:
            assert not Rules().extended([first, f"!{second}"]).ignores("a.md", folder=False)
            assert Rules().extended([f"!{first}", second]).ignores("a.md", folder=False)


def test_a_hostile_ignore_file_does_not_stop_a_walk(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{'a' * 200}{number}.md").touch()
    (tmp_path / "out.md").touch()
    lines = ["*a" * 60 + f"b{n}" for n in range(PATTERNS)] + ["x" * 100_000, "out.md"]
    (tmp_path / IGNORE_FILE).write_text("\ufeff" + "\r\n".join(lines) + "\r\n", encoding="utf-8")
    began = time.process_time()
    entries = list(walk(tmp_path, Rules(), lambda name: name.endswith(".md"), lambda _: None))
    assert len(entries) == 20
    assert time.process_time() - began < 10


@pytest.mark.parametrize("line", ["\ufeffout.md", "out.md\r", "\x0bnone\nout.md", "a\u2028b\nout.md"])
def test_line_ends_and_trailing_spaces_are_treated_as_in_git(tmp_path: Path, line: str) -> None:
    (tmp_path / IGNORE_FILE).write_text(line + "\n", encoding="utf-8", newline="")
    (tmp_path / "out.md").touch()
    (tmp_path / "b.md").touch()
    entries = list(walk(tmp_path, Rules(), lambda name: name.endswith(".md"), lambda _: None))
    assert [entry.key.rpartition("/")[2] for entry in entries] == ["b.md"]

"""Patterns match the same paths as in git."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tui_reader.sources.ignore_rules import Rules

if TYPE_CHECKING:
    from pathlib import Path


def ignores(path: str, *patterns: str) -> bool:
    """Return True if a pattern leaves out the file or a folder above it."""
    rules = Rules().extended(patterns)
    parts = path.split("/")
    folders = ("/".join(parts[:end]) for end in range(1, len(parts)))
    return any(rules.ignores(folder, folder=True) for folder in folders) or rules.ignores(path, folder=False)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.bak", "deep/a.bak", "a.bak.md"),
        ("drafts/", "deep/drafts/a.md", "drafts"),
        ("/top.md", "top.md", "deep/top.md"),
        ("a/*.md", "a/x.md", "a/b/x.md"),
        ("a/**/x.md", "a/b/c/x.md", "b/a/x.md"),
        ("a/**/x.md", "a/x.md", "a/x.mdx"),
        ("**/x.md", "b/x.md", "b/xx.md"),
        ("a/**", "a/b", "b/a"),
        ("?.md", "a.md", "ab.md"),
        ("[a-c].md", "b.md", "d.md"),
        ("[!a-c].md", "d.md", "b.md"),
        (r"\#1.md", "#1.md", r"\#1.md"),
        (r"\!x", "!x", "x"),
        ("x   ", "x", "x   "),
        (r"x\ ", "x ", "x"),
        ("[]x].md", "].md", "a.md"),
        ("a.md", "a.md", "axmd"),
    ],
)
def test_a_pattern_matches_as_git_says(pattern: str, yes: str, no: str) -> None:
    assert ignores(yes, pattern)
    assert not ignores(no, pattern)


def test_a_later_pattern_overrides_and_an_exclamation_mark_includes_again() -> None:
    assert not ignores("keep.md", "*.md", "!keep.md")
    assert ignores("keep.md", "!keep.md", "*.md")
    assert ignores("deep/keep.md", "deep/", "!keep.md"), "what is below a folder that is left out stays out"


@pytest.mark.parametrize("line", ["", "   ", "# comment", "/", "[", "a\\", "[z-a]", "!"])
def test_lines_that_are_not_patterns_are_skipped(line: str) -> None:
    assert not ignores("deep/a.md", line)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a*a*a*a*ab", "a" * 250),
        ("*" * 200 + "b", "a" * 250),
        ("?*?*?*?*?*?*x", "a" * 250),
        ("[a-z]*" * 12 + "1", "a" * 250),
        ("**/" * 12 + "x", "a/" * 2_000 + "b"),
        ("/" + "**/a/" * 12 + "x", "a/" * 2_000 + "b"),
        ("**/*a*/**/*a*/**/*a*/x", "aaaa/" * 800 + "b"),
        ("x" * 5_000, "a"),
    ],
)
def test_hostile_patterns_match_in_short_time(pattern: str, path: str) -> None:
    # With backtracking, each of these takes from minutes to years.
    assert not ignores(path, pattern)


def test_wildcards_match_wherever_they_fit() -> None:
    assert ignores("abcabd", "a*b*d")
    assert ignores("aXbXbX", "a*bX")
    assert ignores("a/b/a/c/d", "/**/a/c/d")
    assert ignores("x/a/y/a/b/c", "x/**/a/b/**/c")
    assert not ignores("x/a/y/b/c", "x/**/a/b/**/c")


NAMES = st.sampled_from(["a", "b.md", "ab", "x y", "[a]", "#a", "!b"])
# Without backslashes and brackets, for which git has rules of its own; the table above has the usual ones.
PATTERNS = st.from_regex(r"\A!?/?(\*\*/)?[ab*?!#.md -]{1,6}(/(\*\*|[ab*?.]{1,3}))?/?\Z").filter(
    lambda p: "***" not in p
)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    patterns=st.lists(PATTERNS, min_size=1, max_size=3),
    paths=st.lists(st.lists(NAMES, min_size=1, max_size=3), min_size=1, max_size=5),
)
def test_any_patterns_leave_out_what_git_leaves_out(
    tmp_path: Path, patterns: list[str], paths: list[list[str]]
) -> None:
    repository = tmp_path / "repository"
    if not repository.exists():
        subprocess.run(["git", "init", "-q", str(repository)], check=True)
    (repository / ".gitignore").write_text("\n".join(patterns) + "\n")
    joined = sorted({"/".join(path) for path in paths})
    answer = subprocess.run(
        ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=repository,
        input="\0".join(joined).encode() + b"\0",
        capture_output=True,
        check=False,
    )
    expected = set(filter(None, answer.stdout.decode().split("\0")))
    assert {path for path in joined if ignores(path, *patterns)} == expected, patterns

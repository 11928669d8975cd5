"""No verb prints terminal control characters, whatever its arguments, the library and the files contain."""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import os
import re
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import FULL, step
from tests.hostile import STORABLE, TEXTS, hostile, make_library, terminal_controls
from tui_reader import paths
from tui_reader.cli import common, notes, state
from tui_reader.cli import main as cli
from tui_reader.document.cleaning import clean_row, escape, escape_json
from tui_reader.exchange.registry import EXPORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TREE = Path(cli.__file__).parent.parent
ID = "0198f3a2-0000-7000-8000-00000000000"
NOT_UTF_8 = os.fsdecode(b"caf\xe9\xff\x1b[31m\x9b")


class Stream(io.StringIO):
    """A stream that accepts any text, even lone surrogates, so that the tests can check it."""


def run(*arguments: object) -> tuple[int, str, str]:
    """Run the program in this process; returns exit status, standard output and standard error."""
    out, err = Stream(), Stream()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = cli.main([str(argument) for argument in arguments])
        except SystemExit as left:
            status = int(left.code or 0)
    return status, out.getvalue(), err.getvalue()


class Case:
    """A library full of hostile texts, in a folder with a hostile name."""

    def __init__(self, root: Path, texts: Sequence[str]) -> None:
        self.texts = [_argument(text) for text in texts]
        self.name = _file_name(texts[0])
        self.folder = root / f"lib-{self.name}"
        self.state = make_library(self.folder, [text for text in texts if _is_storable(text)] or ["x"])
        for number, text in enumerate([*texts[:3], NOT_UTF_8]):
            name = _file_name(text)
            beside = self.folder / f"library ({name} conflicted copy {number}).json"
            beside.write_bytes(self.state.read_bytes())
            (self.folder / f"library.json.journal-{name}").write_bytes(b'{"journal":1}\nno line\n')
            (self.folder / ".backups").mkdir(exist_ok=True)
            (self.folder / ".backups" / f"library-2026010{number}-damaged-{name}.json").write_bytes(b"{")
            (self.folder / f"{name}.md").write_text("# \x1b[2JTitle\n\nWords.\n", "utf-8")
        self.draft = root / f"draft-{self.name}.md"
        quotes = "\n\n".join(f"> words of {text} that are nowhere" for text in texts)
        self.draft.write_text(quotes, "utf-8", errors="replace")
        self.copy = self.folder.with_name(f"copy-{self.name}.json")
        self.copy.write_bytes(self.state.read_bytes())


def _argument(text: str) -> str:
    """Return a text as an operating system passes it: without NUL, with invalid UTF-8 as surrogate escapes."""
    text = text.replace("\0", "") or "x"
    try:
        return os.fsdecode(os.fsencode(text))
    except UnicodeEncodeError:
        return os.fsdecode(text.encode("utf-8", "surrogatepass"))


def _file_name(text: str) -> str:
    return _argument(text.replace("/", "").strip(".")[:40])


def _is_storable(text: str) -> bool:
    return not any("\ud800" <= each <= "\udfff" for each in text)


def choices(parser: argparse.ArgumentParser) -> set[str]:
    """Return the names of the subcommands of a parser."""
    subparsers = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    return {name for each in subparsers for name in each.choices}


def every_verb() -> set[str]:
    """Return every verb of the program, from its own tables."""
    verbs: set[str] = set(cli._VERBS) - {"notes", "backup"}
    verbs |= {f"notes {name}" for name in choices(notes._notes_parser()[0])}
    return verbs | {f"backup {name}" for name in choices(state._backup_parser())} | {""}


Runs: TypeAlias = "Sequence[tuple[object, ...]]"


def _words(case: Case) -> list[str]:
    return [text for text in case.texts if not text.startswith("-")] or ["x"]


def _notes_list(case: Case) -> Runs:
    more = [("notes", "list", f"--tag={text}", "--library", case.folder) for text in case.texts]
    return [
        ("notes", "list", "--library", case.folder),
        ("notes", "list", "--orphans", "--library", case.folder),
        *more[:3],
    ]


def _notes_add(case: Case) -> Runs:
    file, word = case.folder / "here.md", _words(case)[0]
    return [
        ("notes", "add", file, f"--quote={word}"),
        ("notes", "add", file, f"--note={word} and more", f"--tag={word}"),
        ("notes", "add", case.folder / case.name, f"--note={word}"),
        ("notes", "add", file, f"--occurrence={word}"),
        ("notes", "add", file, f"--colour={word}"),
    ]


def _changing(verb: str, case: Case) -> Runs:
    edits = [f"+{case.texts[0]}"] if verb == "tag" else []
    return [
        (verb, "words>=0", *edits, "--dry-run", "--library", case.folder),
        (verb, "words>=0", *edits, "--library", case.folder),
        (verb, case.texts[0], *edits, "--library", case.folder),
    ]


FORMS = ("org", "json", "org")
"""Formats for the runs that write files."""

VERBS: dict[str, Callable[[Case], Runs]] = {
    "": lambda c: [
        *((f"--nothing{text}",) for text in c.texts),
        (f"--config={c.folder / 'no' / c.name}",),
        (c.folder / f"gone {c.name}",),
        (f"--state={c.folder}", c.folder),
    ],
    "init": lambda c: [("init", c.folder), ("init", c.folder / "no" / c.name), ("init", f"--{c.name}")],
    "config": lambda c: [("config", *flags) for flags in ((), ("--path",), ("--write",), ("--write",))],
    "list": lambda c: [
        *(("list", *form, "--library", c.folder) for form in ((), ("--ids",), ("--paths",), ("--json",))),
        ("list", "--format", r"{title} | {path}\n{tags}", "--library", c.folder),
        *(("list", text, "--library", c.folder) for text in c.texts[:4]),
        ("list", f"--format={{{c.name}}}"),
        ("list", c.folder / c.name),
    ],
    **{verb: partial(_changing, verb) for verb in ("star", "archive", "read", "tag")},
    "rules": lambda c: [("rules", "--dry-run", "--library", c.folder), ("rules", "--library", c.folder)],
    "notes list": _notes_list,
    "notes show": lambda c: (
        [("notes", "show", f"{ID}{n}", c.folder) for n in range(6)]
        + [("notes", "show", text, c.folder) for text in _words(c)[:3]]
    ),
    "notes add": _notes_add,
    "notes edit": lambda c: [
        ("notes", "edit", f"{ID}0", f"--note={c.texts[0]} new", f"--tag={c.texts[0]}x", "--library", c.folder),
        ("notes", "edit", "0198", "--note=x", "--library", c.folder),
    ],
    "notes delete": lambda c: [
        ("notes", "delete", f"{ID}3", f"{ID}4", "--library", c.folder),
        ("notes", "delete", *_words(c)[:1], "--library", c.folder),
    ],
    "notes move": lambda c: [
        ("notes", "move", "gone-2.md", c.folder / "other.md", "--library", c.folder),
        ("notes", "move", _words(c)[0], c.folder / "other.md", "--library", c.folder),
    ],
    "export": lambda c: [
        *(("export", "--to", form.id, "--library", c.folder) for form in EXPORTS if form.module[:4] != "epub"),
        *(("export", "--to", form, "-o", c.folder.parent / f"out {c.name}", "--library", c.folder) for form in FORMS),
        ("export", "--to", "org", "-o", c.folder.parent / f"out {c.name}", "x", "--prune", "--library", c.folder),
        ("export", "--to", c.texts[0]),
        ("export", "--to", "org", f"--template={c.folder / c.name}"),
    ],
    "verify": lambda c: [("verify", c.draft, "--library", c.folder), ("verify", c.folder / c.name)],
    "completion": lambda c: [("completion", "bash"), ("completion", c.texts[0])],
    "doctor": lambda c: [("doctor", c.folder), ("doctor", "--fix", c.folder), ("doctor", f"--state={c.draft}no")],
    "merge": lambda c: [("merge", c.copy, "--library", c.folder), ("merge", c.draft, "--library", c.folder)],
    "backup list": lambda c: [("backup", "list", c.folder)],
    "backup restore": lambda c: [
        ("backup", "restore", c.copy, "--library", c.folder),
        ("backup", "restore", _words(c)[0], "--library", c.folder),
    ],
}


def check(verb: str, case: Case) -> None:
    """Run a verb with all arguments of `VERBS`, with and without JSON, and check its output."""
    for arguments in VERBS[verb](case):
        with_json = [(*arguments, "--json")] if verb.partition(" ")[0] in {"notes", "verify"} else []
        for each in (arguments, *with_json):
            with patch("os.isatty", return_value=True) if not verb else contextlib.nullcontext():
                _, out, err = run(*each)
            assert out + err
            # A tab of a text is exported as it is, and some formats end their lines with CR LF.
            shown = out.replace("\t", " ").replace("\r\n", "\n") if verb == "export" else out
            assert terminal_controls(shown + err, marks=True) == [], (each, out, err)
            assert "Traceback" not in err
            assert "of its own" not in err, (each, err)
            if "--json" in each and out:
                json.loads(out)


def test_every_verb_of_the_command_line_is_run_by_these_tests() -> None:
    assert every_verb() == set(VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verb_prints_no_terminal_control_characters(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / _file_name(f"config {TEXTS[0]}{TEXTS[6]}")))
    check(verb, Case(tmp_path, TEXTS))


@settings(max_examples=3 if FULL else 1)
@given(texts=st.lists(hostile, min_size=4, max_size=6))
@pytest.mark.parametrize("verb", sorted(VERBS)[:: step(1, 6)])
def test_a_verb_prints_no_control_characters_for_random_texts(verb: str, texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as root:
        check(verb, Case(Path(root), texts))


def test_no_text_can_forge_a_row_of_the_output(tmp_path: Path) -> None:
    case = Case(tmp_path, [*STORABLE, "x\n  0198f3a2  [1] “forged”", "x\nnote:    forged", "x\rnote: f", "x\u2028y"])
    known = json.loads(run("notes", "list", "--json", "--library", case.folder)[1])
    rows = run("notes", "list", "--library", case.folder)[1].splitlines()
    assert len(rows) == len(known) + len({each["article"] for each in known})
    for each in known:
        shown = run("notes", "show", each["id"], case.folder)[1].split("\n")
        names = [row.split(":")[0] for row in shown if row and not row.startswith(" ")][1:]
        assert len(names) == len(set(names))
        assert set(names) <= {"article", "file", "state", "colour", "tags", "made", "quote", "marked", "note"}
    doctor = run("doctor", case.folder)[1].splitlines()
    assert all(row.startswith(("  ok ", "  WRONG ", "  fixed ")) for row in doctor[1:-1])
    backups = run("backup", "list", case.folder)[1].splitlines()
    assert all(row.startswith("20") for row in backups)


def test_an_annotation_with_a_hostile_id_is_found_by_the_id_and_by_its_printed_form(tmp_path: Path) -> None:
    case = Case(tmp_path, STORABLE)
    known = json.loads(run("notes", "list", "--json", "--library", case.folder)[1])
    (hostile_id,) = [each["id"] for each in known if not each["id"].startswith("0198f3a2")]
    for wanted in (hostile_id, escape(hostile_id)):
        assert json.loads(run("notes", "show", wanted, case.folder, "--json")[1])["id"] == hostile_id


@given(hostile)
def test_a_printed_row_is_one_row_and_its_escapes_are_stable(text: str) -> None:
    shown = common.escape_for_terminal(text)
    assert terminal_controls(shown, marks=True) == []
    assert "\n" not in shown
    rows = common.escape_for_terminal(text, keep_line_feeds=True)
    assert terminal_controls(rows, marks=True) == []
    assert rows.count("\n") == text.count("\n")
    if text.isprintable():
        assert shown == text
    assert escape(shown) == shown


@given(hostile)
def test_a_row_of_the_screen_is_one_row(text: str) -> None:
    assert terminal_controls(clean_row(text)) == []
    assert "\n" not in clean_row(text)
    assert clean_row(clean_row(text)) == clean_row(text)


@given(st.recursive(hostile, lambda inner: st.lists(inner) | st.dictionaries(hostile, inner), max_leaves=6))
def test_escaped_json_has_the_same_value_and_no_control_characters(value: Any) -> None:
    text = escape_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(text) == json.loads(json.dumps(value))
    assert terminal_controls(text, marks=True) == []


def test_the_log_of_internal_errors_has_no_control_characters() -> None:
    for text in TEXTS:
        with patch.dict(cli._VERBS, {"config": _fail(text)}):
            status, out, err = run("config")
        assert status == cli.EXIT_INTERNAL
        assert terminal_controls(out + err, marks=True) == []
    log = paths.log_file().read_text("utf-8")
    assert log.count("\nRuntimeError: ") == len(TEXTS)
    assert terminal_controls(log, marks=True) == []


def _fail(text: str) -> Callable[[Sequence[str]], int]:
    def fail(_arguments: Sequence[str]) -> int:
        raise RuntimeError(text)

    return fail


STREAMS = {
    "cli/common.py": {
        "_write",
        "flush_stderr",
        "flush_stdout",
        "print_notice",
        "_write_failure",
        "escape_unencodable",
        "print_json",
        "print_export",
    },
    "cli/main.py": {"main"},
    "services/library/desktop.py": {"_default_viewer"},
    "tui/screens/external_programs.py": {"pipe_through"},
}
"""Functions that may use the standard streams of this process or of another, by module."""
WORKER_PROCESSES = {"services/library/worker.py", "storage/recovery/adoption.py"}
"""Modules that run as processes of their own and answer through a pipe."""


def test_only_the_listed_functions_use_the_standard_streams() -> None:
    found = []
    for file in sorted(TREE.rglob("*.py")):
        name = str(file.relative_to(TREE))
        text = file.read_text("utf-8")
        # To parse all modules takes a second.
        if name in WORKER_PROCESSES or not re.search(r"print\(|stdout|stderr", text):
            continue
        for function in ast.walk(ast.parse(text)):
            if not isinstance(function, ast.FunctionDef) or function.name in STREAMS.get(name, ()):
                continue
            for each in ast.walk(function):
                prints = isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "print"
                if prints or (isinstance(each, ast.Attribute) and each.attr in {"stdout", "stderr"}):
                    found.append(f"{name}: {function.name}")
    assert sorted(set(found)) == []


def test_every_parser_escapes_the_arguments_that_it_repeats() -> None:
    for file in ("cli/main.py", "cli/read.py", "cli/notes.py", "cli/state.py"):
        assert "argparse.ArgumentParser(" not in (TREE / file).read_text("utf-8")

"""Paths that are mistyped: every verb names the file, the reason and the way out, and writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tui_reader.cli.main import main
from tui_reader.services.library.opening import init_library
from tui_reader.storage import open_store
from tui_reader.storage.base import ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

READING = (
    ("notes", "list"),
    ("notes", "show", "0"),
    ("notes", "delete", "is:orphan", "--dry-run"),
    ("list",),
    ("export", "--to", "markdown"),
    ("export", "--to", "markdown", "-o", "vault/"),
    ("verify", "draft.md"),
    ("tag", "is:unread", "+later", "--dry-run"),
    ("star", "is:unread", "--dry-run"),
    ("rules", "--dry-run"),
    ("doctor",),
    ("backup", "list"),
)
FINDING = (
    ("notes", "edit", "0", "--note", "new"),
    ("notes", "delete", "0"),
    ("doctor", "--fix"),
    ("backup", "restore", "library"),
)
"""Verbs that change only what is there."""
MAKING = (
    ("tag", "words>=0", "+later"),
    ("star", "words>=0"),
    ("archive", "words>=0"),
    ("read", "words>=0"),
    ("merge", "copy.json"),
)
ALL = (*READING, *FINDING, *MAKING, ("rules",))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "tides.md").write_text("# Tides\n\nThe sea comes in twice a day.\n", "utf-8")
    (tmp_path / "draft.md").write_text("> The sea comes in twice a day.\n", "utf-8")
    keep(tmp_path / "copy.json", "x")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(here: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object, library: bool = True) -> tuple[int, str, str]:
        where = ("--library", "articles") if library else ()
        try:
            status = main([str(argument) for argument in (*arguments, *where)])
        except SystemExit as ended:
            status = int(ended.code or 0)
        return status, *capsys.readouterr()

    return call


def keep(path: Path, key: str) -> None:
    store = open_store(path)
    store.apply([Edit(ARTICLES, key, "starred", None, True)], "starred").result(60)
    store.close()


def files(folder: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in folder.rglob("*") if each.is_file() and ".local" not in each.parts}


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if not each.name.startswith(".")}


@pytest.mark.parametrize("missing", ["stat.json", "folder/stat.json", "tate.json", "link.json"])
def test_what_only_reads_refuses_a_state_file_that_does_not_exist(missing: str, here: Path, run: Run) -> None:
    keep(here / "state.json", "x")
    (here / "link.json").symlink_to(here / "nowhere.json")
    before, listed = files(here), names(here)
    for verb in (*READING, *FINDING):
        status, out, err = run(*verb, "--state", missing)
        reason = "is a link to a file that does not exist" if missing == "link.json" else "does not exist"
        assert (status, out) == (2, ""), verb
        assert err == (
            f"tui-reader: {missing} {reason}.\n  Is it spelled right? --library PATH names it by its folder.\n"
        )
    assert names(here) == listed
    assert files(here) == before


@pytest.mark.parametrize("verb", MAKING)
def test_what_writes_may_begin_a_new_state_file(verb: tuple[str, ...], here: Path, run: Run) -> None:
    status, out, err = run(*verb, "--state", "new.json")
    assert (status, err) == (0, "")
    assert out
    assert (here / "new.json").is_file()
    assert run("list", "--state", "new.json")[0] == 0


def test_a_state_file_of_which_only_the_journal_is_left_is_read(here: Path, run: Run) -> None:
    run("tag", "words>=0", "+later", "--state", "state.json")
    journal = here / "state.json.journal-k3f9"
    (here / "state.json.bak.journal").rename(journal)
    (here / "state.json").unlink()
    assert run("list", "--state", "state.json")[0] == 0


def test_a_state_file_of_which_only_backups_are_left_is_restored(here: Path, run: Run) -> None:
    keep(here / "state.json", "x")
    run("star", "words>=0", "--state", "state.json")
    backup = here / ".backups" / "state-2026-01-01.json"
    backup.write_bytes((here / "state.json").read_bytes())
    for each in here.glob("state.json*"):
        each.unlink()
    assert run("list", "--state", "state.json")[0] == 2
    assert run("doctor", "--state", "state.json")[0] == 0
    assert run("backup", "restore", backup.name, "--state", "state.json")[0] == 0
    assert run("list", "--state", "state.json")[0] == 0


def test_an_empty_state_file_is_said_to_be_empty(here: Path, run: Run) -> None:
    (here / "state.json").touch()
    for verb in READING[:9]:
        assert "state.json is empty: no state is kept in it yet.\n" in run(*verb, "--state", "state.json")[2], verb
    assert (here / "state.json").read_bytes() == b""


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("articles", "articles is a folder.\n  Name a file in it, such as articles/library.json."),
        ("draft.md/state.json", "draft.md/state.json cannot be a file: {here}/draft.md is no folder."),
        ("draft.md", "draft.md is not a library of tui-reader: it is not JSON. It stays as it is."),
        ("other.json", "other.json is not a library of tui-reader: it holds “name”"),
        ("x" * 300, "cannot be read: File name too long.\n  Give it a shorter name."),
    ],
)
def test_every_verb_refuses_a_state_file_that_cannot_be_one(state: str, message: str, here: Path, run: Run) -> None:
    (here / "other.json").write_text('{"name": "SensorKit"}', "utf-8")
    before, listed = files(here), names(here)
    for verb in ALL:
        status, out, err = run(*verb, "--state", state)
        assert (status, out) == (3, ""), verb
        assert message.format(here=here) in err, verb
    assert names(here) == listed
    assert files(here) == before


@pytest.mark.parametrize(
    ("library", "message"),
    [
        ("article", "article does not exist.\n  Name a folder with articles, a file"),
        ("draft.md/articles", "draft.md/articles does not exist."),
        ("x" * 300, "cannot be opened: File name too long.\n  Check the path and its folders."),
    ],
)
def test_every_verb_refuses_a_library_that_does_not_exist(library: str, message: str, run: Run) -> None:
    for verb in ALL:
        status, out, err = run(*verb, "--library", library, library=False)
        assert (status, out) == (2, ""), verb
        assert message in err, verb


@pytest.mark.parametrize("option", ["--library", "--state", "--config"])
def test_an_empty_path_is_refused_and_is_not_the_current_folder(option: str, here: Path, run: Run) -> None:
    before = files(here)
    for verb in ALL:
        if option == "--config" and verb[0] in {"doctor", "backup", "merge"}:
            continue
        status, out, err = run(*verb, option, "")
        assert (status, out) == (2, ""), verb
        assert f"argument {option}: it is empty; is a variable not set?" in err, verb
    assert files(here) == before


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("confg.toml", "The settings in confg.toml do not exist.\n  Is it spelled right? Or start with --no-config."),
        ("draft.md/x", "The settings in draft.md/x do not exist."),
        ("articles", "The settings in articles are a folder.\n  Name a file, or start with --no-config."),
        ("other.json", "The settings in other.json are not TOML: "),
        ("x" * 300, "cannot be read: File name too long."),
    ],
)
def test_every_verb_with_settings_refuses_a_wrong_file(config: str, message: str, here: Path, run: Run) -> None:
    (here / "other.json").write_text('{"name": "SensorKit"}', "utf-8")
    for verb in ALL:
        if verb[0] in {"doctor", "backup", "merge"}:
            continue
        status, out, err = run(*verb, "--config", config)
        assert (status, out) == (2, ""), verb
        assert message in err, verb
        assert "--no-config" in err, verb


def test_every_verb_does_without_settings_as_its_errors_advise(
    here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = here / "xdg" / "tui-reader" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("measure 80", "utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(here / "xdg"))
    for verb in (("notes", "list"), ("list",), ("tag", "words>=0", "+x"), ("verify", "draft.md"), ("rules",)):
        assert run(*verb)[0] == 2, verb
        assert run(*verb, "--no-config")[0] == 0, verb


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("draf.md", "draf.md does not exist.\n  Is it spelled right?"),
        ("draft.md/x", "draft.md/x does not exist."),
        ("articles", "articles is a folder.\n  Name a file."),
        ("x" * 300, "cannot be read: File name too long."),
        ("", "it is empty; is a variable not set?"),
    ],
)
def test_a_file_that_is_to_be_read_is_named_with_the_reason(file: str, message: str, run: Run) -> None:
    for verb in (
        ("verify", file),
        ("export", "--to", "markdown", "--ids", file),
        ("export", "--to", "markdown", "--annotations", file),
        ("export", "--to", "markdown", "--template", file),
    ):
        status, out, err = run(*verb)
        assert (status, out) == (2, ""), verb
        assert message in err, verb


def test_a_name_that_no_file_can_have_is_no_error_of_the_program(here: Path, run: Run) -> None:
    long = "x" * 300
    for verb in (("notes", "add", long, "--note", "n"), ("notes", "move", "articles/tides.md", long), ("init", long)):
        status, _, err = run(*verb, library=False)
        assert status == 2, verb
        assert long in err
    status, _, err = run("export", "--to", "markdown", "-o", long)
    assert status == 1
    assert f"{here / long} cannot be written: File name too long. Name another place." in err
    status, _, err = run("export", "--to", "markdown", "-o", "draft.md/out.md")
    assert (status, err) == (1, f"tui-reader: {here}/draft.md is no folder. Name another place.\n")


def test_no_backup_is_chosen_by_an_empty_name(here: Path, run: Run) -> None:
    init_library(here / "articles")
    run("star", "words>=0")
    before = files(here)
    assert run("backup", "restore", "")[0] == 2
    assert files(here) == before

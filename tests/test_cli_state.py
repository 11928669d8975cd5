"""The verbs that maintain the state file: doctor, merge and backup."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tui_reader.cli.main import main
from tui_reader.storage import open_store
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.recovery.doctor import counted

if TYPE_CHECKING:
    from pathlib import Path


def keep(path: Path, key: str, value: object) -> None:
    store = open_store(path)
    store.apply([Edit(ARTICLES, key, "starred", None, value)], "starred").result(60)
    store.close()


def kept(path: Path) -> dict[str, object]:
    store = open_store(path)
    found = {key: record.get("starred") for key, record in store.items(ARTICLES)}
    store.close()
    return found


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "here" / "library.json"
    keep(path, "one", True)
    return path


def test_doctor_reports_that_a_library_is_well(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--state", str(state)]) == 0
    assert "is sound: 1 article." in capsys.readouterr().out


def test_doctor_reports_damage_and_repairs_it_only_with_fix(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged = state.read_bytes()[:-20] + b"\n<<<<<<< mine\n"
    state.write_bytes(damaged)
    assert main(["doctor", "--state", str(state)]) == 1
    assert state.read_bytes() == damaged
    assert "doctor --fix" in capsys.readouterr().out
    assert main(["doctor", "--fix", "--state", str(state)]) == 0
    assert "Saved 1 document; the damaged file is kept as" in capsys.readouterr().out
    assert main(["doctor", "--state", str(state)]) == 0
    assert kept(state) == {"one": True}


@pytest.mark.parametrize(("number", "text"), [(1, "1 line of it is damaged"), (2_000, "2,000 lines of it are damaged")])
def test_the_doctor_counts_findings_in_singular_and_plural(number: int, text: str) -> None:
    assert f"{counted(number, 'line', 'is', 'are', of='it')} damaged" == text


def test_merge_takes_the_changes_of_another_copy(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "there" / "library.json"
    keep(other, "two", True)
    assert main(["merge", str(other), "--state", str(state)]) == 0
    assert f"1 record of {state} changed" in capsys.readouterr().out
    assert kept(state) == {"one": True, "two": True}
    assert kept(other) == {"two": True}


def test_a_missing_copy_is_reported_by_name(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge", str(tmp_path / "gone.json"), "--state", str(state)]) == 3
    said = capsys.readouterr().err
    assert "gone.json does not exist." in said
    assert "permissions" not in said


NO_COPIES = {
    "text": (b"hello\nworld\n", "it is not JSON"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00", "it is not JSON"),
    "empty": (b"", "it is empty"),
    "list": (b"[1, 2]", "it holds a list"),
    "other": (b'{"name": "SensorKit"}', "it holds “name”"),
    "cut": (b'{"name": "Sensor', "it is not JSON"),
}


@pytest.mark.parametrize("kind", NO_COPIES)
def test_a_file_that_is_no_copy_is_named_as_such_and_nothing_is_changed(
    kind: str, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, reason = NO_COPIES[kind]
    copy, good = tmp_path / "copy.json", tmp_path / "good.json"
    copy.write_bytes(content)
    keep(good, "two", True)
    before, driven = state.read_bytes(), good.read_bytes()
    for verb, done in (
        (["merge", str(good), str(copy), "--state", str(state)], "merged"),
        (["merge", "--driver", str(tmp_path / "none.json"), str(good), str(copy)], "merged"),
        (["backup", "restore", str(copy), "--state", str(state)], "restored"),
    ):
        (tmp_path / "none.json").touch()
        assert main(verb) == 3, verb
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"tui-reader: {copy} is not a library of tui-reader: {reason}"), verb
        message, hint = err.splitlines()
        assert message.endswith(f". Nothing was {done}."), verb
        assert hint.startswith("  "), verb
    assert state.read_bytes() == before
    assert good.read_bytes() == driven
    assert copy.read_bytes() == content
    assert kept(state) == {"one": True}


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_not_restored_and_not_to_be_removed(
    kind: str, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = tmp_path / "named"
    if kind == "folder":
        named.mkdir()
    else:
        os.mkfifo(named)
    assert main(["backup", "restore", str(named), "--state", str(state)]) == 3
    message, hint = capsys.readouterr().err.splitlines()
    assert message.startswith(f"tui-reader: {named} is not a library of tui-reader: it is a ")
    assert message.endswith(". Nothing was restored.")
    assert hint == "  Name a copy of library.json; “tui-reader backup list” names the backups."


def test_a_file_without_tables_does_not_remove_all_records(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.json").write_text("{}", "utf-8")
    assert main(["backup", "restore", str(tmp_path / "empty.json"), "--state", str(state)]) == 3
    assert "it holds no tables. Nothing was restored." in capsys.readouterr().err
    assert kept(state) == {"one": True}


def test_a_folder_is_refused_as_a_copy(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge", str(tmp_path), "--state", str(state)]) == 3
    assert f"{tmp_path} is a folder." in capsys.readouterr().err


def test_backups_are_listed_and_restored(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(state, "two", True)
    assert main(["backup", "list", "--state", str(state)]) == 0
    listed = capsys.readouterr().out.split()
    assert "library.json.bak" in listed
    assert main(["backup", "restore", "library.json.bak", "--state", str(state)]) == 0
    assert "is what it was in" in capsys.readouterr().out


def test_the_list_of_a_library_without_backups_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "list", "--library", str(tmp_path)]) == 0
    assert "no backups yet" in capsys.readouterr().out


@pytest.mark.parametrize("verb", [["doctor"], ["doctor", "--fix"], ["backup", "list"], ["backup", "restore", "x"]])
def test_a_missing_state_file_is_refused_if_it_was_named(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "typo.json"
    assert main([*verb, "--state", str(missing)]) == 2
    assert f"{missing} does not exist." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_missing_state_file_can_be_restored_from_its_backups(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(state, "two", True)
    state.unlink()
    assert main(["backup", "restore", "library.json.bak", "--state", str(state)]) == 0
    assert kept(state)["one"] is True


@pytest.mark.parametrize("name", [".backups", ".backups/library-2026-01-01.json", "library.json.bak"])
def test_a_link_among_the_backups_is_reported_and_not_listed(
    name: str, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = state.parent / name
    if link.parent == state.parent and link.is_dir():
        link.rename(tmp_path / "moved")
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(tmp_path / "elsewhere")
    assert main(["backup", "list", "--state", str(state)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line for line in told if line.startswith(f"{link} is a symbolic link") and "Remove it, or move it" in line]
    assert not [line for line in told if line.endswith(f" {link.name}")]

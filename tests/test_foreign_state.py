"""A `library.json` of another program is never written, whatever verb is run on its folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tui_reader import paths
from tui_reader.cli.main import main
from tui_reader.errors import StoreError, UsageError
from tui_reader.services.library.library_paths import find_library_paths
from tui_reader.services.library.opening import init_library, open_library
from tui_reader.storage import open_store
from tui_reader.storage.base import ARTICLES, Edit

if TYPE_CHECKING:
    from pathlib import Path

FOREIGN = {
    "manifest": b'{"name": "SensorKit", "version": "1.2.0"}\n',
    "list": b'[{"id": 1, "title": "Walden"}]',
    "empty list": b"[]",
    "empty object": b"{}\n",
    "TinyDB": b'{"_default": {"1": {"id": "a"}}}',
    "articles": b'{"articles": {"1": {"sku": "A-1", "price": 3}}}',
    "no JSON": b"# A library\n",
    "binary": b"\x89PNG\r\n\x1a\n\x00",
    "UTF-16": '{"name": "SensorKit"}'.encode("utf-16"),
}


@pytest.fixture(params=FOREIGN)
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "one.md").write_text("# One\n\nThe sea comes in twice a day, and nobody has to ask it.\n", "utf-8")
    (root / "library.json").write_bytes(FOREIGN[request.param])
    return root


def everything(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_the_reader_keeps_its_state_elsewhere_and_reports_it_once(folder: Path) -> None:
    before = everything(folder)
    library = open_library([folder])
    said = [notice for notice in library.notices if "library.json is not a library of tui-reader" in notice]
    assert len(said) == 1
    assert str(paths.data_dir() / "library.json") in said[0]
    library.store.apply([Edit(ARTICLES, str(folder / "one.md"), "starred", None, True)], "starred").result(60)
    library.close()
    assert everything(folder) == before
    store = open_store(paths.data_dir() / "library.json")
    assert store.get(ARTICLES, str(folder / "one.md")) == {"starred": True}
    store.close()


def test_init_refuses_with_a_hint_that_works(folder: Path) -> None:
    before = everything(folder)
    with pytest.raises(UsageError, match="not a library of tui-reader") as refused:
        init_library(folder)
    assert "--state" in refused.value.hint
    assert everything(folder) == before
    named = folder / "reader.json"
    assert str(named) in refused.value.hint
    library = open_library([folder], state=named)
    library.store.apply([Edit(ARTICLES, "one.md", "starred", None, True)], "starred").result(60)
    library.close()
    assert json.loads(named.read_bytes())["articles"]
    assert (folder / "library.json").read_bytes() == before["library.json"]


def test_a_foreign_file_that_is_named_is_refused(folder: Path) -> None:
    before = everything(folder)
    for verb in (["doctor"], ["doctor", "--fix"], ["backup", "list"], ["notes", "list"]):
        assert main([*verb, "--state", str(folder / "library.json"), "--library", str(folder)]) == 3
    with pytest.raises(StoreError, match="is not a library"):
        open_library([folder], state=folder / "library.json")
    assert everything(folder) == before


def test_every_verb_uses_the_state_where_it_is(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("> The sea comes in twice a day, and nobody has to ask it.\n", "utf-8")
    copy = tmp_path / "copy.json"
    store = open_store(copy)
    store.apply([Edit(ARTICLES, "x", "starred", None, True)], "starred").result(60)
    store.close()
    before = everything(folder)
    verbs = (
        ["doctor", "--library", folder],
        ["doctor", "--fix", folder],
        ["backup", "list", folder],
        ["merge", copy, "--library", folder],
        ["notes", "add", folder / "one.md", "--note", "a note"],
        ["notes", "list", "--library", folder],
        ["verify", draft, folder],
    )
    for verb in verbs:
        assert main([str(each) for each in verb]) == 0, verb
        said = capsys.readouterr()
        assert said.err.count("is not a library of tui-reader") == 1, verb
        assert "is not a library" not in said.out
        assert everything(folder) == before, verb
    assert main(["notes", "list", "--library", str(folder)]) == 0
    assert "a note" in capsys.readouterr().out


def test_a_copy_of_another_program_is_not_merged(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state.json"
    if (folder / "library.json").read_bytes() == FOREIGN["empty object"]:
        pytest.skip("it holds nothing to merge")
    assert main(["merge", str(folder / "library.json"), "--state", str(state)]) == 3
    said = capsys.readouterr().err
    assert f"{folder / 'library.json'} is" in said


@pytest.mark.parametrize("name", ["library (1).json", "library.sync-conflict-20261122-101010-ABCDEF7.json"])
@pytest.mark.parametrize("kind", [*FOREIGN, "link", "folder"])
def test_a_foreign_file_named_like_a_conflict_copy_is_left_unchanged(tmp_path: Path, name: str, kind: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    state = init_library(root)
    if kind == "link":
        (tmp_path / "other.json").write_bytes(state.read_bytes())
        (root / name).symlink_to(tmp_path / "other.json")
    elif kind == "folder":
        (root / name).mkdir()
    else:
        (root / name).write_bytes(FOREIGN[kind])
    store = open_store(state)
    store.apply([Edit(ARTICLES, "a", "starred", None, True)], "starred").result(60)
    store.close()
    assert main(["doctor", "--fix", str(root)]) == (kind in ("link", "folder"))
    assert (root / name).is_symlink() or (root / name).is_dir() or (root / name).read_bytes() == FOREIGN[kind]
    assert not list(root.glob(".backups/*merged*"))


def linked(root: Path, tmp_path: Path) -> Path:
    """Return a folder with a link to a library in another folder."""
    real = tmp_path / "mine" / "library.json"
    real.parent.mkdir()
    init_library(real.parent)
    (root / "library.json").symlink_to(real)
    return real


def test_a_link_out_of_the_folder_is_not_written_unless_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "cloned"
    root.mkdir()
    real = linked(root, tmp_path)
    before = everything(real.parent)
    library = open_library([root])
    assert any("symbolic link out of its folder" in notice for notice in library.notices)
    library.store.apply([Edit(ARTICLES, "a", "starred", None, True)], "starred").result(60)
    library.close()
    assert everything(real.parent) == before
    assert main(["init", str(root)]) == 2
    assert "symbolic link" in capsys.readouterr().err
    library = open_library([root], state=root / "library.json")
    library.store.apply([Edit(ARTICLES, "a", "starred", None, True)], "starred").result(60)
    library.close()
    assert everything(real.parent) != before


def test_an_empty_or_missing_library_is_created_where_it_was_named(tmp_path: Path) -> None:
    state = tmp_path / "library.json"
    state.touch()
    places = find_library_paths([tmp_path], None, paths.data_dir(), paths.cache_dir())
    assert places.state != state
    assert "is empty and not used" in places.notice
    assert find_library_paths([tmp_path], state, paths.data_dir(), paths.cache_dir()).state == state
    assert init_library(tmp_path) == state
    places = find_library_paths([tmp_path], None, paths.data_dir(), paths.cache_dir())
    assert (places.state, places.notice) == (state, "")


def test_several_folders_cause_no_notice_about_foreign_files(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for each in folders:
        each.mkdir()
        (each / "library.json").write_bytes(FOREIGN["manifest"])
    library = open_library(folders)
    assert not [notice for notice in library.notices if "library.json" in notice]
    library.close()


def test_a_foreign_file_that_appears_while_the_library_is_open_gets_no_journal(tmp_path: Path) -> None:
    store = open_store(tmp_path / "library.json")
    (tmp_path / "library.json").write_bytes(FOREIGN["manifest"])
    with pytest.raises(StoreError, match="is not a library"):
        store.apply([Edit(ARTICLES, "a", "starred", None, True)], "starred").result(60)
    with pytest.raises(StoreError):
        store.close()
    assert everything(tmp_path) == {"library.json": FOREIGN["manifest"]}

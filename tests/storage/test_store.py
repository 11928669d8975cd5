"""State survives restarts, and plain TinyDB can read it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tinydb import TinyDB

from tui_reader.errors import StoreError
from tui_reader.storage import Store, open_store
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit
from tui_reader.storage.replication.keyindex import DocumentIdIndex
from tui_reader.storage.snapshot.state import State

if TYPE_CHECKING:
    from pathlib import Path


def star(store: Store, key: str, after: object = True, *, undoable: bool = True) -> None:
    before = (store.get(ARTICLES, key) or {}).get("starred")
    store.apply([Edit(ARTICLES, key, "starred", before, after)], f"starred {key}", undoable=undoable).result(60)


def test_a_change_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    store = open_store(path)
    star(store, "art1")
    store.close()
    again = open_store(path)
    assert again.get(ARTICLES, "art1") == {"starred": True}
    assert dict(again.items(ARTICLES)) == {"art1": {"starred": True}}
    again.close()


def test_plain_tinydb_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    store = open_store(path)
    star(store, "art1")
    store.apply([Edit(ANNOTATIONS, "n1", "article", None, "art1"), Edit(ANNOTATIONS, "n1", "note", None, "é")], "noted")
    store.close()
    with TinyDB(path) as db:
        documents = [dict(d) for d in db.table("annotations").all()]
        assert documents[0]["id"] == "n1"
        assert documents[0]["note"] == "é"
        assert db.table("articles").all()[0]["id"] == "art1"


def test_opening_writes_nothing_and_the_first_change_creates_the_folders(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder" / "library.json"
    store = open_store(path)
    assert not path.parent.exists()
    star(store, "a")
    assert path.parent.exists()
    store.close()
    assert path.exists()


def noted(store: Store, key: str, before: str | None, after: str | None) -> None:
    store.apply([Edit(ANNOTATIONS, key, "note", before, after)], f"noted {after}")


@pytest.mark.parametrize("restarts", range(4))
def test_undo_can_restore_the_words_of_an_undone_note_after_a_new_change(tmp_path: Path, restarts: int) -> None:
    """Otherwise a note would be lost for good after two keys: undo, then any change."""
    store = open_store(tmp_path / "library.json")

    def restart_if(now: int) -> None:
        nonlocal store
        if restarts >= now:
            store.close()
            store = open_store(tmp_path / "library.json")

    star(store, "a")
    noted(store, "n", None, "one")
    noted(store, "n", "one", "two")
    store.undo()
    store.undo()
    restart_if(1)
    star(store, "b")
    assert store.redo() is None
    restart_if(2)
    said: list[str] = []
    words: list[object] = []
    for _ in range(3):
        if len(said) == 1:
            restart_if(3)
        undone = store.undo()
        assert undone is not None
        said.append(undone.label)
        words.append((store.get(ANNOTATIONS, "n") or {}).get("note"))
    assert said == ["starred b", "the undo of 2 changes", "noted two"]
    assert words == [None, "two", "one"]
    for _ in range(3):
        store.redo()
    assert store.get(ANNOTATIONS, "n") is None
    assert store.get(ARTICLES, "b") == {"starred": True}
    for _ in range(5):
        assert store.undo() is not None
    assert store.undo() is None
    assert store.get(ARTICLES, "a") is store.get(ANNOTATIONS, "n") is None
    store.close()


def test_undone_changes_without_note_words_are_discarded_by_the_next_change(tmp_path: Path) -> None:
    store = open_store(tmp_path / "library.json")
    star(store, "a")
    store.undo()
    star(store, "b")
    store.undo()
    assert store.undo() is None
    store.close()


def test_undo_and_redo_go_back_and_forth(tmp_path: Path) -> None:
    store = open_store(tmp_path / "library.json")
    star(store, "a")
    star(store, "b")
    star(store, "position", undoable=False)
    undone = store.undo()
    assert undone is not None
    assert undone.label == "starred b"
    assert undone.edits == (Edit(ARTICLES, "b", "starred", True, None),)
    assert store.get(ARTICLES, "b") is None
    redone = store.redo()
    assert redone is not None
    assert redone.edits == (Edit(ARTICLES, "b", "starred", None, True),)
    assert store.get(ARTICLES, "b") == {"starred": True}
    assert store.redo() is None
    store.undo()
    store.undo()
    assert store.undo() is None
    store.close()


def test_the_annotations_of_one_article_are_found(tmp_path: Path) -> None:
    store = open_store(tmp_path / "library.json")
    for number in range(6):
        store.apply([Edit(ANNOTATIONS, f"n{number}", "article", None, f"art{number % 2}")], "noted")
    assert sorted(key for key, _ in store.items(ANNOTATIONS, of="art1")) == ["n1", "n3", "n5"]
    store.close()


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'{"articles": []}', b"\xff\xfe{", b'{"articles": {"x": {}}}', b"<<<<<<< HEAD\n{}"]
)
def test_a_damaged_file_is_reported_and_not_changed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.json"
    path.write_bytes(content)
    store = open_store(path)
    assert any("library.json" in notice for notice in store.notices)
    store.close()
    assert path.read_bytes() == content


def test_a_value_that_json_cannot_hold_is_refused_before_anything_changes(tmp_path: Path) -> None:
    store = open_store(tmp_path / "library.json")
    for value in (float("nan"), {1, 2}, "\ud800"):
        with pytest.raises((ValueError, TypeError)):
            store.apply([Edit(ARTICLES, "a", "note", None, value)], "x")
    assert store.get(ARTICLES, "a") is None
    store.close()


def test_a_symbolic_link_and_the_file_mode_are_kept(tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_text("{}")
    real.chmod(0o640)
    link = tmp_path / "library.json"
    link.symlink_to(real)
    store = open_store(link)
    star(store, "a")
    store.close()
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "starred" in real.read_text()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX")
def test_a_change_that_cannot_be_saved_says_so_and_stays_visible(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    store = open_store(blocked / "library.json")
    receipt = store.apply([Edit(ARTICLES, "a", "starred", None, True)], "starred a")
    with pytest.raises(StoreError, match="NOT saved"):
        receipt.result(60)
    assert store.get(ARTICLES, "a") == {"starred": True}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.usefixtures("real_processes")
def test_killed_at_any_moment_the_file_opens_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    program = """
import sys
from pathlib import Path
from tui_reader.storage import open_store
from tui_reader.storage.base import Edit
store = open_store(Path(sys.argv[1]))
n = len(dict(store.items("articles")))
while True:
    n += 1
    store.apply([Edit("articles", f"a{n}", "title", None, "x" * (n * 37 % 900))], "t").result()
    print(n, flush=True)
"""
    acknowledged = 0
    for lines in (1, 7, 23, 40):
        child = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(lines):
            acknowledged = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        rest = child.communicate()[0].split()
        acknowledged = int(rest[-1]) if rest else acknowledged
        with TinyDB(path) as db:
            db.tables()
        store = open_store(path)
        assert {f"a{n}" for n in range(1, acknowledged + 1)} <= {key for key, _ in store.items(ARTICLES)}
        store.close()


NOTED = {"article": "a", "anchor": {"exact": "q"}, "note": "words", "placed": {"start": 1}}


def add_annotation(store: Store) -> None:
    store.apply([Edit(ANNOTATIONS, "n", field, None, value) for field, value in NOTED.items()], "made").result(60)


def test_an_annotation_is_complete_at_every_step_of_its_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path / "library.json")
    add_annotation(store)
    seen = []
    take = State._join

    def watched(state: State, table: str, number: int, registers: Any) -> None:
        take(state, table, number, registers)
        # Read what another thread would read at this step.
        record = store.get(ANNOTATIONS, "n")
        seen.append({name: record.get(name) for name in ("anchor", "note", "placed")} if record else None)

    monkeypatch.setattr(State, "_join", watched)
    store.apply([Edit(ANNOTATIONS, "n", "article", "a", "b")], "given").result(60)
    whole = {name: value for name, value in NOTED.items() if name != "article"}
    assert seen
    assert all(record == whole for record in seen)
    monkeypatch.undo()
    store.close()


def test_an_annotation_that_is_moved_during_a_read_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path / "library.json")
    add_annotation(store)
    find, moves = DocumentIdIndex.find, ["b"]

    def found(numbers: DocumentIdIndex, state: State, table: str, key: str) -> int | None:
        number = find(numbers, state, table, key)
        if moves:
            store.apply([Edit(ANNOTATIONS, "n", "article", "a", moves.pop())], "given").result(60)
        return number

    monkeypatch.setattr(DocumentIdIndex, "find", found)
    assert store.get(ANNOTATIONS, "n") == {**NOTED, "article": "b"}
    monkeypatch.undo()
    store.close()

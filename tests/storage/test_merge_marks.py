"""Files that a version control system merged badly are read without loss, and every record into its table."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from tinydb import TinyDB

from tests.counts import FULL
from tui_reader.storage import open_store
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def article(library: LibraryFiles, key: str, **fields: Any) -> None:
    library.commit(lambda _: {"o": [["articles", str(document_id(key)), {"id": key, **fields}]]})


def annotation(library: LibraryFiles, key: str, of: str, **fields: Any) -> None:
    values = {"id": key, "article": of, **fields}
    library.commit(lambda _: {"o": [["annotations", str(document_id(key, of)), values]]})


def deletion(library: LibraryFiles, key: str) -> None:
    library.commit(lambda _: {"o": [["articles", str(document_id(key)), {"-": True}]]})


def edited(path: Path, replica: str, *changes: Callable[[LibraryFiles], None]) -> None:
    library = LibraryFiles(path, replica)
    for change in changes:
        change(library)
    assert compact(library, force=True)
    library.close()


def random_changes(chance: random.Random, name: str, *, tables: str) -> list[Callable[[LibraryFiles], None]]:
    changes: list[Callable[[LibraryFiles], None]] = []
    for number in range(chance.randrange(1, 6)):
        key = f"{name}{number}" if chance.random() < 0.6 else f"shared{chance.randrange(4)}"
        if chance.choice(tables) == "a":
            changes.append(lambda library, k=key, n=number: article(library, k, **{name: n}))  # type: ignore[misc]
        elif chance.random() < 0.2:
            changes.append(lambda library, k=key: deletion(library, f"shared{len(k) % 4}"))  # type: ignore[misc]
        else:
            changes.append(lambda library, k=key: annotation(library, f"note-{k}", "shared1", **{name: k}))  # type: ignore[misc]
    return changes


def contents(library: LibraryFiles) -> dict[str, dict[int, dict[str, Any]]]:
    return {table: dict(library.documents(table)) for table in library.state.tables()}


def three_files(folder: Path, seed: int, *, bare: bool) -> tuple[Path, Path, Path]:
    """Write three files: an ancestor, and two versions that machines made from it."""
    chance = random.Random(seed)
    paths = tuple(folder / name / "library.json" for name in "oab")
    for path in paths:
        path.parent.mkdir(parents=True)
    shared = [lambda library, n=n: article(library, f"shared{n}", title=f"t{n}") for n in range(4)]
    edited(paths[0], "oooo", *([] if bare else shared))
    for path, replica in zip(paths[1:], ("aaaa", "bbbb"), strict=True):
        shutil.copy(paths[0], path)
        edited(path, replica, *random_changes(chance, replica, tables="aann"))
    return paths[0], paths[1], paths[2]


def expected(folder: Path, ours: Path, theirs: Path) -> dict[str, dict[int, dict[str, Any]]]:
    from tui_reader.storage.replication.merge import merge_file

    whole = folder / "whole" / "library.json"
    whole.parent.mkdir()
    shutil.copy(ours, whole)
    library = LibraryFiles(whole, "zzzz")
    merge_file(library, str(theirs))
    found = contents(library)
    library.close()
    return found


STYLES = {
    "marks": (),
    "diff3": ("--diff3",),
    "zdiff3": ("--zdiff3",),
    "union": ("--union",),
    "long marks": ("--marker-size=12",),
}


@needs_git
@pytest.mark.parametrize("lines", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(
    ("style", "seed"),
    # Without the full counts each style gets half of the seeds, among them one with a bare origin.
    [(style, seed) for at, style in enumerate(STYLES) for seed in (range(6) if FULL else range(at % 2, 6, 2))],
)
def test_a_file_with_conflict_marks_is_read_without_loss(tmp_path: Path, style: str, lines: str, seed: int) -> None:
    origin, ours, theirs = three_files(tmp_path, seed, bare=seed % 3 == 0)
    wanted = expected(tmp_path, ours, theirs)
    command = ["git", "merge-file", "-p", *STYLES[style], str(ours), str(origin), str(theirs)]
    merged = subprocess.run(command, capture_output=True, check=False).stdout
    path = tmp_path / "merged" / "library.json"
    path.parent.mkdir()
    path.write_bytes(merged.replace(b"\n", lines.encode()))
    library = LibraryFiles(path, "cccc")
    assert not library.damage
    assert contents(library) == {table: documents for table, documents in wanted.items() if table in contents(library)}
    assert all(not documents for table, documents in wanted.items() if table not in contents(library))
    library.close()


@needs_git
@pytest.mark.parametrize("kept", ["<<<<<<<", "=======", ">>>>>>>", "none"])
@pytest.mark.parametrize("seed", range(4))
def test_a_half_resolved_merge_is_read_without_loss(tmp_path: Path, kept: str, seed: int) -> None:
    origin, ours, theirs = three_files(tmp_path, seed, bare=False)
    wanted = expected(tmp_path, ours, theirs)
    command = ["git", "merge-file", "-p", str(ours), str(origin), str(theirs)]
    merged = subprocess.run(command, capture_output=True, check=False, text=True).stdout
    path = tmp_path / "merged" / "library.json"
    path.parent.mkdir()
    marks = r"^(<{7}|={7}|>{7}).*\n"
    path.write_text(re.sub(marks, lambda m: m[0] if m[1] == kept else "", merged, flags=re.MULTILINE))
    library = LibraryFiles(path, "cccc")
    assert not library.damage
    found = contents(library)
    assert {table: documents for table, documents in wanted.items() if documents} == {
        table: documents for table, documents in found.items() if documents
    }
    library.close()


def laid_out_by_tinydb(path: Path, **options: Any) -> str:
    return json.dumps(json.loads(path.read_text()), **options)


@needs_git
@pytest.mark.parametrize("options", [{}, {"indent": 4}, {"indent": 1, "sort_keys": True}], ids=str)
@pytest.mark.parametrize("style", ["marks", "diff3"])
def test_conflict_marks_in_the_layouts_of_a_plain_tinydb_are_read_too(
    tmp_path: Path, style: str, options: dict[str, Any]
) -> None:
    origin, ours, theirs = three_files(tmp_path, 1, bare=False)
    wanted = expected(tmp_path, ours, theirs)
    for path in (origin, ours, theirs):
        path.write_text(laid_out_by_tinydb(path, **options))
    command = ["git", "merge-file", "-p", *STYLES[style], str(ours), str(origin), str(theirs)]
    merged = subprocess.run(command, capture_output=True, check=False).stdout
    path = tmp_path / "merged" / "library.json"
    path.parent.mkdir()
    path.write_bytes(merged)
    library = LibraryFiles(path, "cccc")
    if library.damage:
        assert "indent" in options, "git may put the fields of two records into one, which cannot be separated again"
        assert not compact(library)
        assert path.read_bytes() == merged
        library.close()
        return
    found = contents(library)
    assert {table: documents for table, documents in wanted.items() if documents} == {
        table: documents for table, documents in found.items() if documents
    }
    library.close()


HEADING_IN_HUNK = """{"meta": {
<<<<<<< HEAD
"1": {"format":"tui-reader library","version":1,"hlc":"01a000000000-000-aaaa"}
=======
"1": {"format":"tui-reader library","version":1,"hlc":"01a000000001-000-bbbb"}
>>>>>>> other
},
"articles": {
<<<<<<< HEAD
"%(mine)d": {"id":"mine"}
=======
},
"annotations": {
"%(note)d": {"id":"n","article":"mine","note":"w"}
>>>>>>> other
}}
"""


def test_records_under_a_wrong_heading_are_put_into_their_own_table(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    path.write_text(HEADING_IN_HUNK % {"mine": document_id("mine"), "note": document_id("n", "mine")})
    library = LibraryFiles(path, "cccc")
    assert [document["id"] for _, document in library.documents("articles")] == ["mine"]
    assert [document["id"] for _, document in library.documents("annotations")] == ["n"]
    assert library.clock.latest >= "01a000000001" or library.state.latest >= "01a000000001"
    library.close()


@pytest.mark.parametrize("table", ["articles", "annotations"])
@pytest.mark.parametrize("alive", [True, False])
def test_a_header_among_the_records_is_dropped(tmp_path: Path, table: str, alive: bool) -> None:
    path = tmp_path / "library.json"
    edited(path, "aaaa", lambda library: article(library, "a"), lambda library: annotation(library, "n", "a"))
    library = LibraryFiles(path, "aaaa")
    header = {"format": "tui-reader library", "version": 1, "hlc": "01a000000000-000-bbbb", "tables": {}}
    # As an earlier version of the program wrote it, which treated the header as a record.
    from tui_reader.storage.recovery.foreign_layout import lay_out, parse

    parsed = parse(path.read_bytes())
    parsed.tables.setdefault(table if alive else f"{table}.deleted", {})[1] = header
    path.write_bytes(lay_out(parsed))
    library.close()
    library = LibraryFiles(path, "bbbb")
    assert all(1 not in documents for documents in contents(library).values())
    assert compact(library)
    library.close()
    with TinyDB(path) as plain:
        for name in plain.tables() - {"meta"}:
            assert not plain.table(name).contains(doc_id=1)
        assert len(plain.table("articles")) == len(plain.table("annotations")) == 1


def test_opening_a_file_with_conflict_marks_joins_both_sides_keeps_a_backup_and_reports_once(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    damaged = HEADING_IN_HUNK % {"mine": document_id("mine"), "note": document_id("n", "mine")}
    path.write_text(damaged)
    store = open_store(path)
    until(lambda: "<<<<<<<" not in path.read_text())
    assert sum("merge" in notice for notice in store.notices) == 1
    store.close()
    kept = [file.read_text() for file in (tmp_path / ".backups").iterdir() if "damaged" in file.name]
    assert kept == [damaged]
    store = open_store(path)
    assert not store.notices
    assert store.get("annotations", "n") == {"article": "mine", "note": "w"}
    store.close()


def test_conflict_marks_that_appear_while_a_library_is_open_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    store = open_store(path)
    damaged = HEADING_IN_HUNK % {"mine": document_id("mine"), "note": document_id("n", "mine")}
    path.with_name("new").write_text(damaged)
    path.with_name("new").replace(path)
    until(lambda: "<<<<<<<" not in path.read_text())
    assert store.get("annotations", "n") == {"article": "mine", "note": "w"}
    assert any("merge" in notice for notice in store.notices)
    store.close()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "timed out"
        threading.Event().wait(0.01)

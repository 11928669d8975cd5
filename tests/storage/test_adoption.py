"""Whatever writes the file, all that can be read is kept, and a file that cannot be read is unchanged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tinydb import TinyDB, where

from tui_reader.errors import StoreError
from tui_reader.storage import open_store
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.recovery import adoption
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def library_with(folder: Path, count: int = 3) -> Path:
    """Make a compacted library of some articles."""
    path = folder / "library.json"
    library = LibraryFiles(path, "aaaa")
    for number in range(count):
        key = f"art{number}"
        library.commit(lambda _, k=key, n=number: {"o": [["articles", str(document_id(k)), {"id": k, "n": n}]]})  # type: ignore[misc]
        compact(library)
    library.close()
    return path


def article(library: LibraryFiles, key: str) -> dict[str, Any] | None:
    return library.document("articles", document_id(key))


def change(library: LibraryFiles, key: str, **fields: Any) -> None:
    library.commit(lambda _: {"o": [["articles", str(document_id(key)), {"id": key, **fields}]]})


@pytest.mark.parametrize("small", [True, False], ids=["in this process", "in another process"])
def test_edits_by_a_plain_tinydb_are_taken_over_and_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: bool
) -> None:
    if not small:
        monkeypatch.setattr(adoption, "SMALL", 0)
    path = library_with(tmp_path)
    with TinyDB(path) as plain:
        table = plain.table("articles")
        table.update({"n": 77}, where("id") == "art0")
        table.remove(where("id") == "art1")
        table.insert({"id": "new", "n": 5})
    library = LibraryFiles(path, "aaaa")
    assert article(library, "art0") == {"id": "art0", "n": 77}
    assert article(library, "art1") is None
    assert article(library, "art2") == {"id": "art2", "n": 2}
    assert article(library, "new") == {"id": "new", "n": 5}
    assert "1 changed, 1 added, 1 removed" in library.opener.notice
    before = path.read_bytes()
    change(library, "art2", n=3)
    assert path.read_bytes() == before, "a change alone does not rewrite the file"
    assert compact(library)
    library.close()
    again = LibraryFiles(path, "bbbb")
    assert not again.opener.notice
    assert (article(again, "art0") or {})["n"] == 77
    assert article(again, "art1") is None
    again.close()


def test_a_change_by_another_program_is_seen_while_the_library_is_open(tmp_path: Path) -> None:
    path = library_with(tmp_path)
    library = LibraryFiles(path, "aaaa")
    change(library, "art1", n=11)
    with TinyDB(path) as plain:
        plain.table("articles").update({"n": 77}, where("id") == "art0")
    assert library.poll()
    assert (article(library, "art0") or {})["n"] == 77
    assert (article(library, "art1") or {})["n"] == 11
    library.close()


def test_a_file_truncated_while_the_library_is_open_causes_no_crash(tmp_path: Path) -> None:
    path = library_with(tmp_path)
    library = LibraryFiles(path, "aaaa")
    with path.open("r+b") as file:
        file.truncate(60)
    assert article(library, "art1") == {"id": "art1", "n": 1}, "read from the previous generation"
    assert "damaged" in library.damage
    library.close()


def test_a_library_written_by_hand_without_timestamps_is_adopted_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    tables = {
        "meta": {"1": {"format": "tui-reader library", "version": 1}},
        "articles": {str(document_id("a")): {"id": "a", "read": True, "tags": ["x"]}},
        "annotations": {str(document_id("n", "a")): {"id": "n", "article": "a", "note": "é"}},
        "other": {"1": {"kept": [1, None]}},
    }
    path.write_text(json.dumps(tables, ensure_ascii=False))
    library = LibraryFiles(path, "aaaa")
    assert not library.opener.notice
    change(library, "b", read=True)
    compact(library)
    library.close()
    again = LibraryFiles(path, "aaaa")
    assert article(again, "a") == {"id": "a", "read": True, "tags": ["x"]}
    assert again.document("annotations", document_id("n", "a")) == {"id": "n", "article": "a", "note": "é"}
    assert again.document("other", 1) == {"kept": [1, None]}
    again.close()


def test_an_annotation_that_a_plain_tinydb_inserts_without_an_id_gets_one(tmp_path: Path) -> None:
    path = library_with(tmp_path)
    with TinyDB(path) as db:
        db.table("annotations").insert({"article": "art0", "note": "by hand"})
        db.table("annotations").insert({"article": "art0", "note": "by hand"})
    keys: list[str] = []
    for _ in range(2):
        store = open_store(path)
        found = dict(store.items(ANNOTATIONS, of="art0"))
        assert [record["note"] for record in found.values()] == ["by hand", "by hand"]
        assert all(store.get(ANNOTATIONS, key) == record for key, record in found.items())
        keys += found
        store.close()
    assert keys[:2] == keys[2:]
    assert len(set(keys)) == 2


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut short": (lambda data: data[:-40], "line"),
    "a comma too many": (lambda data: data.replace(b'"n":0', b'"n":0,,'), "line"),
    "conflict marks": (lambda data: b"<<<<<<< HEAD\n" + data[:-40] + b"=======\n>>>>>>> other\n", "version control"),
    "rubbish behind": (lambda data: data + b"}}", "line"),
    "not UTF-8": (lambda data: data.replace(b"art0", b"art\xff"), "not UTF-8"),
    "empty": (lambda data: b"", "empty"),
    "a list": (lambda data: b"[]", "list"),
    "a number": (lambda data: b"7", "int"),
    "a table that is none": (lambda data: b'{"articles": 5}', "articles"),
    "a document that is none": (lambda data: b'{"articles": {"1": null}}', "document 1"),
    "an id that is none": (lambda data: b'{"articles": {"01": {}}}', "01"),
    "not a number": (lambda data: data.replace(b'"n":0', b'"n":NaN'), "nan"),
    "half a character": (lambda data: data.replace(b'"n":0', b'"n":"\\ud800"'), "surrogate"),
    "very deep": (lambda data: b"[" * 100_000, ""),
    "a table gone": (lambda data: b'{"meta": ' + data[data.index(b"{", 1) : data.index(b"\n}") + 2] + b"}", "missing"),
    "a bit fell over": (lambda data: data.replace(b'"n":1,', b'"n":3,'), "checksum"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_named_left_alone_and_read_as_far_as_possible(tmp_path: Path, kind: str) -> None:
    path = library_with(tmp_path)
    spoil, word = DAMAGED[kind]
    data = spoil(path.read_bytes())
    path.write_bytes(data)
    store = LibraryStore(LibraryFiles(path, "aaaa"))
    store._library.verify()
    damage = store._library.damage
    assert str(path) in damage
    assert word in damage
    assert "doctor" in damage
    store.apply([Edit(ARTICLES, "late", "n", None, 9)], "late").result(60)
    store.close()
    assert path.read_bytes() == data, "nothing was changed"
    again = LibraryFiles(path, "aaaa")
    again.verify()
    assert article(again, "late") == {"id": "late", "n": 9}, "new changes are kept in the journal"
    assert article(again, "art1") == {"id": "art1", "n": 1}, "read from the previous generation"
    again.close()


def test_json_that_parsers_disagree_on_is_read_without_loss(tmp_path: Path) -> None:
    path = library_with(tmp_path)
    number = document_id("art0")
    text = path.read_text()
    line = next(line for line in text.splitlines() if line.startswith(f'"{number}"'))
    twice = line.rstrip(",") + "," + line.replace('"n":0', '"m":1')
    path.write_bytes(b"\xef\xbb\xbf" + text.replace(line, twice).encode())
    library = LibraryFiles(path, "aaaa")
    assert not library.damage
    assert article(library, "art0") == {"id": "art0", "n": 0, "m": 1}, "records with the same id are joined"
    library.close()


def test_a_file_of_a_later_version_is_read_and_never_written(tmp_path: Path) -> None:
    path = library_with(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"version":1,', b'"version":2,"new":{"kind":7},'))
    data = path.read_bytes()
    store = LibraryStore(LibraryFiles(path, "aaaa"))
    assert "later tui-reader" in store.read_only
    assert store.get(ARTICLES, "art1") == {"n": 1}
    receipt = store.apply([Edit(ARTICLES, "art1", "n", 1, 2)], "changed")
    assert "later" in str(receipt.exception())
    assert store.get(ARTICLES, "art1") == {"n": 2}, "for this session"
    store.close()
    assert path.read_bytes() == data
    assert sorted(item.name for item in tmp_path.iterdir() if "journal-" in item.name) == []


def test_unknown_fields_tables_and_header_fields_survive(tmp_path: Path) -> None:
    path = library_with(tmp_path)
    with TinyDB(path) as plain:
        plain.table("articles").update({"mood": {"of": ["tomorrow"]}}, where("id") == "art0")
        plain.table("plugins").insert({"any": 1})
        plain.table("meta").insert({"also": "kept"})
        plain.table("meta").update({"colour": "red"}, doc_ids=[1])
    for machine in ("aaaa", "bbbb"):
        library = LibraryFiles(path, machine)
        change(library, "art0", n=machine)
        compact(library)
        library.close()
    with TinyDB(path) as plain:
        document = plain.table("articles").get(where("id") == "art0")
        assert isinstance(document, dict)
        assert document["mood"] == {"of": ["tomorrow"]}
        assert plain.table("plugins").all() == [{"any": 1}]
        assert plain.table("meta").get(doc_id=2) == {"also": "kept"}
        header = plain.table("meta").get(doc_id=1)
        assert isinstance(header, dict)
        assert header["colour"] == "red"


def test_a_folder_in_place_of_the_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "library.json").mkdir()
    with pytest.raises(StoreError, match="is a folder"):
        LibraryFiles(tmp_path / "library.json", "aaaa")


def test_a_link_to_the_file_is_followed_and_the_permissions_are_kept(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    path = library_with(tmp_path / "elsewhere")
    path.chmod(0o640)
    link = tmp_path / "library.json"
    link.symlink_to(path)
    library = LibraryFiles(link, "aaaa")
    change(library, "x", n=1)
    compact(library)
    library.close()
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(item.name for item in tmp_path.iterdir()) == ["elsewhere", "library.json"]
    assert b'"x"' in path.read_bytes()

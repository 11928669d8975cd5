"""Only a file whose content shows it is a library; other programs' files and folders are never written."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import TinyDB, where

from tui_reader.errors import StoreError
from tui_reader.storage import LibraryDB, open_store
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.recovery.ownership import Owner, is_our_journal, is_our_snapshot, owner_of
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path

TIMESTAMP = "01a204fec858-000-2te3"
HEADER = {"1": {"format": "tui-reader library", "version": 1}}

FOREIGN: dict[str, bytes] = {
    "a package manifest": b'{"name": "SensorKit", "version": "1.2.0"}',
    "an Arduino library": json.dumps(
        {"name": "OneWire", "authors": [{"name": "P"}], "frameworks": "arduino", "dependencies": {"x": "1"}}, indent=2
    ).encode(),
    "a Postman collection": b'{"info": {"name": "API", "schema": "v2.1.0"}, "item": [{"name": "get"}]}',
    "an asset catalogue": b'{"info": {"version": 1, "author": "xcode"}}',
    "a list": b"[]",
    "a list of books": b'[{"id": 1, "title": "Walden", "read": true}]',
    "books by number": b'{"books": {"1": {"id": "1", "title": "Walden", "read": true}}}',
    "a number": b"7",
    "a text": b'"library"',
    "a plain TinyDB": b'{"_default": {"1": {"id": "a", "read": true}}}',
    "articles of a shop": b'{"articles": {"1": {"id": "sku-1", "price": 3.5, "tags": ["new"]}}}',
    "articles of a shop with a wrong type": b'{"articles": {"1": {"id": "sku-1", "read": "yes"}}}',
    "articles without ids": b'{"articles": {"1": {"title": "x", "read": true}}}',
    "articles of which one is ours by chance": (
        b'{"articles": {"1": {"id": "a", "read": true}, "2": {"id": "b", "body": "text"}}}'
    ),
    "articles as a list": b'{"articles": [{"id": "a", "read": true}]}',
    "annotations of pictures": b'{"images": [], "annotations": [{"id": 1, "bbox": [0, 0, 1, 1]}]}',
    "annotations of another shape": b'{"annotations": {"1": {"id": "a", "article": "a.md", "bbox": [1]}}}',
    "another format in meta": b'{"meta": {"1": {"format": "zotero"}}, "articles": {"1": {"id": "a", "read": true}}}',
    "ours named elsewhere": b'{"exports": [{"format": "tui-reader library"}], "name": "x"}',
    "ours named in a text": json.dumps({"text": json.dumps({"meta": HEADER})}).encode(),
    "an empty table of a common name": b'{"articles": {}}',
    "text": b"# Library\n\nA list of books.\n",
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "a manifest in UTF-16": '{"name": "SensorKit"}'.encode("utf-16"),
    "a manifest with a byte order mark": '\ufeff{"name": "SensorKit"}'.encode(),
    "a broken manifest": b'{"name": "SensorKit",, "version"',
    "a manifest with conflict marks": b'{\n<<<<<<< HEAD\n"name": "a"\n=======\n"name": "b"\n>>>>>>> x\n}\n',
    "zero bytes": b"\0" * 4096,
    "very deep": b'{"a":' * 50_000,
    "very deep within a table": b'{"articles": {"1": {"id": ' + b"[" * 50_000,
    "an endless number": b'{"version": ' + b"9" * 100_000 + b"}",
    "half characters": b'{"n\\ud800me": "\\udfff"}',
}

OURS: dict[str, bytes] = {
    "a header only": json.dumps({"meta": HEADER}).encode(),
    "a later version": b'{"meta": {"1": {"format": "tui-reader library", "version": 99, "new": []}}}',
    "a header behind the tables": json.dumps({"articles": {"1": {"n": 1}}, "meta": HEADER}).encode(),
    "indented": json.dumps({"meta": HEADER, "articles": {}}, indent=4).encode(),
    "with a byte order mark": b"\xef\xbb\xbf" + json.dumps({"meta": HEADER}).encode(),
    "records with timestamps": json.dumps({"articles": {"1": {"id": "a", "any": 1, "_t": {"": TIMESTAMP}}}}).encode(),
    "our tables by hand": b'{"articles": {"1": {"id": "a.md", "starred": true, "tags": ["x"]}}}',
    "a note by hand": b'{"annotations": {"1": {"article": "a.md", "note": "words"}}, "plugins": {"1": {"any": 1}}}',
    "a table that is none": json.dumps({"meta": HEADER, "articles": 5}).encode(),
    "cut in the header": b'{"meta": {\n"1": {"format":"tui-re',
    "cut in a record": b'{"annotations": {"1": {"id": "x", "arti',
    "conflict marks": json.dumps({"meta": HEADER}).encode().replace(b'"version"', b'\n<<<<<<< HEAD\n"version"'),
    "not UTF-8": json.dumps({"meta": HEADER, "x": {"1": {"a": "z"}}}).encode().replace(b"z", b"\xff"),
    "in UTF-16": json.dumps({"meta": HEADER}).encode("utf-16"),
    "zero bytes first": b"\0" * 300_000 + json.dumps({"1": {"id": "a", "_t": {"": TIMESTAMP}}}).encode(),
}


def everything(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_of_another_program_is_not_ours(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "library.json"
    path.write_bytes(FOREIGN[kind])
    for named in (False, True):
        verdict = owner_of(path, named=named)
        assert verdict.owner is Owner.FOREIGN
        assert verdict.reason.split()[0] in ("it", "its")
        assert verdict.reason.isprintable()
    assert not is_our_snapshot(str(path), Disk())


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_store_is_not_opened_on_a_file_of_another_program(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "library.json"
    path.write_bytes(FOREIGN[kind])
    before = everything(tmp_path)
    if owner_of(path).has_data:
        with pytest.raises(StoreError, match=r"library\.json is not a library of tui-reader"):
            open_store(path)
        with pytest.raises(StoreError, match="is not a library"):
            LibraryDB(path)
    else:
        store = open_store(path)
        assert "is not a library" in store.read_only
        with pytest.raises(StoreError, match="is not a library"):
            store.apply([Edit(ARTICLES, "a", "starred", None, True)], "starred").result(60)
        store.close()
        db = LibraryDB(path)
        with pytest.raises(StoreError, match="is not a library"):
            db.insert({"a": 1})
        db.close()
    assert everything(tmp_path) == before


@pytest.mark.parametrize("kind", OURS)
def test_a_library_is_ours_however_it_was_written_or_damaged(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "library.json"
    path.write_bytes(OURS[kind])
    assert owner_of(path).is_ours
    assert is_our_snapshot(str(path), Disk())
    LibraryFiles(path, "aaaa").close()
    assert path.read_bytes() == OURS[kind]


@pytest.mark.parametrize(("data", "owner"), [(b"", Owner.EMPTY), (b" \n", Owner.EMPTY), (b"{ }\n", Owner.NO_TABLES)])
def test_an_empty_file_is_a_library_only_if_the_user_named_it(tmp_path: Path, data: bytes, owner: Owner) -> None:
    path = tmp_path / "library.json"
    path.write_bytes(data)
    assert owner_of(path).owner is owner
    store = open_store(path)
    store.apply([Edit(ARTICLES, "a", "starred", None, True)], "starred").result(60)
    store.close()
    assert owner_of(path).is_ours


def test_a_folder_pipe_or_device_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    assert owner_of(path).owner is Owner.NONE
    assert owner_of(tmp_path / "none" / "library.json").owner is Owner.NONE
    path.mkdir()
    assert owner_of(path).reason == "it is a folder"
    path.rmdir()
    os.mkfifo(path)
    assert owner_of(path).reason == "it is a named pipe"
    with pytest.raises(StoreError, match="is a named pipe"):
        open_store(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    path.write_bytes(OURS["a header only"])
    path.chmod(0)
    with pytest.raises(StoreError, match="cannot be read: Permission denied"):
        owner_of(path)


def test_a_link_out_of_the_folder_is_ours_only_if_the_user_named_it(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    (folder / "state").mkdir(parents=True)
    elsewhere.mkdir()
    for target, is_ours in ((folder / "state" / "real.json", True), (elsewhere / "real.json", False)):
        target.write_bytes(OURS["a header only"])
        link = folder / "library.json"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        assert owner_of(link).is_ours is is_ours
        assert owner_of(link, named=True).is_ours
    (elsewhere / "real.json").unlink()
    assert owner_of(link).owner is Owner.FOREIGN, "a broken link is not ours either"


@pytest.mark.parametrize("debris", [b"", b"{}", b"\0\0\0", b"{", b"some text", b'{"artic'])
@pytest.mark.parametrize("neighbour", ["journal", "backup"])
def test_damaged_bytes_are_ours_if_a_journal_or_backup_of_ours_is_beside_them(
    tmp_path: Path, debris: bytes, neighbour: str
) -> None:
    path = tmp_path / "library.json"
    library = LibraryFiles(path, "aaaa")
    library.commit(lambda _: {"o": [["articles", "1", {"id": "a", "starred": True}]]})
    if neighbour == "backup":
        path.rename(f"{path}.bak")
        library.journal.close()
        (tmp_path / "library.json.journal-aaaa").unlink()
    path.write_bytes(debris)
    assert owner_of(path).is_ours
    library.close()


def test_a_journal_that_an_earlier_version_put_beside_a_manifest_does_not_make_it_ours(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    (tmp_path / "library.json.journal-aaaa").write_bytes(b'{"journal":1}\n')
    for kind in ("a package manifest", "a list of books", "a plain TinyDB", "a broken manifest"):
        path.write_bytes(FOREIGN[kind])
        is_ours = kind == "a broken manifest" and owner_of(path).is_ours
        assert owner_of(path).is_ours is is_ours
    path.write_bytes(FOREIGN["a package manifest"])
    with pytest.raises(StoreError):
        open_store(path)
    assert path.read_bytes() == FOREIGN["a package manifest"]


@pytest.mark.parametrize("name", ["library.json.bak", "library.json.journal-bbbb"])
def test_a_foreign_backup_or_journal_does_not_make_damaged_bytes_ours(tmp_path: Path, name: str) -> None:
    path = tmp_path / "library.json"
    path.write_bytes(b"\0\0\0")
    (tmp_path / name).write_bytes(b'{"name": "SensorKit"}\n')
    assert owner_of(path).owner is Owner.FOREIGN
    (tmp_path / name).unlink()
    (tmp_path / "real").write_bytes(OURS["a header only"] if name.endswith("bak") else b'{"journal":1}\n')
    (tmp_path / name).symlink_to(tmp_path / "real")
    assert owner_of(path).owner is Owner.FOREIGN


@pytest.mark.parametrize(
    ("data", "is_ours"),
    [
        (b"", True),
        (b'{"journ', True),
        (b'{"journal":1}\n', True),
        (b'{"journXl":1}\n2c2ffd8b {"s":""}\nrubbish', False),
        (b"Dear journal\n", False),
        (b'{"name": "x"}\n', False),
    ],
)
def test_a_journal_is_ours_by_its_first_line(tmp_path: Path, data: bytes, is_ours: bool) -> None:
    (tmp_path / "journal").write_bytes(data)
    assert is_our_journal(str(tmp_path / "journal"), Disk()) is is_ours


class _Counting(Disk):
    def __init__(self) -> None:
        self.bytes = 0

    def read_at(self, handle: int, count: int, offset: int) -> bytes:
        data = super().read_at(handle, count, offset)
        self.bytes += len(data)
        return data


@pytest.mark.parametrize("begin", [b'{"name": "', b'{"a": {"1": {"b": "', b'["', b'{"articles": {"1": {"id": "', b" "])
def test_a_huge_file_is_recognized_from_a_part_of_it(tmp_path: Path, begin: bytes) -> None:
    path = tmp_path / "library.json"
    with path.open("wb") as file:
        file.write(begin + b"x" * 300_000)
        file.truncate(500_000_000)
    disk = _Counting()
    assert owner_of(path, disk).owner is Owner.FOREIGN
    assert disk.bytes < 400_000


def test_a_huge_library_of_another_layout_is_recognized_by_its_end(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    many = {str(number): {"filler": "x" * 100} for number in range(1, 4_000)}
    path.write_text(
        json.dumps({"_default": many, "articles": {"1": {"id": "a", "_t": {"": TIMESTAMP}}}, "meta": HEADER})
    )
    assert path.stat().st_size > 400_000
    assert owner_of(path).is_ours


@pytest.mark.parametrize("sort_keys", [False, True])
def test_a_library_stays_ours_when_plain_tinydb_edits_it(tmp_path: Path, sort_keys: bool) -> None:
    path = tmp_path / "library.json"
    store = open_store(path)
    store.apply([Edit(ARTICLES, "a", "starred", None, True)], "starred").result(60)
    store.close()
    with TinyDB(path, sort_keys=sort_keys, indent=4) as plain:
        plain.insert({"any": "thing"})
        plain.table("articles").update({"mood": "good"}, where("id") == "a")
    assert owner_of(path).is_ours
    with TinyDB(path) as plain:
        plain.drop_tables()
    assert owner_of(path).is_ours, "the backup beside it shows that"


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values, min_size=1), st.sampled_from([None, 1]))
def test_random_json_is_never_recognized_as_ours(
    tmp_path_factory: pytest.TempPathFactory, value: dict[str, Any], indent: int | None
) -> None:
    path = tmp_path_factory.mktemp("any") / "library.json"
    path.write_text(json.dumps(value, indent=indent))
    assert owner_of(path).owner is Owner.FOREIGN


@given(st.binary(min_size=1, max_size=200))
def test_random_bytes_cause_no_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "library.json"
    path.write_bytes(data)
    assert owner_of(path).owner in (Owner.FOREIGN, Owner.EMPTY, Owner.NO_TABLES)

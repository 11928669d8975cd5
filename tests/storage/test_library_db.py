"""Scripts can use a library through TinyDB's interface: each call is durable and costs the size of its change."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tinydb import Query, TinyDB, where
from tinydb.operations import increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from tui_reader.storage import LibraryDB, open_store
from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.recovery.foreign_layout import derived_id
from tui_reader.storage.replication.document_ids import document_id

if TYPE_CHECKING:
    from pathlib import Path


def test_changes_survive_without_closing_the_database(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    db = LibraryDB(path, replica="aaaa")
    ids = db.insert_multiple([{"n": n} for n in range(4)])
    db.update({"n": 10}, where("n") == 1)
    db.update(increment("n"), doc_ids=[ids[2]])
    db.remove(where("n") == 0)
    db.upsert({"n": 99, "new": True}, where("n") == 99)
    # Open the library again without closing it, as after a kill.
    with LibraryDB(path, replica="aaaa") as again:
        assert sorted(document["n"] for document in again) == [3, 3, 10, 99]
    db.close()
    with TinyDB(path) as plain:
        assert sorted(document["n"] for document in plain) == [3, 3, 10, 99]


def test_a_change_costs_its_own_size(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    with LibraryDB(path, replica="aaaa") as db:
        db.insert_multiple([{"text": "x" * 200} for _ in range(2_000)])
    with LibraryDB(path, replica="aaaa") as db:
        size = path.stat().st_size
        db.update({"read": True}, doc_ids=[1_000])
        journal = next(tmp_path.glob("library.json.journal-*"))
        assert journal.stat().st_size < 200
        assert path.stat().st_size == size


def test_articles_and_annotations_get_the_ids_that_every_machine_derives(tmp_path: Path) -> None:
    with LibraryDB(tmp_path / "library.json") as db:
        articles, annotations = db.table("articles"), db.table("annotations")
        assert articles.insert({"id": "art"}) == document_id("art")
        assert annotations.insert({"id": "n", "article": "art"}) == document_id("n", "art")
        with pytest.raises(ValueError, match="already exists"):
            articles.insert({"id": "art"})
        assert articles.insert_multiple([{"id": "b", "tags": ["z", "a", "z"]}]) == [document_id("b")]
        assert articles.get(doc_id=document_id("b")) == {"id": "b", "tags": ["a", "z"]}


def notes_on(path: Path, article: str) -> list[object]:
    """Return the annotations that the reader finds for an article."""
    with closing(open_store(path)) as store:
        found = list(store.items(ANNOTATIONS, of=article))
        assert [store.get(ANNOTATIONS, key) for key, _ in found] == [record for _, record in found]
        return [record.get("note") for _, record in found]


def test_an_annotation_moves_when_a_script_changes_its_article(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    with LibraryDB(path) as db:
        table = db.table("annotations")
        number = table.insert({"id": "n", "article": "a", "note": "words", "tags": ["x"]})
        other = table.insert({"id": "m", "article": "a", "note": "other"})
        moved = document_id("n", "b")
        assert table.update({"article": "b"}, where("id") == "n") == [moved]
        assert table.get(doc_id=number) is None
        assert table.get(doc_id=moved) == {"id": "n", "article": "b", "note": "words", "tags": ["x"]}
        assert table.upsert({"article": "c", "id": "m"}, where("id") == "m") == [document_id("m", "c")]
        assert table.get(doc_id=other) is None
        assert table.update_multiple([({"article": "b"}, where("id") == "m")]) == [document_id("m", "b")]
        with pytest.raises(ValueError, match="“m”"):
            table.update({"id": "m"}, where("id") == "n")
        assert len(table) == 2
    assert notes_on(path, "a") == notes_on(path, "c") == []
    assert sorted(map(str, notes_on(path, "b"))) == ["other", "words"]


def test_two_annotations_cannot_become_one(tmp_path: Path) -> None:
    with LibraryDB(tmp_path / "library.json", replica="aaaa") as db:
        notes = db.table("annotations")
        notes.insert_multiple({"id": f"n{n}", "article": "a", "note": str(n)} for n in range(3))
        with pytest.raises(ValueError, match="already"):
            notes.update({"id": "same"}, doc_ids=[document_id("n0", "a"), document_id("n1", "a")])
        with pytest.raises(ValueError, match="already"):
            notes.update({"id": "n2"}, where("id") == "n0")
        assert sorted(document["id"] for document in notes) == ["n0", "n1", "n2"]


def test_moving_many_annotations_does_not_compare_each_with_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = 50
    compared: list[int] = []

    class Counted(int):
        def __eq__(self, other: object) -> bool:
            compared.append(self)
            return int(self) == other

        __hash__ = int.__hash__

    with LibraryDB(tmp_path / "library.json", replica="aaaa") as db:
        notes = db.table("annotations")
        notes.insert_multiple({"id": f"n{n}", "article": "a"} for n in range(many))
        monkeypatch.setattr("tui_reader.storage.tinydb_api.derived_id", lambda *about: Counted(derived_id(*about)))
        notes.update({"article": "b"})
        assert {document["article"] for document in notes} == {"b"}
    assert 0 < len(compared) < many * 10


def test_an_annotation_that_a_script_inserts_without_an_id_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    with LibraryDB(path) as db:
        table = db.table("annotations")
        (first,) = table.insert_multiple([{"article": "a", "note": "one"}])
        second = table.insert(Document({"article": "a", "note": "two"}, 7))
        assert first != second != 7
        assert [table.get(doc_id=number)["note"] for number in (first, second)] == ["one", "two"]
    assert sorted(map(str, notes_on(path, "a"))) == ["one", "two"]


def test_an_article_without_an_id_is_refused(tmp_path: Path) -> None:
    with LibraryDB(tmp_path / "library.json") as db:
        for document in ({"read": True}, {"id": 5}):
            with pytest.raises(ValueError, match="“articles” needs a text as its “id”"):
                db.table("articles").insert(document)
        assert len(db.table("articles")) == 0


def test_an_update_that_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    with LibraryDB(tmp_path / "library.json") as db:
        db.insert_multiple([{"n": 1, "list": []}, {"n": 2, "list": []}, {"list": []}])

        def spoil(document: dict[str, object]) -> None:
            document["list"] = [1]
            document["n"] += 1  # type: ignore[operator]

        with pytest.raises(KeyError):
            db.update(spoil)
        assert db.all() == [{"n": 1, "list": []}, {"n": 2, "list": []}, {"list": []}]
        db.all()[0]["list"].append(5)
        assert db.all()[0] == {"n": 1, "list": []}


@pytest.mark.parametrize("value", [float("nan"), "\ud800", 2**70])
def test_values_that_are_not_json_are_refused(tmp_path: Path, value: object) -> None:
    with LibraryDB(tmp_path / "library.json") as db:
        with pytest.raises(ValueError, match=r".+"):
            db.insert({"a": value})
        with pytest.raises(ValueError, match="timestamps"):
            db.insert({"_t": 1})
        assert db.all() == []
        assert list(tmp_path.glob("*.journal-*"))


def test_the_reserved_tables_cannot_be_used(tmp_path: Path) -> None:
    with LibraryDB(tmp_path / "library.json") as db:
        for name in ("meta", "articles.deleted"):
            with pytest.raises(ValueError, match="own"):
                db.table(name)
        db.insert({"a": 1})
        db.remove(doc_ids=[1])
        assert db.tables() == {"_default"}
        db.drop_tables()
        assert db.tables() == set()
        assert db.insert(Document({"a": 2}, 1)) == 1
        assert db.all() == [{"a": 2}]


def test_searches_see_what_another_window_changed(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    one, two = LibraryDB(path), LibraryDB(path)
    query = Query().n > 1
    assert one.search(query) == []
    two.insert({"n": 5})
    assert one.search(query) == [{"n": 5}]
    two.update({"n": 6})
    assert one.search(query) == [{"n": 6}]
    ids = [db.insert({"n": 0}) for db in (one, two, one, two)]
    assert len(set(ids)) == 4
    for _ in range(20):
        one.update(increment("n"), doc_ids=[1])
        two.update(increment("n"), doc_ids=[1])
    assert one.get(doc_id=1) == {"n": 46}
    two.close()
    one.close()


def test_another_storage_works_as_with_tinydb(tmp_path: Path) -> None:
    with LibraryDB(storage=MemoryStorage) as db:
        db.insert({"a": 1})
        assert db.tables() == {"_default"}
        assert len(db) == 1


def test_unsupported_options_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    with pytest.raises(ValueError, match="UTF-8"):
        LibraryDB(path, encoding="cp1252")
    with pytest.raises(TypeError, match="default"):
        LibraryDB(path, default=str)
    with pytest.raises(FileNotFoundError):
        LibraryDB(tmp_path / "none" / "library.json")
    LibraryDB(path, indent=4).close()
    with LibraryDB(path, access_mode="r") as db, pytest.raises(OSError, match="reading"):
        db.insert({"a": 1})

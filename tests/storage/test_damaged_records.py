"""Damage to one record costs no other one: whatever stands whole in its line is in its table after a repair."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.counts import FULL
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.recovery.doctor import doctor
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


_made: list[bytes] = []
"""The library of all tests of this process, once it is made."""


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """A library whose records hold objects, such as time stamps, with an object by number among them."""
    if not _made:
        path = tmp_path / "whole" / "library.json"
        path.parent.mkdir()
        _made.append(make_whole(path))
    return _made[0]


def make_whole(path: Path) -> bytes:
    library = LibraryFiles(path, "aaaa")
    for number in range(6):
        key = f"dir/a{number}.md"
        article = {"id": key, "read": True, "tags": ["x"], "custom": {"deep": {"7": {"a": 1}}}}
        note = {"id": f"n{number}", "article": key, "note": "words", "anchor": {"quote": "q"}}
        text = {"id": f"t{number}", "zlib": "abcd", "articles": [key]}
        for table, own, values in (
            ("articles", document_id(key), article),
            ("articles", document_id(key), {"starred": True}),
            ("annotations", document_id(f"n{number}", key), note),
            ("texts", document_id(f"t{number}"), text),
            ("mine", number + 1, {"of": {"me": number}}),
        ):
            library.commit(lambda _, t=table, o=own, v=values: {"o": [[t, str(o), v]]})  # type: ignore[misc]
    assert compact(library, force=True)
    library.close()
    return path.read_bytes()


def zeros(raw: bytes, at: int, count: int = 40) -> bytes:
    return raw[:at] + bytes(min(count, len(raw) - at)) + raw[at + count :]


def other_object(raw: bytes, at: int) -> bytes:
    line = raw.find(b"\n", at) + 1
    return raw[:line] + b'{"hello": {"x": 1' + raw[line:]


def no_brace(raw: bytes, at: int) -> bytes:
    brace = raw.find(b"}", at)
    return raw[:brace] + raw[brace + 1 :]


DAMAGE: dict[str, Callable[[bytes, int], bytes]] = {
    "zero bytes": zeros,
    "a lost block": lambda raw, at: zeros(raw, at, 512),
    "a missing byte": lambda raw, at: raw[:at] + raw[at + 1 :],
    "missing bytes": lambda raw, at: raw[:at] + raw[at + 37 :],
    "a flipped bit": lambda raw, at: raw[:at] + bytes([raw[at] ^ 2]) + raw[at + 1 :],
    "bytes of another file": lambda raw, at: raw[:at] + b"\xff\x9b\x01" + raw[at:],
    "a line of another file": other_object,
    "a missing brace": no_brace,
}


def lines_of(raw: bytes) -> set[bytes]:
    return {line.rstrip(b",") for line in raw.split(b"\n")}


@pytest.mark.parametrize("seed", range(12 if FULL else 4))
@pytest.mark.parametrize("kind", DAMAGE)
def test_a_repair_keeps_every_record_whose_line_is_whole(tmp_path: Path, whole: bytes, kind: str, seed: int) -> None:
    chance = random.Random(f"{kind} {seed}")
    damaged = DAMAGE[kind](whole, chance.randrange(300, len(whole) - 20))
    path = tmp_path / "library.json"
    path.write_bytes(damaged)
    doctor(path, "bbbb", fix=True)
    after: dict[str, dict[str, Any]] = json.loads(path.read_bytes())
    intact = lines_of(damaged)
    for table, records in json.loads(whole).items():
        for number in records if table not in ("meta", "mine") else ():
            (line,) = (line for line in lines_of(whole) if line.startswith(b'"%s":' % number.encode()))
            assert line not in intact or number in after.get(table, {}), (table, records[number])


def test_a_record_without_its_brace_does_not_hide_those_after_it(tmp_path: Path, whole: bytes) -> None:
    data = json.loads(whole)
    flat = json.dumps(data)  # plain TinyDB writes one line
    first = json.dumps(next(iter(data["articles"].values())))
    path = tmp_path / "library.json"
    path.write_text(flat.replace(first, first[:-1], 1))
    doctor(path, "bbbb", fix=True)
    after = json.loads(path.read_bytes())
    assert list(after["articles"]) == list(data["articles"])[1:]
    assert {table: list(after[table]) for table in ("annotations", "texts", "mine")} == {
        table: list(data[table]) for table in ("annotations", "texts", "mine")
    }


def test_records_inside_an_object_of_a_damaged_record_are_found(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "library.json"
    # The end of a line is missing: what follows stands in the field `anchor` of the record before.
    start = whole.index(b'"anchor"')
    path.write_bytes(whole[: start + len(b'"anchor":{')] + whole[whole.index(b"\n", start) :])
    doctor(path, "bbbb", fix=True)
    assert len(json.loads(path.read_bytes())["annotations"]) == 5


@pytest.mark.parametrize("indent", [0, 1, 4, None])
def test_damage_to_a_record_in_another_layout_loses_no_other_record(
    tmp_path: Path, whole: bytes, indent: int | None
) -> None:
    data = json.loads(whole)
    path = tmp_path / "library.json"
    path.write_text(json.dumps(data, indent=indent).replace('"dir/a2.md"', '"dir/a2.md', 1))
    doctor(path, "bbbb", fix=True)
    after = json.loads(path.read_bytes())
    damaged = str(document_id("dir/a2.md"))
    assert set(data["articles"]) - set(after["articles"]) <= {damaged}
    assert {table: list(after[table]) for table in ("annotations", "texts", "mine")} == {
        table: list(data[table]) for table in ("annotations", "texts", "mine")
    }


def test_a_repaired_file_has_the_records_that_lacked_a_comma_between_them(tmp_path: Path, whole: bytes) -> None:
    comma = whole.index(b"},\n", whole.index(b'"articles"')) + 1
    path = tmp_path / "library.json"
    path.write_bytes(whole[:comma] + whole[comma + 1 :])
    doctor(path, "bbbb", fix=True)
    assert json.loads(path.read_bytes())["articles"].keys() == json.loads(whole)["articles"].keys()


@pytest.mark.parametrize(
    ("table", "number", "fields"),
    [
        ("articles", 5, {"id": "a", "starred": True}),
        ("annotations", 9, {"id": "n", "article": "a", "note": "words"}),
        ("annotations", document_id("n"), {"id": "n", "article": "a", "note": "words"}),
    ],
)
def test_a_repair_moves_a_record_to_the_id_by_which_it_is_looked_up(
    tmp_path: Path, table: str, number: int, fields: dict[str, Any]
) -> None:
    path = tmp_path / "library.json"
    library = LibraryFiles(path, "aaaa")
    library.commit(lambda _: {"o": [[table, str(number), fields]]})
    assert compact(library)
    library.close()
    assert not doctor(path, "aaaa").has_no_faults
    assert doctor(path, "aaaa", fix=True).has_no_faults
    assert doctor(path, "aaaa").has_no_faults
    library = LibraryFiles(path, "aaaa")
    right = document_id(fields["id"], fields.get("article", ""))
    assert {n: {name: d[name] for name in fields} for n, d in library.documents(table)} == {right: fields}
    library.close()

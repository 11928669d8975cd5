"""Merging is a join: independent of order and repetition; the last write wins, by field and by tag."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.storage import machines
from tui_reader.storage.replication.hlc import HybridClock, is_timestamp
from tui_reader.storage.replication.registers import (
    ABSENT,
    DELETED,
    EXISTS,
    Registers,
    compress,
    difference,
    expand,
    is_alive,
    join,
    visible,
)
from tui_reader.storage.snapshot.json_values import canonical, check, decode, encode

if TYPE_CHECKING:
    from pathlib import Path

TIMESTAMPS = st.sampled_from(["", *(f"{ms:012x}-000-{m}" for ms in (1, 2, 3) for m in ("aaaa", "bbbb"))])
VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3) | st.lists(st.integers(0, 2), max_size=2)
NAMES = st.sampled_from(["id", "note", "=", "=+x", "=-", "=a/b", "read"])
TAGS = st.sampled_from(["tags/x", "tags/ü/y", "tags/"])


@st.composite
def registers(draw: st.DrawFn) -> Registers:
    out: Registers = {EXISTS: (draw(TIMESTAMPS), True)}
    for name in draw(st.lists(NAMES, unique=True)):
        out[name] = (draw(TIMESTAMPS), draw(VALUES | st.just(ABSENT)))
    if draw(st.booleans()):
        out["tags"] = (draw(TIMESTAMPS), draw(st.just(()) | st.just(ABSENT)))
        for name in draw(st.lists(TAGS, unique=True)):
            out[name] = (draw(TIMESTAMPS), draw(st.booleans()))
    if draw(st.booleans()):
        out[DELETED] = (draw(TIMESTAMPS.filter(bool)), True)
    return out


def joined(*parts: Registers) -> Registers:
    out: Registers = {}
    for part in parts:
        join(out, part)
    return out


def plain(given_: Registers) -> dict[str, Any]:
    return {
        name: (timestamp, repr(value) if value is ABSENT else canonical(value))
        for name, (timestamp, value) in given_.items()
    }


@given(registers(), registers(), registers())
def test_joining_is_independent_of_order_grouping_and_repetition(a: Registers, b: Registers, c: Registers) -> None:
    assert plain(joined(a, b)) == plain(joined(b, a))
    assert plain(joined(joined(a, b), c)) == plain(joined(a, joined(b, c)))
    assert plain(joined(a, a, b, a)) == plain(joined(a, b))


@given(registers())
def test_a_document_on_disk_keeps_every_register(a: Registers) -> None:
    again = expand(decode(encode(compress(a, sets=True))), sets=True)
    assert plain(joined(again, a)) == plain(again)
    assert plain({name: again[name] for name in a}) == plain(a)


@given(registers(), registers())
def test_joining_documents_as_stored_on_disk_gives_the_same_result(a: Registers, b: Registers) -> None:
    through = expand(compress(joined(expand(compress(a, sets=True), sets=True), b), sets=True), sets=True)
    assert visible(through, sets=True) == visible(joined(a, b), sets=True)


@given(registers(), st.dictionaries(st.sampled_from(["note", "", "+", "a/b", "tags"]), VALUES, max_size=4))
def test_the_fields_written_are_the_fields_visible(a: Registers, fields: dict[str, Any]) -> None:
    if isinstance(fields.get("tags"), list):
        fields["tags"] = [str(tag) for tag in sorted(set(fields["tags"]))]
    late = "ffffffffffff-000-zzzz"
    written = {name: (late, value) for name, value in {**difference(a, fields, sets=True), EXISTS: True}.items()}
    assert visible(joined(a, written), sets=True) == fields


def test_two_machines_that_add_a_tag_each_lose_none() -> None:
    start = expand({"tags": ["old"], "_t": {"": "000000000001-000-aaaa"}}, sets=True)
    one = {"tags": ("000000000002-000-aaaa", ()), "tags/one": ("000000000002-000-aaaa", True)}
    two = {"tags": ("000000000002-000-bbbb", ()), "tags/two": ("000000000002-000-bbbb", True)}
    assert visible(joined(start, one, two), sets=True) == {"tags": ["old", "one", "two"]}


def test_an_edit_after_a_deletion_restores_the_document() -> None:
    start = expand({"note": "words", "quote": "q", "_t": {"": "000000000001-000-aaaa"}}, sets=True)
    deletion: Registers = {DELETED: ("000000000002-000-aaaa", True)}
    edit: Registers = {"note": ("000000000003-000-bbbb", "other words")}
    assert not is_alive(joined(start, deletion))
    assert visible(joined(start, deletion, edit), sets=True) == {"note": "other words", "quote": "q"}


def test_timestamps_ascend_when_the_clock_is_set_back() -> None:
    times = iter([100, 90, 80, 100, 100])
    clock = HybridClock("aaaa", lambda: next(times))
    timestamps = [clock.now() for _ in range(5)]
    assert timestamps == sorted(set(timestamps))


def test_timestamps_are_later_than_all_observed_ones_and_invalid_ones_are_ignored() -> None:
    clock = HybridClock("aaaa", lambda: 5)
    clock.observe("00000000ffff-fff-bbbb")
    for wrong in ("", "x", "00000000ffff", "99-1-x"):
        clock.observe(wrong)
    timestamp = clock.now()
    assert timestamp > "00000000ffff-fff-bbbb"
    assert is_timestamp(timestamp)
    assert not is_timestamp(7)


@pytest.mark.parametrize("seed", range(12))
def test_three_machines_with_wrong_clocks_and_an_unreliable_sync_program_agree(tmp_path: Path, seed: int) -> None:
    counts, wrong = machines.trial(tmp_path / "trial", random.Random(seed))
    assert not wrong
    assert counts["edits"]


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), -float("inf"), "\ud800", {"\udfff": 1}, 2**64, -(2**63) - 1],
    ids=repr,
)
def test_values_that_other_json_parsers_cannot_read_are_refused(value: Any) -> None:
    for wrapped in (value, [value], {"a": [value]}):
        with pytest.raises(ValueError, match=r".+"):
            check(wrapped)


@pytest.mark.parametrize("value", [{1: 2}, {None: 1}, {1, 2}, b"x", 1j], ids=repr)
def test_values_that_json_cannot_represent_are_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        check({"a": value})


def test_nesting_deeper_than_16_levels_is_refused() -> None:
    deep: Any = 1
    for _ in range(17):
        deep = [deep]
    with pytest.raises(ValueError, match="16"):
        check(deep)

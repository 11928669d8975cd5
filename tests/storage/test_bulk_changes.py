"""Shortcuts for changes of thousands of records give what the long way gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.model.article import ReadingState
from tui_reader.services.articles.article_records import amended, decode, encode, encoded
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.engine.edits import KEY, changed_alone, checked
from tui_reader.storage.replication.registers import Registers, difference, expand, visible
from tui_reader.storage.snapshot.json_values import _is_deep

values = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=3)
names = st.sampled_from(("read", "starred", "archived", "offset", "up_next", "tags", "deleted", "x/y", "+z", ""))
stamps = st.sampled_from(("", "+", "-", "read", "starred", "tags/a", "gone"))
TIMES = st.sampled_from(("000000000001-000-aaaa", "000000000002-000-bbbb"))


@st.composite
def documents(draw: st.DrawFn) -> Registers:
    """Return the registers of a record, sometimes of one that was deleted."""
    fields: dict[str, Any] = draw(st.dictionaries(names, values.filter(lambda value: value is not None), max_size=5))
    if draw(st.booleans()):
        fields["id"] = "key"
    if draw(st.booleans()):
        fields["tags"] = draw(st.lists(st.sampled_from("abc"), unique=True))
    return expand({**fields, "_t": draw(st.dictionaries(stamps, TIMES, max_size=3))}, sets=True)


@given(documents(), st.lists(st.tuples(names, values), min_size=1, max_size=4))
def test_only_what_edits_change_is_compared_and_nothing_else_differs(
    registers: Registers, changes: list[tuple[str, Any]]
) -> None:
    edits = [Edit(ARTICLES, "key", name, None, value) for name, value in changes]
    short = changed_alone(registers, edits)
    if short is None:
        return
    fields = visible(registers, sets=True)
    assert fields is not None
    for name, value in changes:
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
    assert fields.keys() - {KEY}
    assert repr(sorted(short.items())) == repr(sorted(difference(registers, fields, sets=True).items()))


@pytest.mark.parametrize("field", ["read", "starred", "archived", "up_next"])
def test_the_short_way_is_taken_for_the_fields_of_a_usual_record(field: str) -> None:
    registers = expand({"id": "a", "location": "a.md", "read": True, "tags": ["x"]}, sets=True)
    edit = Edit(ARTICLES, "a", field, None, True)
    assert changed_alone(registers, [edit]) == ({} if field == "read" else {field: True})
    assert checked(edit) == edit
    with pytest.raises(ValueError, match="surrogate"):
        checked(Edit(ARTICLES, "\ud800", field, None, True))


states = st.builds(
    ReadingState,
    read=st.booleans(),
    starred=st.booleans(),
    archived=st.booleans(),
    joined=st.booleans(),
    opened=st.sampled_from(("", "2026-06-05T10:00:00Z")),
    up_next=st.text("abc", max_size=3),
    tags=st.none() | st.just(("a",)),
)
plain = st.sampled_from(("read", "starred", "archived", "joined", "opened", "finished", "up_next", "filed"))


@given(states, st.dictionaries(plain | st.just("tags"), values | st.just(["b"]), max_size=3))
def test_a_state_is_amended_as_its_whole_record_is_decoded(state: ReadingState, fields: dict[str, Any]) -> None:
    assert amended(state, fields) == decode({**encode(state), **fields})
    assert {name: encoded(state, fields)[name] for name in fields} == {name: encode(state)[name] for name in fields}


def depth(value: object) -> int:
    """Return how many containers that are not empty lie in each other."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner)) if inner else 0


@given(
    st.recursive(values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner)),
    st.integers(0, 6),
)
def test_depth_is_that_of_the_deepest_part(value: object, levels: int) -> None:
    assert _is_deep(value, levels) == (depth(value) > levels)

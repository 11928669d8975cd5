"""A key fits between any two others, whatever was moved where and on which machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.services.library.order_keys import key_at, key_between, keys_behind

MACHINES = st.sampled_from(["a", "Zed", "m-1"])


@given(st.lists(st.tuples(st.integers(0, 60), MACHINES), max_size=60))
def test_records_put_anywhere_stay_in_the_order_in_which_they_were_put(moves: list[tuple[int, str]]) -> None:
    keys: list[str] = []
    for wanted, machine in moves:
        index = min(wanted, len(keys))
        keys.insert(index, key_at(keys, index, machine))
        assert keys == sorted(set(keys))


@given(st.lists(st.text(alphabet="09Az./é", min_size=1, max_size=4), unique=True, min_size=2, max_size=2), MACHINES)
def test_a_key_is_found_between_any_two_keys_of_other_programs_if_one_exists(keys: list[str], machine: str) -> None:
    low, high = sorted(keys)
    try:
        key = key_between(low, high, machine)
    except ValueError:
        return
    assert low < key
    if all(c.isalnum() and c.isascii() for c in low + high) and not high.endswith("0"):
        assert key < high


def test_a_key_stays_short_when_records_are_put_at_the_end() -> None:
    keys: list[str] = []
    for _ in range(200):
        keys.append(key_at(keys, len(keys), "m"))
    assert max(map(len, keys)) < 100
    with pytest.raises(ValueError, match="no key between"):
        key_between("b", "a", "m")


@given(st.text("0Vz", max_size=4), st.integers(0, 200))
def test_many_keys_after_another_are_in_order_and_short(low: str, count: int) -> None:
    keys = keys_behind(low and f"{low}.m", count, "m")
    assert len(set(keys)) == count
    assert keys == sorted(keys)
    assert all(key > low for key in keys)
    if keys:
        assert key_between(keys[-1], "", "m") > keys[-1]


def test_five_thousand_articles_get_keys_of_a_few_letters() -> None:
    assert max(map(len, keys_behind("V.m", 5_000, "m"))) <= 8

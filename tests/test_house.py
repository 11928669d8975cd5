"""The rules that keep the code easy to take over hold in every module; `scripts/house.py` prints where they do not."""

from __future__ import annotations

from scripts import house


def test_every_module_keeps_all_rules() -> None:
    """One test for all rules, since to parse all modules takes longer than to check them."""
    with house.without_collection():
        found = {rule: places for rule, places in house.breaches(house.modules()).items() if places}
    assert found == {}


def test_a_circle_through_type_checking_is_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert house.circles(graph) == [["a", "b", "c"]]

"""The rules that keep the code easy to take over hold in every module; `scripts/house.py` prints where they do not."""

from __future__ import annotations

import pytest

from scripts import house


@pytest.fixture(scope="module")
def modules() -> list[house.Module]:
    return house.modules()


def test_no_modules_import_each_other_in_a_circle_even_for_type_checkers(modules: list[house.Module]) -> None:
    assert house.circles(house.imports(modules)) == []


def test_a_circle_through_type_checking_is_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert house.circles(graph) == [["a", "b", "c"]]


def test_no_two_modules_of_a_layer_share_a_name_but_for_roles(modules: list[house.Module]) -> None:
    assert house.repeated_names(modules) == []


def test_no_docstring_refers_to_another_one(modules: list[house.Module]) -> None:
    assert house.same_docstrings(modules) == []


def test_every_string_below_a_name_describes_that_name(modules: list[house.Module]) -> None:
    assert house.stray_strings(modules) == []


def test_no_method_is_looked_up_by_a_computed_name(modules: list[house.Module]) -> None:
    assert house.attribute_dispatch(modules) == []


def test_no_class_and_no_file_is_too_large(modules: list[house.Module]) -> None:
    assert [name for count, name, _ in house.classes(modules) if count > house.MOST_METHODS] == []
    assert [module.name for module in modules if module.lines > house.MOST_LINES] == []


def test_every_import_in_a_function_gives_its_reason(modules: list[house.Module]) -> None:
    assert house.unexplained_imports(modules) == []


def test_no_pattern_repeats_a_group_possessively(modules: list[house.Module]) -> None:
    assert house.possessive_groups(modules) == []

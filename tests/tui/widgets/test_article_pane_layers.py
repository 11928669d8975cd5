"""The layers of the article pane: every hook reaches every layer, and layers know only those below them."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import pytest

from tests.tui.widgets.article_stage import article, stage
from tui_reader.tui.widgets.article_pane import pane as pane_module
from tui_reader.tui.widgets.article_pane.highlight_index import Highlight
from tui_reader.tui.widgets.article_pane.layers.base import Layer, LayerStack
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.styles import Role

FOLDER = Path(pane_module.__file__).parent
PACKAGE = "tui_reader.tui.widgets.article_pane."

HOOKS = [name for name, each in vars(Layer).items() if inspect.isfunction(each)]


@pytest.mark.parametrize("hook", HOOKS)
def test_the_stack_passes_every_hook_to_all_layers_in_paint_order(hook: str) -> None:
    called: list[tuple[int, tuple[Any, ...]]] = []
    layers = (Layer(), Layer(), Layer())

    for number, layer in enumerate(layers):

        def record(*values: Any, number: int = number) -> tuple[Overlay, ...]:
            called.append((number, values))
            return (Overlay(number, number + 1, Role.MATCH),)

        setattr(layer, hook, record)
    stack = LayerStack()
    stack.layers = layers
    count = len(inspect.signature(getattr(Layer, hook)).parameters) - 1
    values: tuple[Any, ...] = tuple(range(count))
    found = getattr(stack, hook)(*values)
    assert called == [(number, values) for number in range(3)]
    if hook == "overlays":
        assert [overlay.start for overlay in found] == [0, 1, 2]


async def test_layers_are_painted_in_order_from_the_focus_to_the_labels_of_links() -> None:
    async with stage() as shown:
        await shown.show(article())
        pane = shown.pane
        pane.search.find("number")
        pane.focus.move_by_sentences(1)
        where = pane.focus.range
        assert where is not None
        pane.highlights.set([Highlight("a", where.start, where.end, 2)])
        assert _roles(shown.pane, where) == [Role.FOCUS, Role.HIGHLIGHT_2, Role.CURRENT, Role.MATCH_CURRENT]
        pane.selection.start("character")
        assert _roles(shown.pane, where) == [
            Role.HIGHLIGHT_2,
            Role.CURRENT,
            Role.SELECTION,
            Role.MATCH_CURRENT,
            Role.CARET,
        ]


def _roles(pane: Any, where: Any) -> list[str]:
    return [overlay.role for overlay in pane._stack.overlays(where.start, where.end)]


def _modules() -> dict[str, set[str]]:
    """Return the modules of the article pane, each with those of them that it imports, also for type checking only."""
    files = {PACKAGE + ".".join(p.relative_to(FOLDER).with_suffix("").parts): p for p in FOLDER.rglob("*.py")}
    return {
        name: {
            found
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module
            for found in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
            if found in files
        }
        for name, path in files.items()
    }


def test_no_modules_of_the_pane_import_each_other_in_a_circle_even_for_type_checking() -> None:
    left = _modules()
    assert any(left.values())
    while leaves := {name for name, needs in left.items() if not needs & set(left)}:
        left = {name: needs for name, needs in left.items() if name not in leaves}
    assert not left, f"a circle among {sorted(left)}"


def test_layers_inherit_only_from_their_base() -> None:
    for path in (*(FOLDER / "layers").glob("*.py"), FOLDER / "margin_notes.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                assert {ast.unparse(base) for base in node.bases} <= {"Layer", "NamedTuple", "Protocol"}, node.name

"""Print what makes the code hard to take over: import circles, large classes, long files, names that occur twice.

    python scripts/house.py

Exits with 1 if a rule is broken. `make house` calls it, and `tests/test_house.py` asserts the same rules.
"""

from __future__ import annotations

import ast
import gc
import re
import sys
from collections import defaultdict
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_reason = re.compile(r"PLC0415\s+- \S").search

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tui_reader"

MOST_LINES = 450
MOST_METHODS = 40
MANY_METHODS = 25
"""Public methods beyond which a class says in its docstring why it has so many."""
LAYERS = (
    "cli",
    "tui",
    "services",
    "formats",
    "sources",
    "exchange",
    "storage",
    "search",
    "anchoring",
    "document",
    "model",
)
ROLES = {"__init__", "screen", "state", "events", "layout", "wiring", "base", "registry"}
"""Names of modules that say what a module is within its folder, and so may occur once in each folder."""
PAIRS = ("layers", "actions")
"""Folders whose modules share names on purpose: a layer of the article pane, and the commands that drive it."""

_POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)[*+?]\+")


class Module(NamedTuple):
    """One source file, parsed."""

    name: str
    path: Path
    nodes: dict[type[ast.AST], list[Any]]
    """All nodes of its syntax tree by their kind: to walk the tree costs more than any rule."""
    lines: int

    def nodes_of(self, *kinds: type[ast.AST]) -> Iterator[Any]:
        """Yield the nodes of some kinds."""
        for kind in kinds:
            yield from self.nodes.get(kind, ())


@contextmanager
def without_collection() -> Iterator[None]:
    """Look for no garbage: syntax trees are half a million objects without circles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def modules(package: Path = PACKAGE) -> list[Module]:
    """Return every module of the package."""
    found = []
    with without_collection():
        for path in sorted(package.rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            parts = path.relative_to(package.parent).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found.append(Module(name, path, _nodes(ast.parse(text)), text.count("\n")))
    return found


def _nodes(tree: ast.AST) -> dict[type[ast.AST], list[Any]]:
    """Return the nodes of a tree by kind, in the order of `ast.walk`, which takes twice as long."""
    found = [tree]
    by_kind: dict[type[ast.AST], list[Any]] = defaultdict(list)
    for node in found:  # grows meanwhile
        by_kind[type(node)].append(node)
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                found += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return by_kind


def imports(found: list[Module]) -> dict[str, set[str]]:
    """Return the modules that each module imports, those within `if TYPE_CHECKING` and within functions included."""
    known = {module.name for module in found}
    graph: dict[str, set[str]] = {module.name: set() for module in found}
    for module in found:
        for node in module.nodes_of(ast.Import, ast.ImportFrom):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif node.module and not node.level:
                whole = [f"{node.module}.{alias.name}" for alias in node.names]
                names = [name if name in known else node.module for name in whole]
            else:
                continue
            graph[module.name].update(name for name in names if name in known and name != module.name)
    return graph


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other: strongly connected components (Tarjan, 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(graph[name]):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = []
            while True:
                group.append(stack.pop())
                if group[-1] == name:
                    break
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return found


def classes(found: list[Module]) -> list[tuple[int, str, str]]:
    """Return the number of public methods, own and inherited from ours, the name and the docstring of every class."""
    known: dict[str, list[tuple[str, ast.ClassDef]]] = defaultdict(list)
    for module in found:
        for node in module.nodes_of(ast.ClassDef):
            known[node.name].append((module.name, node))

    def methods(node: ast.ClassDef, seen: frozenset[str]) -> set[str]:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        own = {each.name for each in node.body if isinstance(each, kinds) and not each.name.startswith("_")}
        for base in node.bases:
            name = base.id if isinstance(base, ast.Name) else ""
            if name not in seen and len(known.get(name, ())) == 1:
                own |= methods(known[name][0][1], seen | {name})
        return own

    return sorted(
        (
            (len(methods(node, frozenset({name}))), f"{module}.{name}", ast.get_docstring(node) or "")
            for name, nodes in known.items()
            for module, node in nodes
        ),
        reverse=True,
    )


def repeated_names(found: list[Module]) -> list[list[str]]:
    """Return the modules of one layer that share a name, except `ROLES` and `PAIRS`."""
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for module in found:
        parts = module.name.split(".")
        if len(parts) > 2 and parts[1] in LAYERS and parts[-1] not in ROLES and module.path.stem != "__init__":
            places[parts[1], parts[-1]].append(module.name)
    return [
        names for names in places.values() if len(names) > 1 and {name.split(".")[-2] for name in names} != set(PAIRS)
    ]


def same_docstrings(found: list[Module]) -> list[str]:
    """Return the places of docstrings that begin with “The same”: they cannot be understood where they stand."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        f"{module.name}:{getattr(node, 'lineno', 1)}"
        for module in found
        for node in module.nodes_of(*kinds)
        if (ast.get_docstring(node, clean=False) or "").lstrip().startswith("The same")
    ]


def stray_strings(found: list[Module]) -> list[str]:
    """Return the places of strings that stand below nothing that they could describe, such as a second docstring."""
    return [
        f"{module.name}:{node.lineno}"
        for module in found
        for parent in module.nodes_of(*(k for k in module.nodes if "body" in k._fields and not issubclass(k, ast.expr)))
        for before, node in pairwise(parent.body)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and not isinstance(before, (ast.Assign, ast.AnnAssign))
    ]


def unexplained_imports(found: list[Module]) -> list[str]:
    """Return the imports within functions that give no reason, on their line or in the line before their group."""
    unexplained = []
    for module in found:
        lines = module.path.read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(lines):
            if "PLC0415" not in line:
                continue
            first = number
            while "PLC0415" in lines[first] and not _reason(lines[first]) and "PLC0415" in lines[first - 1]:
                first -= 1
            group = [lines[first - 1].strip(), *lines[first : number + 1]]
            if not group[0].startswith("#") and not any(map(_reason, group)):
                unexplained.append(f"{module.name}:{number + 1}")
    return unexplained


def attribute_dispatch(found: list[Module]) -> list[str]:
    """Return the places that ask for a method by a computed name: `hasattr`, and in the tui `getattr`."""
    out = []
    for module in found:
        for node in module.nodes_of(ast.Call):
            if isinstance(node.func, ast.Name):
                computed = len(node.args) > 1 and not isinstance(node.args[1], ast.Constant)
                if computed and (node.func.id == "hasattr" or (node.func.id == "getattr" and ".tui." in module.name)):
                    out.append(f"{module.name}:{node.lineno}")
    return out


def possessive_groups(found: list[Module]) -> list[str]:
    """Return the patterns that repeat a group possessively, such as `(?:a|b)*+`.

    Python 3.11.0 to 3.11.4 find nothing by them. An atomic group, `(?>(?:a|b)*)`, means the same in every version.
    """
    return [
        f"{module.name}:{node.lineno}"
        for module in found
        for node in module.nodes_of(ast.Constant)
        if isinstance(node.value, str) and _POSSESSIVE_GROUP.search(node.value)
    ]


def breaches(found: list[Module]) -> dict[str, list[str]]:
    """Return the places at which each rule is broken, by what they are."""
    return {
        "import circles": [" ".join(group) for group in circles(imports(found))],
        "names that occur twice in a layer": [" ".join(names) for names in repeated_names(found)],
        "docstrings that begin “The same”": same_docstrings(found),
        "strings below nothing that they describe": stray_strings(found),
        "methods looked up by a computed name": attribute_dispatch(found),
        "imports in functions without a reason": unexplained_imports(found),
        "groups that a pattern repeats possessively": possessive_groups(found),
        f"classes with more than {MOST_METHODS} public methods": [
            f"{count} {name}" for count, name, _ in classes(found) if count > MOST_METHODS
        ],
        f"files with more than {MOST_LINES} lines": [
            f"{module.lines} {module.name}" for module in found if module.lines > MOST_LINES
        ],
    }


def main() -> int:
    """Print all findings; returns 1 if a rule is broken."""
    found = modules()
    broken = 0
    for title, rows in breaches(found).items():
        broken += len(rows)
        print(f"{title}: {len(rows) or 'none'}")
        for row in rows:
            print(f"  {row}")
    print("to look at: classes with many public methods, and long files")
    for count, name, _ in classes(found):
        if MANY_METHODS < count <= MOST_METHODS:
            print(f"  {count} {name}")
    for module in found:
        if 400 < module.lines <= MOST_LINES:
            print(f"  {module.lines} {module.name}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())

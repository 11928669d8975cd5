"""Properties of the program as a whole: the modules a start imports, and a code map that matches the modules.

Who may import whom is checked by import-linter (`make imports`). It sees every import, the lazy ones too; only running
the program shows which of them a start pays for.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tui_reader"

SCREEN = {"textual", "rich"}

DISTRIBUTIONS = {
    "PIL": "Pillow",
    "charset_normalizer": "charset-normalizer",
    "markdown_it": "markdown-it-py",
    "mdit_py_plugins": "mdit-py-plugins",
    "yaml": "PyYAML",
}
"""Import names of distributions that have another name."""

NEEDED_BY_OTHERS = {"lxml_html_clean"}
"""Distributions that only another one imports: trafilatura, under installers that leave its extras out."""


def declared() -> set[str]:
    """Return the names of the distributions that the program depends on, with those of the extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return {re.split(r"[<>=]", line)[0] for line in lines}


_NAMES = {distribution: name for name, distribution in DISTRIBUTIONS.items()}
HEAVY = {"asyncio", "sqlite3", *(_NAMES.get(name, name) for name in declared())} - SCREEN
"""Modules that no start imports unless it needs them: those of all dependencies but the screen's."""

_RUN = """
import os, sys
from tui_reader.cli.main import main
try:
    status = main(sys.argv[1:])
except SystemExit as end:
    status = end.code or 0
assert status == int(os.environ["EXPECTED"]), status
print("\\n" + " ".join(sys.modules))
"""


def loaded(arguments: list[str], status: int, home: Path) -> set[str]:
    """Return the top-level names of the modules that a run of the program has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"HOME": str(home), "LC_ALL": "C.UTF-8", "EXPECTED": str(status), "TERM": "xterm"},
        timeout=60,
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--version"], 0),
        (["--help"], 0),
        (["config"], 0),
        (["config", "--path"], 0),
        (["config", "--write"], 0),
        (["--nonsense"], 2),
        (["sample_articles"], 2),
        (["--config", "absent.toml"], 2),
        ([], 2),
    ],
)
def test_verbs_without_a_library_import_neither_the_screen_nor_heavy_packages(
    arguments: list[str], status: int, tmp_path: Path
) -> None:
    assert loaded(arguments, status, tmp_path) & (SCREEN | HEAVY) == set()


@pytest.mark.parametrize(("folder", "status"), [(".", 0), ("absent", 2)])
def test_init_imports_no_screen(folder: str, status: int, tmp_path: Path) -> None:
    assert loaded(["init", str(tmp_path / folder)], status, tmp_path) & SCREEN == set()


_FIRST_FRAME = """
import sys
from pathlib import Path
from tui_reader.config import Settings
from tui_reader.services.library.opening import open_library
from tui_reader.tui.app import ReaderApp

class App(ReaderApp):
    async def _begin(self):
        print("\\n" + " ".join(sys.modules), file=sys.__stdout__)
        self.exit()

library = open_library([Path(sys.argv[1])], settings=Settings())
App(library, Settings()).run(headless=True)
library.close()
import ssl  # which the start left out, but not for others
"""


def test_the_first_frame_needs_no_dependency_but_the_screen(tmp_path: Path) -> None:
    """The library imports what reads, watches and stores files, in threads and processes after the first frame."""
    for name in ("page.html", "book.epub", "paper.pdf", "notes.rst", "text.md"):
        (tmp_path / name).write_text(f"{name}\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_FRAME, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8", "TERM": "xterm"},
        timeout=60,
    )
    needless = HEAVY - {"asyncio", "platformdirs"} | {"pygments", "ssl"}
    modules = done.stdout.splitlines()[-1].split()
    assert "tui_reader.tui.screens.reading.screen" in modules
    assert {name.partition(".")[0] for name in modules} & needless == set()


def test_the_declared_dependencies_are_the_imported_ones() -> None:
    imported = set()
    ours = {*sys.stdlib_module_names, "tui_reader"}
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text("utf-8")
        # To parse all modules takes a second, and most of them import nothing foreign.
        if ours.issuperset(re.findall(r"^\s*(?:import|from)\s+(\w+)", text, re.MULTILINE)):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    foreign = imported - ours
    assert {DISTRIBUTIONS.get(name, name) for name in foreign} == declared() - NEEDED_BY_OTHERS


def packages() -> list[Path]:
    return sorted(path.parent for path in PACKAGE.rglob("__init__.py"))


@pytest.mark.parametrize("package", packages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_package_has_a_docstring(package: Path) -> None:
    text = (package / "__init__.py").read_text("utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, f"{package} has no docstring"


def test_every_package_and_top_module_is_in_the_code_map() -> None:
    code_map = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    missing = [
        path.name
        for path in sorted(PACKAGE.iterdir())
        if (path.is_dir() and (path / "__init__.py").exists()) or path.suffix == ".py"
        if not path.name.startswith("__init__")
        if f"{path.name}/" not in code_map and path.name not in code_map
    ]
    assert not missing, f"docs/architecture.md does not tell of {missing}"


@pytest.mark.parametrize("document", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_path_in_the_documents_exists(document: str) -> None:
    """Paths are in backquotes, relative to the root or to the package; a module may be named without its folder."""
    text = (ROOT / document).read_text("utf-8")
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.py|[A-Z]+\.md|pyproject\.toml|[\w-]+\.txt)`", text)
    named = [path for path in named if not path.startswith("..")]
    modules = {path.name for path in PACKAGE.rglob("*.py")}
    lost = [path for path in named if not (ROOT / path).exists() | (PACKAGE / path).exists() | (path in modules)]
    assert named
    assert not lost, f"{document} names {lost}"

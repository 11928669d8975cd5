"""An article that is a link out of the library can be highlighted; a shared state does not keep its text."""

from __future__ import annotations

import base64
import re
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.services.library.events import DocumentLoaded, Notice
from tui_reader.services.library.library_paths import find_library_paths
from tui_reader.services.library.opening import init_library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.conftest import Opener

SECRET = "The word that nobody else may read is melancholia, and it stands in a long line of other words."
TEXT = f"A first line, which is the title.\n\nOne sentence to mark.\n\n{SECRET}\n"


@pytest.fixture(params=["file", "folder", "chain"])
def library(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A library with a state file of its own, in which `sub/private.md` is a link to a file outside."""
    elsewhere, root = tmp_path / "elsewhere", tmp_path / "cloned"
    elsewhere.mkdir()
    root.mkdir()
    (elsewhere / "private.md").write_text(TEXT, "utf-8")
    (root / "own.md").write_text(TEXT.replace("melancholia", "sunshine"), "utf-8")
    init_library(root)
    if request.param == "folder":
        (root / "sub").symlink_to(elsewhere)
    else:
        (root / "sub").mkdir()
        target = elsewhere / "private.md"
        if request.param == "chain":
            (elsewhere / "hop").symlink_to(target)
            target = elsewhere / "hop"
        (root / "sub" / "private.md").symlink_to(target)
    return root


def kept(folder: Path) -> str:
    """Return the contents of all files in a folder, with packed texts unpacked and without links."""
    out = ""
    for path in folder.rglob("*"):
        if path.name.startswith("library") and not path.is_symlink() and path.is_file():
            data = path.read_text("utf-8")
            out += data
            for packed in re.findall(r'"zlib"\s*:\s*(?:\[[^]]*?)?"([A-Za-z0-9+/=]+)"', data):
                out += zlib.decompress(base64.b64decode(packed)).decode()
    return out


def read_and_mark(owner: Any, name: str) -> str:
    article: str = owner.at(name).id
    owner.library.documents.want(article)
    owner.until(lambda: any(isinstance(e, DocumentLoaded) and e.id == article for e in owner.events))
    owner.library.reading.open(article)
    document = owner.library.documents.get(article)
    start = document.text.index("One sentence")
    owner.library.annotations.add(article, document, start, start + 23)
    owner.library.annotations.reanchoring.wait()
    owner.library.sync()
    return article


def change(owner: Any, path: Path, article: str) -> None:
    before = owner.library.documents.get(article)
    path.write_text(path.read_text("utf-8").replace("a long line", "a very long line"), "utf-8")
    owner.until(lambda: owner.library.documents.get(article) is not before)
    owner.library.documents.want(article)
    owner.until(lambda: owner.library.documents.get(article) is not None)
    owner.library.annotations.reanchoring.wait()
    owner.library.sync()


@pytest.mark.parametrize("name", ["sub/private.md", "own.md"])
def test_only_highlighted_passages_of_a_linked_article_are_kept(library: Path, opened: Opener, name: str) -> None:
    owner = opened(library).scanned()
    article = read_and_mark(owner, name)
    change(owner, library / name, article)
    owner.library.close()
    found = kept(library)
    assert "One sentence to mark." in found
    assert ("sunshine" in found) == (name == "own.md")
    assert "melancholia" not in found
    assert ("A first line" in found.replace('"prefix":"A first line', "")) == (name == "own.md")
    said = [event.message for event in owner.events if isinstance(event, Notice) and "link out of" in event.message]
    assert len(said) == (name == "sub/private.md")
    assert all(name in each and "library.json" in each for each in said)


def test_texts_are_kept_if_the_state_is_private_or_the_other_folder_is_opened_too(
    library: Path, tmp_path: Path, homes: Path
) -> None:
    path = library / "sub" / "private.md"
    data, cache = homes / "data" / "tui-reader", homes / "cache"
    assert not find_library_paths([library], None, data, cache).may_keep_text(path)
    assert not find_library_paths([library], tmp_path / "other.json", data, cache).may_keep_text(path)
    both = [library, tmp_path / "elsewhere"]
    assert find_library_paths(both, library / "library.json", data, cache).may_keep_text(path)
    (library / "library.json").unlink()
    assert find_library_paths([library], None, data, cache).may_keep_text(path)


def test_a_library_that_is_opened_through_a_link_keeps_its_texts(tmp_path: Path, homes: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "own.md").write_text(TEXT, "utf-8")
    init_library(tmp_path / "real")
    (tmp_path / "alias").symlink_to(tmp_path / "real")
    places = find_library_paths([tmp_path / "alias"], None, homes / "data" / "tui-reader", homes / "cache")
    assert places.may_keep_text(tmp_path / "alias" / "own.md")

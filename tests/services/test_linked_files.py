"""Which files the links of an article open, and the reasons why others are refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.document.cleaning import is_clean
from tui_reader.services.library import desktop
from tui_reader.services.library.library_paths import LibraryPaths
from tui_reader.services.library.linked_files import (
    KINDS,
    RefusedFileError,
    file_of_link,
    names_of_link,
    paths_of_link,
)

if TYPE_CHECKING:
    from tests.services.conftest import Opener


def paths_of(*folders: Path, files: tuple[Path, ...] = ()) -> LibraryPaths:
    base = folders[0] if folders else None
    return LibraryPaths("Library", folders, files, Path("/state/library.json"), base, Path("/cache/x.sqlite"))


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Make a library with files of many kinds, and a folder beside it."""
    shelf = tmp_path / "shelf"
    (shelf / "deep" / "er").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    for name in ("a.pdf", "deep/b.PNG", "deep/er/c d.mp3", "page.html", "é.odt", "what?.pdf", "x#y.pdf", "v1.2.pdf"):
        (shelf / name).write_bytes(b"%content")
    for name in (
        "run.sh",
        "x.desktop",
        "x.py",
        "x.exe",
        "x.docm",
        "x.xlsm",
        "x.jar",
        "none",
        "x.pdf.desktop",
        "left.md",
        "x.lnk",
    ):
        (shelf / name).write_bytes(b"content")
    (shelf / "script.pdf").write_bytes(b"#!/bin/sh\nexit\n")
    (shelf / "starter.html").write_bytes(b"\xef\xbb\xbf\n[Desktop Entry]\nExec=x\n")
    (shelf / "elf.png").write_bytes(b"\x7fELF\x02")
    (shelf / "run.pdf").write_bytes(b"%PDF")
    (shelf / "run.pdf").chmod(0o755)
    (tmp_path / "outside" / "secret.pdf").write_bytes(b"%PDF")
    (shelf / "out.pdf").symlink_to(tmp_path / "outside" / "secret.pdf")
    (shelf / "outdir").symlink_to(tmp_path / "outside")
    (shelf / "in.pdf").symlink_to(shelf / "a.pdf")
    (shelf / "masked.pdf").symlink_to(shelf / "run.sh")
    (shelf / "dangling.pdf").symlink_to(shelf / "gone.pdf")
    (shelf / "loop.pdf").symlink_to(shelf / "loop.pdf")
    os.mkfifo(shelf / "pipe.pdf")
    return shelf


@pytest.mark.parametrize(
    ("link", "file"),
    [
        ("a.pdf", "a.pdf"),
        ("./a.pdf", "a.pdf"),
        ("a.pdf#page=3", "a.pdf"),
        ("a.pdf?raw=true#page=3", "a.pdf"),
        ("/a.pdf", "a.pdf"),
        ("deep/b.PNG", "deep/b.PNG"),
        ("deep/er/../b.PNG", "deep/b.PNG"),
        ("deep\\b.PNG", "deep/b.PNG"),
        ("deep/er/c%20d.mp3", "deep/er/c d.mp3"),
        ("deep/er/c d.mp3", "deep/er/c d.mp3"),
        ("page.html", "page.html"),
        ("%C3%A9.odt", "é.odt"),
        ("what%3F.pdf", "what?.pdf"),
        ("what?.pdf", "what?.pdf"),
        ("x%23y.pdf", "x#y.pdf"),
        ("x#y.pdf", "x#y.pdf"),
        ("v1.2.pdf", "v1.2.pdf"),
        ("in.pdf", "a.pdf"),
        ("outdir/../a.pdf", "a.pdf"),
    ],
)
def test_a_harmless_file_of_the_library_is_opened(shelf: Path, link: str, file: str) -> None:
    assert file_of_link(paths_of(shelf), shelf / "one.md", link) == shelf / file


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("gone.pdf", "there is no such file"),
        ("deep/gone.png", "there is no such file"),
        ("dangling.pdf", "there is no such file"),
        ("loop.pdf", "there is no such file"),
        ("../outside/secret.pdf", "outside of its folders"),
        ("../outside/gone.pdf", "outside of its folders"),
        ("%2e%2e/outside/secret.pdf", "outside of its folders"),
        ("deep/../../outside/secret.pdf", "outside of its folders"),
        ("..\\outside\\secret.pdf", "outside of its folders"),
        ("../shelf2/a.pdf", "outside of its folders"),
        ("out.pdf", "outside of its folders"),
        ("outdir/secret.pdf", "outside of its folders"),
        ("/etc/passwd", "outside of its folders"),
        ("/usr/share/doc/x.html", "outside of its folders"),
        ("run.sh", "only PDF, pictures"),
        ("x.desktop", "only PDF, pictures"),
        ("x.pdf.desktop", "only PDF, pictures"),
        ("x.py", "only PDF, pictures"),
        ("x.exe", "only PDF, pictures"),
        ("x.lnk", "only PDF, pictures"),
        ("x.xlsm", "only PDF, pictures"),
        ("x.jar", "only PDF, pictures"),
        ("none", "only PDF, pictures"),
        ("masked.pdf", "only PDF, pictures"),
        ("left.md", "not among its articles"),
        ("x.docm", "not among its articles"),
        ("run.pdf", "can be run"),
        ("script.pdf", "can be run"),
        ("starter.html", "can be run"),
        ("elf.png", "can be run"),
        ("deep", "it is a folder"),
        ("deep/", "it is a folder"),
        ("pipe.pdf", "not a regular file"),
    ],
)
def test_any_other_file_is_refused_with_the_reason(shelf: Path, link: str, why: str) -> None:
    (shelf.parent / "shelf2").mkdir()
    (shelf.parent / "shelf2" / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(RefusedFileError, match=why) as refused:
        file_of_link(paths_of(shelf), shelf / "one.md", link)
    assert is_clean(refused.value.message)


def test_a_file_beside_a_named_file_is_opened_but_none_above_it(shelf: Path) -> None:
    alone = paths_of(files=(shelf / "deep" / "one.md",))
    assert file_of_link(alone, shelf / "deep" / "one.md", "b.PNG") == shelf / "deep" / "b.PNG"
    with pytest.raises(RefusedFileError, match="outside"):
        file_of_link(alone, shelf / "deep" / "one.md", "../a.pdf")
    (shelf / "deep" / "two.md").write_text("Two")
    with pytest.raises(RefusedFileError, match="Open their folder"):
        file_of_link(alone, shelf / "deep" / "one.md", "two.md#part")


def test_a_file_of_another_folder_of_the_library_is_opened(shelf: Path) -> None:
    both = paths_of(shelf, shelf.parent / "outside")
    assert file_of_link(both, shelf / "one.md", "../outside/secret.pdf").name == "secret.pdf"
    assert file_of_link(both, shelf / "one.md", "out.pdf").name == "secret.pdf"


@given(st.text(st.one_of(st.characters(), st.sampled_from("./%2e#?\\\ud800")), max_size=40))
def test_any_link_gives_absolute_paths_and_a_missing_file_is_refused(link: str) -> None:
    folder = Path("/nowhere/shelf")
    paths = paths_of(folder)
    assert all(Path(each).is_absolute() for each in paths_of_link(paths, folder / "a.md", link))
    assert all(isinstance(each, str) for each in names_of_link(paths, folder / "a.md", link))
    with pytest.raises(RefusedFileError) as refused:
        file_of_link(paths, folder / "a.md", link)
    assert is_clean(refused.value.message)


def test_no_kind_of_program_is_opened() -> None:
    programs = (".sh", ".desktop", ".py", ".exe", ".bat", ".cmd", ".com", ".js", ".jar", ".lnk", ".url", ".ps", ".msi")
    assert not KINDS & {*programs, ".app", ".docm", ".xlsm", ".pptm", ".hta", ".vbs", ".appimage", ".run", ""}


@pytest.mark.parametrize(
    ("file", "browser", "started"),
    [("a.html", "firefox -n", ["firefox", "-n"]), ("a.pdf", "firefox", ["xdg-open"]), ("a.html", "", ["xdg-open"])],
)
def test_a_web_page_goes_to_the_browser_and_another_file_to_its_program(
    monkeypatch: pytest.MonkeyPatch, file: str, browser: str, started: list[str]
) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda arguments, **_: calls.append(list(arguments)))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("DISPLAY", ":0")
    desktop.open_linked(Path("/shelf", file), browser)
    assert calls == [[*started, f"/shelf/{file}"]]
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    desktop.open_linked(Path("/shelf/--a.pdf"), "opener")
    assert calls[-1] == ["opener", "/shelf/--a.pdf"]


ARTICLES = ("one.md", "deep/two.md", "deep/README.md", "with space.md", "é.md", "what?.md", "c#.md", "v1.2.md")


@pytest.mark.parametrize(
    ("article", "link", "expected"),
    [
        ("one.md", "deep/two.md", "deep/two.md"),
        ("one.md", "./deep/two.md#part", "deep/two.md"),
        ("one.md", "deep/two.md?plain=1#part", "deep/two.md"),
        ("one.md", "deep/two", "deep/two.md"),
        ("one.md", "deep/", "deep/README.md"),
        ("one.md", "/deep/two.md", "deep/two.md"),
        ("one.md", "deep\\two.md", "deep/two.md"),
        ("one.md", "deep/../one.md", "one.md"),
        ("deep/two.md", "../one.md", "one.md"),
        ("deep/two.md", "..%2Fone.md", "one.md"),
        ("deep/two.md", "/one.md", "one.md"),
        ("one.md", "with%20space.md", "with space.md"),
        ("one.md", "with space.md#part", "with space.md"),
        ("one.md", "%C3%A9.md", "é.md"),
        ("one.md", "e\u0301.md", "é.md"),
        ("one.md", "what%3F.md", "what?.md"),
        ("one.md", "what?.md", "what?.md"),
        ("one.md", "c%23.md", "c#.md"),
        ("one.md", "v1.2", "v1.2.md"),
        ("one.md", "gone.md", None),
        ("one.md", "#part", None),
        ("one.md", "", None),
        ("one.md", "../one.md", None),
        ("one.md", "a%00b.md", None),
    ],
)
def test_a_relative_link_leads_to_an_article(
    tmp_path: Path, opened: Opener, article: str, link: str, expected: str | None
) -> None:
    for name in ARTICLES:
        file = tmp_path / "library" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {name}\n", "utf-8")
    owner = opened(tmp_path / "library").scanned()
    found = owner.library.article_beside(owner.at(article).id, link)
    assert found == (owner.at(expected).id if expected else None)


def test_a_picture_that_a_link_names_without_its_folder_is_found_in_any_folder(shelf: Path, tmp_path: Path) -> None:
    article = shelf / "deep" / "note.md"
    assert file_of_link(paths_of(shelf), article, "b.PNG") == shelf / "deep" / "b.PNG"
    assert file_of_link(paths_of(shelf), article, "c%20d.mp3") == shelf / "deep" / "er" / "c d.mp3"
    (shelf / ".hidden").mkdir()
    (shelf / ".hidden" / "secret.png").write_bytes(b"%content")
    (tmp_path / "outside" / "far.png").write_bytes(b"%content")
    (shelf / "deep" / "linked.png").symlink_to(tmp_path / "outside" / "far.png")
    for name in ("secret.png", "far.png", "linked.png", "run.sh"):
        with pytest.raises(RefusedFileError):
            file_of_link(paths_of(shelf), shelf / "deep" / "er" / "note.md", name)

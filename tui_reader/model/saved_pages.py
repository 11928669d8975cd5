"""Names of the folders in which browsers save the pictures and styles of a page beside the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SAVED_SUFFIXES = (
    "_files",
    ".files",
    "-Dateien",
    "_Dateien",
    "_fichiers",
    "_bestanden",
    "_file",
    "_archivos",
    "-filer",
    "_filer",
    "_tiedostot",
    "_pliki",
    "_soubory",
    "_súbory",
    "_elemei",
    "_ficheiros",
    "_arquivos",
    "_dosyalar",
    "_datoteke",
    "_fitxers",
    "_failid",
    "_fails",
    "_bylos",
    "_fajlovi",
    "_fitxategiak",
    "_fisiere",
    "_αρχεία",
    "_файлы",
    "_файли",
    "_файлове",
    "_ファイル",
    "_文件",
    "_檔案",
    "_파일",
)
"""Suffixes that browsers add to the name of a page to name the folder of its files: `_files` (Chromium in all
languages), and translations of it in Internet Explorer, its successors and Firefox."""


_PAGES = (".html", ".htm", ".xhtml")


def saved_folders(folders: Iterable[str], files: Iterable[str]) -> set[str]:
    """Return the folders that browsers saved with pages in the same folder, such as `Page_files` with `Page.html`.

    Args:
        folders: Names of the folders in one folder.
        files: Names of the files in the same folder.
    """
    candidates = [name for name in folders if name.endswith(SAVED_SUFFIXES)]
    if not candidates:
        return set()
    pages = {name.rpartition(".")[0] for name in files if name.lower().endswith(_PAGES)}
    return {
        name
        for name in candidates
        if any(name.removesuffix(end) in pages for end in SAVED_SUFFIXES if name.endswith(end))
    }


def is_in_saved_folder(address: str) -> bool:
    """Return True if a relative address leads into the folder that a browser saves beside a page."""
    folder, slash, _ = address.removeprefix("./").partition("/")
    return bool(slash) and folder.endswith(SAVED_SUFFIXES)

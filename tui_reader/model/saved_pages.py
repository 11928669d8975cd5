"""Names of the folders in which browsers save the pictures and styles of a page beside the page."""

from __future__ import annotations

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
"""Ends of such names after the name of the page: of Chromium in all languages (`_files`), of Internet Explorer and its
successors, and of Firefox in the languages that translate the word."""


def is_in_saved_folder(address: str) -> bool:
    """Return True if a relative address leads into the folder that a browser saves beside a page."""
    folder, slash, _ = address.removeprefix("./").partition("/")
    return bool(slash) and folder.endswith(SAVED_SUFFIXES)

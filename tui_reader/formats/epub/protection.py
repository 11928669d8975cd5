"""Detection of digital rights management: which files of a book are encrypted, and by which scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from tui_reader.formats.epub.archive import Archive, ArchiveError
from tui_reader.formats.epub.xml_tree import descendants, parse_xml

if TYPE_CHECKING:
    from collections.abc import Collection

_ENCRYPTION = "META-INF/encryption.xml"
_LIMIT: Final = 4_000_000
_FONT_ALGORITHMS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Algorithms for obfuscating fonts, which do not affect the text."""
_SCHEMES = (
    ("META-INF/license.lcpl", "Readium LCP"),
    ("META-INF/sinf.xml", "Apple FairPlay"),
    ("META-INF/rights.xml", "Adobe DRM"),
)
"""Files that indicate a scheme, with the name of the scheme."""


def encrypted_files(archive: Archive) -> frozenset[str]:
    """Return the names of the encrypted files, without obfuscated fonts."""
    if _ENCRYPTION not in archive.entries:
        return frozenset()
    try:
        root = parse_xml(archive.read(_ENCRYPTION, _LIMIT))
    except ArchiveError:
        return frozenset()
    found = set()
    for each in descendants(root, "encrypteddata") if root is not None else ():
        methods = [method.get("Algorithm", "") for method in descendants(each, "encryptionmethod")]
        if methods and methods[0] in _FONT_ALGORITHMS:
            continue
        for reference in descendants(each, "cipherreference"):
            found.add(unquote(reference.get("URI", "")).lstrip("/"))
    return frozenset(found)


def protection(archive: Archive, documents: Collection[str], encrypted: Collection[str]) -> str:
    """Return the reason why a book cannot be read if at least half of its text files are encrypted; else empty.

    Args:
        archive: The archive.
        documents: Names of the files with the text.
        encrypted: Names of the encrypted files.
    """
    locked = sum(name in encrypted for name in documents)
    if not locked or locked * 2 < len(documents):
        return ""
    scheme = next((scheme for name, scheme in _SCHEMES if name in archive.entries), "")
    by = f" ({scheme})" if scheme else ""
    return f"protected by digital rights management{by}: only the program of its shop can open it"

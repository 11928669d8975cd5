"""Checks of the books of the corpora against the files in them, read without this program's own code."""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from lxml import etree

from tui_reader import formats

if TYPE_CHECKING:
    from pathlib import Path


def whole_book(path: Path) -> list[str]:
    """Check that an EPUB has its title, creators, table of contents, and every word of its spine in order."""
    data = path.read_bytes()
    document = formats.read(data, path.name)
    flaws = [] if document.metadata.title and "title" not in document.metadata.guessed else ["no title"]
    archive = zipfile.ZipFile(io.BytesIO(data))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)

    def tree(name: str) -> Any:
        return etree.fromstring(archive.read(name), parser)

    container = tree("META-INF/container.xml")
    package_path = container.find(".//{*}rootfile").get("full-path")
    package = tree(package_path)
    creators = [" ".join("".join(each.itertext()).split()) for each in package.iterfind(".//{*}creator")]
    flaws += [f"no creator {creator!r}" for creator in creators if creator not in document.metadata.byline]
    files = {
        item.get("id"): posixpath.normpath(posixpath.join(posixpath.dirname(package_path), unquote(item.get("href"))))
        for item in package.iterfind("{*}manifest/{*}item")
    }
    references = list(package.iterfind("{*}spine/{*}itemref"))
    references.sort(key=lambda each: each.get("linear") == "no")
    names = [files[each.get("idref")] for each in references]
    titles = {"".join(section.title.split()) for section in document.sections}
    navigation = next((i for i in package.iterfind(".//{*}item") if "nav" in i.get("properties", "").split()), None)
    if navigation is not None:
        for link in tree(files[navigation.get("id")]).iterfind(".//{*}nav//{*}a"):
            kinds = next(link.iterancestors("{*}nav")).get("{http://www.idpf.org/2007/ops}type", "")
            title = "".join("".join(link.itertext()).split())
            if kinds == "toc" and title not in titles:
                flaws.append(f"no section {title!r}")
    return flaws + _lost_words(document.text, [tree(name) for name in names if name in archive.namelist()])


def _lost_words(text: str, roots: list[Any]) -> list[str]:
    """Return the texts of chapters that are not in a text, or in another order; only letters and digits count."""
    found = "".join(filter(str.isalnum, text))
    position, lost = 0, []
    for root in roots:
        body = root.find("{*}body")
        for hidden in root.iter("{*}script", "{*}style"):
            hidden.text = ""
        for piece in (root if body is None else body).itertext():
            wanted = "".join(filter(str.isalnum, piece))
            if not wanted:
                continue
            at = found.find(wanted, position)
            if at < 0:
                lost.append(f"lost {piece.strip()[:60]!r}")
            else:
                position = at + len(wanted)
    return lost

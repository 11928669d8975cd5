"""The tables of contents of a book: the navigation document of EPUB 3, else the NCX of EPUB 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.epub.archive import Archive, ArchiveError, resolve
from tui_reader.formats.epub.xml_tree import (
    children,
    descendants,
    line_of,
    local_name,
    parse_chapter,
    parse_xml,
    types_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from tui_reader.formats.epub.package import Package

_LIMIT: Final = 24_000_000
"""Maximum size of a table in bytes."""
_MOST_ENTRIES: Final = 50_000
"""Maximum number of entries of a table."""
_MOST_LEVELS: Final = 12
"""Deepest level of an entry; deeper ones get this level."""
LONGEST_TITLE: Final = 500
"""Maximum number of characters of an entry of a table, and of the label of a page."""


class Place(NamedTuple):
    """An entry of a table of contents, a page list or the landmarks, with its place in the book."""

    title: str
    path: str
    """Name of the file in the archive; empty for an entry that only groups others."""
    fragment: str
    """Name of an element in the file; empty for the top of the file."""
    level: int = 1
    kind: str = ""
    """Meaning of the place in the landmarks, such as `bodymatter`."""


class Contents(NamedTuple):
    """The tables of a book."""

    entries: tuple[Place, ...] = ()
    """Table of contents."""
    pages: tuple[Place, ...] = ()
    """Printed pages; the title is the number of the page."""
    landmarks: tuple[Place, ...] = ()


def read_contents(archive: Archive, package: Package) -> Contents:
    """Read the tables of a book; an empty result if it has none that can be read.

    Each of them is taken from the navigation document of EPUB 3; if it is missing or empty there, from the NCX or guide
    of EPUB 2.
    """
    nav = _nav(archive, package.nav)
    if nav.entries and nav.pages:
        return nav
    ncx = _ncx(archive, package.ncx)
    guide = tuple(
        Place(kind, resolve(package.path, href.partition("#")[0]), href.partition("#")[2], kind=kind)
        for kind, href in package.guide
    )
    return Contents(nav.entries or ncx.entries, nav.pages or ncx.pages, nav.landmarks or guide)


# EPUB 3


def _nav(archive: Archive, path: str) -> Contents:
    """Return the tables in the navigation document, empty ones if it is missing or cannot be read.

    A single `<nav>` without a type is the table of contents.
    """
    root = _read(archive, path)
    if root is None:
        return Contents()
    tables: dict[str, tuple[Place, ...]] = {}
    navs = list(descendants(root, "nav"))
    for nav in navs:
        places = tuple(_listed(nav, path))
        kinds = types_of(nav) or frozenset({"toc"} if len(navs) == 1 else ())
        for kind in kinds:
            tables.setdefault(kind, places)
    return Contents(tables.get("toc", ()), tables.get("page-list", ()), tables.get("landmarks", ()))


def _listed(nav: Element, base: str) -> Iterator[Place]:
    """Yield the entries of nested lists, with their depth as level."""
    count = 0
    # Elements with the number of enclosing lists. A stack, not recursion, since the depth of lists is not limited.
    stack = [(child, 0) for child in reversed(list(children(nav)))]
    while stack and count < _MOST_ENTRIES:
        element, level = stack.pop()
        name = local_name(element)
        if name in {"a", "span"} and level:
            title = _title(element)
            path, fragment = _target(base, element.get("href", "")) if name == "a" else ("", "")
            if title and (path or name == "span"):
                count += 1
                yield Place(title, path, fragment, min(level, _MOST_LEVELS), " ".join(sorted(types_of(element))))
            continue
        inside = level + (name in {"ol", "ul"})
        stack.extend((child, inside) for child in reversed(list(children(element))))


def _title(element: Element) -> str:
    """Return the text of an entry; without text, its `title` or the description of its picture; may be empty."""
    title = line_of(element)
    if not title:
        pictures = (each.get("alt", "") or each.get("title", "") for each in descendants(element, "img"))
        title = clean_line(element.get("title", "") or next(filter(None, pictures), ""))
    return title[:LONGEST_TITLE]


# EPUB 2


def _ncx(archive: Archive, path: str) -> Contents:
    """Return the tables in the NCX of EPUB 2, empty ones if it is missing or cannot be read."""
    root = _read(archive, path)
    if root is None:
        return Contents()
    entries: list[Place] = []
    for table in descendants(root, "navmap"):
        entries += _points(table, path)
    pages = [_point(each, path, 1) for table in descendants(root, "pagelist") for each in children(table, "pagetarget")]
    return Contents(tuple(entries[:_MOST_ENTRIES]), tuple(each for each in pages if each.title))


def _points(table: Element, base: str) -> Iterator[Place]:
    """Yield the places of nested `navPoint` elements of the NCX, with their depth as level."""
    stack = [(child, 1) for child in reversed(list(children(table, "navpoint")))]
    count = 0
    while stack and count < _MOST_ENTRIES:
        element, level = stack.pop()
        place = _point(element, base, min(level, _MOST_LEVELS))
        if place.title:
            count += 1
            yield place
        stack.extend((child, level + 1) for child in reversed(list(children(element, "navpoint"))))


def _point(element: Element, base: str, level: int) -> Place:
    """Return the place of an NCX element `navPoint` or `pageTarget`."""
    label = next(children(element, "navlabel"), None)
    content = next(children(element, "content"), None)
    path, fragment = _target(base, "" if content is None else content.get("src", ""))
    title = (line_of(label) or clean_line(element.get("value", "")))[:LONGEST_TITLE]
    return Place(title, path, fragment, level)


def _read(archive: Archive, path: str) -> Element | None:
    found = archive.find(path) if path else None
    if found is None:
        return None
    try:
        data = archive.read(found, _LIMIT)
    except ArchiveError:
        return None
    return parse_xml(data) if path.lower().endswith(".ncx") else parse_chapter(data)[0]


def _target(base: str, href: str) -> tuple[str, str]:
    """Return the file and the fragment of a reference; an empty file if the reference leaves the archive."""
    path, _, fragment = href.strip().partition("#")
    return (resolve(base, path) if path else base), fragment

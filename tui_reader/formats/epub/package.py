"""The package document (OPF) of a book: metadata, files, and reading order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.epub.archive import Archive, ArchiveError, resolve
from tui_reader.formats.epub.xml_tree import children, descendants, line_of, local_name, parse_xml
from tui_reader.formats.metadata.fields import Fields, iso_date
from tui_reader.formats.reasons import WrongContent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Element

_CONTAINER = "META-INF/container.xml"
_PACKAGE_TYPE = "application/oebps-package+xml"
_OPF = "{http://www.idpf.org/2007/opf}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_SMALL: Final = 1_000_000
_LIMIT: Final = 24_000_000
"""Maximum size of the package document in bytes: 100,000 files take about 15 MB."""
_TEXTS = frozenset(("application/xhtml+xml", "text/html", "application/xml", "text/xml", "text/x-oeb1-document"))
_SVG = "image/svg+xml"
_TEXT_SUFFIXES = (".xhtml", ".html", ".htm", ".xml")
_PARTIAL_DATE = re.compile(r"\d{4}(?:-\d\d)?")
"""Pattern of a year, or a year and a month."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_MOST_TAGS = 60
_SUBDIVISION = re.compile(r"\s+--\s+")


class Item(NamedTuple):
    """A file of the book, as the package lists it."""

    path: str
    """Name of the file in the archive; empty if the reference leaves the archive."""
    media_type: str
    properties: frozenset[str]
    fallback: str
    """Id of the file to use in place of one that cannot be shown."""
    href: str
    """The reference as written."""

    @property
    def is_text(self) -> bool:
        """Return True if the file is a chapter: XHTML, or a picture in SVG, which may contain text."""
        if self.media_type in _TEXTS or self.media_type == _SVG:
            return True
        return not self.media_type and self.path.lower().endswith(_TEXT_SUFFIXES)


class Package(NamedTuple):
    """The contents of the package document."""

    path: str
    """Name of the package document in the archive."""
    fields: Fields
    """The metadata that the book declares."""
    is_date_exact: bool
    """False if the book declares only a year or month; the day in `fields` is then the first."""
    items: Mapping[str, Item]
    """Files by their ids."""
    spine: tuple[Item, ...]
    """The files with the text in reading order; those outside the main order come last."""
    main: int
    """Number of files of `spine` that belong to the main reading order."""
    missing: tuple[str, ...]
    """References in the reading order to files that the package does not list, or that are not text."""
    ncx: str
    """Name of the table of contents of EPUB 2; empty without one."""
    nav: str
    """Name of the table of contents of EPUB 3; empty without one."""
    is_right_to_left: bool
    """True if pages are turned from left to right, as in Arabic books and vertical Japanese ones."""
    guide: tuple[tuple[str, str], ...]
    """Entries of the guide of EPUB 2: their kind, such as `cover`, and reference."""


def read_package(archive: Archive) -> Package:
    """Read the package document of a book.

    Raises:
        ArchiveError: There is no package document, or it cannot be read. A book without text is not an error here.
    """
    path = _package_path(archive)
    try:
        root = parse_xml(archive.read(path, _LIMIT))
    except ArchiveError as error:
        raise ArchiveError(f"an EPUB whose package document cannot be read: {error}") from None
    if root is None or local_name(root) != "package":
        raise ArchiveError(f"an EPUB whose package document “{path}” is damaged")
    items = _items(root, path)
    spine, main, missing, element = _spine(root, items)
    toc = "" if element is None else element.get("toc", "")
    ncx = items.get(toc) or next((i for i in items.values() if i.media_type == "application/x-dtbncx+xml"), None)
    nav = next((item for item in items.values() if "nav" in item.properties), None)
    direction = "" if element is None else element.get("page-progression-direction", "")
    guide = tuple((each.get("type", ""), each.get("href", "")) for each in descendants(root, "reference"))
    return Package(
        path,
        *_fields(root),
        items,
        spine,
        main,
        missing,
        "" if ncx is None else ncx.path,
        "" if nav is None else nav.path,
        direction.lower() == "rtl",
        guide,
    )


def _package_path(archive: Archive) -> str:
    """Return the name of the package document that the container file names, else of an `.opf` file in few folders.

    Raises:
        ArchiveError: There is none.
    """
    found = archive.find(_CONTAINER)
    root = None
    if found is not None:
        try:
            root = parse_xml(archive.read(found, _SMALL))
        except ArchiveError:
            root = None
    files = list(descendants(root, "rootfile")) if root is not None else []
    files.sort(key=lambda each: each.get("media-type", _PACKAGE_TYPE) != _PACKAGE_TYPE)
    for each in files:
        path = archive.find(resolve("", each.get("full-path", "")))
        if path is not None:
            return path
    packages = [name for name in archive.entries if name.lower().endswith(".opf")]
    if packages:
        return min(packages, key=lambda name: (name.count("/"), name))
    raise ArchiveError(WrongContent("a ZIP archive without the package document of an EPUB"))


def _items(root: Element, base: str) -> dict[str, Item]:
    """Return the files of the manifest by their ids."""
    found: dict[str, Item] = {}
    for manifest in children(root, "manifest"):
        for item in children(manifest, "item"):
            href = item.get("href", "")
            found.setdefault(
                item.get("id", ""),
                Item(
                    resolve(base, href.partition("#")[0]),
                    item.get("media-type", "").partition(";")[0].strip().lower(),
                    frozenset(item.get("properties", "").split()),
                    item.get("fallback", ""),
                    href,
                ),
            )
    return found


def _spine(root: Element, items: Mapping[str, Item]) -> tuple[tuple[Item, ...], int, tuple[str, ...], Element | None]:
    """Return the reading order: all files, main ones first; number of main files; missing references; `<spine>`."""
    element = next(children(root, "spine"), None)
    main: dict[str, Item] = {}
    others: dict[str, Item] = {}
    missing: list[str] = []
    for reference in children(element, "itemref") if element is not None else ():
        item = _text_item(items.get(reference.get("idref", "")), items)
        if item is None or not item.path:
            named = items.get(reference.get("idref", ""))
            missing.append(clean_line(named.href if named is not None else reference.get("idref", "")))
        elif reference.get("linear") == "no":
            others.setdefault(item.path, item)
        else:
            main.setdefault(item.path, item)
    if not main and not others:
        # Some old books have no reading order; the order of the manifest is used instead.
        main = {item.path: item for item in items.values() if item.path and item.is_text and item.media_type != _SVG}
    rest = [item for path, item in others.items() if path not in main]
    return (*main.values(), *rest), len(main), tuple(missing), element


def _text_item(item: Item | None, items: Mapping[str, Item]) -> Item | None:
    """Return an item if it is text, else the first of its fallbacks that is; None if none is."""
    seen: set[str] = set()
    while item is not None and not item.is_text:
        if not item.fallback or item.fallback in seen:
            return None
        seen.add(item.fallback)
        item = items.get(item.fallback)
    return item


# Metadata


def _fields(root: Element) -> tuple[Fields, bool]:
    """Return the metadata that the package declares, and whether its date is exact to the day, not a year or month."""
    elements = [each for block in children(root, "metadata") for each in _all_of(block)]
    refined: dict[str, dict[str, str]] = {}
    for each in elements:
        if local_name(each) == "meta" and (subject := each.get("refines", "").removeprefix("#")):
            refined.setdefault(subject, {}).setdefault(each.get("property", ""), line_of(each))
    named: dict[str, list[Element]] = {}
    for each in elements:
        named.setdefault(local_name(each), []).append(each)
    fields = Fields()
    if title := _title(named.get("title", []), refined):
        fields["title"] = title
    creators = list(dict.fromkeys(filter(None, map(line_of, named.get("creator", [])))))
    if creators:
        fields["byline"] = ", ".join(creators)
    if source := next(filter(None, map(line_of, named.get("publisher", []))), ""):
        fields["source"] = source
    date, is_exact = _date(named.get("date", []))
    if date:
        fields["date"] = date
    language = next(filter(None, map(line_of, named.get("language", []))), "") or root.get(f"{_XML}lang", "")
    if _LANGUAGE.fullmatch(language):
        fields["language"] = language.replace("_", "-")
    if identity := _identity(root, named.get("identifier", [])):
        fields["id"] = identity
    # Subject headings of libraries end in their subdivisions: `Detectives -- England -- Fiction`.
    subjects = (_SUBDIVISION.split(line_of(each), maxsplit=1)[0] for each in named.get("subject", []))
    tags: dict[str, str] = {}
    for subject in filter(None, subjects):
        tags.setdefault(subject.casefold(), subject)
    if tags:
        fields["tags"] = tuple(tags.values())[:_MOST_TAGS]
    return fields, is_exact


def _all_of(metadata: Element) -> Iterator[Element]:
    """Yield the metadata elements, including those that old books wrap in another element."""
    for each in children(metadata):
        if local_name(each) in {"dc-metadata", "x-metadata"}:
            yield from children(each)
        else:
            yield each


def _title(titles: list[Element], refined: Mapping[str, Mapping[str, str]]) -> str:
    """Return the main title: the one marked as `main`, else the first."""
    found = [
        (line, refined.get(each.get("id", ""), {}).get("title-type", "")) for each in titles if (line := line_of(each))
    ]
    main = next((line for line, kind in found if kind == "main"), "")
    return main or next((line for line, _ in found), "")


def _date(dates: list[Element]) -> tuple[str, bool]:
    """Return the date of publication in ISO 8601, and False if it is the first day of a declared year or month."""
    dates = sorted(dates, key=lambda each: each.get(f"{_OPF}event", "publication") != "publication")
    for each in dates:
        written = line_of(each)
        if iso := iso_date(written):
            return iso, True
        if _PARTIAL_DATE.fullmatch(written) and (iso := iso_date(f"{written}-01-01"[:10])):
            return iso, False
    return "", True


def _identity(root: Element, identifiers: list[Element]) -> str:
    """Return the identifier that the package declares as unique, else the first one; empty without identifiers."""
    wanted = root.get("unique-identifier", "")
    found = [(each.get("id", ""), line_of(each)) for each in identifiers]
    unique = next((line for name, line in found if name == wanted and line), "")
    return unique or next((line for _, line in found if line), "")

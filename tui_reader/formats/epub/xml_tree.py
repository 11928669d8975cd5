"""Parsing of the XML files of a book, including damaged ones, without loading external entities or files."""

from __future__ import annotations

import re
from codecs import lookup
from functools import cache
from typing import TYPE_CHECKING

from tui_reader.document.cleaning import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from lxml.etree import _Element as Element

OPS = "{http://www.idpf.org/2007/ops}"
"""Namespace of the attribute `epub:type`, in the notation of lxml."""
_XML_ENTITIES = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_DECLARED = re.compile(rb"<!ENTITY\s+([A-Za-z][\w.-]*)\s+(?:\"([^\"%&<]{0,200})\"|'([^'%&<]{0,200})')\s*>")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
_ENCODING = re.compile(rb"""(?:encoding\s*=\s*|charset\s*=\s*)["']?([A-Za-z][\w.-]{1,30})""")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_LONG_TAG = re.compile(rb"<[A-Za-z][^<>]{8000,}>")
_ATTRIBUTE = re.compile(rb"\s([^\s=<>\"'/]+)(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?")
_MOST_ATTRIBUTES = 300
"""Maximum number of attributes of one tag that are kept: libxml2 takes quadratic time, minutes for 200,000."""
_XHTML = re.compile(rb"\sxmlns\s*=\s*(?:\"http://www\.w3\.org/1999/xhtml\"|'http://www\.w3\.org/1999/xhtml')")
_HEAD = 4_096


@cache
def _parser() -> Any:
    """Return a function that parses XML; it expands no entities, loads nothing, and by default repairs damaged files.

    The function returns a pair: the root, or None if nothing can be parsed; and True if the bytes are well-formed.
    With `recover=False`, it returns `(None, False)` for bytes that are not well-formed.
    """
    from lxml import etree  # noqa: PLC0415 - 25 ms, needed when the first book is opened

    def parse(data: bytes, *, recover: bool = True) -> tuple[Element | None, bool]:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, recover=recover, remove_pis=True, collect_ids=False
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError):
            return None, False
        return root, not len(parser.error_log)

    return parse


def parse_xml(data: bytes) -> Element | None:
    """Return the root of a file of the package, such as the table of contents; None if nothing can be parsed."""
    root: Element | None = _parser()(with_characters(data))[0]
    return root


def parse_chapter(data: bytes) -> tuple[Element | None, bool]:
    """Parse a chapter.

    The XHTML namespace is removed from the bytes, so that elements have the names of HTML; that is faster than renaming
    each element.

    Returns:
        The root, None if nothing can be parsed; and whether the chapter is well-formed.
    """
    found: tuple[Element | None, bool] = _parser()(_XHTML.sub(b"", with_characters(data), count=1))
    return found


def with_characters(data: bytes) -> bytes:
    """Prepare bytes for the parser: replace entities of HTML, and those declared as plain text, by characters.

    The declarations are removed: the parser expands no entities, since their expansion may grow without limit.
    """
    if data.startswith(_UTF16):
        data = _DECLARATION.sub("", data.decode("utf-16", "replace"), count=1).encode("utf-8", "replace")
    data = data.translate(None, _CONTROLS)
    data = _LONG_TAG.sub(_with_few_attributes, data)
    declared = {}
    if b"<!ENTITY" in data[:_HEAD]:
        declared = {name: one or two for name, one, two in _DECLARED.findall(data[:_HEAD])}
        data = _DOCTYPE.sub(b"", data, count=1)
    if b"&" not in data:
        return data

    def character(match: re.Match[bytes]) -> bytes:
        name = match[1]
        if name in _XML_ENTITIES:
            return match[0]
        if name in declared:
            return bytes(declared[name])
        from html.entities import html5  # noqa: PLC0415 - 1 ms, only for books with named characters

        found = html5.get(f"{name.decode('ascii')};")
        return match[0] if found is None else "".join(f"&#{ord(each)};" for each in found).encode()

    return _ENTITY.sub(character, data)


def encoding_of(data: bytes) -> str:
    """Return the encoding that a chapter declares; UTF-8 if it declares none that is known."""
    found = _ENCODING.search(data[:1_000])
    name = found[1].decode("ascii") if found else "utf-8"
    try:
        lookup(name)
    except LookupError:
        return "utf-8"
    return name


def _with_few_attributes(found: re.Match[bytes]) -> bytes:
    """Return a tag without the attributes after the first 300."""
    tag = found[0]
    for count, attribute in enumerate(_ATTRIBUTE.finditer(tag)):
        if count == _MOST_ATTRIBUTES:
            return tag[: attribute.start()] + (b"/>" if tag.endswith(b"/>") else b">")
    return tag


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace, in lower case; empty for a comment or an entity."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def children(element: Element, name: str = "") -> Iterator[Element]:
    """Yield the child elements with a local name; all child elements if the name is empty."""
    for child in element:
        found = local_name(child)
        if found and (not name or found == name):
            yield child


def descendants(element: Element, *names: str) -> Iterator[Element]:
    """Yield the elements below an element that have one of several local names, in the order of the file."""
    for each in element.iter():
        if local_name(each) in names:
            yield each


def line_of(element: Element | None) -> str:
    """Return the text of an element as one clean line; empty for None."""
    return "" if element is None else clean_line("".join(map(str, element.itertext())))


def types_of(element: Element) -> frozenset[str]:
    """Return the semantic types of an element: the words of `epub:type`, and those of `role` without `doc-`."""
    words = element.get(f"{OPS}type", "").split()
    words += [role[4:] for role in element.get("role", "").split() if role.startswith("doc-")]
    return frozenset(words)

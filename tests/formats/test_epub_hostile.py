"""Malicious or damaged books: each becomes a page with the reason, or all text that can be read."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.counts import size
from tests.formats.conforming import flaws_of
from tests.formats.epub_files import CONTAINER, XHTML, book, epub, package, xhtml
from tui_reader.formats import read, scan
from tui_reader.formats.epub import archive

if TYPE_CHECKING:
    from collections.abc import Callable

DIRECTORY_ENTRY = struct.Struct("<4s6H3L5H2L")


def entry(name: bytes, packed: int, full: int, header: int) -> bytes:
    head = DIRECTORY_ENTRY.pack(b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, packed, full, len(name), 0, 0, 0, 0, 0, header)
    return head + name


def end(entries: int, size: int, offset: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries & 0xFFFF, entries & 0xFFFF, size, offset, 0)


def bomb() -> bytes:
    return book({"one.xhtml": f"<p>{'a ' * 10_000_000}</p>"})


def truncated() -> bytes:
    data = book({"one.xhtml": "<p>Words.</p>"})
    return data[: len(data) // 4]


def huge_directory() -> bytes:
    entries = entry(b"a", 0, 0, 0) * size(151_000)
    return b"PK\x03\x04" + entries + end(65_535, len(entries), 4)


def overlapping() -> bytes:
    data = book({"one.xhtml": f"<p>{'many words ' * 20_000}</p>"})
    info = zipfile.ZipFile(io.BytesIO(data)).getinfo("OPS/one.xhtml")
    last = data.rfind(b"PK\x05\x06")
    start = struct.unpack("<L", data[last + 16 : last + 20])[0]
    more = b"".join(
        entry(f"OPS/{number}.xhtml".encode(), info.compress_size, info.file_size, info.header_offset)
        for number in range(2_000)
    )
    return data[:last] + more + end(2_004, last - start + len(more), start)


def without_package() -> bytes:
    return epub({"other.txt": "text"})


def outside() -> bytes:
    container = CONTAINER.replace("OPS/book.opf", "../../etc/passwd")
    return epub({"note.txt": "x"}, container=container)


def not_a_package() -> bytes:
    return epub({"book.opf": "<html><body>no</body></html>"})


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (bomb, "inflates to more than"),
        (truncated, "its end is missing"),
        (huge_directory, f"more than {size(150_000):,} files"),
        (overlapping, "its files overlap"),
        (without_package, "without the package document"),
        (outside, "without the package document"),
        (not_a_package, "is damaged"),
        (lambda: b"\1\2\3, and no archive", "does not begin like one"),
        (lambda: epub({"book.opf": package({}, "")}), "names no text"),
        (lambda: epub({"book.opf": package({"one.xhtml": XHTML}, "one")}), "is missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refused_book_shows_its_file_name_the_reason_and_how_to_open_it(
    make: Callable[[], bytes], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", size(150_000))  # the limit of the program, with the full counts
    data = make()
    document = read(data, "shelf/a.epub")
    assert reason in document.error
    assert document.text.startswith("a.epub cannot be read\n")
    assert "Open the original" in document.text
    assert flaws_of(document) == []
    assert scan(data, "shelf/a.epub") == (document.metadata, document.error)


def test_wrong_sizes_in_the_archive_are_not_trusted() -> None:
    data = bytearray(book({"one.xhtml": f"<p>{'words ' * 2_000}</p>"}))
    position = -1
    while (position := data.find(b"PK\x01\x02", position + 1)) >= 0:
        data[position + 24 : position + 28] = struct.pack("<L", 10)
    assert read(bytes(data), "a.epub").metadata.words == 2_000


def test_bytes_before_and_after_the_archive_do_not_matter() -> None:
    data = book({"one.xhtml": "<p>Words.</p>"})
    assert read(data + b"\0" * 100, "a.epub").text == "Words."
    assert read(b"PK" + b"\0" * 10 + data, "a.epub").text == "Words."


def test_entities_that_grow_are_not_expanded_and_no_file_is_read() -> None:
    bombs = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE html [<!ENTITY b0 "boom">{bombs}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    chapter = doctype + xhtml("<p>before &b11; &file; after</p>").partition("\n")[2]
    document = read(book({"one.xhtml": chapter}), "a.epub")
    assert document.text.split()[0] == "before"
    assert document.text.split()[-1] == "after"
    assert len(document.text) < 100
    opf = doctype.replace("html", "package", 1) + package({"one.xhtml": XHTML}, "one")
    assert read(epub({"book.opf": opf, "one.xhtml": xhtml("<p>Words.</p>")}), "a.epub").text == "Words."


def test_a_very_deeply_nested_table_of_contents_is_read_up_to_a_limit() -> None:
    point = '<navPoint><navLabel><text>a</text></navLabel><content src="one.xhtml"/>'
    ncx = f"<ncx><navMap>{point * 3_000}{'</navPoint>' * 3_000}</navMap></ncx>"
    manifest = {"one.xhtml": XHTML, "toc.ncx": "application/x-dtbncx+xml"}
    document = read(
        epub({"book.opf": package(manifest, "one"), "toc.ncx": ncx, "one.xhtml": xhtml("<p>x</p>")}), "a.epub"
    )
    assert document.text == "x"
    assert document.sections
    assert max(section.level for section in document.sections) <= 12


def test_a_chapter_of_too_many_tags_is_shown_without_structure() -> None:
    document = read(book({"one.xhtml": "<b>w </b>" * 210_000}), "a.epub")
    assert document.metadata.words == 210_000
    assert len(document.blocks) < 1_000
    assert any("without structure" in notice for notice in document.notices)


def test_items_that_replace_each_other_in_a_circle_are_not_a_chapter() -> None:
    manifest = (
        '<item id="a" href="a.x" media-type="x/y" fallback="b"/><item id="b" href="b.x" media-type="x/y" fallback="a"/>'
    )
    opf = package({}, "a").replace("<manifest>", f"<manifest>{manifest}")
    assert "names no text" in read(epub({"book.opf": opf}), "a.epub").error


@pytest.mark.parametrize("is_streamed", [False, True])
def test_the_beginning_of_a_truncated_book_is_read(is_streamed: bool) -> None:
    chapters = {f"{name}.xhtml": xhtml(f"<p>{name} {'words ' * 50}</p>") for name in ("one", "two", "three")}
    stream = io.BytesIO()
    if is_streamed:
        stream.seekable = lambda: False  # type: ignore[method-assign]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OPS/book.opf", package(dict.fromkeys(chapters, XHTML), "one two three"))
        for name, text in chapters.items():
            archive.writestr(f"OPS/{name}", text)
    data = stream.getvalue()
    cut = data[: data.index(b"OPS/three.xhtml")]
    document = read(cut, "a.epub")
    assert [line.split()[0] for line in document.text.split("\n")] == ["one", "two"]
    assert any("The end of this file is missing" in notice for notice in document.notices)
    assert any("three.xhtml" in notice for notice in document.notices)
    assert scan(cut, "a.epub") == (document.metadata, document.error)

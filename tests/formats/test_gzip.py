"""Compressed files are read as what they contain, within limits."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING

import pytest

from tests.counts import size
from tests.formats.conforming import flaws_of
from tests.formats.pdf_files import Sheet, Text, pdf
from tui_reader.formats import format_for, is_article, preview, read, resource, row_named, scan
from tui_reader.formats.compressed import gzip_files

if TYPE_CHECKING:
    from collections.abc import Callable

MARKDOWN = b"# Of Tides\n\nThey *rise* and fall.\n"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.md.gz", True),
        ("a.TXT.GZ", True),
        ("README.gz", True),
        ("changelog.gz", True),
        ("a.tar.gz", False),
        ("backup of my things.gz", False),
        ("a.gz", False),
        ("a.md.gz.gz", False),
        (".hidden.md.gz", False),
    ],
)
def test_a_compressed_file_is_an_article_if_the_file_inside_is_one(name: str, found: bool) -> None:
    assert is_article(name) is found


def test_the_name_without_the_suffix_decides_how_the_file_is_read() -> None:
    document = read(gzip.compress(MARKDOWN), "folder/a.md.gz")
    assert (document.text, document.metadata.title) == ("Of Tides\nThey rise and fall.", "Of Tides")
    assert document.metadata == read(MARKDOWN, "folder/a.md").metadata
    assert read(gzip.compress(MARKDOWN), "a.txt.gz").text.startswith("# Of Tides")
    assert scan(gzip.compress(MARKDOWN), "a.md.gz") == (document.metadata, "")


def test_without_a_name_the_one_in_the_header_or_the_content_decides() -> None:
    named = io.BytesIO()
    with gzip.GzipFile("notes/b.md", "wb", fileobj=named) as file:
        file.write(MARKDOWN)
    assert format_for("-", named.getvalue()).name == "compressed"
    assert read(named.getvalue(), "-").text.startswith("Of Tides")
    assert read(gzip.compress(b"Words without a name.\n"), "-").text == "Words without a name."


def test_pictures_and_previews_are_those_of_the_file_inside() -> None:
    pages = [Sheet((Text(60, 100, f"The text of page {number} is short."),)) for number in range(12)]
    data = gzip.compress(pdf(*pages))
    assert (resource(data, "a.pdf.gz", "page:12") or b"").startswith(b"\x89PNG")
    beginning = preview(data, "a.pdf.gz")
    assert beginning is not None
    assert beginning.partial
    assert preview(gzip.compress(MARKDOWN), "a.md.gz") is None


def test_several_members_are_one_text_and_padding_is_ignored() -> None:
    data = gzip.compress(b"One.\n\n") + gzip.compress(b"Two.\n") + b"\0" * 100
    assert read(data, "a.txt.gz").text == "One.\nTwo."


def test_a_file_that_is_cut_off_is_shown_up_to_there() -> None:
    words = " ".join(f"word{number}" for number in range(40_000)).encode()
    document = read(gzip.compress(words)[:-5_000], "a.txt.gz")
    assert document.text.startswith("word0 word1")
    assert "end of its text is missing" in document.notices[-1]


def bomb() -> bytes:
    return gzip.compress(b"\0" * size(70_000_000), compresslevel=1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\1\2\3 words", "damaged: it is no gzip file"),
        (b"\x1f\x8b\x08\0", "damaged: it cannot be inflated"),
        (b"\x1f\x8b" + b"\xff" * 98 + b"\1\2\3\4", "damaged: it cannot be inflated"),
        (gzip.compress(gzip.compress(MARKDOWN)), "compressed twice"),
        (bomb, f"a compressed file of more than {size(64)} MB"),
        (gzip.compress(b"text\n" * 2_000 + b"\0" * 320), "not text: "),
    ],
    ids=["text", "header", "noise", "twice", "bomb", "binary"],
)
def test_a_file_that_cannot_be_read_says_why(
    data: bytes | Callable[[], bytes], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gzip_files, "_MOST", size(64_000_000))  # the limit of the program, with the full counts
    data = data() if callable(data) else data
    document = read(data, "folder/a.md.gz")
    assert flaws_of(document) == []
    assert document.error.startswith(reason)
    assert document.text.startswith("a.md.gz cannot be read")
    assert scan(data, "folder/a.md.gz") == (document.metadata, document.error)
    assert preview(data, "folder/a.md.gz") is None


def test_the_edition_of_a_compressed_format_depends_on_the_format_inside() -> None:
    inside, around = row_named("a.md"), row_named("a.md.gz")
    assert inside is not None
    assert around is not None
    assert around.is_slow
    assert around.edition != (row_named("a.gz") or around).edition

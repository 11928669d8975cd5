"""Files that are something else than their names say, and empty ones: the page names what they are and the way out."""

from __future__ import annotations

import gzip

import pytest

from tests.formats.conforming import flaws_of
from tests.formats.epub_files import book
from tests.formats.office_files import docx, odt, paragraph
from tests.formats.pdf_files import Sheet, Text, pdf
from tui_reader.formats import read, scan
from tui_reader.formats.pdf import pdfium
from tui_reader.formats.reasons import WrongContent

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60
PDF = pdf(Sheet((Text(60, 60, "Words of a page"),)))
PAGE = b"<!doctype html><p>Words of a page.</p>"
SUFFIXES = (".pdf", ".epub", ".docx", ".odt", ".md.gz")


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".ipynb"])
@pytest.mark.parametrize(
    ("data", "what", "wanted"),
    [
        (PNG, "a PNG picture", ""),
        (b"\xff\xd8\xff\xe0" + b"\0" * 60, "a JPEG picture", ""),
        (book({"one.xhtml": "<p>Words.</p>"}), "an EPUB", ".epub"),
        (docx(paragraph("Words.")), "a document of Word", ".docx"),
        (odt("<text:p>Words.</text:p>"), "an OpenDocument text", ".odt"),
        (PDF, "a PDF file", ".pdf"),
        (b"{\\rtf1 words}", "a document in Rich Text Format", ""),
    ],
    ids=["png", "jpeg", "epub", "docx", "odt", "pdf", "rtf"],
)
def test_a_file_with_a_wrong_suffix_is_reported_with_its_actual_kind(
    suffix: str, data: bytes, what: str, wanted: str
) -> None:
    if suffix == wanted:
        return
    document = read(data, f"folder/a{suffix}")
    assert flaws_of(document) == []
    assert document.error == f"{what}, not what its name says"
    lines = document.text.split("\n")
    assert lines[:2] == [f"a{suffix} cannot be read", f"It is {what}, not what its name says. Nothing was changed."]
    assert (f"It can be read once its name ends in {wanted}." in lines) == bool(wanted)
    assert "Open the original" in document.text
    assert scan(data, f"folder/a{suffix}") == (document.metadata, document.error)


def test_the_wording_of_a_reason_does_not_decide_what_a_file_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pdfium, "DAMAGED", WrongContent("no whole PDF file"))
    assert read(b"words", "a.pdf").error == "text, not what its name says"
    assert scan(b"words", "a.pdf")[1] == "text, not what its name says"
    monkeypatch.setattr(pdfium, "DAMAGED", "damaged, or locked as a ZIP archive may be")
    assert read(b"words", "a.pdf").error == "damaged, or locked as a ZIP archive may be"


@pytest.mark.parametrize("suffix", [".epub", ".docx", ".odt", ".md.gz"])
def test_a_web_page_or_text_with_a_wrong_suffix_is_reported_as_such(suffix: str) -> None:
    assert read(PAGE, f"a{suffix}").error == "a web page, not what its name says"
    document = read("Words, and more – of them.".encode(), f"a{suffix}")
    assert document.error == "text, not what its name says"
    assert "once its name ends in .txt or .md." in document.text


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_damaged_file_is_not_called_another_kind(suffix: str) -> None:
    whole = {".pdf": PDF, ".epub": book({"one.xhtml": "<p>Words.</p>"}), ".docx": docx(paragraph("Words."))}
    data = whole.get(suffix, gzip.compress(b"words " * 99) if suffix == ".md.gz" else odt("<text:p>Words.</text:p>"))
    for cut in (data[: len(data) // 8], data[:12]):
        assert "not what its name says" not in read(cut, f"a{suffix}").error


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf", b"\0" * 500])
def test_an_empty_file_of_a_binary_format_is_an_error(suffix: str, data: bytes) -> None:
    document = read(data, f"a{suffix}")
    assert document.error == "empty, as after an interrupted download or on a full disk"
    assert document.text.startswith(f"a{suffix} cannot be read\nIt is empty, as after")
    assert document.metadata.title == f"a{suffix}"
    assert scan(data, f"a{suffix}") == (document.metadata, document.error)

"""An article without a header gets title, byline, date and language, each marked as a guess."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import step
from tui_reader.document.words import count_words
from tui_reader.formats import scan
from tui_reader.formats.metadata.guesses import complete, guess_byline, guess_date, guess_title
from tui_reader.formats.metadata.language import guess_language

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "lines", "title"),
    [
        ("how-to-read-a-budget.txt", ["Other"], "How to read a budget"),
        ("2026-06-05-the-night-train_returns.md", ["Other"], "The night train returns"),
        ("Dr. Who's long - awaited return.txt", ["Other"], "Dr. Who's long - awaited return"),
        ("東京湾の夜警.txt", ["Other"], "東京湾の夜警"),
        ("notes.txt", ["A headline of five words"], "A headline of five words"),
        ("05844573ca7e-1fba714d-715bb11ca08c.txt", ["A headline of five words"], "A headline of five words"),
        (
            "notes.txt",
            ["A sentence, not a headline, which ends with a stop."],
            "A sentence, not a headline, which ends with a stop.",
        ),
        ("-", ["Word " * 30], "Word " * 9 + "Word…"),
        (
            "-",
            ["人人生而自由，在尊严和权利上一律平等。" * 4],
            "人人生而自由，在尊严和权利上一律平等。人人生而自由，在尊严和…",
        ),
        ("The long Chapter 1.5", ["Other"], "The long Chapter 1.5"),
        ("notes.txt", [], "notes"),
        ("-", [], "Untitled"),
        ("", [], "Untitled"),
    ],
)
def test_a_title_is_guessed_from_a_long_file_name_else_from_the_first_line(
    name: str, lines: list[str], title: str
) -> None:
    assert guess_title([line.strip() for line in lines], name) == title


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("By Jane Doe", "Jane Doe"),
        ("By Dr. Jane van der Doe and John O’Neil", "Dr. Jane van der Doe and John O’Neil"),
        ("By Jane Doe, Science Editor", "Jane Doe"),
        ("BY JANE DOE | The Desk", "JANE DOE"),
        ("Von Erika Mustermann", "Erika Mustermann"),
        ("By the time they came, the harbour was closed", ""),
        ("By Monday all of it was over.", ""),
        ("He was told by Jane Doe", ""),
    ],
)
def test_a_byline_is_guessed_only_from_a_line_of_its_own(line: str, byline: str) -> None:
    assert guess_byline(["A headline", line]) == byline


@pytest.mark.parametrize(
    ("line", "name", "date"),
    [
        ("5 June 2026", "a.txt", "2026-06-05"),
        ("Published: June 5, 2026 at 10:00", "a.txt", "2026-06-05"),
        ("Updated 2026-06-05 10:00", "a.txt", "2026-06-05T10:00:00"),
        ("In 2026 the harbour was closed", "a.txt", ""),
        ("nothing", "2026-06-05-a.md", "2026-06-05"),
        ("nothing", "a-2026-06-05.md", ""),
        ("nothing", "2026-13-45-a.md", ""),
    ],
)
def test_a_date_is_guessed_from_a_line_of_its_own_or_the_start_of_the_name(line: str, name: str, date: str) -> None:
    assert guess_date(["A headline", line], name) == date


LANGUAGES = {
    "amh": "am", "arb": "ar", "ben": "bn", "bod": "bo", "cmn_hans": "zh", "cmn_hant": "zh", "ell_monotonic": "el",
    "eng": "en", "fra": "fr", "heb": "he", "hin": "hi", "jpn": "ja", "kat": "ka", "khm": "km", "kor": "ko", "lao": "lo",
    "mya": "my", "pes_1": "fa", "rus": "ru", "tam": "ta", "tha": "th", "urd": "ur", "vie": "vi",
}  # fmt: skip


def test_translations_of_the_declaration_of_human_rights_get_their_languages(corpus: Callable[[str], Path]) -> None:
    folder = corpus("unicode/udhr")
    found = {
        path.stem: guess_language(path.read_text(encoding="utf-8", errors="replace")) for path in folder.glob("*.txt")
    }
    assert {stem: code for stem, code in found.items() if stem in LANGUAGES} == LANGUAGES


@pytest.mark.parametrize("text", ["", "Ja.", "1 2 3 4 5 6 7 8 9", "Xyzzy plugh frotz ozmoo gnusto rezrov blorb " * 5])
def test_no_language_is_guessed_if_it_is_not_certain(text: str) -> None:
    assert guess_language(text) == ""


def test_fields_of_the_header_are_not_marked_as_guesses() -> None:
    header = {"title": "T", "author": "A", "date": "2026-06-05", "lang": "ja"}
    metadata = complete(header, "By Jane Doe\n5 June 2025\nThe text of it, in English.", "a.txt")
    assert (metadata.title, metadata.byline, metadata.date, metadata.language) == ("T", "A", "2026-06-05", "ja")
    assert metadata.guessed == frozenset()
    assert metadata.header == header
    assert metadata.words == 12


def test_marks_of_markdown_are_not_counted_as_words() -> None:
    source = (
        "# A [link](https://x.org/long/path) here\n\n<!-- a comment -->\n<b>bold</b> *text*[^1].\n\n[d]: http://y.org\n"
    )
    assert scan(source.encode(), "a.md")[0].words == count_words("# A link here bold text.")


@given(st.text(max_size=300), st.text(max_size=30))
def test_every_text_gets_a_title_of_one_line(body: str, name: str) -> None:
    title = complete({}, body, name).title
    assert title
    assert title == " ".join(title.split())


HEADER = "title: The night train returns\ndate: 2026-06-05\ntags:\n  - trains\n"


@pytest.mark.parametrize("name", ["notes.md", "notes.txt"])
@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"---\n{HEADER}\nIt left at nine.\n", "The night train returns"),
        ('+++\ntitle = "The night train returns"\n\nIt left at nine.\n', "The night train returns"),
        (f"---\n{HEADER}", "The night train returns"),
        ("---\n- one\n- two\n---\n\nIt left at nine.\n", "It left at nine."),
        ("---\nauthor: A. Writer\nIt left at nine.\n", "It left at nine."),
        ("---\n\n---\n\n> It left at nine.\n", "It left at nine."),
        ("---\n", "notes"),
        ("---\n- one\n---", "notes"),
        ("---\ntitle:\n\n---\n\n***\n\nIt left at nine.", "It left at nine."),
    ],
)
def test_a_header_that_could_not_be_read_gives_the_title_or_is_skipped(name: str, text: str, title: str) -> None:
    metadata, problem = scan(text.encode(), name)
    assert (metadata.title, problem) == (title, "")
    assert "title" in metadata.guessed or "title:\n" in text


def test_a_heading_below_a_header_that_could_not_be_read_is_the_title() -> None:
    assert scan(b"---\n- one\n- two\n---\n\n# Who pays\n\nNobody.\n", "notes.md")[0].title == "Who pays"


def test_real_headers_still_give_their_titles_after_they_were_broken(corpus: Callable[[str], Path]) -> None:
    """Without the closing line, or with every line as a list item, nearly all titles stay the same."""
    tried = found = 0
    for file in sorted(corpus("markdown-frontmatter").rglob("*.md"))[:: step()]:
        text = file.read_text(encoding="utf-8", errors="replace")
        parts = re.match(r"(---|\+\+\+)\n(.*?)\n\1\n", text, re.DOTALL)
        if parts is None:
            continue
        fence, header, body = parts[1], parts[2], text[parts.end() :]
        title = scan(file.read_bytes(), file.name)[0].title
        items = "\n".join(f"- {line}" for line in header.split("\n"))
        for broken in (f"{fence}\n{header}\n\n{body}", f"{fence}\n{items}\n{fence}\n{body}"):
            guessed = scan(broken.encode(), "notes.md")[0].title
            assert any(map(str.isalpha, guessed)), file
            tried += 1
            found += guessed == title
    assert tried > 900 // step()
    assert found > 0.9 * tried

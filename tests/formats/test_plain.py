"""A pasted text is shown with every character, one paragraph for each line, without repairs."""

from __future__ import annotations

import functools
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import BlockKind, Document, SpanKind
from tui_reader.document.cleaning import clean_text
from tui_reader.formats import preview, read
from tui_reader.formats.plain import plain

PAGE = Path(__file__).resolve().parents[2] / "../shared/inputs/pasted-news-page.txt"
PROSE = (
    "It was a bright cold day in the harbour, and the clocks of the three ministries were striking one after the "
    "other, as they had done since the war, without ever agreeing on the hour or on who should put it right again."
)


def texts(document: Document) -> list[str]:
    return [document.block_text(index) for index in range(len(document.blocks))]


def lines(source: str, name: str = "a.txt") -> list[str]:
    return texts(read(source.encode(), name))


@pytest.fixture(scope="module")
def page() -> bytes:
    """Return a page that a user pasted."""
    if not PAGE.is_file():
        pytest.skip("the pasted page does not lie beside this checkout (../shared/inputs)")
    return PAGE.read_bytes()


@pytest.mark.parametrize("name", ["-", "pasted-news-page.txt", "pasted-news-page", "paste.text"])
def test_a_pasted_page_is_shown_whole_with_other_stories_separated(page: bytes, name: str) -> None:
    document = read(page, name)
    assert flaws_of(document) == []
    assert document.text == page.decode().strip("\n")
    assert len(document.blocks) == 21
    assert {block.kind for block in document.blocks} == {BlockKind.PARAGRAPH}
    assert "In the last few months, U. S. . President Donald Trump" in document.text
    assert (
        "“Reliance on America cannot and will not be an option. U cannot be the only one. A. capacity,” he"
        in document.text
    )
    assert document.tail is not None
    tail = texts(document)[document.tail :]
    assert [line.split()[0] for line in tail[::2]] == ["Macron", "Europe", "French"]
    assert len(tail) == 6
    assert "title" in document.metadata.guessed
    assert document.metadata.language == "en"
    assert document.notices == ()


def test_a_pasted_page_gets_its_title_from_its_file_name_else_from_its_first_words(page: bytes) -> None:
    assert read(page, "pasted-news-page.txt").metadata.title == "Pasted news page"
    assert read(page, "-").metadata.title == "NATO allies cannot rely on the United States to defend…"


def test_a_line_is_a_paragraph_with_or_without_empty_lines() -> None:
    assert lines(f"{PROSE}\n{PROSE}\n\n\n{PROSE}\n") == [PROSE] * 3


@pytest.mark.parametrize("width", [60, 72, 80])
def test_hard_wrapped_text_is_joined_to_paragraphs(width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in [PROSE * 2, PROSE, PROSE * 3])
    assert lines(wrapped) == [PROSE * 2, PROSE, PROSE * 3]


def test_one_wrapped_paragraph_among_others_is_joined() -> None:
    assert lines(f"{PROSE * 2}\n\n{textwrap.fill(PROSE * 3, 70)}\n\n{PROSE}") == [PROSE * 2, PROSE * 3, PROSE]


def test_a_headline_and_its_deck_are_not_joined_as_wrapped_lines() -> None:
    headline = "Europe must improve its space capabilities to counter others"
    source = f"{headline}\nAdmiral Vandier tells a paper that cheaper satellites are the answer.\n\n{PROSE}\n{PROSE}"
    assert lines(source)[:2] == source.split("\n")[:2]


def test_lines_are_joined_without_a_space_after_hyphens_and_in_scripts_without_spaces() -> None:
    english = textwrap.fill(PROSE * 2, 70).split("\n")
    english[1] = english[1][:64] + " a well-"
    english[2] = "known " + english[2][:60]
    assert "a well-known " in lines("\n".join(english))[0]
    chinese = "\n".join(["人人生而自由在尊严和权利上一律平等" * 4] * 6)
    assert lines(chinese) == [chinese.replace("\n", "")]


def test_list_items_and_indented_lines_are_not_joined() -> None:
    items = ["- one thing", "• another thing", "3. the third", "(4) the fourth", "      set off by spaces"]
    assert lines("\n".join(items)) == items
    wrapped = textwrap.fill("- " + PROSE, 70, subsequent_indent="  ")
    assert lines(f"{wrapped}\n{wrapped}\n\n{textwrap.fill(PROSE, 70)}") == ["- " + PROSE] * 2 + [PROSE]


@pytest.mark.parametrize(
    "marks",
    [
        ["a)", "b)", "c)"],
        ["(a)", "(b)"],
        ["1)", "2)"],
        ["(i)", "(ii)", "(iii)"],
        ["A.", "B."],
        ["-", "-"],
        ["•", "•"],
        ["–", "–"],
        ["§ 1", "§ 2"],
        ["1.1", "1.2", "1.2.1"],
        ["Q:", "A:"],
        ["JANE:", "Mr. Smith:", "JANE:"],
        ["[1]", "[2]"],
        ["[a]", "[b]"],
        ["[ ]", "[x]"],
        ["①", "②", "③"],
        ["а)", "б)"],
        ["à.", "è."],
        ["1.)", "2.)"],
        ["1º", "2º"],
        ["1:", "2:"],
        ["1 -", "2 -"],
        ["a -", "b -"],
        ["#1", "#2"],
        ["o", "o"],
        ["→", "→"],
        ["☐", "☑"],
        ["Step 1.", "Step 2."],
        ["Art. 4", "Art. 5"],
        ["Artikel IV", "Artikel V"],
        ["10:30", "11:45"],
        ["1999", "2001"],
    ],
)
@pytest.mark.parametrize("indent", ["", "    "])
def test_wrapped_items_and_the_words_of_speakers_stay_apart(marks: list[str], indent: str) -> None:
    items = [f"{mark} {PROSE}" for mark in marks]
    wrapped = "\n".join(textwrap.fill(item, 70, subsequent_indent=indent) for item in items)
    before = textwrap.fill(PROSE, 70)
    assert lines(f"{before}\n\n{wrapped}\n\n{before}") == [PROSE, *items, PROSE]


@pytest.mark.parametrize("marks", [["a)", "b)"], ["-", "-"], ["[1]", "[2]"], ["①", "②"]])
def test_a_wrapped_item_among_short_ones_is_joined(marks: list[str]) -> None:
    short = [f"{mark} short item" for mark in marks]
    long = f"{marks[0]} {PROSE[:90].strip()}"
    chunk = "\n".join(["The items are these:", *short, textwrap.fill(long, 70), *short])
    before = textwrap.fill(PROSE * 2, 70)
    assert lines(f"{before}\n\n{chunk}\n\n{before}") == [
        PROSE * 2,
        "The items are these:",
        *short,
        long,
        *short,
        PROSE * 2,
    ]


@pytest.mark.parametrize("prefix", ["Ann> ", "AB>> ", "| ", ": ", "# ", "// ", ";; "])
def test_lines_with_the_prefix_of_a_quotation_or_a_comment_are_each_a_paragraph(prefix: str) -> None:
    quoted = [f"{prefix}{line}" for line in textwrap.wrap(PROSE, 62)]
    before = textwrap.fill(PROSE, 70)
    text = "\n".join([before, "", *quoted, before, "", before])
    assert lines(text) == [PROSE, *quoted, PROSE, PROSE]


@pytest.mark.parametrize(
    "start",
    ["A. Smith", "– as ever –", "12. March", "I. Newton", "dawn: it", "1999 it", "May 5 they", "o sea", "10:30 it"],
)
def test_running_text_is_not_split_where_a_line_begins_like_an_item_by_chance(start: str) -> None:
    first = "It was a bright cold day in the old harbour of the town when"
    rest = f"{start} said that the clocks of the three ministries were\nstriking one after the other, as ever."
    text = f"{first}\n{rest}"
    assert lines(f"{textwrap.fill(PROSE * 2, 70)}\n\n{text}") == [PROSE * 2, text.replace("\n", " ")]


@pytest.mark.parametrize(
    ("first", "second"),
    [("12 ships", "15 boats"), ("1999 was", "1914 had"), ("Act 3 and", "Act 2 or"), ("7 – that", "9 – this")],
)
def test_numbers_that_do_not_count_up_begin_no_items(first: str, second: str) -> None:
    rest = "in the old harbour of the town when it was a bright cold day"
    assert lines(f"{textwrap.fill(PROSE * 2, 70)}\n\n{first} {rest}\n{second} {rest}\n– as ever – {rest}") == [
        PROSE * 2,
        f"{first} {rest} {second} {rest} – as ever – {rest}",
    ]


def test_quoted_lines_of_a_mail_are_quotations_and_stay_apart_by_their_speakers() -> None:
    first, second, third = PROSE[:110], PROSE[20:140], PROSE[40:170]
    mail = [
        "On Mon, 5 Jan 2026 at 10:00, Tom <tom@example.org> wrote:",
        *textwrap.wrap(first, 66, initial_indent="> ", subsequent_indent="> "),
        *textwrap.wrap(second, 66, initial_indent=">> ", subsequent_indent=">> "),
        *textwrap.wrap(third, 66, initial_indent="> ", subsequent_indent="> "),
        ">",
        *textwrap.wrap(second, 66, initial_indent="> ", subsequent_indent="> "),
        *textwrap.wrap(third, 66),
    ]
    document = read("\n".join(mail).encode(), "a.txt")
    expected = [text.strip() for text in (first, second, third, second)]
    assert [text.strip() for text in texts(document)[:5]] == [mail[0], *expected]
    assert [block.quote for block in document.blocks][:5] == [0, 1, 2, 1, 1]
    assert {block.quote for block in document.blocks[5:]} == {0}
    assert " ".join(" ".join(texts(document)[5:]).split()) == third.strip()


def test_short_quotations_of_a_mail_and_attributions_in_two_lines_are_recognized() -> None:
    mail = """\
On Mon, 5 Jan 2026 at 10:00, Thomas of the Harbour Office
<tom@example.org> wrote:
> Is the clock right?
> It seems to be late.

No.

> And the other one?

It is."""
    document = read(mail.encode(), "a.txt")
    assert [(block.quote, text) for block, text in zip(document.blocks, texts(document), strict=True)] == [
        (0, "On Mon, 5 Jan 2026 at 10:00, Thomas of the Harbour Office <tom@example.org> wrote:"),
        (1, "Is the clock right?"),
        (1, "It seems to be late."),
        (0, "No."),
        (1, "And the other one?"),
        (0, "It is."),
    ]


def test_answers_in_a_short_mail_are_joined_and_single_quoted_lines_above_them_are_quotations() -> None:
    answer = PROSE[:95].strip()
    quoted = "Bob wrote:\n> Is the clock right?\n> It is late."
    mail = f"{quoted}\n\n{textwrap.fill(answer, 70)}\n\n> And now?\nNo.\n\nAnn\nHome\n"
    document = read(mail.encode(), "a.txt")
    assert [(block.quote, text) for block, text in zip(document.blocks, texts(document), strict=True)] == [
        (0, "Bob wrote:"),
        (1, "Is the clock right?"),
        (1, "It is late."),
        (0, answer),
        (1, "And now?"),
        (0, "No."),
        (0, "Ann"),
        (0, "Home"),
    ]


def test_a_line_that_begins_with_a_sign_is_kept_where_nothing_is_quoted() -> None:
    assert lines("> 5 is the answer\n\nIt is > 4.") == ["> 5 is the answer", "It is > 4."]


def test_a_single_quoted_line_at_the_end_of_a_mail_is_a_quotation_and_signs_are_not_titles() -> None:
    document = read(b">> one\n\n> two\n\n>>> three\n", "a.txt")
    assert [block.quote for block in document.blocks] == [2, 1, 3]
    assert document.metadata.title == "one"


@pytest.mark.parametrize(
    "drawn",
    [
        """\
+----------------------------+-----------------------------+
| Name of what is on sale    | Price of the same in euros  |
+----------------------------+-----------------------------+""",
        """\
Name            Price       Number of items that are in the store
Apples           1.20       12 in the store and 5 in the cellar
Pears            2.50       30 in the store and 9 in the cellar""",
        """\
int first_of_the_clocks = clock_of(ministry_of_the_harbour);
int second_of_the_clocks = clock_of(ministry_of_the_tides_);
set_all_the_clocks(first_of_the_clocks, second_of_the_clocks);""",
        """\
Sing, goddess, of the anger of the son of Peleus, of the wrath,
Which brought upon the Greeks so many and so heavy sorrows there,
And sent to Hades many souls of heroes, strong and valiant men,
And made of them a booty for the dogs and for the birds of prey.""",
        """\
--
Jane Doe, of the office for the clocks of the three ministries
12 Harbour Street, the third door after the old customs house""",
    ],
)
def test_tables_code_verses_and_signatures_in_a_wrapped_text_keep_their_lines(drawn: str) -> None:
    source = f"{textwrap.fill(PROSE * 2, 70)}\n\n{drawn}\n\n{textwrap.fill(PROSE, 70)}"
    document = read(source.encode(), "a.txt")
    assert texts(document) == [PROSE * 2, *drawn.split("\n"), PROSE]
    assert [block.tight for block in document.blocks[1:-2]] == [True] * drawn.count("\n")


def test_a_signature_right_below_a_wrapped_letter_stays_apart() -> None:
    source = f"{textwrap.fill(PROSE * 2, 70)}\n\n{textwrap.fill(PROSE, 70)}\n-- \nJane Doe\nHarbour Office"
    assert lines(source) == [PROSE * 2, PROSE, "--", "Jane Doe", "Harbour Office"]


def test_entries_with_hanging_indents_and_paragraphs_with_indented_first_lines_stay_apart() -> None:
    entries = [f"Doe, J. (2020). {PROSE}", f"Roe, R. (2021). {PROSE}"]
    hanging = "\n".join(textwrap.fill(entry, 70, subsequent_indent="      ") for entry in entries)
    assert lines(f"{textwrap.fill(PROSE, 70)}\n\n{hanging}") == [PROSE, *entries]
    book = "\n".join(textwrap.fill(PROSE, 70, initial_indent="  ") for _ in range(3))
    assert [line.strip() for line in lines(book)] == [PROSE] * 3


def test_wrapped_text_with_a_margin_is_joined() -> None:
    margin = textwrap.indent("\n\n".join(textwrap.fill(PROSE * 2, 66) for _ in range(3)), " " * 8)
    assert [line.strip() for line in lines(margin)] == [PROSE * 2] * 3


def test_verses_and_lists_have_no_empty_rows_and_paragraphs_have() -> None:
    document = read(f"First line of a verse\nsecond line of it\n\n{PROSE}\n{PROSE}".encode(), "a.txt")
    assert [block.tight for block in document.blocks] == [True, False, False, False]


def test_lines_above_the_first_real_paragraph_are_shown_in_a_muted_tone() -> None:
    document = read(f"A headline of some words\nBy Jane Doe\n5 June 2026\n{PROSE}\n{PROSE}".encode(), "-")
    assert [block.quiet for block in document.blocks] == [True, True, True, False, False]
    metadata = document.metadata
    assert (metadata.title, metadata.byline, metadata.date) == ("A headline of some words", "Jane Doe", "2026-06-05")
    assert metadata.guessed == {"title", "byline", "date", "language"}
    assert document.title_block == 0


def test_addresses_in_the_text_are_links_without_the_punctuation_around_them() -> None:
    document = read(b"See (https://example.org/a_(b)), or https://example.org/c. Not ftp, nor https:// alone.", "a.txt")
    assert [(span.kind, span.target) for span in document.spans] == [
        (SpanKind.LINK, "https://example.org/a_(b)"),
        (SpanKind.LINK, "https://example.org/c"),
    ]
    assert [document.text[span.start : span.end] for span in document.spans] == [s.target for s in document.spans]


def test_runs_of_spaces_and_tabs_are_kept() -> None:
    assert lines("Two  spaces.  And\ta tab.") == ["Two  spaces.  And\ta tab."]


def test_a_header_is_not_shown_with_the_text() -> None:
    document = read(b"---\ntitle: The title\ntags: [a]\n---\nText of it.\n", "a.txt")
    assert document.text == "Text of it."
    assert (document.metadata.title, document.metadata.tags) == ("The title", ("a",))


@given(st.text(st.characters() | st.sampled_from("\n\n- .\u3000\t“”é漢"), max_size=400))
def test_every_character_is_shown_in_order(source: str) -> None:
    document = read(source.encode("utf-8", "replace"), "a.txt")
    assert flaws_of(document) == []
    if document.error or document.metadata.header or document.notices:
        return
    wanted = clean_text(source.encode("utf-8", "replace").decode()).removeprefix("\ufeff").split()
    assert "".join(document.text.split()) == "".join(wanted) or not wanted


@pytest.mark.parametrize("width", [None, 70])
def test_a_preview_is_the_beginning_of_the_whole(width: int | None) -> None:
    paragraphs = [f"{number}. {PROSE}" if number % 7 == 0 else PROSE * (number % 4 + 1) for number in range(6_000)]
    filled = functools.cache(functools.partial(textwrap.fill, width=width)) if width else str
    source = "\n\n".join(map(filled, paragraphs[:4_500])).encode()
    whole, beginning = read(source, "a.txt"), preview(source, "a.txt")
    assert beginning is not None
    assert beginning.partial
    assert beginning.gap is not None
    first = beginning.text[: beginning.gap - 1]
    assert whole.text.startswith(first)
    assert 10_000 < len(first) <= 20_000
    sign = next(index for index, each in enumerate(beginning.blocks) if each.start == beginning.gap)
    assert whole.blocks[:sign] == beginning.blocks[:sign]
    last = beginning.text[beginning.blocks[sign + 1].start :]
    assert whole.text.endswith(last)
    assert 5_000 < len(last) <= 10_000
    shift = len(whole.text) - len(beginning.text)
    moved = [each._replace(start=each.start + shift, end=each.end + shift) for each in beginning.blocks[sign + 1 :]]
    assert list(whole.blocks[-len(moved) :]) == moved
    assert beginning.metadata.title == whole.metadata.title
    assert abs(beginning.metadata.words - whole.metadata.words) < whole.metadata.words / 10


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_preview_has_no_ending_if_the_ending_cannot_be_decoded_alone(encoding: str) -> None:
    source = "\n\n".join(f"{number} façade. {PROSE}" for number in range(9_000)).encode(encoding)
    beginning = preview(source, "a.txt")
    assert beginning is not None
    assert beginning.gap is None
    assert "façade" in beginning.text


def test_an_ending_is_cut_between_characters() -> None:
    source = ("\n\n".join("é漢😀" * 300 for _ in range(1_000))).encode()
    for cut in range(4):
        beginning = preview(source[: len(source) - cut], "a.txt") if cut == 0 else preview(b"x" * cut + source, "a.txt")
        assert beginning is not None
        assert beginning.gap is not None
        assert "\ufffd" not in beginning.text


def test_a_short_text_has_no_preview() -> None:
    assert preview(PROSE.encode() * 1_000, "a.txt") is None


@given(st.text(st.sampled_from("ab.-•\n\n\n \t"), max_size=200), st.integers(1, 20))
def test_reading_in_chunks_gives_the_same_text_as_reading_at_once(source: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "_CHUNK", 1 << 30)
        whole = read(source.encode(), "a.txt")
        patch.setattr(plain, "_CHUNK", size)
        pieces = read(source.encode(), "a.txt")
    assert (pieces.text, pieces.blocks) == (whole.text, whole.blocks)

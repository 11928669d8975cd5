"""Quotes of a draft are compared with the articles word for word."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import size
from tui_reader.formats import read
from tui_reader.model.article import Article, Headline, Metadata
from tui_reader.services.headless.verification import Checked, DraftQuote, Verdict, difference, quotes_in, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENGLISH = """\
# A walk

The house stood empty for a year. Another one comes behind it. And on it goes, up to the hill.

They don’t say why, and nobody asked them to.
"""
JAPANESE = "# 文\n\n日本語の文章です。これは二番目の文です。最後の文はここにあります。\n"


def checked(quote: str, article: str = ENGLISH) -> Checked:
    headline = Headline(Article("a.md", "a.md", Metadata(title="A")))
    return verify([DraftQuote(quote, 1)], [(headline, read(article.encode(), "a.md"))])[0]


@pytest.mark.parametrize(
    ("article", "quote"),
    [
        ("The in\u00adfor\u00adma\u00adtion oﬃce was closed.", "The information office was closed."),
        ("He read her re\u0301sume\u0301 at the cafe\u0301.", "He read her r\u00e9sum\u00e9 at the caf\u00e9."),
        ("Ｆｕｌｌ width let\u200bters were used\u2009– often.", "Full width letters were used - often."),
        ("The office of information was closed.", "The of\u00adfice of infor\u00admation was closed."),
    ],
)
def test_a_quote_that_differs_only_in_presentation_is_exact(article: str, quote: str) -> None:
    result = checked(quote, f"# A title\n\nBefore it. {article} Behind it.\n")
    assert result.verdict is Verdict.EXACT
    assert result.passage == article[:-1] if not result.passage.endswith(".") else result.passage == article


@pytest.mark.parametrize(
    ("article", "quote"),
    [
        ("The Masse of it was great to see.", "The Maße of it was great to see."),
        ("There are 10² of these things here.", "There are 102 of these things here."),
        ("He wrote a r\u00e9sum\u00e9 for all of us.", "He wrote a resume for all of us."),
    ],
)
def test_other_letters_alter_a_quote(article: str, quote: str) -> None:
    assert checked(quote, f"# A title\n\nBefore it. {article} Behind it.\n").verdict is Verdict.ALTERED


@pytest.mark.parametrize(
    ("quote", "passage", "told"),
    [
        (
            "Another one comes behind them.",
            "Another one comes behind it.",
            "Another one comes behind [-it-]{+them+}",
        ),
        (
            "Some other one comes behind it.",
            "Another one comes behind it.",
            "[-Another-]{+Some other+} one comes behind it",
        ),
        (
            "His house stood empty for a year.",
            "The house stood empty for a year.",
            "[-The-]{+His+} house stood empty for a year",
        ),
        (
            "The house stood quite empty for a year.",
            "The house stood empty for a year.",
            "The house stood {+quite+} empty for a year",
        ),
        (
            "The house stood for a year.",
            "The house stood empty for a year.",
            "The house stood [-empty-] for a year",
        ),
        (
            "Now the house stood empty for a year",
            "The house stood empty for a year",
            "[-The-]{+Now the+} house stood empty for a year",
        ),
        (
            "nobody asked them to do that",
            "nobody asked them to",
            "nobody asked them to {+do that+}",
        ),
        (
            "And on it goes, up to the mountain top",
            "And on it goes, up to the hill",
            "And on it goes, up to the [-hill-]{+mountain top+}",
        ),
        (
            "They don't say why, and nobody asked them twice.",
            "They don’t say why, and nobody asked them to.",
            "They don’t say why, and nobody asked them [-to-]{+twice+}",
        ),
    ],
)
def test_replaced_words_at_the_ends_are_shown_and_the_passage_is_complete(quote: str, passage: str, told: str) -> None:
    result = checked(quote)
    assert (result.verdict, result.passage, result.difference) == (Verdict.ALTERED, passage, told)
    assert result.start == read(ENGLISH.encode(), "a.md").text.index(passage)


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        ("これは三番目の文です。", "これは[-二-]{+三+}番目の文です"),
        ("日本語の文章です。これは三番目の文です。", "日本語の文章です。これは[-二-]{+三+}番目の文です"),
        ("最後の文はここにありました。", "最後の文はここにありま[-す-]{+した+}"),
        ("それは二番目の文です。", "[-こ-]{+そ+}れは二番目の文です"),
    ],
)
def test_one_changed_character_in_japanese_is_an_altered_quote(quote: str, told: str) -> None:
    result = checked(quote, JAPANESE)
    assert (result.verdict, result.difference) == (Verdict.ALTERED, told)


def test_japanese_without_any_rare_pair_of_letters_is_found_letter_by_letter() -> None:
    # Every pair of letters of the quote stands there more often than a search by rare words looks at.
    common = "それはこれでこれはそれ。" * 400
    assert checked("あれはこれでこれはそれだ。", f"{common}\n").verdict is Verdict.ALTERED


def test_real_japanese_sentences_with_one_character_changed_are_found(corpus: Callable[[str], Path]) -> None:
    folder = corpus("markdown-frontmatter") / "rust-book-ja"
    document = read((folder / "ch15-04-rc.md").read_bytes(), "ch15-04-rc.md")
    sentences = re.findall(r"[^。\n！？`]{15,60}[。！？]", document.text)[:60]
    assert len(sentences) > 30
    quotes = [
        DraftQuote(f"{each[: len(each) // 2]}驢{each[len(each) // 2 + 1 :]}", line)
        for line, each in enumerate(sentences)
    ]
    headline = Headline(Article("rc.md", "rc.md", Metadata(title="Rc")))
    results = verify(quotes, [(headline, document)])
    assert [each.quote.text for each in results if each.verdict is not Verdict.ALTERED] == []
    assert [each.difference for each in results if "驢" not in each.difference] == []


def test_a_quote_is_compared_with_the_most_similar_line() -> None:
    lines = "\n\n".join(f"Sentence {number} of many in it." for number in range(1, 31))
    for number in (3, 12, 29):
        result = checked(f"Sentence {number} of very many in it.", lines)
        assert result.difference == f"Sentence {number} of {{+very+}} many in it"


def test_an_occurrence_with_the_same_case_is_preferred() -> None:
    assert checked("and on it goes", "# A\n\nAnd on it goes. It said and on it goes.\n").verdict is Verdict.EXACT
    assert checked("and on it goes", "# A\n\nAnd on it goes.\n").verdict is Verdict.ALTERED


def test_a_quote_without_a_similar_passage_is_missing() -> None:
    assert checked("a sentence that is written nowhere at all").verdict is Verdict.MISSING
    assert checked("全く違う内容がここに書かれている。", JAPANESE).verdict is Verdict.MISSING


@given(st.text("ab c.", max_size=30), st.text("ab c.", max_size=30))
def test_a_difference_holds_all_words_of_the_passage_and_of_the_quote(quoted: str, passage: str) -> None:
    told = difference(quoted, passage)
    if told:
        old = re.sub(r"\{\+.*?\+\}", " ", re.sub(r"\[-(.*?)-\]", r"\1", told))
        new = re.sub(r"\[-.*?-\]", " ", re.sub(r"\{\+(.*?)\+\}", r"\1", told))
        assert re.findall(r"\w+", old) == re.findall(r"\w+", passage)
        assert re.findall(r"\w+", new) == re.findall(r"\w+", quoted)


def test_quotes_of_a_draft_have_the_number_of_their_first_line() -> None:
    draft = "One said “that it was so already” twice.\n\n> And then\n> some more.\n"
    assert [(each.line, each.text) for each in quotes_in(draft)] == [
        (1, "that it was so already"),
        (3, "And then some more."),
    ]


BLANK = 100_000


@pytest.mark.parametrize(
    ("quote", "is_exact"),
    [
        ("the words" + " " * BLANK + "that were said", True),
        ("the words" + "\u00a0" * BLANK + "that were said", True),
        ("the words [" + " " * BLANK + "that were said", False),
        ("y" * BLANK + " the words that were said", False),
        ("the words that were said " + "!" * BLANK + "x", False),
        ("the words" + " …" * 1_000 + " that were said", True),
    ],
    ids=["blanks", "hard blanks", "bracket", "word", "signs", "dots"],
)
def test_quotes_with_long_words_or_many_blanks_are_verified_quickly(quote: str, is_exact: bool) -> None:
    # With a pattern that begins again at each blank, each takes more than 20 s; without it, all six take one.
    article = "Before.\n\nThey were the words that were said.\n\n" * 50
    headline = Headline(Article("a.md", "a.md", Metadata(title="A")))
    document = read(article.encode(), "a.md")
    for draft in (f"> {quote}\n", f"“{quote}”\n"):
        verdicts = [found.verdict for found in verify(quotes_in(draft), [(headline, document)])]
        assert [verdict is Verdict.EXACT for verdict in verdicts] == [is_exact]


def test_many_quotes_have_the_right_line_numbers() -> None:
    quotes = quotes_in("“one two three four” and “five six seven eight”\n\n" * 2_000)
    assert [quote.line for quote in quotes] == [1 + 2 * (number // 2) for number in range(4_000)]


@pytest.mark.parametrize(
    "words",
    ["a" * size(100_000), "The house" + " " * size(100_000) + "stood", "… " * size(50_000), "a … " * size(25_000)],
)
def test_huge_quotes_are_verified_within_seconds(words: str) -> None:
    began = time.process_time()
    assert checked(words).verdict in Verdict
    assert checked(words, "word " * size(50_000)).verdict in Verdict
    assert time.process_time() - began < 20

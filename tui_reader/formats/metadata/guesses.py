"""Guesses of title, author, date and language for articles whose header does not give them.

Every guess is recorded in `Metadata.guessed`.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.document.words import count_words
from tui_reader.formats.metadata.failed_header import FailedHeader, failed_header
from tui_reader.formats.metadata.fields import Fields, fields_of, iso_date
from tui_reader.formats.metadata.language import guess_language
from tui_reader.model.article import Metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DATED_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[-_ T.]+|$)")
_SUFFIX = re.compile(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,8}$")
_WORD_SEPARATOR = re.compile(r"[-_\s.+]+")
_UNSPACED = LazyPattern("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff]")
_BULLETS = re.compile(r"(?:>+[ \t]*+|[*+•–-][ \t]+)*")
"""Marks of quotations and list items at the start of a line; a title does not include them."""
_BYLINE = LazyPattern(
    r"(?:By|BY|Von|Par|Por|Di)[ \t]+((?:(?:Dr|Prof|Sir|Mr|Ms|Mrs)\.?[ \t]+)?[^\W\d_a-z][^\d\n,;:!?()]{1,60}?)"
    r"(?:[ \t]*[,|–—-][ \t]*[^\n.!?]{2,60})?"
)
"""Pattern of a line with only an author: `By Ann Roe`, `Von Dr. Anna Rot, Berlin`. Group 1 is the name."""
_DATE_LINE = LazyPattern(
    r"(?:(?:Updated|Published|Posted|Last updated|First published)(?:[ \t]+(?:on|at))?[ \t]*:?[ \t]+)?(.{6,60})",
    re.IGNORECASE,
)
"""Pattern of a line that may be a date, with or without `Published on` and the like; group 1 is the date."""
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")

_LONG_LINE = 240
"""Number of characters of a line that are examined for a title, a byline or a date; the rest is ignored."""
_TOP_LINES = 12
"""Number of lines at the top of a text that are searched for a byline or a date."""


class Heading(NamedTuple):
    """A heading that may be the title of a text."""

    text: str
    level: int
    """Level 1 to 6; level 1 is meant as a title, other levels may be the first of many headings."""


def complete(
    header: Mapping[str, Any],
    body: str,
    name: str,
    heading: Callable[[], Heading | None] | None = None,
    first_lines: Callable[[], list[str]] | None = None,
) -> Metadata:
    """Return the metadata of an article: the fields of its header, with guesses for missing fields.

    Args:
        header: Front matter; may be empty.
        body: The clean text below the header, without markup. An unreadable header at the top of the text is skipped.
        name: File name; `-` for standard input.
        heading: Returns the heading that may be the title of a text with markup; called if the header has no title.
        first_lines: Returns the first lines as the document shows them if `body` may contain markup; else an empty
            list.
    """
    fields = fields_of(header)
    failed = FailedHeader() if header else failed_header(body)
    body = body[failed.end :]
    guessed = Fields()
    lines = _first_lines(body) if not fields.keys() >= {"title", "byline", "date"} else []
    if "title" not in fields:
        found = heading() if heading else None
        if found is not None and found.level == 1:
            fields["title"] = found.text
        else:
            guessed["title"] = clean_line(failed.title) or (found.text if found else "") or _title_in_name(name)
            if not guessed["title"]:
                guessed["title"] = guess_title((first_lines() if first_lines else []) or lines, name)
    if "byline" not in fields and (byline := guess_byline(lines)):
        guessed["byline"] = byline
    if "date" not in fields and (date := guess_date(lines, name)):
        guessed["date"] = date
    if "language" not in fields and (language := guess_language(body)):
        guessed["language"] = language
    return Metadata(**(fields | guessed), words=count_words(body), guessed=frozenset(guessed), header=header)


def extrapolated(metadata: Metadata, share: float) -> Metadata:
    """Return the metadata of a text's beginning, with the word count extrapolated to the whole text.

    Args:
        metadata: Metadata of the beginning of the text.
        share: Length of the beginning, as a fraction of the whole text.
    """
    return metadata._replace(words=round(metadata.words / share))


def _first_lines(body: str) -> list[str]:
    """Return the first lines of a text, without empty lines, each cut at 240 characters."""
    lines = body[:3_000].split("\n")[: 3 * _TOP_LINES]
    return [line for raw in lines if (line := clean_line(raw[:_LONG_LINE]))][:_TOP_LINES]


def guess_title(lines: list[str], name: str) -> str:
    """Guess a title: the file name if it has three words, else the first line, cut unless it is like a headline.

    Args:
        lines: The first lines of the text.
        name: File name; without lines it is the title even if it has fewer words, and `Untitled` if it is `-`.
    """
    if title := _title_in_name(name):
        return title
    lines = [_BULLETS.sub("", line, count=1) for line in lines if any(map(str.isalnum, line))]
    if not lines:
        return file_stem(name) or "Untitled"
    if looks_like_headline(lines[0]):
        return lines[0]
    return beginning(lines[0])


def file_stem(name: str) -> str:
    """Return a file name without its folder and suffix; empty for standard input."""
    return "" if name == "-" else clean_line(_SUFFIX.sub("", PurePath(name).name) or name)


def _title_in_name(name: str) -> str:
    """Return a file name as a title if it consists of at least three words; else empty."""
    undated = _DATED_NAME.sub("", file_stem(name), count=1)
    spaced = _WORD_SEPARATOR.sub(" ", undated).strip() if " " not in undated else undated.replace("_", " ").strip()
    if sum(map(_is_real_word, spaced.split())) >= 3 or len(_UNSPACED.findall(spaced)) >= 4:
        return spaced[:1].upper() + spaced[1:]
    return ""


def note_title(name: str) -> str:
    """Return the file name of a note as its title, as Obsidian shows it; empty for a slug, number, date or letter."""
    stem = clean_line(file_stem(name))
    is_slug = " " not in stem and ("-" in stem or "_" in stem)
    return stem if sum(map(str.isalpha, stem)) > 1 and not is_slug else ""


def _is_real_word(word: str) -> bool:
    return len(word) > 1 and word.strip(".,:;!?()[]'’“”\"").replace("'", "").replace("’", "").isalpha()


def looks_like_headline(line: str) -> bool:
    """Return True if a line has the length of a headline and does not end like a sentence."""
    if len(line) > 140 or line[-1:] in ".!?。！？":
        return False
    return 3 <= len(line.split()) <= 20 or 4 <= len(_UNSPACED.findall(line)) <= 40


def beginning(line: str) -> str:
    """Return the first ten words of a line, or its first 30 characters if they are longer; with `…` if it is cut."""
    words = line.split()
    start = " ".join(words[:10])
    if len(start) > 100 or (not start.isascii() and len(_UNSPACED.findall(start)) > 30):
        start = start[:30]
    return start if start == line else start.rstrip(".,;:、。，") + "…"


def guess_byline(lines: list[str]) -> str:
    """Return the author from the first line that contains only a byline; empty if there is no such line."""
    for line in lines:
        match = _BYLINE.fullmatch(line)
        if match and len(match[1].split()) <= 8 and line[-1] not in ".!?":
            return match[1].strip(" -–—|,")
    return ""


def guess_date(lines: list[str], name: str) -> str:
    """Return the date from a line that contains only a date, else from the file name; else empty."""
    for line in lines:
        match = _DATE_LINE.fullmatch(line)
        if match and _YEAR.search(match[1]) and (iso := iso_date(match[1])):
            return iso
    dated = _DATED_NAME.match(PurePath(name).name)
    return iso_date(dated[1]) if dated else ""

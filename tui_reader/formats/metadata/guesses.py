"""What a text shows of its title, author, date and language where no header says so; every guess is marked as one."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from tui_reader.document.clean import clean_line
from tui_reader.document.words import count_words
from tui_reader.formats.metadata.failed_header import FailedHeader, failed_header
from tui_reader.formats.metadata.fields import Fields, fields_of, iso_date
from tui_reader.formats.metadata.language import guess_language
from tui_reader.model.article import Metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DATED_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[-_ T.]+|$)")
_SUFFIX = re.compile(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,8}$")
_NAME_GAP = re.compile(r"[-_\s.+]+")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff]")
_BULLETS = re.compile(r"(?:[>*+•–-][ \t]+)*")
"""Marks of quotes and items; what stands behind them is what is read."""
_BYLINE = re.compile(
    r"(?:By|BY|Von|Par|Por|Di)[ \t]+((?:(?:Dr|Prof|Sir|Mr|Ms|Mrs)\.?[ \t]+)?[^\W\d_a-z][^\d\n,;:!?()]{1,60}?)"
    r"(?:[ \t]*[,|–—-][ \t]*[^\n.!?]{2,60})?"
)
_DATE_LINE = re.compile(
    r"(?:(?:Updated|Published|Posted|Last updated|First published)(?:[ \t]+(?:on|at))?[ \t]*:?[ \t]+)?(.{6,60})",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")

_LONG_LINE = 240
_TOP_LINES = 12
"""Lines in which a byline or a date line may stand."""


def complete(header: Mapping[str, Any], body: str, name: str, heading: Callable[[], str] | None = None) -> Metadata:
    """All that is known of an article: its header's fields, then guesses from its heading, name and first lines.

    Args:
        header: Front matter as read; may be empty.
        body: The clean text below it, markup that is not to be read already taken away. A header at its top that could
            not be read as one is passed over.
        name: File name; `-` for standard input.
        heading: Finds the heading that is the title in a text with markup; asked only where the header has none.
    """
    fields = fields_of(header)
    failed = FailedHeader() if header else failed_header(body)
    body = body[failed.end :]
    lines = _first_lines(body)
    guessed = Fields()
    if "title" not in fields:
        guessed["title"] = clean_line(failed.title) or (heading() if heading else "") or guess_title(lines, name)
    if "byline" not in fields and (byline := guess_byline(lines)):
        guessed["byline"] = byline
    if "date" not in fields and (date := guess_date(lines, name)):
        guessed["date"] = date
    if "language" not in fields and (language := guess_language(body)):
        guessed["language"] = language
    return Metadata(**(fields | guessed), words=count_words(body), guessed=frozenset(guessed), header=header)


def extrapolated(metadata: Metadata, share: float) -> Metadata:
    """Metadata of the beginning of a text, with the words that the whole of it may have; `share` is its part."""
    return metadata._replace(words=round(metadata.words / share))


def _first_lines(body: str) -> list[str]:
    """The first lines that are not empty, cut where they are far longer than any headline, byline or date."""
    lines = body[:3_000].split("\n")[: 3 * _TOP_LINES]
    return [line for raw in lines if (line := clean_line(raw[:_LONG_LINE]))][:_TOP_LINES]


def guess_title(lines: list[str], name: str) -> str:
    """A file name of three real words, else a first line that reads like a headline, else the first ten words."""
    stem = "" if name == "-" else clean_line(_SUFFIX.sub("", PurePath(name).name) or name)
    undated = _DATED_NAME.sub("", stem, count=1)
    spaced = _NAME_GAP.sub(" ", undated).strip() if " " not in undated else undated.replace("_", " ").strip()
    if sum(map(_is_real_word, spaced.split())) >= 3 or len(_UNSPACED.findall(spaced)) >= 4:
        return spaced[:1].upper() + spaced[1:]
    lines = [_BULLETS.sub("", line, count=1) for line in lines if any(map(str.isalnum, line))]
    if not lines:
        return stem or "Untitled"
    if looks_like_headline(lines[0]):
        return lines[0]
    return beginning(lines[0])


def _is_real_word(word: str) -> bool:
    return len(word) > 1 and word.strip(".,:;!?()[]'’“”\"").replace("'", "").replace("’", "").isalpha()


def looks_like_headline(line: str) -> bool:
    """Whether a line has the length of a headline and does not end as a sentence does."""
    if len(line) > 140 or line[-1:] in ".!?。！？":
        return False
    return 3 <= len(line.split()) <= 20 or 4 <= len(_UNSPACED.findall(line)) <= 40


def beginning(line: str) -> str:
    """The first ten words of a line, or as many characters where words are not parted by spaces."""
    words = line.split()
    start = " ".join(words[:10])
    if len(start) > 100 or len(_UNSPACED.findall(start)) > 30:
        start = start[:30]
    return start if start == line else start.rstrip(".,;:、。，") + "…"


def guess_byline(lines: list[str]) -> str:
    """The name in a line that is a byline and nothing else."""
    for line in lines:
        match = _BYLINE.fullmatch(line)
        if match and len(match[1].split()) <= 8 and line[-1] not in ".!?":
            return match[1].strip(" -–—|,")
    return ""


def guess_date(lines: list[str], name: str) -> str:
    """The date in a line that is a date and nothing else, or at the head of the file's name."""
    for line in lines:
        match = _DATE_LINE.fullmatch(line)
        if match and _YEAR.search(match[1]) and (iso := iso_date(match[1])):
            return iso
    dated = _DATED_NAME.match(PurePath(name).name)
    return iso_date(dated[1]) if dated else ""

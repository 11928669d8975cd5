"""The source of a quote: the metadata of its article, and the position of the passage."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath
from typing import TYPE_CHECKING

from tui_reader.document.cleaning import clean_line
from tui_reader.exchange.kinds import kind_of

if TYPE_CHECKING:
    from tui_reader.model.article import Headline


class QuoteSource:
    """The source of a quote as text fields; unknown fields are empty strings."""

    def __init__(self, headline: Headline, position: str, place_name: str, *, title_in_text: bool) -> None:
        """Collect the metadata of an article, with the user's corrections.

        Args:
            headline: The article.
            position: The position of the passage in the text, in words; empty if it is not known.
            place_name: A suffix that distinguishes the passage from others of the article.
            title_in_text: True if the text shows the title, so that even a guessed title is cited as certain.
        """
        self.kind = kind_of(headline)
        self.title = clean_line(headline.title)
        self.author = clean_line(re.sub(r"^by\s+", "", headline.field("byline"), flags=re.IGNORECASE))
        self.publication = clean_line(headline.field("source"))
        self.date = headline.field("date")[:10]
        self.url = headline.field("url")
        self.file = "" if self.url else clean_line(_file_name(headline))
        self.position = position
        self.place_name = place_name
        certain = {"title"} if title_in_text else set()
        fields = (("title", "title", self.title), ("author", "byline", self.author), ("date", "date", self.date))
        guessed = [
            name for name, field, value in fields if value and field not in certain and headline.is_guessed(field)
        ]
        self.guesses = f"{' and '.join(guessed)} guessed" if guessed else ""

    def describe(self, title: str, file: str = "") -> str:
        """Join author, title, publication, date, file, position and the note on guesses by commas.

        Args:
            title: The title in the syntax of the format.
            file: The file in the syntax of the format; empty to leave it out.
        """
        parts = (self.author, title, self.publication, self.date, file, self.position, self.guesses)
        return ", ".join(filter(None, parts))

    @property
    def citation_key(self) -> str:
        """The BibTeX key: author or publication, year, a word of the title, `place_name`; ASCII letters and digits."""
        author = (self.author.split(" and ")[0].split() or self.publication.split() or [""])[-1]
        words = [word for word in self.title.split() if len(word) > 3] or self.title.split() or [""]
        parts = (author, self.date[:4], words[0])
        plain = (unicodedata.normalize("NFKD", part).lower().translate(_PLAIN_LETTERS) for part in parts)
        name = re.sub(r"[^a-z0-9]", "", "".join(plain))
        return f"{name or 'quote'}{self.place_name}"


_PLAIN_LETTERS = str.maketrans({"ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def _file_name(headline: Headline) -> str:
    """Return the file name by which a quote cites an article; empty for standard input.

    For a file in the library's folder it is the relative path, else the bare name. It is never a link: in the document
    into which a quote is pasted, an absolute path would be useless and would disclose the user's folders.
    """
    location = headline.article.location
    return "" if location == "-" else PurePath(location).name if PurePath(location).is_absolute() else location


def separate_paragraphs(lines: list[str], *, prefix: str = "", blank: str = "") -> str:
    """Join the lines of a passage that are not blank, separated by empty lines.

    Args:
        lines: The lines of a passage.
        prefix: The text before each line.
        blank: The content of each empty line.
    """
    return f"\n{blank}\n".join(f"{prefix}{line}" for line in lines if line.strip())


def join_lines(passage: str) -> str:
    """Join the lines of a passage to one line, with single spaces."""
    return " ".join(passage.split())

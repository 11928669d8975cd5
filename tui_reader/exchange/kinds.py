"""The kind of a publication, by which bibliographies choose the type and the fields of an entry."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_reader.model.article import Headline

_MAILS = (".eml", ".emlx")


class Kind(Enum):
    """The kind of a publication."""

    BOOK = "book"
    """A book; its source is the publisher."""
    ARTICLE = "article"
    """An article in a publication, which is its source; a mail of a mailing list or newsletter is one, too."""
    LETTER = "letter"
    """A mail of one person."""
    PAGE = "page"
    """A web page without a publication."""
    DOCUMENT = "document"
    """Any other text."""


def kind_of(headline: Headline) -> Kind:
    """Return the kind of an article, by the suffix of its file and by its source and address."""
    file = headline.article.location.lower().removesuffix(".gz")
    if file.endswith(".epub"):
        return Kind.BOOK
    if headline.field("source").strip():
        return Kind.ARTICLE
    if file.endswith(_MAILS):
        return Kind.LETTER
    return Kind.PAGE if headline.field("url").strip() else Kind.DOCUMENT

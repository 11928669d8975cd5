"""Articles in the form that queries compare; each value is computed when a query first needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.normalization import search_key
from tui_reader.search.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import Headline

_KINDS = {
    "md": "markdown",
    "markdown": "markdown",
    "mdown": "markdown",
    "mkd": "markdown",
    "txt": "text",
    "text": "text",
    "htm": "html",
    "xhtml": "html",
}
"""Kinds of files, for the field `kind:`, by suffix without a dot; any other suffix is itself the kind."""


def kind_named(name: str) -> str:
    """Return the kind that a search key names: `markdown` for `md`, else the key itself."""
    return _KINDS.get(name, name)


class SearchedText(NamedTuple):
    """A text in the form in which words are searched for."""

    key: str
    """The text without case and accents."""
    tokens: str
    """The words of `key`, each between two blanks."""

    @classmethod
    def of(cls, *texts: str) -> SearchedText:
        """Join several texts into one; no phrase is found across their borders."""
        keys = [" ".join(search_key(text).split()) for text in texts]
        return cls("\n".join(keys), "\n".join(map(tokens, keys)))


class DescriptionText(NamedTuple):
    """Title, author, source and tags of an article, in the form in which words are searched for."""

    title: SearchedText
    by: SearchedText
    source: SearchedText
    everything: SearchedText
    """Title, author, source and tags."""


class AnnotationsText(NamedTuple):
    """The notes and highlighted words of an article, in the form that queries compare."""

    notes: SearchedText
    quotes: SearchedText
    tags: frozenset[str]
    """The search keys of the annotations' tags."""
    colours: frozenset[int]
    states: frozenset[str]
    created: tuple[str, ...]
    """Times of creation: UTC, ISO 8601."""
    tag_words: SearchedText = SearchedText("", "")


NO_ANNOTATIONS = AnnotationsText(SearchedText("", ""), SearchedText("", ""), frozenset(), frozenset(), frozenset(), ())


def annotations_text(annotations: Sequence[Annotation]) -> AnnotationsText:
    """Return the searchable form of the annotations of one article."""
    if not annotations:
        return NO_ANNOTATIONS
    highlights = [each for each in annotations if not each.is_on_article]
    tags = sorted({tag for each in annotations for tag in each.tags})
    return AnnotationsText(
        notes=SearchedText.of(*(each.note for each in annotations if each.note)),
        quotes=SearchedText.of(*(each.quote for each in highlights)),
        tags=frozenset(map(search_key, tags)),
        colours=frozenset(each.colour for each in highlights),
        states=frozenset(each.state.value for each in highlights),
        created=tuple(each.created for each in annotations),
        tag_words=SearchedText.of(*tags),
    )


class ArticleRecord:
    """An article with its reading state, in the form that queries compare.

    There is one per article of the library, so the class has slots, and texts are prepared at the first query that
    needs them: 2 µs per article."""

    __slots__ = ("_description", "_kind", "_tags", "annotations", "headline")

    def __init__(self, headline: Headline) -> None:
        self.headline = headline
        self.annotations: AnnotationsText | None = None if headline.notes else NO_ANNOTATIONS
        """Searchable annotations; None until a service has set them from the article's annotations."""
        self._description: DescriptionText | None = None
        self._tags: frozenset[str] | None = None
        self._kind: str | None = None

    @property
    def description(self) -> DescriptionText:
        """Return title, author, source and tags in the form in which words are searched for."""
        if self._description is None:
            headline = self.headline
            title, by, source = (SearchedText.of(headline.field(name)) for name in ("title", "byline", "source"))
            tags = SearchedText.of(*headline.tags)
            all_texts = (title, by, source, tags)
            everything = SearchedText(
                "\n".join(text.key for text in all_texts), "\n".join(text.tokens for text in all_texts)
            )
            self._description = DescriptionText(title, by, source, everything)
        return self._description

    @property
    def tags(self) -> frozenset[str]:
        """Return the search keys of the article's tags, without the tags of its annotations."""
        if self._tags is None:
            self._tags = frozenset(map(search_key, self.headline.tags))
        return self._tags

    @property
    def kind(self) -> str:
        """Return the kind of the article's file: `markdown`, `text`, or its suffix."""
        if self._kind is None:
            self._kind = self._kind_of_file()
        return self._kind

    def _kind_of_file(self) -> str:
        _, dot, suffix = self.headline.article.location.rpartition("/")[2].rpartition(".")
        return _KINDS.get(suffix.lower(), suffix.lower()) if dot else "text"

"""The order of a list of annotations: sections of articles, found by position without reading what is not visible."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tui_reader.model.annotation import AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.widgets.annotation_source import Section, Source


class RowPlace(NamedTuple):
    """What is on a row of the list."""

    section: int
    position: int
    """Position of the annotation among all that are listed."""
    part: int
    """Row within the annotation; -1 for the title of the section."""


class AnnotationSections:
    """Sections in their order. A section's annotations are read when one of them is asked for.

    Args:
        source: Gives the annotations of an article.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.sections: list[Section] = []
        self.starts: list[int] = []
        """Number of annotations listed above each section."""
        self._orders: dict[int, Sequence[AnnotationId]] = {}
        self._numbers: dict[ArticleId, int] = {}

    @property
    def count(self) -> int:
        """Number of annotations."""
        return self.starts[-1] + self.sections[-1].size if self.sections else 0

    def clear(self) -> None:
        """Remove all sections."""
        self.sections, self.starts = [], []
        self._orders.clear()
        self._numbers.clear()

    def extend(self, sections: Iterable[Section]) -> None:
        """Append sections of articles that are not listed yet."""
        count = self.count
        for section in sections:
            self._numbers[section.article] = len(self.sections)
            self.sections.append(section)
            self.starts.append(count)
            count += section.size

    def numbers_of(self, articles: Iterable[ArticleId]) -> list[int]:
        """Return the indexes of the sections of those articles that are listed, ascending."""
        return sorted(self._numbers[article] for article in set(articles) if article in self._numbers)

    def number_at(self, index: int) -> int:
        """Return the index of the section that holds the annotation at a position."""
        return bisect_right(self.starts, index) - 1

    def article_at(self, index: int) -> ArticleId:
        """Return the article of the annotation at a position."""
        return self.sections[self.number_at(index)].article

    def ids(self, number: int) -> Collection[AnnotationId]:
        """Return the annotations of a section in any order, without reading them."""
        section = self.sections[number]
        return self._source.ids(section.article) if section.ids is None else section.ids

    def order(self, number: int) -> Sequence[AnnotationId]:
        """Return the annotations of a section in the order of the text."""
        order = self._orders.get(number)
        if order is None:
            section = self.sections[number]
            order = self._source.in_order(section.article) if section.ids is None else section.ids
            self._orders[number] = order
        return order

    def at(self, index: int) -> AnnotationId:
        """Return the annotation at a position; empty if it was deleted since its article was listed."""
        number = self.number_at(index)
        order, place = self.order(number), index - self.starts[number]
        return order[place] if place < len(order) else ""

    def index_of(self, annotation: AnnotationId, article: ArticleId) -> int | None:
        """Return the position of an annotation of an article; None if it is not listed."""
        number = self._numbers.get(article)
        if number is None or annotation not in (order := self.order(number)):
            return None
        return self.starts[number] + order.index(annotation)

    # Rows: the title of a section takes one, each annotation `item_rows`

    def row_count(self, item_rows: int) -> int:
        """Return the number of rows of all sections."""
        return self.count * item_rows + len(self.sections)

    def rows_of(self, index: int, item_rows: int) -> tuple[int, int]:
        """Return the first and last row of an annotation, with the title if it is the first of its section."""
        number = self.number_at(index)
        first = index * item_rows + number + 1
        last = first + item_rows - 1
        return first - (index == self.starts[number]), last

    def place_of(self, row: int, item_rows: int) -> RowPlace | None:
        """Return what is on a row; None below the last one."""

        def title_row(number: int) -> int:
            return self.starts[number] * item_rows + number

        number = bisect_right(range(len(self.sections)), row, key=title_row) - 1
        if number < 0:
            return None
        rest = row - title_row(number) - 1
        if rest < 0:
            return RowPlace(number, self.starts[number], -1)
        index, part = divmod(rest, item_rows)
        return RowPlace(number, self.starts[number] + index, part) if index < self.sections[number].size else None


class ChosenAnnotations:
    """The annotations that were chosen, to be changed together. They stay chosen while others are listed.

    Args:
        source: Gives the annotations of an article.
        sections: What is listed now.
    """

    def __init__(self, source: Source, sections: AnnotationSections) -> None:
        self._source, self._sections = source, sections
        self._articles: dict[AnnotationId, ArticleId] = {}
        self._listed_count: int | None = None
        """Number of chosen annotations that are listed; None until it is asked for."""

    def __len__(self) -> int:
        return len(self._articles)

    def __contains__(self, annotation: AnnotationId) -> bool:
        return annotation in self._articles

    def sections_changed(self) -> None:
        """Forget what was computed from the sections before."""
        self._listed_count = None

    @property
    def listed_count(self) -> int:
        """Number of chosen annotations that are listed. Reads none of them."""
        if self._listed_count is None:
            numbers = self._sections.numbers_of(self._articles.values())
            self._listed_count = sum(
                each in self._articles for number in numbers for each in self._sections.ids(number)
            )
        return self._listed_count

    @property
    def listed(self) -> tuple[AnnotationId, ...]:
        """The chosen annotations that are listed, in the order of the list. Reads those of their articles."""
        numbers = self._sections.numbers_of(self._articles.values())
        return tuple(each for number in numbers for each in self._sections.order(number) if each in self._articles)

    def toggle(self, annotation: AnnotationId, article: ArticleId) -> None:
        """Add an annotation, or remove it if it is chosen."""
        if self._articles.pop(annotation, None) is None:
            self._articles[annotation] = article
        self._listed_count = None

    def add_listed(self) -> None:
        """Add every annotation that is listed."""
        for number, section in enumerate(self._sections.sections):
            self._articles.update((annotation, section.article) for annotation in self._sections.ids(number))
        self._listed_count = None

    def drop_missing(self) -> None:
        """Remove annotations that do not exist any more, and follow those that were moved to another article."""
        known = {article: self._source.ids(article) for article in set(self._articles.values())}
        for each, article in list(self._articles.items()):
            if each not in known[article]:
                del self._articles[each]
                annotation = self._source.get(each)
                if annotation is not None:
                    self._articles[each] = annotation.article
        self._listed_count = None

    def clear(self) -> bool:
        """Remove all. Returns: True if there were any."""
        had = bool(self._articles)
        self._articles.clear()
        self._listed_count = None
        return had

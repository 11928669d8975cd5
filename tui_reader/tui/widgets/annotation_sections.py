"""The order of a list of annotations: sections by article; only visible sections are read."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tui_reader.model.annotation import AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.widgets.annotation_source import Section, Source


class RowPlace(NamedTuple):
    """The content of one row of the list."""

    section: int
    position: int
    """Position of the annotation in the whole list."""
    part: int
    """Row within the annotation; -1 for the title of the section."""


class AnnotationSections:
    """The sections of the list, in order. The first access to an annotation reads its whole section.

    Args:
        source: Provides the annotations of an article.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.sections: list[Section] = []
        self.starts: list[int] = []
        """Number of annotations in all sections above, for each section."""
        self._orders: dict[int, Sequence[AnnotationId]] = {}
        self._numbers: dict[ArticleId, int] = {}

    @property
    def count(self) -> int:
        """Number of annotations in all sections."""
        return self.starts[-1] + self.sections[-1].size if self.sections else 0

    def clear(self) -> None:
        """Remove all sections."""
        self.sections, self.starts = [], []
        self._orders.clear()
        self._numbers.clear()

    def extend(self, sections: Iterable[Section]) -> None:
        """Append sections; none may belong to an article that is listed already."""
        count = self.count
        for section in sections:
            self._numbers[section.article] = len(self.sections)
            self.sections.append(section)
            self.starts.append(count)
            count += section.size

    def numbers_of(self, articles: Iterable[ArticleId]) -> list[int]:
        """Return the indexes of the sections of `articles`, ascending; skip articles that are not listed."""
        return sorted(self._numbers[article] for article in set(articles) if article in self._numbers)

    def number_at(self, index: int) -> int:
        """Return the index of the section with the annotation at a position."""
        return bisect_right(self.starts, index) - 1

    def article_at(self, index: int) -> ArticleId:
        """Return the article of the annotation at a position."""
        return self.sections[self.number_at(index)].article

    def ids(self, number: int) -> Collection[AnnotationId]:
        """Return the ids of a section's annotations in any order, without reading the annotations."""
        section = self.sections[number]
        return self._source.ids(section.article) if section.ids is None else section.ids

    def order(self, number: int) -> Sequence[AnnotationId]:
        """Return the ids of a section's annotations in the order of the text."""
        order = self._orders.get(number)
        if order is None:
            section = self.sections[number]
            order = self._source.in_order(section.article) if section.ids is None else section.ids
            self._orders[number] = order
        return order

    def at(self, index: int) -> AnnotationId:
        """Return the id of the annotation at a position; empty if it was deleted since it was listed."""
        number = self.number_at(index)
        order, place = self.order(number), index - self.starts[number]
        return order[place] if place < len(order) else ""

    def index_of(self, annotation: AnnotationId, article: ArticleId) -> int | None:
        """Return the position of an annotation of an article; None if it is not listed."""
        number = self._numbers.get(article)
        if number is None or annotation not in (order := self.order(number)):
            return None
        return self.starts[number] + order.index(annotation)

    # Rows: one for the title of a section, `item_rows` for each annotation

    def row_count(self, item_rows: int) -> int:
        """Return the number of rows of all sections."""
        return self.count * item_rows + len(self.sections)

    def rows_of(self, index: int, item_rows: int) -> tuple[int, int]:
        """Return the first and last row of an annotation, from 0; the first of a section begins at its title row."""
        number = self.number_at(index)
        first = index * item_rows + number + 1
        last = first + item_rows - 1
        return first - (index == self.starts[number]), last

    def place_of(self, row: int, item_rows: int) -> RowPlace | None:
        """Return the content of a row; None below the last row."""

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
    """The annotations on which the next command acts together. They stay chosen when the list changes.

    Args:
        source: Provides the annotations of an article.
        sections: The sections of the list.
    """

    def __init__(self, source: Source, sections: AnnotationSections) -> None:
        self._source, self._sections = source, sections
        self._articles: dict[AnnotationId, ArticleId] = {}
        self._listed_count: int | None = None
        """Cache: number of chosen annotations in the list; None until it is computed."""

    def __len__(self) -> int:
        return len(self._articles)

    def __contains__(self, annotation: AnnotationId) -> bool:
        return annotation in self._articles

    def sections_changed(self) -> None:
        """Discard the cached `listed_count` after a change of the sections."""
        self._listed_count = None

    @property
    def listed_count(self) -> int:
        """Number of chosen annotations in the list. Reads no annotation."""
        if self._listed_count is None:
            numbers = self._sections.numbers_of(self._articles.values())
            self._listed_count = sum(
                each in self._articles for number in numbers for each in self._sections.ids(number)
            )
        return self._listed_count

    @property
    def listed(self) -> tuple[AnnotationId, ...]:
        """The chosen annotations in the list, in its order. Reads the annotations of their articles."""
        numbers = self._sections.numbers_of(self._articles.values())
        return tuple(each for number in numbers for each in self._sections.order(number) if each in self._articles)

    def toggle(self, annotation: AnnotationId, article: ArticleId) -> None:
        """Add an annotation to the chosen annotations, or remove it if it is chosen."""
        if self._articles.pop(annotation, None) is None:
            self._articles[annotation] = article
        self._listed_count = None

    def add_listed(self) -> None:
        """Add every listed annotation to the chosen annotations."""
        for number, section in enumerate(self._sections.sections):
            self._articles.update((annotation, section.article) for annotation in self._sections.ids(number))
        self._listed_count = None

    def drop_missing(self) -> None:
        """Remove annotations that no longer exist, and update the article of annotations that were moved."""
        known = {article: self._source.ids(article) for article in set(self._articles.values())}
        for each, article in list(self._articles.items()):
            if each not in known[article]:
                del self._articles[each]
                annotation = self._source.get(each)
                if annotation is not None:
                    self._articles[each] = annotation.article
        self._listed_count = None

    def clear(self) -> bool:
        """Remove all annotations from the choice. Return True if any annotation was chosen."""
        had = bool(self._articles)
        self._articles.clear()
        self._listed_count = None
        return had

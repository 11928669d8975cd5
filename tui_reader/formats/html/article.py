"""Selection of the blocks of a page that are its article: those in the text that trafilatura extracts, and more.

A block is called sure if most of its words are in that text. The other blocks are in gaps between sure ones, and are
judged by their kind, their links, and the elements around them: code, tables, pictures, headings, and what has the
parent of the paragraphs around it belong to the article; boxes of links to other pages do not.
"""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui_reader.document.blocks import BlockKind, SpanKind
from tui_reader.formats.html.block_places import (
    child_containing,
    common_element,
    is_named_contents,
    linked_share,
    lists_around,
    path_to,
)
from tui_reader.formats.html.chrome import Chrome, is_chrome_line
from tui_reader.formats.html.elements import tag_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml.etree import _Element as Element

    from tui_reader.formats.html.walker import Walked

_UNIT = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\\W_]+")
"""Pattern of a word, or of one character of a script without spaces."""
_NEAR = 2
"""Maximum distance, in blocks, of a block of the article within which others are judged as near it."""
_FAR = 25
"""Distance, in blocks, beyond which a lone sure block is taken for another part of the page, such as a teaser.

The headline and the first picture are searched within half as many blocks above the first paragraph.
"""
_LARGEST_GRAM = 3
"""Length in words of the longest sequences by which a block is compared with the extracted text."""
_COVERED = 0.6
"""Minimum share of a block's sequences of words that are in the extracted text, for a sure block."""
_SHORT = 3
"""Maximum number of words of a block that is too short to be called sure by its words alone."""
_FEWEST_WORDS = 8
"""Minimum number of words of a paragraph that is text of the article without being sure (see the module).

It may be in an element of its own between sure blocks, above the running text, or a standfirst.
"""
_LONG = 20
"""Minimum number of words of the paragraph that begins the running text."""
_MOST_BEFORE = 8
"""Number of sure blocks (see the module), from the top, among which the beginning of the running text is searched."""
_CONTENT_TAGS = frozenset(
    ("p", "figure", "pre", "table", "ul", "ol", "dl", "blockquote", "hr", "img", "picture", "center", "details")
)
"""Elements that are part of the running text if they are between its paragraphs."""
_ENDS = (".", "!", "?", "…", "。", "！", "？")
"""Characters at the end of a sentence."""
_APART = frozenset((BlockKind.CODE, BlockKind.TABLE, BlockKind.HEADING))
"""Kinds of blocks that are never a line with a date or a name."""
_LINKED = 0.5
"""Minimum share of links in the text of a box that counts as links to other pages, not as a part of the article."""
_MOST_LINKED = 0.2
"""Maximum share of links in a list at the end of an article; above it, the list may name topics or other articles."""
_MAIN = 0.2
"""Minimum share of the article's words in an element that belongs to the article whatever its class and id are."""
_MENU = 0.8
"""Share of a table's text that is links to other pages, above which the table is a menu."""


_NO_MANUAL: Mapping[Element, Element] = MappingProxyType({})


class _Grams:
    """The sequences of one to three words of a text."""

    def __init__(self, text: str) -> None:
        self._units = units_of(text)
        self._sets: dict[int, set[tuple[str, ...]]] = {}

    def share(self, units: Sequence[str]) -> float:
        """Return the share of a block's sequences of words that are in the text."""
        if not units:
            return 0.0
        size = min(_LARGEST_GRAM, len(units))
        if size not in self._sets:
            self._sets[size] = set(_grams(self._units, size))
        return sum(map(self._sets[size].__contains__, _grams(units, size))) / (len(units) - size + 1)


def units_of(text: str) -> list[str]:
    """Return the words of a text in lower case, and the characters of scripts without spaces."""
    return _UNIT.findall(text.lower())


def _grams(units: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*(units[offset:] for offset in range(size)), strict=False)


def article_blocks(walked: Walked, text: str, manual: Mapping[Element, Element] = _NO_MANUAL) -> list[int]:
    """Return the numbers of the blocks that are the article, in order.

    Args:
        walked: The blocks of the element that contains the article.
        text: The text of the article that trafilatura extracted.
        manual: The sections of a manual (`headings_with_slugs`), whose blocks after the last chosen one are taken, too;
            empty for other pages.
    """
    return _Choice(walked, text, manual).chosen()


class _Choice:
    """Chooses the blocks of one page that are its article; a block is given by its index in `Walked.blocks`."""

    def __init__(self, walked: Walked, text: str, manual: Mapping[Element, Element]) -> None:
        self._manual = manual
        self._blocks = walked.blocks
        self._origins = walked.origins
        self._root = walked.root
        grams = _Grams(text)
        self._units = [units_of(piece.text) for piece in walked.blocks]
        self._shares = list(map(grams.share, self._units))
        self._chrome = Chrome(walked.root, [*self._main_elements(), *manual])

    def _main_elements(self) -> list[Element]:
        """Return the elements that contain a large part of the words of the article."""
        weights: dict[Element, int] = {}
        total = 0
        for origin, units, share in zip(self._origins, self._units, self._shares, strict=True):
            if len(units) > _SHORT and share >= _COVERED:
                total += len(units)
                weights[origin] = weights.get(origin, 0) + len(units)
        for element, weight in list(weights.items()):
            for around in path_to(element, self._root):
                if around is not element:
                    weights[around] = weights.get(around, 0) + weight
        return [element for element, weight in weights.items() if weight >= _MAIN * total]

    def chosen(self) -> list[int]:
        """Return the numbers of the blocks that are the article."""
        covered = [n for n in range(len(self._blocks)) if self._is_covered(n)]
        sure = self._without_links_at_end(_without_far_ends(covered))
        if not sure:
            return []
        first = self._first_paragraph(sure)
        sure = [n for n in sure if n >= first or not (self._is_menu(n) or self._is_contents(n))]
        chosen = self._lead(first) + sure[:1]
        lists = self._lists(sure)
        for before, after in pairwise(sure):
            if before >= first:
                chosen += self._gap(before, after, lists)
            else:
                gap = self._gap(before, after, lists) if self._are_text(before, after) else ()
                chosen += [n for n in gap if self._blocks[n].block.kind in _APART or self._blocks[n].block.depth]
                chosen += [number for number in range(before + 1, after) if self._is_in(lists, number)]
            chosen.append(after)
        chosen += self._end(sure[-1])
        chosen += self._end_of_manual(max(chosen))
        notes = self._notes(chosen)
        return sorted({*chosen, *notes, *self._heads(notes), *self._captions(chosen)})

    def _is_covered(self, number: int) -> bool:
        """Return True if a block is sure: long enough, and most of its words are in the extracted text."""
        if len(self._units[number]) <= _SHORT or self._shares[number] < _COVERED:
            return False
        return not is_chrome_line(self._blocks[number].text)

    def _is_contents(self, number: int) -> bool:
        """Return True if a block is an entry of a table of contents.

        Such a block is an item of a list, most of its text links to places in the page, and it is in an element that is
        named like a table of contents (`is_named_contents`).
        """
        piece = self._blocks[number]
        inside = sum(s.end - s.start for s in piece.spans if s.kind is SpanKind.LINK and s.target.startswith("#"))
        if not piece.block.depth or inside < _MENU * len(piece.text):
            return False
        return any(map(is_named_contents, path_to(self._origins[number], self._root)))

    def _end_of_manual(self, last: int) -> list[int]:
        """Return the blocks of a manual after the last one that is chosen, such as a list of links to other pages."""
        before = set(self._origins[: last + 1]) if self._manual else ()
        heading = next((each for each in self._manual.values() if each in before), None)
        if heading is None:
            return []
        around = common_element(heading, self._origins[last], self._root)
        found: list[int] = []
        for number in range(last + 1, len(self._blocks)):
            origin = self._origins[number]
            if (around is not self._root and child_containing(around, origin) is None) or self._chrome.contains(origin):
                break
            found.append(number)
        return found

    def _is_menu(self, number: int) -> bool:
        piece = self._blocks[number]
        return piece.block.kind is BlockKind.TABLE and linked_share([piece]) > _MENU

    def _gap(self, before: int, after: int, lists: set[Element]) -> list[int]:
        """Return the blocks between two sure ones that belong to the article.

        A heading belongs only if one of the next `_NEAR` blocks belongs.

        Args:
            before: The sure block before the gap.
            after: The sure block after the gap.
            lists: The lists whose blocks are mostly sure.
        """
        around = common_element(self._origins[before], self._origins[after], self._root)
        inside = {child_containing(around, self._origins[before]), child_containing(around, self._origins[after])}
        boxes: dict[Element | None, list[int]] = {}
        for number in range(before + 1, after):
            boxes.setdefault(child_containing(around, self._origins[number]), []).append(number)
        chosen = []
        for box, numbers in boxes.items():
            is_box = box is not None and box not in inside and tag_of(box) not in _CONTENT_TAGS
            if is_box and linked_share(self._blocks[number] for number in numbers) > _LINKED:
                continue
            chosen += [n for n in numbers if self._belongs(n, before, after, lists, is_box=is_box)]
        kept = {*chosen, after}
        for number in sorted(chosen, reverse=True):
            is_heading = self._blocks[number].block.kind is BlockKind.HEADING
            if is_heading and kept.isdisjoint(range(number + 1, number + _NEAR + 1)):
                kept.discard(number)
        return [number for number in chosen if number in kept]

    def _belongs(self, number: int, before: int, after: int, lists: set[Element], *, is_box: bool) -> bool:
        """Return True if a block between two sure ones belongs to the article, judged by the block alone.

        Args:
            number: The block.
            before: The sure block before it.
            after: The sure block after it.
            lists: The lists whose blocks are mostly sure.
            is_box: True if the block is in an element of its own between the sure blocks, such as `<div>`.
        """
        piece, units = self._blocks[number], self._units[number]
        if is_chrome_line(piece.text) or self._chrome.contains(self._origins[number]):
            return False
        is_near = number - before <= _NEAR or after - number <= _NEAR
        match piece.block.kind:
            case BlockKind.RULE | BlockKind.CODE:
                return True
            case BlockKind.FIGURE:
                return is_near or not is_box
            case BlockKind.TABLE:
                return linked_share([piece]) <= _LINKED
            case BlockKind.HEADING:
                return not piece.block.depth or linked_share([piece]) <= _LINKED
        if not is_box or piece.block.quiet or self._is_in(lists, number):
            return True
        if self._shares[number] == 1 and len(units) <= _SHORT:
            return is_near
        return is_near and len(units) >= _FEWEST_WORDS and linked_share([piece]) <= _LINKED

    def _are_text(self, before: int, after: int) -> bool:
        """Return True if two sure blocks above the first long paragraph are paragraphs of one running text.

        That is so if both are in elements such as `<p>` or `<ul>` that have the same parent, a `<p>` with at least
        `_FEWEST_WORDS` words. Code, tables and headings count as running text wherever they are.
        """
        around = common_element(self._origins[before], self._origins[after], self._root)
        for number in (before, after):
            if self._blocks[number].block.kind in _APART:
                continue
            child = child_containing(around, self._origins[number])
            tag = "" if child is None else tag_of(child)
            if tag not in _CONTENT_TAGS or (tag == "p" and len(self._units[number]) < _FEWEST_WORDS):
                return False
        return True

    def _first_paragraph(self, sure: Sequence[int]) -> int:
        """Return the number of the first block of the running text; dates and bylines may precede it."""
        for number in sure[:_MOST_BEFORE]:
            if self._blocks[number].block.kind is not BlockKind.HEADING and len(self._units[number]) >= _LONG:
                return number
        return sure[0]

    def _lead(self, first: int) -> list[int]:
        """Return the headline, the standfirst, and the last picture above the first paragraph with its caption."""
        top = max(0, first - _FAR // 2)
        headings = [n for n in range(top, first) if self._blocks[n].block.kind is BlockKind.HEADING]
        standfirst = [n for n in range(headings[0], first) if self._is_standfirst(n)] if headings else []
        names = [
            n for n in headings if self._blocks[n].block.level == 1 and not self._chrome.contains(self._origins[n])
        ]
        above = self._first_picture(first) + self._first_tables(first) + self._first_headings(first)
        return names[-1:] + standfirst[:1] + above

    def _first_headings(self, first: int) -> list[int]:
        """Return the headings directly above the first paragraph that have the level of a heading after it."""
        found: list[int] = []
        for number in range(first - 1, max(-1, first - 1 - _NEAR), -1):
            block = self._blocks[number].block
            if block.kind is not BlockKind.HEADING or self._chrome.contains(self._origins[number]):
                break
            if any(
                other.block.kind is block.kind and other.block.level == block.level for other in self._blocks[first:]
            ):
                found.append(number)
        return found

    def _is_standfirst(self, number: int) -> bool:
        """Return True if a block between the headline and the first paragraph is a sentence about the article."""
        piece = self._blocks[number]
        if piece.block.kind is not BlockKind.PARAGRAPH or piece.block.depth or len(self._units[number]) < _FEWEST_WORDS:
            return False
        return piece.text.rstrip('”"»)').endswith(_ENDS) and linked_share([piece]) <= _LINKED / 2

    def _first_picture(self, first: int) -> list[int]:
        for number in range(first - 1, max(-1, first - _FAR // 2), -1):
            if self._blocks[number].block.kind is not BlockKind.FIGURE or self._chrome.contains(self._origins[number]):
                continue
            after = number + 1
            has_caption = after < first and self._blocks[after].block.quiet and bool(self._blocks[after].text)
            return [number, after] if has_caption else [number]
        return []

    def _first_tables(self, first: int) -> list[int]:
        """Return the tables of data directly above the first paragraph, such as the box about a person or a place."""
        around = self._origins[first].getparent() if self._origins[first] is not self._root else None
        found = []
        for number in range(max(0, first - _FAR // 2), first):
            table = self._origins[number]
            is_beside = around is not None and child_containing(around, table) is table
            if self._blocks[number].block.kind is BlockKind.TABLE and is_beside and not self._is_apart(number):
                found.append(number)
        return found

    def _is_apart(self, number: int) -> bool:
        return linked_share([self._blocks[number]]) > _LINKED or self._chrome.contains(self._origins[number])

    def _heads(self, notes: Sequence[int]) -> list[int]:
        """Return the headings directly above footnotes, such as `References`, which may be the end of the page."""
        known = set(notes)
        return [
            number - 1
            for number in notes
            if number and number - 1 not in known and self._blocks[number - 1].block.kind is BlockKind.HEADING
        ]

    def _captions(self, chosen: Sequence[int]) -> list[int]:
        """Return the captions of chosen tables, which stand above them."""
        return [
            number - 1
            for number in chosen
            if number
            and self._blocks[number].block.kind is BlockKind.TABLE
            and self._blocks[number - 1].block.quiet
            and tag_of(self._origins[number - 1]) == "caption"
        ]

    def _end(self, last: int) -> list[int]:
        """Return the list, code, tables and pictures after the last paragraph, within the same parent element."""
        around = self._origins[last].getparent() if self._origins[last] is not self._root else None
        chosen: list[int] = self._list_after(last)
        last = max([last, *chosen])
        for number in range(last + 1, min(last + 1 + _NEAR, len(self._blocks))):
            block = self._blocks[number].block
            is_part = block.kind in (BlockKind.CODE, BlockKind.TABLE, BlockKind.FIGURE) or (chosen and block.quiet)
            parent = self._origins[number].getparent()
            if not is_part or around is None or around not in (parent, child_containing(around, self._origins[number])):
                break
            if self._chrome.contains(self._origins[number]) or linked_share([self._blocks[number]]) > _LINKED:
                break
            chosen.append(number)
        return chosen

    def _list_after(self, last: int) -> list[int]:
        """Return the blocks of a list that directly follows the last paragraph, unless it mostly consists of links."""
        origin, after = self._origins[last], last + 1
        around = origin.getparent()
        if origin is self._root or around is None or after >= len(self._blocks) or not self._blocks[after].block.depth:
            return []
        element = child_containing(around, self._origins[after])
        if element is None or element.getparent() is not around or tag_of(element) not in ("ul", "ol"):
            return []
        numbers = list(
            takewhile(lambda n: child_containing(around, self._origins[n]) is element, range(after, len(self._blocks)))
        )
        linked = linked_share(self._blocks[number] for number in numbers)
        return [] if linked > _MOST_LINKED or self._chrome.contains(element) else numbers

    def _lists(self, sure: Sequence[int]) -> set[Element]:
        """Return the lists whose blocks are mostly sure."""
        totals: dict[Element, list[int]] = {}
        known = set(sure)
        for number, piece in enumerate(self._blocks):
            if not piece.block.depth:
                continue
            for element in lists_around(self._origins[number], self._root):
                count = totals.setdefault(element, [0, 0])
                count[0] += number in known
                count[1] += 1
        return {element for element, (found, total) in totals.items() if found * 2 >= total}

    def _is_in(self, lists: set[Element], number: int) -> bool:
        return bool(self._blocks[number].block.depth) and any(
            element in lists for element in lists_around(self._origins[number], self._root)
        )

    def _notes(self, chosen: Sequence[int]) -> list[int]:
        """Return the blocks of the footnotes to which chosen blocks refer."""
        wanted = {
            f"[{span.target[1:]}]"
            for number in chosen
            for span in self._blocks[number].spans
            if span.kind is SpanKind.NOTE
        }
        found: list[int] = []
        is_wanted = False
        for number, (block, _, _) in enumerate(self._blocks if wanted else ()):
            if block.marker.startswith("["):
                is_wanted = block.marker in wanted
            is_wanted = is_wanted and block.quiet
            if is_wanted:
                found.append(number)
        return found

    def _without_links_at_end(self, numbers: list[int]) -> list[int]:
        """Return block numbers without the last ones, as long as these are headings, or links in a menu or the like."""
        while len(numbers) > 1:
            piece = self._blocks[numbers[-1]]
            is_heading = piece.block.kind is BlockKind.HEADING
            if not is_heading and not (
                linked_share([piece]) > _LINKED and self._chrome.contains(self._origins[numbers[-1]])
            ):
                break
            del numbers[-1]
        return numbers


def _without_far_ends(numbers: list[int]) -> list[int]:
    """Return block numbers, in order, without the first and last ones that are more than `_FAR` from the next.

    The last four that remain are kept in any case.
    """
    numbers = list(numbers)
    while len(numbers) > 4 and numbers[1] - numbers[0] > _FAR:
        del numbers[0]
    while len(numbers) > 4 and numbers[-1] - numbers[-2] > _FAR:
        del numbers[-1]
    return numbers

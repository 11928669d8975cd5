"""Nested HTML for lists and quotations, from blocks that contain only their nesting depths."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from tui_reader.exchange.markup import escape

_NUMBER = re.compile(r"(\d{1,9})[.)]")


class _Kind(Enum):
    QUOTE = "blockquote"
    BULLETS = "ul"
    NUMBERS = "ol"
    MARKERS = 'ul class="markers"'
    """A list of items with markers that HTML does not have, such as check boxes or `[2]`."""
    DEFINITIONS = "dl"
    INDENTED = 'div class="indented"'
    """A list around a block that begins none of its items, while no list of this depth is open."""


class _Container(NamedTuple):
    kind: _Kind
    item: str = ""
    """Tag of the open item; empty if there is none."""


class ContainerHtml:
    """Writer of the tags that open and close lists, list items, and quotations.

    It appends them to `parts`, to which the caller appends the HTML of each block after `enter`.
    """

    def __init__(self, parts: list[str]) -> None:
        self._parts = parts
        self._stack: list[_Container] = []

    def enter(self, quote: int, depth: int, marker: str = "", *, is_term: bool = False) -> None:
        """Close the lists and quotations that end before the next block, and open those that begin with it.

        A block does not record whether its list is inside its quotation or the quotation inside the list: open elements
        stay open if possible, else the quotation is the outer element.

        Args:
            quote: Number of quotations around the next block.
            depth: Number of lists around the next block.
            marker: The marker of the item that begins with the block; empty if none does.
            is_term: True if the block is the term of a definition, which counts as in a list.
        """
        if not quote and not depth and not self._stack:
            return
        begins_item = bool(marker) or is_term
        kind = _Kind.DEFINITIONS if is_term else _kind(marker)
        quotes, lists = self._close_to(quote, depth, kind if begins_item else None)
        if begins_item and lists == depth:
            self._open_item(marker, "dt" if is_term else "li")
        elif self._stack and self._stack[-1].item == "dt":
            self._open_item("", "dd")
        for _ in range(quotes, quote):
            self._open(_Kind.QUOTE)
        for number in range(lists + 1, depth + 1):
            self._open(kind if begins_item and number == depth else _Kind.INDENTED)
            if begins_item and number == depth:
                self._open_item(marker, "dt" if is_term else "li")

    def end_quotes(self, count: int) -> None:
        """Close a number of quotations, the innermost first, with the lists inside them."""
        while count > 0 and self._stack:
            count -= self._stack[-1].kind is _Kind.QUOTE
            self._close()

    def end(self) -> None:
        """Close all open elements."""
        while self._stack:
            self._close()

    def _close_to(self, quote: int, depth: int, kind: _Kind | None) -> tuple[int, int]:
        """Close all elements that do not contain the next block; return how many quotations and lists stay open.

        Args:
            quote: Number of quotations around the next block.
            depth: Number of lists around the next block.
            kind: Kind of the block's innermost list if the block begins an item, so that no element may be open in that
                list.
        """
        quotes = lists = kept = 0
        for container in self._stack:
            if kind is not None and lists == depth:
                break
            if container.kind is _Kind.QUOTE:
                if quotes == quote:
                    break
                quotes += 1
            else:
                if lists == depth or (kind is not None and lists == depth - 1 and container.kind is not kind):
                    break
                lists += 1
            kept += 1
        while len(self._stack) > kept:
            self._close()
        return quotes, lists

    def _open(self, kind: _Kind) -> None:
        self._parts.append(f"<{kind.value}>\n")
        self._stack.append(_Container(kind))

    def _close(self) -> None:
        container = self._stack.pop()
        item = f"</{container.item}>\n" if container.item else ""
        self._parts.append(f"{item}</{container.kind.value.split()[0]}>\n")

    def _open_item(self, marker: str, tag: str) -> None:
        """Close the open item of the innermost list, and open a new item."""
        container = self._stack[-1]
        if container.item:
            self._parts.append(f"</{container.item}>\n")
        number = _NUMBER.fullmatch(marker) if container.kind is _Kind.NUMBERS else None
        value = f' value="{int(number[1])}"' if number is not None else ""
        self._parts.append(f"<{tag}{value}>")
        if container.kind is _Kind.MARKERS:
            self._parts.append(f'<span class="marker">{escape(marker)}</span>')
        self._stack[-1] = container._replace(item=tag)


def _kind(marker: str) -> _Kind:
    if _NUMBER.fullmatch(marker) is not None and marker.isascii():
        return _Kind.NUMBERS
    return _Kind.BULLETS if marker in {"•", "◦", "▪", "▸", "‣", "–", "-", "*", "+"} else _Kind.MARKERS

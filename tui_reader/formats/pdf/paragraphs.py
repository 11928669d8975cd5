"""Grouping of lines into paragraphs, which may continue in the next column or on the next page.

Notes, captions and pictures in the middle of a paragraph are moved after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.pdf.line_groups import CAPTION, FAR, NOTE_MARK, SAME_SIZE, Edges, edges_of, notes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.formats.pdf.page_lines import Line
    from tui_reader.formats.pdf.type_sizes import TypeSizes

_SHORTEST_LINE = 45
"""Minimum number of characters of a lone line that may continue in another column; slides have shorter lone lines."""
_INDENT = 0.7
"""Minimum difference of two left edges that is an indent, in font sizes."""


_BULLET = re.compile(r"([•‣▪▫■□●○◦◆◇►▶➢➤✓✔❖⁃∙·*–—-]|o(?= [A-Z]))[ \u00a0\t]+(?=\S)|([•‣▪■●○◦➢❖])(?=\w)")
"""Pattern of a bullet: `• `, `– `, `o The`, `▪Text`."""
_NUMBERED = re.compile(r"(\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{2,5})[.)]|\[\d{1,3}\]|\[[A-Z][\w+]{1,11}\])[ \u00a0]+(?=\S)")
"""Pattern of the number of a list item or a reference: `1. `, `(a) `, `iv) `, `[12] `, `[Roe21] `."""
_DIVIDED = re.compile(r"\w[-‐\u00ad]\Z")
"""Pattern of the end of a line within a word or a compound."""
_SENTENCE_END = re.compile(r"[.!?…:。！？：]['\"”’»)\]]*\d{0,3}\Z")


class Role(Enum):
    """The kind of a paragraph."""

    TEXT = auto()
    ITEM = auto()
    CODE = auto()
    TABLE = auto()
    NOTE = auto()
    CAPTION = auto()
    PICTURE = auto()
    ASIDE = auto()
    """Text that is not upright, such as a stamp in the margin."""
    LABEL = auto()
    """A label beside the text, such as a margin note or the term of a definition."""


class Picture(NamedTuple):
    """A picture on a page."""

    page: int
    number: int
    """Number of the picture on its page, from 0; -1 for the page as a whole."""
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class Paragraph:
    """Lines that form a paragraph, or a picture."""

    role: Role
    lines: list[Line] = field(default_factory=list)
    marker: str = ""
    """Bullet or number of a list item, mark of a note."""
    skip: int = 0
    """Number of characters of the first line that are the marker."""
    tight: bool = False
    """True if the distance to the next paragraph is the usual distance of lines."""
    picture: Picture | None = None
    depth: int = 0
    """Number of lists that contain the item."""

    @property
    def text(self) -> str:
        """Return the lines joined by spaces; words divided at line ends are not joined."""
        return " ".join(line.text for line in self.lines)


class Flow:
    """Collects the paragraphs of a file in reading order.

    Args:
        sizes: The usual sizes in the file; each page is added to them before it is added here.
    """

    def __init__(self, sizes: TypeSizes) -> None:
        self._sizes = sizes
        self.done: list[Paragraph] = []
        """The finished paragraphs, in reading order."""
        self._open: Paragraph | None = None
        """The paragraph to which the next line may belong."""
        self._last_edges: Edges | None = None
        """The edges of the last line of `_open`."""
        self._waiting: list[Paragraph] = []
        """Notes, captions and pictures that come after the open paragraph."""
        self._interrupted = False
        """True if a caption or a picture is between the last line of the open paragraph and the next line."""
        self._labels: list[Line] = []
        """Labels beside the next line."""

    def add_page(self, lines: Sequence[Line], pictures: Sequence[Picture]) -> None:
        """Add the lines of a page in reading order, and its pictures."""
        notes = notes_of(lines, self._sizes.body)
        edges = edges_of(lines, self._sizes)
        rest = sorted(pictures, key=lambda picture: picture.y0)
        caption: tuple[Paragraph, int] | None = None
        note: Paragraph | None = None
        for index, line in enumerate(lines):
            rest = self._pictures_above(rest, line)
            if index in notes:
                note = self._add_note(note, line)
                continue
            if line.turned:
                self._waiting.append(Paragraph(Role.ASIDE, [line]))
                continue
            if line.beside:
                self._labels.append(line)
                continue
            edge = edges[index]
            if (
                caption is not None
                and caption[1] == index - 1
                and not self._starts(caption[0], lines[index - 1], edges[index - 1], line, edge)
            ):
                caption[0].lines.append(line)
                caption = (caption[0], index)
                continue
            if CAPTION.match(line.text) and self._is_caption(line, lines[index - 1] if index else None):
                found = Paragraph(Role.CAPTION, [line])
                self._waiting.append(found)
                self._interrupted = True
                caption = (found, index)
                continue
            self._add_line(line, edge)
        self._waiting += self._take_labels()
        for picture in rest:
            self._add_picture(picture)

    def _take_labels(self) -> list[Paragraph]:
        """Return the labels as paragraphs; lines that follow each other are one label."""
        found: list[Paragraph] = []
        for line in self._labels:
            last = found[-1].lines[-1] if found else None
            if last is not None and last.page == line.page and 0 < line.y - last.y < 1.6 * line.size:
                found[-1].lines.append(line)
            else:
                found.append(Paragraph(Role.LABEL, [line], tight=True))
        self._labels = []
        return found

    def finish(self) -> list[Paragraph]:
        """End the open paragraph, and return all paragraphs in reading order."""
        self._close()
        return self.done

    def _add_note(self, note: Paragraph | None, line: Line) -> Paragraph:
        mark = NOTE_MARK.match(line.text)
        follows = bool(mark and note and mark[1].isdecimal() and note.marker.isdecimal())
        if note is None or (
            mark and (_is_mark(line, mark, note.lines[-1]) or (follows and int(mark[1]) == int(note.marker) + 1))
        ):
            note = Paragraph(Role.NOTE, [line])
            if mark and not mark[1].isspace():
                note.marker, note.skip = mark[1], mark.end()
            self._waiting.append(note)
        else:
            note.lines.append(line)
        return note

    def _pictures_above(self, pictures: list[Picture], line: Line) -> list[Picture]:
        """Add the pictures that begin above a line of the same column; return the others."""
        left, right = sorted((abs(line.left), abs(line.right)))
        below = []
        for picture in pictures:
            beside = picture.x0 < right and picture.x1 > left
            if beside and picture.y0 + min(picture.y1 - picture.y0, 20) / 2 < line.y:
                self._add_picture(picture)
            else:
                below.append(picture)
        return below

    def _add_picture(self, picture: Picture) -> None:
        self._waiting.append(Paragraph(Role.PICTURE, picture=picture))
        self._interrupted = True

    def _is_caption(self, line: Line, before: Line | None) -> bool:
        """Return True if a line that begins like a caption is one, rather than a line in the middle of a paragraph."""
        if self._open is None or before is None or before.column != line.column:
            return True
        far = line.y - before.y > FAR * self._sizes.leading(line.size)
        return far or abs(before.size - line.size) > SAME_SIZE * line.size or before not in self._open.lines[-1:]

    def _add_line(self, line: Line, edge: Edges) -> None:
        opened, last = self._open, self._last_edges
        if opened is not None and last is not None:
            before = opened.lines[-1]
            moved = line.page != before.page or line.column != before.column or self._interrupted
            if self._resumes(opened, last, line, edge) if moved else not self._starts(opened, before, last, line, edge):
                opened.lines.append(line)
                self._last_edges = edge
                self._interrupted = False
                self._waiting += self._take_labels()
                return
            near = line.y - before.y <= FAR * self._sizes.leading(line.size)
            is_list = opened.role is Role.ITEM and marker_of(line.text) is not None
            opened.tight = (
                not moved
                and near
                and not self._labels
                and (is_list or len(opened.lines) == 1)
                and _is_short(before, last, line)
            )
        self._close()
        self.done += self._take_labels()
        self._open = self._new(line, edge)
        self._last_edges = edge

    def _new(self, line: Line, edge: Edges) -> Paragraph:
        if line.mono:
            return Paragraph(Role.CODE, [line])
        if edge.tabular:
            return Paragraph(Role.TABLE, [line])
        marker = marker_of(line.text)
        if marker is None:
            return Paragraph(Role.TEXT, [line])
        return Paragraph(Role.ITEM, [line], marker[0], marker[1])

    def _close(self) -> None:
        if self._open is not None:
            self.done.append(self._open)
            self._open = None
        self.done += self._waiting
        self._waiting = []
        self._interrupted = False

    def _starts(self, opened: Paragraph, before: Line, last: Edges, line: Line, edge: Edges) -> bool:
        """Return True if a line begins a paragraph, compared with the line before it in the same column.

        Args:
            opened: The open paragraph.
            before: Its last line.
            last: The edges of that line.
            line: The line.
            edge: The edges of the line.
        """
        size = max(before.size, line.size)
        distance = line.y - before.y
        if line.mono or before.mono:
            return not (line.mono and before.mono and distance <= 2.2 * self._sizes.leading(size))
        if edge.tabular or opened.role is Role.TABLE:
            return not (edge.tabular and opened.role is Role.TABLE and distance <= 2.5 * size)
        is_large = size > 1.14 * self._sizes.body
        if abs(before.size - line.size) > SAME_SIZE * size:
            return True
        if is_large:
            return distance > 1.7 * size or before.bold != line.bold
        if distance > FAR * self._sizes.leading(size) + 0.5 or distance <= 0:
            return True
        if before.bold != line.bold and (line.bold or _is_short(before, last, line)):
            return True
        if marker_of(line.text) is not None and self._begins_item(opened, before, last, line):
            return True
        shift = line.x0 - before.x0
        is_second = len(opened.lines) == 1
        if shift > _INDENT * size:
            hangs = edge.following is not None and abs(edge.following - line.x0) < 0.3 * size
            goes_on = opened.role is not Role.TEXT or hangs or (edge.following is None and self._hung(opened))
            if not (is_second and goes_on):
                return True
        elif shift < -_INDENT * size and (
            not is_second or (opened.role is Role.ITEM and _is_short(before, last, line))
        ):
            return True
        if _DIVIDED.search(before.text) and line.text[:1].isalnum():
            return False
        return _is_short(before, last, line)

    def _hung(self, opened: Paragraph) -> bool:
        """Return True if the paragraph before `opened` has a hanging indent, so that `opened` may have one."""
        before = self.done[-1] if self.done else None
        if before is None or len(before.lines) < 2:
            return False
        return before.lines[1].x0 - before.lines[0].x0 > _INDENT * before.lines[0].size and (
            abs(before.lines[0].x0 - opened.lines[0].x0) < 1.0
        )

    def _begins_item(self, opened: Paragraph, before: Line, last: Edges, line: Line) -> bool:
        """Return True if a line with a bullet or a number is a new item, not running text that looks like one."""
        if opened.role is Role.ITEM and abs(line.x0 - opened.lines[0].x0) < 0.5 * line.size:
            return True
        return _is_short(before, last, line) or abs(line.x0 - before.x0) > 0.5 * line.size

    def _resumes(self, opened: Paragraph, last: Edges, line: Line, edge: Edges) -> bool:
        """Return True if the paragraph `opened` continues in another column, on another page, or below a picture.

        See `_starts` for the arguments.
        """
        before = opened.lines[-1]
        if opened.role is Role.CODE or line.mono or opened.role is Role.TABLE or edge.tabular:
            return False
        if abs(before.size - line.size) > SAME_SIZE * before.size or before.bold != line.bold:
            return False
        if before.size > 1.14 * self._sizes.body or before.right_to_left != line.right_to_left:
            return False
        if marker_of(line.text) is not None:
            return False
        text = before.text.rstrip()
        if text[-1:] in "-‐\u00ad" and line.text[:1].islower():
            return True
        if _is_short(before, last, line):
            return False
        below = line.page == before.page and 0 < line.y - before.y <= FAR * self._sizes.leading(line.size)
        if below and abs(line.x0 - before.x0) < 1.5 and not self._interrupted:
            return True  # the last line of a paragraph above columns, which is as narrow as a column
        is_indented = line.x0 - edge.left > _INDENT * line.size or (
            edge.size == 1 and line.x0 - line.left > _INDENT * line.size and opened.role is Role.TEXT
        )
        if is_indented and (opened.role is Role.TEXT or edge.following is not None):
            return False
        if line.text[:1].islower():
            return True
        if len(opened.lines) == 1 and last.size == 1 and len(text) < _SHORTEST_LINE:
            return False  # a line alone, such as the words on a slide
        return self._sizes.indents and opened.role is Role.TEXT if _SENTENCE_END.search(text) else True


def marker_of(text: str) -> tuple[str, int] | None:
    """Return the bullet or number at the start of a line, and where the text after it begins; None if it has none."""
    first = text[:1]
    if not first or (first.isalpha() and text[1:2] not in ".)ivxIVX o"):
        return None
    if match := _BULLET.match(text):
        return "•" if match[0].strip() not in "–—-" else "–", match.end()
    if match := _NUMBERED.match(text):
        return match[1], match.end()
    return None


def _is_short(before: Line, edges: Edges, line: Line) -> bool:
    """Return True if the line `before` ends early: the first word of `line`, the next one, would have fit on it."""
    rest = edges.right - before.x1
    return rest > line.first_width + 0.55 * before.size


def _is_mark(line: Line, mark: re.Match[str], before: Line) -> bool:
    """Return True if a mark at the start of a line of footnotes begins a new note."""
    return line.raised or (
        not mark[1].isalpha() and (line.x0 != before.x0 or mark[0].endswith((" ", "."))) and line.x0 <= before.x0 + 20
    )

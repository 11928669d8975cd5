"""Exported files that users may edit: marked blocks, with text of the user between the blocks.

A block is enclosed in two comments of the file's format. The first comment contains the block's id and a hash of the
exported text, so that a manual change is detected. The comment at the top of a file names the format and the article,
with hashes of the properties before the text and of the order of the blocks.

`merge` updates a file: an unedited file is replaced; in an edited file only the unedited blocks are replaced, each at
its present position. Text between the blocks is never changed. A block that was edited by hand is left unchanged if the
library has no new text for it; else it becomes text between the blocks.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from tui_reader.exchange.properties import added_to, lines_hash, properties_hash, properties_lines
from tui_reader.model.hashing import blake2b

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui_reader.exchange.properties import Properties

NAME = "tui-reader"
"""The word with which the text of every marker comment begins."""


class Block(NamedTuple):
    """A block of a file that an export writes and replaces."""

    id: str
    text: str


class Page(NamedTuple):
    """The content that an export writes into a file with blocks."""

    id: str
    """The id of the article; `*` for a file with several articles."""
    blocks: Sequence[Block]
    properties: Properties | None = None
    """Properties before the text, as YAML front matter; None for a format or file without front matter."""


class Comments(NamedTuple):
    """The syntax of a one-line comment in a format."""

    format: str
    before: str
    after: str
    escape: str
    """Put before a line of a block's text that looks like a marker comment, so that it is not read as one."""

    def comment(self, text: str) -> str:
        """Return a line that contains a text as a comment."""
        return f"{self.before}{text}{self.after}"


class _Piece(NamedTuple):
    """A section of an existing file: a block with its marker comments, or the text between two blocks."""

    raw: str
    id: str = ""
    """The id in the marker comment of a block; empty for the text between blocks."""
    text: str = ""
    """The text of a block without the marker comments."""
    hash: str = ""
    """The hash in the marker comment of a block; empty for the text between blocks."""

    @property
    def is_blank(self) -> bool:
        """Return True if the section contains only empty lines between two blocks."""
        return not self.id and not self.raw.strip()

    @property
    def is_touched(self) -> bool:
        """Return True for a block that was edited by hand, and for text between blocks that is not blank."""
        return self.hash != _hash(self.text) if self.id else not self.is_blank


class _Parsed(NamedTuple):
    """The parsed content of an existing file: its marker comment, its properties, and its sections in order."""

    article: str
    front_hash: str
    order_hash: str
    properties: str
    """The lines of the front matter except the one with the mark; empty without front matter."""
    pieces: list[_Piece]

    @property
    def is_in_order(self) -> bool:
        """Return True if the file still has exactly the blocks of the last export in their order."""
        return self.order_hash == _order_hash(self.pieces)

    @property
    def are_properties_touched(self) -> bool:
        """Return True if the properties were edited by hand."""
        return bool(self.front_hash) and lines_hash(self.properties) != self.front_hash


class Merged(NamedTuple):
    """The new text of a file after a merge."""

    text: str
    kept: int = 0
    """Number of blocks edited by hand whose words are now between the blocks."""


def render(page: Page, comments: Comments) -> str:
    """Return the text of a new file for a page."""
    pieces = [_Piece("\n")]
    for each in page.blocks:
        pieces += [_piece(each, comments), _Piece("\n\n")]
    pieces[-1] = _Piece("\n" if page.blocks else "")
    front = properties_lines(page.properties) if page.properties is not None else ""
    return _joined(page, front, _order_hash(pieces), pieces, comments)


def article_of(beginning: str, comments: Comments) -> str | None:
    """Return the article id in the marker comment of a file; None without such a comment.

    Args:
        beginning: The first characters of the file, which may end within its properties.
        comments: The comment syntax of the format.
    """
    plain = _plain(beginning)
    found = _mark(comments).match(plain) or _front_beginning(comments).match(plain)
    return unquote(found["article"]) if found is not None else None


def is_untouched(existing: str, comments: Comments) -> bool:
    """Return True if a file has not been edited since an export wrote it."""
    parsed = _parse(_plain(existing), comments)
    return parsed is not None and _is_untouched(parsed)


def merge(existing: str, page: Page, comments: Comments) -> Merged | None:
    """Return the new text of an existing file, which may have been edited.

    Args:
        existing: The present text of the file.
        page: The page that the export would write.
        comments: The comment syntax of the format.

    Returns:
        The new text; None if the file has no mark of this article and format and must not be overwritten.
    """
    fresh = render(page, comments)
    plain = _plain(existing)
    if plain == fresh:
        return Merged(existing)
    parsed = _parse(plain, comments)
    if parsed is None or parsed.article != _quoted(page.id) or bool(parsed.front_hash) != (page.properties is not None):
        return None
    if _is_untouched(parsed):
        return Merged(_in_form_of(existing, fresh))
    pieces, kept = _merge_pieces(parsed.pieces, page.blocks, comments)
    order = _order_hash(pieces) if parsed.is_in_order else _MOVED
    front = properties_lines(page.properties) if page.properties is not None else ""
    if page.properties is not None and parsed.are_properties_touched:
        front = added_to(parsed.properties, page.properties)
    return Merged(_in_form_of(existing, _joined(page, front, order, pieces, comments)), kept)


def _is_untouched(parsed: _Parsed) -> bool:
    return (
        parsed.is_in_order
        and not any(piece.is_touched for piece in parsed.pieces)
        and not parsed.are_properties_touched
    )


def _merge_pieces(pieces: Sequence[_Piece], blocks: Sequence[Block], comments: Comments) -> tuple[list[_Piece], int]:
    """Merge the blocks of a new export into an edited file.

    Args:
        pieces: The sections of the file.
        blocks: The blocks of the export.
        comments: The comment syntax of the format.

    Returns:
        The new sections of the file, and the number of blocks edited by hand that became text between blocks.
    """
    wanted = {_quoted(each.id): _piece(each, comments) for each in blocks}
    merged: list[_Piece] = []
    kept = 0
    has_gap = False
    for piece in pieces:
        if not piece.id:
            # A block before this section was removed: remove its empty lines too.
            is_double = has_gap and bool(merged) and (merged[-1].is_blank or piece.is_blank)
            merged.append(_Piece(piece.raw.lstrip("\n") if is_double else piece.raw))
            has_gap = False
            continue
        new = wanted.get(piece.id)
        if new is not None and (not piece.is_touched or new.hash == piece.hash):
            merged.append(piece if piece.is_touched else new)
        elif piece.is_touched and piece.text.strip():
            kept += 1
            merged += [new, _Piece(f"\n\n{piece.text}")] if new is not None else [_Piece(piece.text)]
        elif new is not None:
            merged.append(new)
        else:
            has_gap = True
    placed = {piece.id for piece in merged}
    previous = ""
    for id_, block in wanted.items():
        if id_ not in placed:
            _insert(merged, block, previous)
        previous = id_
    return merged, kept


def _insert(pieces: list[_Piece], block: _Piece, previous: str) -> None:
    """Insert a block after the block with the id `previous` and the text below that block.

    Without a block `previous`, it is inserted before the first block, or at the end of a file without blocks.
    """
    after = max((i + 1 for i, piece in enumerate(pieces) if previous and piece.id == previous), default=0)
    at = next((i for i in range(after, len(pieces)) if pieces[i].id), None)
    if at is not None:
        pieces[at:at] = [block, _Piece("\n\n")]
        return
    text = pieces[-1].raw if pieces and not pieces[-1].id else ""
    lines = len(text) - len(text.rstrip("\n"))
    pieces += [_Piece("\n" * max(0, (2 if text.strip() or len(pieces) > 1 else 1) - lines)), block, _Piece("\n")]


_MOVED = "moved"
"""In the mark of a file, in place of the hash of the order of blocks after a user has changed the order: it equals no
hash, so that later exports keep the user's order."""


def _order_hash(pieces: Iterable[_Piece]) -> str:
    return _hash("\n".join(piece.id for piece in pieces if piece.id))


def _joined(page: Page, front: str, order: str, pieces: Iterable[_Piece], comments: Comments) -> str:
    """Return the text of a file with its mark, its properties and its sections.

    Args:
        page: The page, whose id is in the mark; if it has properties, the mark is in the front matter.
        front: The properties as lines of YAML.
        order: Hash of the order of the blocks, for the mark.
        pieces: The sections.
        comments: The comment syntax of the format.
    """
    body = "".join(piece.raw for piece in pieces)
    id_ = _quoted(page.id)
    if page.properties is None:
        return comments.comment(f"{NAME}-export {comments.format} {id_} {order}") + "\n" + body
    hashes = f"{properties_hash(page.properties)} {order}"
    return f"---\n{NAME}: {comments.format} {id_} {hashes}\n{front}---\n{body}"


def _piece(block: Block, comments: Comments) -> _Piece:
    """Return a block as a section of a file; lines that look like marker comments get the prefix `Comments.escape`."""
    text = block.text.strip("\n")
    if NAME in text:
        text = _like_mark(comments).sub(lambda _: comments.escape, text)
    hash_, id_ = _hash(text), _quoted(block.id)
    raw = f"{comments.comment(f'{NAME} {id_} {hash_}')}\n{text}\n{comments.comment(f'/{NAME}')}"
    return _Piece(raw, id_, text, hash_)


@cache
def _like_mark(comments: Comments) -> re.Pattern[str]:
    """Return the pattern of the beginning of a line that looks like a marker comment."""
    return re.compile(rf"^(?={re.escape(comments.before)}/?{NAME}\b)", re.MULTILINE)


def _parse(text: str, comments: Comments) -> _Parsed | None:
    """Parse the text of a file; return None if it has no mark of the format."""
    properties = ""
    mark = _mark(comments).match(text)
    if mark is not None:
        front_hash, body = "", text[mark.end() :]
    else:
        mark = _front_mark(comments).match(text)
        if mark is None:
            return None
        front_hash, body = mark["front"], text[mark.end() :]
        properties = mark["before"] + mark["after"]
    pieces: list[_Piece] = []
    at = 0
    for found in _block(comments).finditer(body):
        pieces += [_Piece(body[at : found.start()]), _Piece(found[0], found["id"], found["text"], found["hash"])]
        at = found.end()
    pieces.append(_Piece(body[at:]))
    return _Parsed(mark["article"], front_hash, mark["order"], properties, pieces)


@cache
def _mark(comments: Comments) -> re.Pattern[str]:
    """Return the pattern of the mark in the first line of a file without properties."""
    before, after = re.escape(comments.before), re.escape(comments.after)
    return re.compile(rf"{before}{NAME}-export {comments.format} (?P<article>\S+) (?P<order>\w+){after}[ \t]*(?:\n|\Z)")


@cache
def _front_mark(comments: Comments) -> re.Pattern[str]:
    """Return the pattern of front matter with a mark, which other programs may have quoted or moved."""
    return re.compile(rf"{_front_beginning(comments).pattern}(?P<after>{_PROPERTIES})---[ \t]*(?:\n|\Z)")


@cache
def _front_beginning(comments: Comments) -> re.Pattern[str]:
    """Return the pattern of the beginning of front matter, up to and including the marker comment."""
    value = rf"{comments.format}[ ](?P<article>[^\s\"']+)[ ](?P<front>\w+)[ ](?P<order>\w+)"
    return re.compile(rf"---[ \t]*\n(?P<before>{_PROPERTIES}?){NAME}:[ ][\"']?{value}[\"']?[ \t]*\n")


_PROPERTIES = r"(?:(?!---[ \t]*(?:\n|\Z)).*\n)*"
"""Pattern of any number of lines up to the line `---` that ends the front matter, or up to the end of the text."""


@cache
def _block(comments: Comments) -> re.Pattern[str]:
    """Return the pattern of a block: a mark, lines that begin no other block, and the end mark."""
    before, after = re.escape(comments.before), re.escape(comments.after)
    return re.compile(
        rf"^{before}{NAME} (?P<id>\S+) (?P<hash>\w+){after}[ \t]*\n"
        rf"(?P<text>(?:(?!{before}/?{NAME}\b).*\n)*?){before}/{NAME}{after}[ \t]*$",
        re.MULTILINE,
    )


def _quoted(id_: str) -> str:
    """Return an id with percent escapes for white space and all other characters that could end a mark."""
    return quote(id_, safe="/:._") or "%"


def _hash(text: str) -> str:
    """Return a hash of a text, ignoring blanks at line ends and empty lines at both ends."""
    plain = "\n".join(map(str.rstrip, text.strip("\n").split("\n")))
    return blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _plain(text: str) -> str:
    """Return the text of a file without a byte order mark, with its line ends converted to line feeds."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _in_form_of(existing: str, text: str) -> str:
    """Return a text with the byte order mark and the line ends of an existing file."""
    if "\r\n" in existing:
        text = text.replace("\n", "\r\n")
    return f"\ufeff{text}" if existing.startswith("\ufeff") else text

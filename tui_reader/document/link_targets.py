"""Names of link targets within a document: ids of headings, names in HTML, footnotes.

Headings get the ids that GitHub gives them: lower case, without punctuation, with a hyphen for each space, and with a
number if an earlier heading has the same id. Links in the style of other programs are found by a looser comparison.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tui_reader.document.outline import headings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tui_reader.document.blocks import Document

_KEPT = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"))
"""Unicode categories of the characters that are kept in an id: letters, marks, digits, connectors."""
_PREFIX = "user-content-"
"""Prefix that GitHub adds to ids in its pages."""
_OWN_ID = re.compile(r"\{[^{}]*?#([^\s{}]+)[^{}]*\}\s*\Z")
"""An id that the author sets for a heading, in the syntax of Pandoc and MkDocs: `## Title {#id}`."""
_EMOJI_CODE = re.compile(r":[a-z0-9_+-]+:")
"""An emoji code of GitHub, whose letters GitHub keeps in the id and other programs do not."""
_SEPARATORS = re.compile(r"[\s_-]+")
_TOP = frozenset(("", "top"))
"""Link names that mean the top of the page, unless an element of the page has the name."""


def slug(title: str) -> str:
    """Return the id that GitHub gives to a heading, without a number for repetitions."""
    lowered = title.strip().lower()
    if lowered.isascii():
        kept = "".join(c for c in lowered if c.isalnum() or c in "-_ ")
    else:
        kept = "".join(c for c in lowered if c in "- " or unicodedata.category(c) in _KEPT)
    return kept.replace(" ", "-")


def unique_slugs(titles: Iterable[str]) -> list[str]:
    """Return the ids of all headings of a text, in order; if an earlier heading has the id, it gets a number: `a-1`."""
    ids: list[str] = []
    used: dict[str, int] = {}
    for title in titles:
        first = name = slug(title)
        while name in used:
            used[first] += 1
            name = f"{first}-{used[first]}"
        used[name] = 0
        ids.append(name)
    return ids


def offset_of_name(document: Document, name: str) -> int | None:
    """Return the offset of the link target with a name in a document; None if there is none.

    Args:
        document: The document.
        name: The name after the `#` of a link, possibly with percent escapes.
    """
    return offsets_of_names(document, (name,)).get(name)


def offsets_of_names(document: Document, names: Iterable[str]) -> dict[str, int]:
    """Return the offsets of the link targets with given names; names without a target are left out.

    Footnotes are tried first, by number, then names in HTML, then headings. Names are compared exactly, then ignoring
    case, then ignoring repeated hyphens and invisible characters, then also accents. If no target has the name `top` or
    an empty name, it means the beginning of the text.

    Args:
        document: The document.
        names: Names after the `#` of links, possibly with percent escapes.
    """
    footnotes: dict[str, int] = {}
    for block in document.blocks:
        if block.marker.startswith("[") and block.marker.endswith("]"):
            footnotes.setdefault(block.marker[1:-1], block.start)
    targets = _TargetSearch(document)
    found: dict[str, int] = {}
    for name in names:
        wanted = [each.partition(":~:")[0] for each in dict.fromkeys((name, unquote(name)))]
        offset = next((footnotes[each] for each in wanted if each and each in footnotes), None)
        if offset is None:
            # Names in a book are exact; the ids of its headings need not be computed.
            offset = document.link_targets.get(name)
        if offset is None:
            wanted += [each.removeprefix(_PREFIX) for each in wanted if each.startswith(_PREFIX)]
            offset = targets.find(wanted)
        if offset is None and wanted[-1].casefold() in _TOP:
            offset = 0
        if offset is not None:
            found[name] = offset
    return found


class _TargetSearch:
    """Search for link targets of a document by name; an index is made for each comparison at its first use."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._targets: list[tuple[str, int]] | None = None
        """Names of link targets with their offsets; None before the first search."""
        self._indexes: dict[Callable[[str], str], dict[str, int]] = {}
        """For each comparison (`_COMPARISONS`), the offsets of the targets by their names in the compared form."""

    def find(self, wanted: Sequence[str]) -> int | None:
        """Return the offset of the target that has one of several names, by the strictest comparison that finds one.

        None if no comparison finds a target.
        """
        for normalized in _COMPARISONS:
            known = self._indexed_by(normalized)
            for each in wanted:
                found = known.get(normalized(each)) if normalized(each) else None
                if found is not None:
                    return found
        return None

    def _indexed_by(self, normalized: Callable[[str], str]) -> dict[str, int]:
        """Return the offsets of all targets by their names as changed by `normalized`, one of `_COMPARISONS`."""
        if self._targets is None:
            self._targets = _named_offsets(self._document)
        known = self._indexes.get(normalized)
        if known is None:
            known = self._indexes[normalized] = {}
            for name, offset in self._targets:
                known.setdefault(normalized(name), offset)
        return known


def _named_offsets(document: Document) -> list[tuple[str, int]]:
    """Return the names of link targets with their offsets. A name may occur several times; its first entry counts.

    Names in HTML come first, then ids that authors gave to headings, then ids made from the headings' titles.
    """
    targets = list(document.link_targets.items())
    entries = headings_of(document)
    titles = [document.block_text(entry.block) for entry in entries]
    for title, entry in zip(titles, entries, strict=True):
        own = _OWN_ID.search(title)
        if own is not None:
            targets.append((own[1], entry.offset))
    # A link may have the id of the whole title, as GitHub makes it; of the title without the id that its author set, if
    # links use the title nevertheless; or without emoji codes, as other programs make it.
    for pattern in (None, _OWN_ID, _EMOJI_CODE):
        if pattern is None or any(map(pattern.search, titles)):
            names = unique_slugs(titles if pattern is None else [pattern.sub("", title) for title in titles])
            targets += [(name, entry.offset) for name, entry in zip(names, entries, strict=True)]
    return targets


def _without_case(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _with_single_hyphens(name: str) -> str:
    """Return a name in the style of other programs: without repeated hyphens and invisible characters."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf" and c != "\ufe0f")
    return _SEPARATORS.sub("-", slug(_without_case(_SEPARATORS.sub(" ", seen)))).strip("-")


def _without_accents(name: str) -> str:
    apart = unicodedata.normalize("NFKD", _with_single_hyphens(name))
    return "".join(c for c in apart if not unicodedata.combining(c))


_COMPARISONS: tuple[Callable[[str], str], ...] = (str, _without_case, _with_single_hyphens, _without_accents)
"""Forms in which names are compared, the strictest form first."""

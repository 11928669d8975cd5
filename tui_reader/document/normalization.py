"""Folded text: a form for comparing texts, with a map of its offsets to the original text.

Folding removes what belongs to the presentation of a text: ligatures, width variants, soft hyphens, characters of no
width, kinds of quotes, dashes and spaces, composition of accents, vocalization of Hebrew and Arabic, tatweel. Case and
accents are removed or kept, depending on the comparison.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category, combining, decomposition, is_normalized, normalize

from tui_reader.document.cooperative import yield_gil
from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterator

_SINGLE = "‘’‚‛ʼʹ′´‵‹›＇"
_DOUBLE = "“”„‟″‶«»〝〞＂"
_DASHES = "‐‑‒–—―⁃−﹘﹣－"
_SPACES = "\t\n\x0b\x0c\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_EQUIVALENTS = {
    **dict.fromkeys(_SINGLE, "'"),
    **dict.fromkeys(_DOUBLE, '"'),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_SPACES, " "),
}
_BLANKS = "\n\t\x0b\x0c\r"
"""ASCII white space other than the space."""
_CASELESS = {"ß": "ss", "ς": "σ", "ı": "i"}
"""Replacements of lower-case letters if case does not count: `ß` equals `ss`, since both have the capitals `SS`."""
_PLAIN = {"ß": "ss", "ẞ": "SS", "ς": "σ", "ı": "i", "⁄": "/"}
"""Replacements of letters and signs if accents do not count: users type these instead. ø and œ are not replaced."""

_DISTINCT_FORMS = ("<super>", "<sub>", "<fraction>", "<circle>", "<square>")
"""Kinds of decompositions that change the meaning: 10² is not 102. They are applied only if accents do not count."""
# Characters of the category of format characters that are drawn, such as the Arabic sign before a year.
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Combining grapheme joiner, silent vowels, variation selectors, tatweel, fillers; Hebrew and Arabic vocalization,
# but not the marks (U+0653 to U+0655) that form other letters.
_IGNORED = (
    r"[\u034f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670"
    r"\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff\u17b4\u17b5\u180b-\u180f\u3164"
    r"\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Marks of class 0 and parts of syllables that compose with the previous character; half-width voicing marks of kana.
_COMPOSING = (
    r"[\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u102e\u1161-\u1175\u11a8-\u11c2"
    r"\u1b35\uff9e\uff9f\U00011127\U0001133e\U00011357\U000114b0\U000114ba\U000114bd\U000115af\U00011930]"
)
_COMPATIBILITY_JAMO = LazyPattern(r"[\u3131-\u318e]")

_CHUNK = 65_536
"""Number of characters to fold at a time; some calls hold the GIL for a whole chunk."""
_strange = re.compile(r"[^\x00-\x7f]+").findall

# Scripts without spaces between words, in which each letter counts as a word: South-East Asian scripts with their
# vowel signs, kana, ideographs.
UNSPACED = (
    r"\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff"
    r"\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
# A run of one sign is one word: rules of dashes, code fences.
_WORDS = rf"[{UNSPACED}]|[^\W{UNSPACED}]+|([^\w\s])\1*"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a compiled pattern. Large classes take 2 to 5 ms each, which the first frame does not need."""
    return re.compile(pattern)


class Folding(NamedTuple):
    """Settings of folding: which differences a folded text keeps, such as case or accents."""

    case: bool
    """True if capital letters are kept."""
    accents: bool
    """True if accents are kept, and digits of special forms such as ²."""


WORDS = Folding(case=False, accents=True)
"""The form in which anchors compare texts: case and presentation (see the module) are ignored, accents are not."""
EXACT_WORDS = Folding(case=True, accents=True)
"""A form that ignores only presentation (see the module), such as the kind of quotation marks."""
SEARCH = Folding(case=False, accents=False)
"""The form in which a typed query is compared with a text."""
CASED_SEARCH = Folding(case=True, accents=False)
"""The form in which a typed query with capitals is compared with a text."""


class FoldedText:
    """A text in folded form, with a map of its offsets to the original text.

    Characters that were replaced by a different number of characters are one unit: an offset within the unit is mapped
    to the unit's beginning, or to the unit's end if the offset ends a range.
    """

    __slots__ = ("_folded", "_original", "text")

    def __init__(self, text: str, folded: array[int], original: array[int]) -> None:
        """Store a folded text with the ranges of its units: the characters that were replaced by more or fewer.

        Args:
            text: The folded text.
            folded: Start and end of each unit in the folded text, alternating, in order; empty if there are no units.
            original: Start and end of each unit in the original text, in the same order.
        """
        self.text = text
        self._folded, self._original = folded, original

    @property
    def has_equal_offsets(self) -> bool:
        """Return True if every offset is the same in the folded and the original text."""
        return not self._folded

    def original(self, place: Range) -> Range:
        """Return the range of the original text for a range of the folded text."""
        if not self._folded:
            return place
        start = _mapped_start(self._folded, self._original, place.start)
        end = _mapped_end(self._folded, self._original, place.end)
        return Range(start, max(start, end))

    def folded(self, place: Range) -> Range:
        """Return the range of the folded text for a range of the original text."""
        if not self._folded:
            return place
        start = _mapped_start(self._original, self._folded, place.start)
        end = _mapped_end(self._original, self._folded, place.end)
        return Range(start, max(start, end))


def _mapped_start(source: array[int], target: array[int], offset: int) -> int:
    """Return the offset to which the start of a range is mapped; within a unit, the start of the unit.

    Args:
        source: Starts and ends of the units in the text from which to map, alternating, in order.
        target: The corresponding offsets in the text to which to map.
        offset: The start of the range, in the text from which to map.
    """
    number = bisect_right(source, offset)
    if number & 1:
        return target[number - 1]
    return target[number - 1] + offset - source[number - 1] if number else offset


def _mapped_end(source: array[int], target: array[int], offset: int) -> int:
    """Return the offset to which the end of a range is mapped; within a unit, the end of the unit.

    The arguments are those of `_mapped_start`.
    """
    number = bisect_left(source, offset)
    if number & 1:
        return target[number]
    return target[number - 1] + offset - source[number - 1] if number else offset


class _Forms(dict[str, str]):
    """The folded forms of characters, and of characters with combining marks; each is computed once."""

    def __init__(self, folding: Folding) -> None:
        self._folding = folding
        self.plain: set[str] = set()
        """Characters that equal their folded form and combine with no other character."""

    def __missing__(self, characters: str) -> str:
        before, form = "", characters
        while form != before:
            before, form = form, normalize("NFC", "".join(map(self._step, form)))
        if len(self) > _CHUNK:
            self.clear()
        self[characters] = form
        return form

    def joins(self, character: str) -> bool:
        """Return True if a character, such as a combining accent, may form one letter with the previous character."""
        if self[character] == "":
            return False
        return combining(character) != 0 or _compiled(_COMPOSING).match(character) is not None

    def _step(self, character: str) -> str:
        """Return the direct replacement of a character; its parts may have further replacements."""
        if character.isascii():
            form = " " if character in _BLANKS else character
        elif character in _EQUIVALENTS:
            return _EQUIVALENTS[character]
        elif _is_invisible(character):
            return ""
        else:
            form = self._letters(character)
        return form if self._folding.case else form.lower() if form != "İ" else "i"

    def _letters(self, character: str) -> str:
        """Return the letters that replace a character, without case and accents if the settings ignore these."""
        case, accents = self._folding
        if not accents and _is_accent(character):
            return ""
        if not accents and character in _PLAIN:
            return _PLAIN[character]
        if not case and character in _CASELESS:
            return _CASELESS[character]
        parts = decomposition(character)
        kind = parts.partition(" ")[0]
        if not parts and not "가" <= character <= "힣":
            return character
        if kind.startswith("<") and ((accents and kind in _DISTINCT_FORMS) or parts.startswith("<compat> 0020 ")):
            return character
        if _COMPATIBILITY_JAMO.match(character):
            return character
        if kind == "<narrow>":
            return "".join(chr(int(code, 16)) for code in parts.split()[1:])
        if accents and not kind.startswith("<"):
            return character
        parted = normalize("NFKD", character)
        return parted if accents else "".join(each for each in parted if not _is_accent(each))


def _is_accent(character: str) -> bool:
    """Return True if a mark is an accent; kana voicing marks (class 8) and Indic vowel killers (class 9) are not."""
    return combining(character) not in (0, 8, 9)


def _is_invisible(character: str) -> bool:
    """Return True if a character is invisible: soft hyphens, joiners, selectors, vocalization."""
    if category(character) == "Cf":
        return character not in _VISIBLE_FORMATS
    return _compiled(_IGNORED).match(character) is not None


@cache
def _forms(folding: Folding) -> _Forms:
    return _Forms(folding)


def fold(text: str, folding: Folding = WORDS) -> FoldedText:
    """Return a text in folded form; a million words of English take 20 to 60 ms.

    In a background thread with lowered priority, the function yields the GIL between chunks.
    """
    folded, original = array("q"), array("q")
    if len(text) <= _CHUNK and len((once := _folded_pieces(text, folding))[0]) == 1:
        return FoldedText(once[1][0], folded, original)
    parts: list[str] = []
    at = length = 0
    for chunk in _chunks(text):
        pieces, forms = _folded_pieces(chunk, folding)
        if len(pieces) > 1:
            # Plain text and units alternate; the text begins and ends with plain text, which may be empty.
            original.extend(list(accumulate(map(len, pieces), initial=at))[1:-1])
            folded.extend(list(accumulate(map(len, forms), initial=length))[1:-1])
        part = "".join(forms)
        parts.append(part)
        at, length = at + len(chunk), length + len(part)
        yield_gil()
    return FoldedText("".join(parts), folded, original)


def normalized(text: str) -> str:
    """Return a text in the form in which anchors compare texts."""
    return fold(text).text


def title_key(text: str) -> str:
    """Return the letters and digits of a title or caption in lower case, by which repetitions of it are found."""
    return "".join(filter(str.isalnum, text.casefold()))


def search_key(text: str) -> str:
    """Return a text in the form in which typed queries are compared, with single spaces."""
    key = text.lower() if text.isascii() and text.isprintable() else fold(text, SEARCH).text
    return re.sub("  +", " ", key) if "  " in key else key


def _chunks(text: str) -> Iterator[str]:
    """Split a text into chunks at spaces and line feeds, at which no characters combine."""
    at = 0
    while at < len(text):
        end = at + _CHUNK
        if end < len(text):
            cut = max(text.rfind(" ", at + 1, end), text.rfind("\n", at + 1, end))
            end = cut if cut > at else _next_blank(text, end)
        yield text[at:end]
        at = end


def _next_blank(text: str, at: int) -> int:
    """Return the offset of the next space or line feed from an offset on, or the end of the text."""
    return min((found for found in (text.find(" ", at), text.find("\n", at)) if found >= 0), default=len(text))


def _folded_pieces(chunk: str, folding: Folding) -> tuple[list[str], list[str]]:
    """Split a text into plain text and units, see `FoldedText`; return the pieces and their folded forms.

    The pieces with even indices are plain text, whose characters are replaced one by one, so that its offsets do not
    change; those with odd indices are units. A text without units is one piece.
    """
    source = chunk
    if not folding.case:
        # Of all letters, only İ becomes two characters in lower case.
        source = source.replace("İ", "I").lower()
    for blank in _BLANKS:
        if blank in source:
            source = source.replace(blank, " ")
    if source.isascii():
        return [source], [source]
    forms = _forms(folding)
    strange = frozenset("".join(_strange(source)))
    units: list[str] = []
    joining: set[str] = set()
    for character in strange - forms.plain:
        form = forms[character]
        if forms.joins(character):
            joining.add(form)
        elif form == character:
            forms.plain.add(character)
        if len(form) != 1:
            units.append(character)
        elif form != character:
            source = source.replace(character, form)
    if not units and not joining:
        return [source], [source]
    if not units and is_normalized("NFC", source):
        return [source], [source]
    invisible = "".join(sorted(each for each in units if not forms[each]))
    pieces = _unit_splitter("".join(sorted(units)), invisible, "".join(sorted(joining))).split(source)
    folded = pieces[:]
    folded[1::2] = map(forms.__getitem__, pieces[1::2])
    return pieces, folded


@lru_cache(maxsize=64)
def _unit_splitter(units: str, invisible: str, joining: str) -> re.Pattern[str]:
    """Return a pattern of the units of a text: characters with combining marks or of changing length.

    Args:
        units: Characters whose folded form has not one character.
        invisible: Those of them whose folded form is empty.
        joining: Combining marks and other characters that compose with the previous one.
    """
    patterns = []
    if joining:
        marks, both = re.escape(joining), re.escape(joining + invisible)
        patterns.append(f"[^{both}]?[{both}]*[{marks}]")
    if units:
        patterns.append(f"[{re.escape(units)}]")
    return re.compile(f"({'|'.join(patterns)})", re.DOTALL)


class Words(NamedTuple):
    """The words of a text; each sign, and each letter of an unspaced script, counts as a word."""

    keys: list[str]
    """The words, normalized."""
    starts: list[int]
    """Offset at which each word begins."""
    ends: list[int]
    """Offset after the last character of each word."""

    @classmethod
    def of(cls, normalized_text: str) -> Words:
        """Return the words of a normalized text; 50,000 take 20 ms."""
        spans = [found.span() for found in _compiled(_WORDS).finditer(normalized_text)]
        keys = [_one_sign(normalized_text[start:end]) for start, end in spans]
        return cls(keys, [start for start, _ in spans], [end for _, end in spans])

    @classmethod
    def within(cls, text: str, folding: Folding = WORDS) -> Words:
        """Return the normalized words of a text, with their offsets in the original text."""
        folded = fold(text, folding)
        words = cls.of(folded.text)
        if folded.has_equal_offsets:
            return words
        places = [folded.original(Range(start, end)) for start, end in zip(words.starts, words.ends, strict=True)]
        return cls(words.keys, [start for start, _ in places], [end for _, end in places])


def _one_sign(word: str) -> str:
    """Return a word in its comparable form: two hyphens equal a dash, three dots equal an ellipsis."""
    return word[0] if word[0] in "-." else word


@lru_cache(maxsize=512)
def is_unspaced(character: str) -> bool:
    """Return True if a character belongs to a script without spaces between words."""
    return _compiled(rf"[{UNSPACED}]").match(character) is not None

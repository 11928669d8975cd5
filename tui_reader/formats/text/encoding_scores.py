"""Choice of the encoding in which the bytes of a text give the most probable letters of a language.

Each candidate encoding decodes the bytes to a different text. The cost of a text is the negative logarithm of its
probability, in half bits: of its pairs of letters in a language of the encoding, of symbols and capitals at their
positions, and of the encoding itself. The text with the lowest cost wins.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from tui_reader.formats.text import east_asian_scores
from tui_reader.formats.text.letter_pairs import fold, languages

_WESTERN = ("en", "fr", "de", "es", "pt", "it", "nl", "sv", "da", "nb", "fi", "is", "ca", "gl", "ga", "af", "sq")
_ESTONIAN = (*_WESTERN, "et")
_CENTRAL = ("pl", "cs", "hu", "ro", "hr", "sk", "sl", "sq", "de", "en")
_BALTIC = ("lt", "lv", "et")
_CYRILLIC = ("ru", "uk", "bg", "sr", "mk", "be")

_SINGLE = {
    "cp1252": (0, _ESTONIAN),
    "iso8859_15": (14, _ESTONIAN),
    "cp1250": (4, _CENTRAL),
    "cp1251": (2, _CYRILLIC),
    "koi8_r": (
        8,
        (
            "ru",
            "bg",
        ),
    ),
    "koi8_u": (
        9,
        (
            "uk",
            "be",
            "ru",
        ),
    ),
    "iso8859_2": (7, _CENTRAL),
    "cp1253": (4, ("el",)),
    "iso8859_7": (7, ("el",)),
    "cp1254": (8, ("tr",)),
    "cp1255": (4, ("he",)),
    "iso8859_8": (8, ("he",)),
    "cp1256": (4, ("ar",)),
    "iso8859_6": (8, ("ar",)),
    "cp1257": (8, _BALTIC),
    "iso8859_13": (11, _BALTIC),
    "iso8859_4": (14, _BALTIC),
    "cp874": (4, ("th",)),
    "mac_roman": (10, _WESTERN),
    "cp850": (12, _WESTERN),
    "cp437": (14, _WESTERN),
    "cp852": (10, _CENTRAL),
    "mac_latin2": (16, _CENTRAL),
    "cp857": (16, ("tr",)),
    "cp775": (14, _BALTIC),
    "iso8859_5": (10, _CYRILLIC),
    "cp866": (
        8,
        (
            "ru",
            "bg",
            "be",
        ),
    ),
    "cp1125": (14, ("uk",)),
    "mac_cyrillic": (12, _CYRILLIC),
    "cp855": (
        14,
        (
            "ru",
            "bg",
            "sr",
            "mk",
        ),
    ),
    "cp737": (12, ("el",)),
    "mac_greek": (18, ("el",)),
    "cp862": (12, ("he",)),
}
"""Encodings with one byte per character; for each, a cost for its rarity in half bits, and languages."""

_RARE_LANGUAGE = dict.fromkeys(("ca", "gl", "ga", "af", "sq", "is", "mk", "be"), 6)
"""Additional cost in half bits of languages with fewer texts."""
_WITH_APOSTROPHES = frozenset(("en", "fr", "it", "ca", "ga", "af", "nl", "tr", "uk", "be"))
"""The languages with apostrophes inside words."""
_STRAY_APOSTROPHE = 14
"""Cost in half bits of a curly apostrophe inside a word of a language that is not in `_WITH_APOSTROPHES`."""

_BORROWED = frozenset("àáâäãåæçèéêëíîïñóôöøúüœß")
"""Letters in words that many European languages borrow from each other."""
_BORROWED_COST = 19
"""Cost in half bits of a letter pair that the table of the language lacks, if its letters are borrowed or ASCII."""
_FOREIGN_COST = 28
"""Cost in half bits of any other letter pair that the table of the language lacks."""
_ASCII_COST = 10
"""Cost in half bits of a pair of ASCII letters in a language of another script."""
_MIXED_COST = 40
"""Cost in half bits of a text that mixes English with words of another script, in addition to that of its English."""

_OPENING = frozenset("“„‘«‚‹¿¡")
"""Symbols that begin a quotation or a sentence, so that no letter precedes them."""
_USUAL = frozenset("‘’“”„–—…«»")
"""Symbols that are frequent in any text."""
_FAMILIAR = frozenset("•·°§£€©®™№¿¡ºª\xa0½‹›‚")
"""Symbols that are less frequent than those in `_USUAL`, but not rare."""
_BEFORE_WORDS = frozenset("“”„‘’«»‚‹›¿¡–—…£€\xa0\xad")
"""Symbols that a letter may follow directly."""
_AFTER_APOSTROPHES = frozenset("strldmvaeiouyhàáâèéêìíîòóôùúûœяюєї")
"""Letters that may follow an apostrophe inside a word, as in `don’t`."""
_IN_WORDS = frozenset("’·‘\xad")
"""Symbols that may be between two letters of a word."""
_LATIN_1_SIGNS = frozenset("¢¥¬±×²³¹µ¶¼¾÷†‡‰\xad¨´")
"""Symbols that are rare in texts, but not as rare as symbols in none of these sets."""

_BEYOND = re.compile(rb"[\x80-\xff]")
_ASCII_BYTES = bytes(range(0x80))
_TRIPLE = re.compile(rb"(?=([\x00-\xff][\x80-\xff][\x00-\xff]))")
_TAG = re.compile(rb"<[^<>\n\x80-\xff]{0,500}>")

_PARTNERS = (("«", "»"), ("»", "«"), ("‚", "‘’"), ("„", "“”"))
"""Quotation marks, each with its partners, one of which must also occur."""
_UNPAIRED = 14
"""Cost in half bits of a quotation mark without its partner."""

_MOST_A_CHARACTER = 34
"""Maximum cost per byte beyond ASCII of a text in a known language, in half bits; usual texts have 15."""
_FEWEST_TO_DOUBT = 20
"""Minimum number of bytes beyond ASCII for deciding that a text is in no known language."""

_MOST = 2_000
"""Maximum number of bytes to score; more bytes take longer and give the same result."""
_MOST_ASCII_PAIRS = 150
"""Number of the most frequent pairs of ASCII letters by which languages are compared."""
_BEFORE, _AFTER = 300, 1_500
"""Numbers of bytes kept of a long line, before and after its first byte beyond ASCII."""


class _Counts(NamedTuple):
    """Counts of the bytes of a text, made once for all encodings."""

    ascii_pairs: list[tuple[str, int]]
    """Pairs of ASCII letters, or of a letter and the edge of its word, with their counts."""
    pairs: list[tuple[int, int, int]]
    """Pairs of bytes, at least one of them beyond ASCII, with their counts."""
    around: dict[int, list[tuple[int, int, int]]]
    """For each byte beyond ASCII, the bytes before and after it, with their counts."""
    frequency: dict[int, int]
    """The count of each byte beyond ASCII."""


def most_probable_codec(data: bytes) -> str:
    """Return Python's name of the most probable encoding; empty if none gives a text in a known language.

    The bytes must not be UTF-8.
    """
    high = bytes(sorted(set(data.translate(None, _ASCII_BYTES))))
    sample = _sample(data, high)
    counts = _count(sample)
    foreign = _foreign_cost(counts.ascii_pairs)
    best, least, beyond = "", math.inf, 0
    for codec, (rarity, spoken) in east_asian_scores.ENCODINGS.items():
        text = east_asian_scores.decoded(sample, codec)
        if text:
            cost = min(east_asian_scores.cost_in(language, text) for language in spoken) + rarity + foreign
            if cost < least:
                best, least, beyond = codec, cost, 0
    texts: dict[str, _Reading] = {}
    for floor, codec, language, common in _by_plausibility(high, counts, foreign):
        if floor >= least:
            break
        if codec not in texts:
            texts[codec] = _read(codec, counts)
        cost = texts[codec].cost_in(language)
        if cost + common < least:
            best, least, beyond = codec, cost + common, cost
    number = sum(counts.frequency.values())
    # A few words may have any letters, but a longer text in a known language cannot.
    return "" if number > _FEWEST_TO_DOUBT and beyond > _MOST_A_CHARACTER * number else best


def _by_plausibility(high: bytes, counts: _Counts, foreign: int) -> list[tuple[int, str, str, int]]:
    """Return the encodings that can decode all bytes, with their languages, the most plausible first.

    Args:
        high: The bytes beyond ASCII that occur in the text.
        counts: The counts of a sample of the text.
        foreign: The cost of the ASCII letters in languages of other scripts.

    Returns:
        For each encoding and language: the minimum cost of the text, the two names, and the share of the cost that does
        not depend on bytes beyond ASCII.
    """
    frequencies = list(counts.frequency.items())
    costs_of_ascii = {}
    found = []
    seen = set()
    for codec, (rarity, spoken) in _SINGLE.items():
        # Encodings that differ only in characters that do not occur give the same text.
        decoded = (high.decode(codec, "replace"), spoken)
        if decoded in seen or high.translate(None, _undefined(codec)) != high:
            continue
        seen.add(decoded)
        for language in spoken:
            if language not in costs_of_ascii:
                latin = " a" in languages().pairs[language]
                cost = _ascii_cost(language, counts.ascii_pairs) if latin else foreign
                costs_of_ascii[language] = cost + _RARE_LANGUAGE.get(language, 0)
            floors = _least_costs(codec, language)
            common = rarity + costs_of_ascii[language]
            floor = common + sum([floors[byte] * count for byte, count in frequencies])
            found.append((floor, codec, language, common))
    return sorted(found)


def _sample(data: bytes, high: bytes) -> bytes:
    """Return lines with bytes beyond ASCII as a sample, by which encodings are scored.

    The sample contains the first such lines, without tags, and one further line for each byte that is missing in them.

    Args:
        data: The bytes.
        high: The bytes beyond ASCII that occur in them.
    """
    parts: list[bytes] = []
    size = start = 0
    while size < _MOST and (match := _BEYOND.search(data, start)):
        first = match.start()
        begin = max(data.rfind(b"\n", start, first) + 1, start, first - _BEFORE)
        end = data.find(b"\n", first, first + _AFTER)
        start = end if end >= 0 else first + _AFTER
        parts.append(_TAG.sub(b" ", data[begin:start]))
        size += len(parts[-1])
    for byte in high.translate(None, b"".join(parts)):
        position = data.find(byte, start)
        begin = data.rfind(b"\n", max(0, position - _BEFORE), position) + 1
        if begin and size < 2 * _MOST:
            end = data.find(b"\n", position, position + _BEFORE)
            parts.append(data[begin : end if end >= 0 else position + _BEFORE])
            size += len(parts[-1])
    return b"\n".join(parts)


def _count(sample: bytes) -> _Counts:
    padded = b"\n" + sample + b"\n"
    ascii_pairs: Counter[str] = Counter()
    pairs = []
    for (first, second), count in Counter(pairwise(padded)).items():
        if first < 0x80 and second < 0x80:
            ascii_pairs[_ASCII_FOLDED[first] + _ASCII_FOLDED[second]] += count
        else:
            pairs.append((first, second, count))
    del ascii_pairs["  "]
    around: dict[int, list[tuple[int, int, int]]] = {}
    frequency: dict[int, int] = {}
    for (before, byte, after), count in Counter(_TRIPLE.findall(padded)).items():
        around.setdefault(byte, []).append((before, after, count))
        frequency[byte] = frequency.get(byte, 0) + count
    return _Counts(ascii_pairs.most_common(_MOST_ASCII_PAIRS), pairs, around, frequency)


_ASCII_FOLDED = [fold(chr(code)) for code in range(0x80)]


@cache
def _table(codec: str) -> list[str]:
    """Return the character of each byte in an encoding; empty for undefined and control characters."""
    characters = []
    for code in range(0x100):
        character = bytes([code]).decode(codec, "ignore")
        control = code >= 0x80 and character and unicodedata.category(character) in {"Cc", "Co", "Cn"}
        characters.append("" if control else character)
    return characters


@cache
def _undefined(codec: str) -> bytes:
    """Return the bytes for which an encoding has no character."""
    return bytes(code for code, character in enumerate(_table(codec)) if not character)


@cache
def _letters(codec: str) -> list[str]:
    """Return the lower-case letter of each byte in an encoding; a space if the byte is not a letter."""
    return [fold(character) if character else " " for character in _table(codec)]


@cache
def _kinds(codec: str) -> list[int]:
    """Return the minimum cost of each byte by the kind of its character; 0 for small letters and for ASCII."""
    return [_kind_cost(character) if character > "\x7f" else 0 for character in _table(codec)]


def _kind_cost(character: str) -> int:
    """Return the minimum cost of a character beyond ASCII by its kind: letter, capital, or how usual a symbol is."""
    if fold(character) != " ":
        return 1 if character.isupper() else 0
    if character in _USUAL:
        return 10
    if character in _FAMILIAR:
        return 10 if character in "ªº" else 14
    return 24 if character in _LATIN_1_SIGNS else 34


def _foreign_cost(ascii_pairs: list[tuple[str, int]]) -> int:
    """Return the cost of the pairs of ASCII letters in languages of other scripts."""
    return min(_ASCII_COST * sum([count for _, count in ascii_pairs]), _MIXED_COST + _ascii_cost("en", ascii_pairs))


def _ascii_cost(language: str, ascii_pairs: list[tuple[str, int]]) -> int:
    """Return the cost of the pairs of ASCII letters in a language with Latin letters."""
    get = languages().pairs[language].get
    return sum([get(pair, _FOREIGN_COST) * count for pair, count in ascii_pairs])


@cache
def _least_costs(codec: str, language: str) -> list[int]:
    """Return the minimum cost of each byte in a text of a language."""
    least: dict[str, int] = {}
    for pair, cost in languages().pairs[language].items():
        least[pair[1]] = min(cost, least.get(pair[1], cost))
    least[" "] = 0
    return [
        kind + least.get(letter, _BORROWED_COST if letter in _BORROWED else _FOREIGN_COST)
        for kind, letter in zip(_kinds(codec), _letters(codec), strict=True)
    ]


class _Reading(NamedTuple):
    """The text that an encoding gives for the bytes, as counts of its characters and pairs."""

    pairs: list[tuple[str, int]]
    """Pairs of letters, at least one of them beyond ASCII, with their counts."""
    cost: int
    """Cost in half bits of capitals and symbols, which is equal for all languages."""
    apostrophes: int
    """Number of curly apostrophes inside words."""

    def cost_in(self, language: str) -> int:
        """Return the cost in half bits of the text in a language: the lower, the likelier.

        It does not include the pairs of ASCII letters; the caller adds their cost, which is equal for all encodings.
        """
        costs = languages().pairs[language]
        cost = self.cost
        if language not in _WITH_APOSTROPHES:
            cost += _STRAY_APOSTROPHE * self.apostrophes
        for pair, count in self.pairs:
            known = costs.get(pair)
            cost += (_unknown_cost(pair) if known is None else known) * count
        return cost


def _read(codec: str, counts: _Counts) -> _Reading:
    letters, characters = _letters(codec), _table(codec)
    pairs = [(letters[first] + letters[second], count) for first, second, count in counts.pairs]
    return _Reading(pairs, _cost_of_places(characters, counts), _count_apostrophes(characters, counts))


def _count_apostrophes(characters: list[str], counts: _Counts) -> int:
    """Return the number of curly apostrophes inside words."""
    return sum(
        count
        for byte, places in counts.around.items()
        if characters[byte] in "‘’"
        for before, after, count in places
        if characters[before].isalpha() and characters[after].isalpha()
    )


@cache
def _unknown_cost(pair: str) -> int:
    """Return the cost of a pair of letters that the table of a language lacks; 0 for two spaces."""
    if pair.isascii():
        return 0 if pair == "  " else _FOREIGN_COST
    return _BORROWED_COST if all(letter in _BORROWED or letter <= "z" for letter in pair) else _FOREIGN_COST


def _cost_of_places(characters: list[str], counts: _Counts) -> int:
    """Return the cost of the characters beyond ASCII by their kinds and neighbours, without letter pairs."""
    cost = 0
    quotes: Counter[str] = Counter()
    for byte, places in counts.around.items():
        character = characters[byte]
        if character.islower() and character not in "ªºµ":
            # A small letter inside a word of capitals.
            cost += sum([12 * count for before, after, count in places if before in _UPPER and after in _UPPER])
            continue
        if character.isalpha() and not character.isupper() and character not in "ªº":
            continue
        quotes[character] += counts.frequency[byte]
        for before, after, count in places:
            cost += _place_cost(characters[before], character, characters[after]) * count
    unpaired = [bool(quotes[mark]) and not any(map(quotes.get, partners)) for mark, partners in _PARTNERS]
    return cost + _UNPAIRED * sum(unpaired)


_UPPER = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@cache
def _place_cost(before: str, character: str, after: str) -> int:
    """Return the cost of a capital or a symbol, given its neighbours."""
    if character.isupper():
        if before.islower():
            return 18
        if before.isupper():
            return 10 if after.islower() else 1
        return 6 if after.isalpha() else 10
    return _kind_cost(character) + _misplaced_cost(before, character, after)


def _misplaced_cost(before: str, character: str, after: str) -> int:
    """Return the additional cost of a symbol with unusual neighbours."""
    cost = 0
    if before.isalpha() and after.isalpha():
        fits = after.lower() in _AFTER_APOSTROPHES if character in "‘’" else character in _IN_WORDS
        return 0 if fits else 14
    if character in _OPENING:
        cost = 6 if before.isalpha() else 12 if character in "¿¡" and not after.isalpha() else 0
    elif character in "ªº":
        cost = 0 if before.isdigit() or before == "." else 10
    elif character == "§":
        cost = 0 if after in " \xa0§" or after.isdigit() else 10
    elif character not in _BEFORE_WORDS and after.isalpha():
        cost = 8
    elif (character in "—–" and after.isalpha() != before.isalpha()) or (
        character == "…" and before.isalpha() and after == " "
    ):
        cost = 6
    return cost

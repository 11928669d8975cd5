"""Parser of the query language. Every text is a query: a part that is not a valid field is searched for as words.

```
query = all { "OR" all }      all  = part { part }       part  = [ "-" ] ( "(" query ")" | field | phrase | word )
field = NAME ( ":" | "<" | ">" | "<=" | ">=" ) value { "," value }       value = word | phrase | low ".." high
```

An `AND` between two parts is optional. A `*` at the end of a word matches all words with that beginning.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.model.query import (
    EVERYTHING,
    And,
    Field,
    FieldName,
    Interval,
    Not,
    Operator,
    Or,
    Phrase,
    Term,
    Value,
    Word,
)
from tui_reader.model.ranges import Range
from tui_reader.search.fields import (
    ALIASES,
    COMPARISONS,
    EARLIER_NAMES,
    FIELDS,
    LATER_NAMES,
    ORDERED,
    ValueKind,
    colour_numbers,
    part_of,
    sort_of,
    states_of,
)
from tui_reader.search.parsed_query import ParsedQuery, Slip
from tui_reader.search.suggestions import expected_values, suggest_field, suggest_range, suggest_value
from tui_reader.search.values import (
    are_days_reversed,
    are_numbers_reversed,
    is_begun_date,
    may_reach,
    number,
    number_bounds,
)
from tui_reader.search.values import days as days_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


MAX_DEPTH = 40
"""Maximum depth of parentheses; deeper parentheses are ignored, so that no text can exhaust the stack."""
MAX_PARTS = 200
"""Maximum number of parts; the rest of a text is not searched for, so that no query takes seconds."""

_FIELD = LazyPattern(r"([A-Za-z]+)(:|<=|>=|<|>|[：＜＞])")
"""Matches the name and the operator of a field; Chinese and Japanese keyboards type wide operators."""
_NARROW = {"：": ":", "＜": "<", "＞": ">"}
_THOUSANDS = LazyPattern(r",(\d{3})(?!\d)", re.ASCII)
_TAG = LazyPattern(r'#(?=[^\W\d_]|["“„])')
"""Matches the sign of a tag such as `#nato` or `#"to read"`; `#1` is a word."""
_CLOSING = {'"': '"', "“": "”", "„": "“"}
"""The closing quotation mark of each opening quotation mark."""
_INVISIBLE = (
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
"""Joiners and marks of direction, which keyboards of right-to-left scripts and pasted texts put before words."""
_ANY_DAY = date(2000, 1, 1)


def parse(text: str, colours: Sequence[str] = ()) -> ParsedQuery:
    """Parse a text as a query; every text is valid.

    Args:
        text: The query as typed.
        colours: The reader's names of the highlight colours.
    """
    parser = _Parser(text, colours)
    term = parser.either(0)
    # The constant itself, which a key that only asks whether a query filters the list finds by identity.
    return ParsedQuery(text, EVERYTHING if term == EVERYTHING else term, tuple(parser.slips))


class _Part(NamedTuple):
    """One value of a field as typed, before the parser checks whether it is valid for the field."""

    text: str
    is_quoted: bool
    span: Range


class _Parser:
    """A recursive-descent parser: a position in a text, and one method per rule of the grammar."""

    def __init__(self, text: str, colours: Sequence[str]) -> None:
        self._text, self._colours = text, colours
        self._at = 0
        self._parts = 0
        self._ignored = 0
        """Number of open parentheses beyond the maximum depth."""
        self.slips: list[Slip] = []

    def either(self, depth: int) -> Term:
        """Parse alternatives joined by `OR`, up to the end of the text.

        Inside parentheses (`depth` is not 0), parse only up to the closing one.
        """
        start = self._at
        terms = [self._all(depth)]
        while self._at_operator("OR", depth):
            self._at += 2
            term = self._all(depth)
            # An `OR` without a following operand is ignored: “or nothing” would match everything.
            if term != EVERYTHING:
                terms.append(term)
        return terms[0] if len(terms) == 1 else Or(tuple(terms), Range(start, self._at))

    def _all(self, depth: int) -> Term:
        """Parse parts up to an `OR` that has an operand on each side, or the end."""
        self._skip_blanks()
        start = self._at
        terms: list[Term] = []
        while not self._at_end(depth):
            if terms and self._at_operator("OR", depth):
                break
            if terms and self._at_operator("AND", depth):
                self._at += 3
            elif self._parts >= MAX_PARTS:
                rest = Range(self._at, len(self._text))
                self.slips.append(Slip(rest, f"only the first {MAX_PARTS} parts are searched for", is_searched=False))
                self._at = len(self._text)
            else:
                terms.append(self._part(depth))
        return terms[0] if len(terms) == 1 else And(tuple(terms), Range(start, self._at))

    def _skip_blanks(self) -> None:
        """Skip blanks, and invisible characters before a part, which would hide that it is a field."""
        while self._at < len(self._text) and _is_blank(self._text[self._at]):
            self._at += 1

    def _at_end(self, depth: int) -> bool:
        """Skip blanks.

        Returns:
            True at the end of the text, or before the `)` of the group.
        """
        while True:
            self._skip_blanks()
            if self._at >= len(self._text):
                return True
            if self._text[self._at] != ")" or not depth:
                return False
            if not self._ignored:
                return True
            self._ignored -= 1
            self._at += 1

    def _at_operator(self, name: str, depth: int) -> bool:
        """Return True if the next word is the operator `name` (`OR`, `AND`) and an operand follows it."""
        end = self._at + len(name)
        if not self._text.startswith(name, self._at) or not self._text[end : end + 1].isspace():
            return False
        here, ignored = self._at, self._ignored
        self._at = end
        found = not self._at_end(depth) and not (name == "AND" and self._at_operator("OR", depth))
        self._at, self._ignored = here, ignored
        return found

    def _part(self, depth: int) -> Term:
        """Parse a part: a group, field, phrase or word; with `-` before it, its negation."""
        start = self._at
        following = self._text[start + 1 : start + 2]
        if self._text[start] == "-" and following and not following.isspace() and not (depth and following == ")"):
            self._at += 1
            return Not(self._positive(depth, is_negated=True), Range(start, self._at))
        return self._positive(depth, is_negated=False)

    def _positive(self, depth: int, *, is_negated: bool) -> Term:
        start = self._at
        character = self._text[start]
        if character == "(" and self._opens_group():
            return self._group(depth)
        self._parts += 1
        if character in _CLOSING:
            return Phrase(self._quoted(), span=Range(start, self._at))
        found = _FIELD.match(self._text, start)
        name = ALIASES.get(found[1].lower()) if found else None
        is_address = found is not None and self._text.startswith("//", found.end())
        if found and name is not None and not is_address:
            term = self._field(name, found, depth, may_order=not depth and not is_negated)
            if term is not None:
                return term
        elif found and name is None and found[2] in ":：" and not is_address:
            self._note_unknown_field(found, depth)
        elif tag := _TAG.match(self._text, start):
            self._at = tag.end()
            values = tuple(_value(*part) for part in self._values(depth))
            return Field(FieldName.TAG, values, span=Range(start, self._at))
        return self._word(depth)

    def _opens_group(self) -> bool:
        """Return True if the `(` at the current position is followed by something other than blanks and `)`."""
        at = self._at + 1
        while at < len(self._text) and self._text[at].isspace():
            at += 1
        return at < len(self._text) and self._text[at] != ")"

    def _group(self, depth: int) -> Term:
        if depth >= MAX_DEPTH:
            return self._without_group(depth)
        self._at += 1
        term = self.either(depth + 1)
        if self._at < len(self._text):
            self._at += 1
        return term

    def _without_group(self, depth: int) -> Term:
        """Parse the part after parentheses that would be nested too deeply, ignoring the parentheses."""
        start = self._at
        while not self._at_end(depth) and self._text.startswith(("(", "-("), self._at):
            if self._text[self._at] == "(" and not self._opens_group():
                break
            self._ignored += self._text[self._at] == "("
            self._at += 1
        if self._at_end(depth):
            return Phrase("", span=Range(start, self._at))
        return self._positive(depth, is_negated=True)

    def _quoted(self) -> str:
        """Parse a phrase up to its closing quotation mark, or to the end of the text."""
        mark, start = self._text[self._at], self._at + 1
        end = self._text.find(_CLOSING[mark], start)
        self._at = len(self._text) if end < 0 else end + 1
        text = self._text[start : end if end >= 0 else len(self._text)]
        # A phrase is printed between marks that do not occur in it, so it cannot contain both kinds.
        return text.replace('"', " ") if "”" in text and mark != '"' else text

    def _run(self, depth: int, stops: str = "") -> str:
        """Read characters up to a blank, one of `stops`, or the `)` that closes the group around them; return them."""
        start, opened = self._at, 0
        while self._at < len(self._text):
            character = self._text[self._at]
            if character.isspace() or character in stops:
                break
            if character == "(":
                opened += 1
            elif character == ")":
                if depth and not opened:
                    break
                opened -= 1
            self._at += 1
        return self._text[start : self._at]

    def _word(self, depth: int) -> Term:
        """Parse a word. Of text such as `foo:"bar"`, which is no field, the word is only `foo:`."""
        start = self._at
        found = _FIELD.match(self._text, start)
        if found and self._text[found.end() : found.end() + 1] in set(_CLOSING):
            self._at = found.end()
            return Word(found[0], span=Range(start, self._at))
        text = self._run(depth)
        if len(text) > 1 and text.endswith("*"):
            return Word(text[:-1], is_prefix=True, span=Range(start, self._at))
        return Word(text, span=Range(start, self._at))

    def _field(self, name: FieldName, found: re.Match[str], depth: int, *, may_order: bool) -> Term | None:
        """Parse a field with a known name.

        Args:
            name: The field.
            found: The match of name and operator in the text.
            depth: Depth of the surrounding parentheses.
            may_order: True where `sort:` and `limit:` are allowed.

        Returns:
            None, with the position unchanged, if the text is not a field but a word such as `a<b`.
        """
        start, kind = self._at, FIELDS[name].kind
        operator = Operator(_NARROW.get(found[2], found[2]))
        if operator is not Operator.IS and kind not in ORDERED:
            return None
        self._at = found.end()
        if operator is Operator.IS and kind in ORDERED:
            operator = next((each for each in COMPARISONS if self._text.startswith(each, self._at)), operator)
            self._at += len(operator) if operator is not Operator.IS else 0
        parts = list(self._values(depth, has_thousands=name is FieldName.WORDS))
        span = Range(start, self._at)
        if not parts:
            return Field(name, (), operator, span)
        if name in {FieldName.SORT, FieldName.LIMIT} and not may_order:
            self.slips.append(Slip(span, f"{name}: orders the whole list, so it stands alone"))
            return self._as_words(parts, start)
        values = [_interval(part) or _value(*part) if kind in ORDERED else _value(*part) for part in parts]
        wrong = next((each for each in values if not self._is_valid(name, each, operator)), None)
        if wrong is not None:
            self._note_invalid_value(name, wrong, span)
            return self._as_words(parts, start)
        if operator is Operator.IS:
            self._note_joined_number(name, span)
        return _directed(found[1].lower(), name, tuple(values), operator, span)

    def _values(self, depth: int, *, has_thousands: bool = False) -> Iterable[_Part]:
        """Parse the values of a field; empty values between commas are skipped.

        With `has_thousands`, a comma before three digits belongs to a number, as the reader writes it: `words>10,000`.
        """
        while True:
            start = self._at
            if self._text[start : start + 1] in set(_CLOSING):
                yield _Part(self._quoted(), True, Range(start, self._at))
            elif text := self._run(depth, ","):
                while has_thousands and (found := _THOUSANDS.match(self._text, self._at)) and text[-1:].isdecimal():
                    self._at = found.end()
                    text += found[1] + self._run(depth, ",")
                yield _Part(text, False, Range(start, self._at))
            if self._text[self._at : self._at + 1] != ",":
                return
            self._at += 1

    def _as_words(self, parts: Sequence[_Part], start: int) -> Term:
        """Return the term for an invalid field: a phrase of its values if one is quoted, else its text as one word."""
        span = Range(start, self._at)
        if any(part.is_quoted for part in parts):
            text = " ".join(part.text for part in parts)
            return Phrase(text.replace('"', " ") if "”" in text else text, span=span)
        text = self._text[start : self._at]
        if text.endswith("*"):
            return Word(text[:-1], is_prefix=True, span=span)
        return Word(text, span=span)

    def _is_valid(self, name: FieldName, value: Value | Interval, operator: Operator) -> bool:
        """Return True if a value is valid for a field."""
        kind = FIELDS[name].kind
        if isinstance(value, Interval) and _is_reversed(kind, value):
            return False
        if kind is ValueKind.DATE:
            return days_of(value, operator, _ANY_DAY) is not None
        if isinstance(value, Interval):
            return (
                kind is ValueKind.NUMBER and name is not FieldName.LIMIT and number_bounds(value, operator) is not None
            )
        match name:
            case FieldName.IS:
                return bool(states_of(value.text))
            case FieldName.HAS:
                return bool(part_of(value.text))
            case FieldName.SORT:
                return sort_of(value.text) is not None
            case FieldName.COLOUR:
                return bool(colour_numbers(value.text, self._colours))
            case FieldName.LIMIT:
                return value.text.isdecimal() and value.text.isascii() and operator is Operator.IS
        return kind is not ValueKind.NUMBER or number(value.text) is not None

    def _note_unknown_field(self, found: re.Match[str], depth: int) -> None:
        """Add a slip for an unknown field, with a suggestion, if its name is similar to that of a known field."""
        suggested = suggest_field(found[1])
        if suggested:
            here = self._at
            text = self._run(depth)
            span, self._at = Range(here, self._at), here
            suggestion = f"{suggested}:{text[len(found[0]) :]}"
            self.slips.append(Slip(span, f"there is no field “{found[1]}:”", suggestion))

    def _note_invalid_value(self, name: FieldName, value: Value | Interval, span: Range) -> None:
        text = value.text if isinstance(value, Value) else f"{value.low}..{value.high}"
        kind = FIELDS[name].kind
        error, expected = f"{name}:{text}?", expected_values(name, self._colours)
        if isinstance(value, Interval) and _is_reversed(kind, value):
            suggested, is_begun = f"{value.high}..{value.low}", may_reach(value)
            error, expected = f"{name}:{text} ends before it begins", ""
        else:
            suggested = suggest_value(name, text, self._colours)
            # More digits may complete a date; all other values are valid from their first letter on.
            is_begun = kind is ValueKind.DATE and (isinstance(value, Interval) or is_begun_date(value.text))
        before, after = self._text[span.start : value.span.start], self._text[value.span.end : span.end]
        suggestion = f"{before}{suggested}{after}" if suggested else ""
        is_begun = is_begun and span.end == len(self._text)
        self.slips.append(Slip(span, error, suggestion, is_begun, expected))

    def _note_joined_number(self, name: FieldName, span: Range) -> None:
        """Add a slip if two numbers of words, such as `words:800,900`, are read as one with its thousands separated."""
        typed = self._text[span.start : span.end]
        suggestion = suggest_range(typed) if name is FieldName.WORDS else ""
        if suggestion:
            self.slips.append(Slip(span, f"{typed} is read as one number", suggestion, is_searched=False))


def _is_blank(character: str) -> bool:
    return character.isspace() or character in _INVISIBLE


def _is_reversed(kind: ValueKind, value: Interval) -> bool:
    return are_days_reversed(value, _ANY_DAY) if kind is ValueKind.DATE else are_numbers_reversed(value)


def _value(text: str, is_quoted: bool, span: Range) -> Value:
    if not is_quoted and len(text) > 1 and text.endswith("*"):
        return Value(text[:-1], is_prefix=True, span=span)
    return Value(text, is_quoted, span=span)


def _interval(part: _Part) -> Interval | None:
    """Parse a value such as `10..20` as a range; None if it is a single value."""
    low, dots, high = part.text.partition("..")
    if part.is_quoted or not dots or not (low or high):
        return None
    return Interval(low, high, part.span)


def _directed(
    typed: str, name: FieldName, values: tuple[Value | Interval, ...], operator: Operator, span: Range
) -> Field:
    """Translate a field whose name implies an operator: `older:2w` is `date>2w`, `before:2026` is `date<2026`.

    The operator of an age is reversed, because a greater age means an earlier date. A field whose name as typed
    (`typed`) implies no operator keeps `operator`.
    """
    first = values[0]
    if operator is Operator.IS and isinstance(first, Value) and typed in LATER_NAMES | EARLIER_NAMES:
        is_age = first.text[-1:].lower() in "dwmy" and first.text[:-1].isdecimal()
        if typed in LATER_NAMES:
            operator = Operator.IS if is_age else Operator.AT_LEAST
        else:
            operator = Operator.MORE if is_age else Operator.LESS
    return Field(name, values, operator, span)

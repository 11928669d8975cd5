"""A parsed query: its text, its misspelt fields and values, and its meaning while it is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.model.query import EVERYTHING, And, Field, Not, Or, Phrase, Term, Value, Word
from tui_reader.search.fields import FIELDS, ValueKind

if TYPE_CHECKING:
    from tui_reader.model.ranges import Range


MOST_SENTENCES = 3
"""Maximum number of invalid fields of a query that are described one by one."""
_OPERATORS = frozenset({"OR", "AND"})


class Slip(NamedTuple):
    """A part of a query that looks like a field but is invalid, and so is searched for as words."""

    span: Range
    """Position of the part in the query's text."""
    error: str
    """Description of the error in the part."""
    suggestion: str = ""
    """Probably intended text of the part; empty if no known name or value is similar."""
    is_begun: bool = False
    """True if the part is at the end of the text and further letters may make it a valid field."""
    expected: str = ""
    """Description of the valid values; empty if the error is not in a value."""
    is_searched: bool = True
    """True if the part is searched for as words; False for parts that are not searched for."""

    @property
    def message(self) -> str:
        """Return the error with the valid values."""
        return " ".join(filter(None, (self.error, self.expected)))

    @property
    def outcome(self) -> str:
        """Return in few words the error and how the part is searched for, then the valid values.

        Two rows of a narrow list have room for the first two; the rest may be cut off.
        """
        error = self.error.removeprefix("there is ")
        searched = ("" if error.endswith("?") else ",") + " searched as words" if self.is_searched else ""
        return " · ".join(filter(None, (error + searched, self.expected)))

    @property
    def sentence(self) -> str:
        """Return the error, the probable correction, and how the part is searched for, as sentences."""
        correction = f" · did you mean {self.suggestion}?" if self.suggestion else "."
        return f"{self.message}{correction}{' It is searched for as words.' if self.is_searched else ''}"


class ParsedQuery(NamedTuple):
    """A query with the text that it was parsed from."""

    text: str = ""
    term: Term = EVERYTHING
    slips: tuple[Slip, ...] = ()

    @property
    def while_typing(self) -> Term:
        """Return the query for a text whose end is still being typed.

        The last word or value also matches longer words. A last part that is the beginning of a field, such as
        `tag:`, an operator such as `OR` after the first part, and a `(` have no effect until the next part follows.
        """
        end = len(self.text.rstrip())
        if not end:
            return self.term
        term = _without_opening(self.term, end)
        if end < len(self.text):
            return term
        is_begun = bool(self.slips) and self.slips[-1].is_begun and self.slips[-1].span.end == end
        return _opened(term, end, is_begun)

    @property
    def is_unfinished(self) -> bool:
        """Return True if the text ends with an operator after a first operand, as in `space OR`, or with a `(`."""
        return _without_opening(self.term, len(self.text.rstrip())) is not self.term

    @property
    def sentences(self) -> list[str]:
        """Return a message for each invalid field of a text that is complete, at most `MOST_SENTENCES`."""
        wrong = [each.sentence for each in self.slips]
        rest = len(wrong) - MOST_SENTENCES
        return wrong if rest <= 0 else [*wrong[:MOST_SENTENCES], f"{rest:,} more parts are no fields either."]

    @property
    def slip(self) -> Slip | None:
        """Return the first invalid field; None if all are valid."""
        return next((each for each in self.slips if not each.is_begun), None)

    @property
    def problem(self) -> str:
        """Return a message about the first invalid field, with the probable correction; "" if all are valid."""
        slip = self.slip
        if slip is None:
            return ""
        return f"{slip.message} · did you mean {slip.suggestion}?" if slip.suggestion else slip.message

    @property
    def is_empty(self) -> bool:
        """Return True if the query has no terms and so matches everything."""
        return self.term is EVERYTHING


def _without_opening(term: Term, end: int) -> Term:
    """Return a query without an unfinished part that ends at `end`: an operator as in `space OR`, or a `(`."""
    match term:
        case And() | Or() if term.terms:
            *others, last = term.terms
            is_at_end = last.span.end == end
            is_operator = is_at_end and isinstance(last, Word) and last.text in _OPERATORS and not last.is_prefix
            shortened = And() if is_operator and others and isinstance(term, And) else _without_opening(last, end)
            if shortened is last:
                return term
            kept = (*others, shortened) if shortened != And() else tuple(others)
            return kept[0] if len(kept) == 1 else term.with_fields(terms=kept)
        case Not():
            shortened = _without_opening(term.term, end)
            if shortened is term.term:
                return term
            return term.with_fields(term=shortened) if shortened != And() else And()
        case Word("(") if term.span.end == end:
            return And()
    return term


def _opened(term: Term, end: int, is_begun: bool) -> Term:
    """Return a copy of a query in which the term that ends at `end` also matches longer words.

    Such a term is left out if it is incomplete.

    Args:
        term: The query.
        end: Offset of the end of the typed text.
        is_begun: True if the last term is the beginning of a valid field, such as `date:202`.
    """
    match term:
        case And() | Or():
            if not term.terms:
                return term
            *others, last = term.terms
            return term.with_fields(terms=(*others, _opened(last, end, is_begun)))
        case Not():
            opened = _opened(term.term, end, is_begun)
            # An unfinished part that has no effect yet must not exclude anything when negated.
            return And() if opened == And() else term.with_fields(term=opened)
    if term.span.end != end:
        return term
    if is_begun:
        return And()
    match term:
        case Word():
            return And() if term.text in {"-", "(", '"'} else term.with_fields(is_prefix=True)
        case Phrase():
            is_closed = term.span.end - term.span.start == len(term.text) + 2
            return term if is_closed else term.with_fields(is_prefix=True)
        case Field() if not term.values:
            return And()
        case Field():
            last_value = term.values[-1]
            if isinstance(last_value, Value) and not last_value.is_quoted and FIELDS[term.name].kind in _OPEN_KINDS:
                return term.with_fields(values=(*term.values[:-1], last_value.with_fields(is_prefix=True)))
    return term


_OPEN_KINDS = {ValueKind.WORDS, ValueKind.NAME}
"""Kinds of values that match by prefix while they are being typed."""

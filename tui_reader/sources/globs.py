"""Translation of the globs of gitignore(5) to regular expressions that match in linear time.

The part between two stars is matched at its first occurrence. No later occurrence has to be tried, since a later one
leaves less of the path for the rest of the glob. Atomic groups and possessive quantifiers keep the regex engine from
backtracking to later ones.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import NamedTuple

_ANY_NAME = r"[^/]*+"
"""Regular expression of all characters up to the next slash."""
_SPECIAL = frozenset("*?[\\")
"""Characters with a meaning of their own in a glob."""
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t-\\r ",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
"""Characters of classes such as `[:digit:]`, by the name of the class, as a character set of a regular expression."""
_STAR, _SPAN = "*", "**"
"""Kinds of tokens: any characters of one name, and any folders."""


class BrokenGlobError(ValueError):
    """A glob is invalid and matches nothing.

    A character set is unclosed or contains an unknown class, such as `[:name:]`, or a backslash ends the glob.
    """


class _Token(NamedTuple):
    """An element of a glob, such as a star, a character set or a literal character."""

    kind: str
    """The kind: `*` for any characters of a name, `**` for any folders, `/`, "" for one character."""
    regex: str = ""
    """Regular expression of the one character; empty for the other kinds."""


def literal_of(glob: str) -> str | None:
    """Return the text that a glob without wildcards matches; None for a glob with wildcards."""
    return glob if _SPECIAL.isdisjoint(glob) else None


def regex_of_name(glob: str) -> str:
    """Translate a glob without slashes to a regular expression for file names, in which `**` means the same as `*`.

    Raises:
        BrokenGlobError: The glob is invalid.
    """
    return _name([_Token(_STAR) if token.kind == _SPAN else token for token in _tokens(glob)])


def regex_of_path(glob: str) -> str:
    """Translate a glob with slashes to a regular expression for paths.

    Raises:
        BrokenGlobError: The glob is invalid.
    """
    # Git compares the part before the first wildcard literally and treats the rest as a separate glob, so that a `**`
    # at its start counts as one at the beginning of a glob.
    plain = "".join(takewhile(lambda character: character not in _SPECIAL, glob))
    rest = _tokens(glob[len(plain) :])
    if rest and rest[0].kind == _SPAN:
        return re.escape(plain) + _path(rest)
    return _path(_tokens(glob))


def _path(tokens: list[_Token]) -> str:
    """Translate the tokens of a glob to a regular expression for paths, in which `**` matches any number of folders."""
    parts: list[str] = []
    sections = _split(tokens, _SPAN)
    for index, section in enumerate(sections):
        is_first, is_last = index == 0, index == len(sections) - 1
        names = _split(section, "/")
        if not is_first:
            names = names[1:]  # the slash after `**` belongs to `**`
        if is_first and is_last:
            parts.append("/".join(map(_name, names)))
        elif is_first:
            parts.append("".join(f"{_name(name)}/" for name in names[:-1]))
        elif is_last:
            parts.append("(?:[^/]*+/)*?" + "/".join(map(_name, names)) if names else ".*")
        elif len(names) > 1:
            within = "".join(f"{_name(name)}/" for name in names[:-1])
            parts.append(f"(?>(?:[^/]*+/)*?{within})")
    return "".join(parts)


def _split(tokens: list[_Token], kind: str) -> list[list[_Token]]:
    """Split a list of tokens at every token of one kind."""
    parts: list[list[_Token]] = [[]]
    for token in tokens:
        if token.kind == kind:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _name(tokens: list[_Token]) -> str:
    """Translate the tokens between two slashes of a glob to a regular expression."""
    first, *others = ["".join(token.regex for token in part) for part in _split(tokens, _STAR)]
    if not others:
        return first
    middle = "".join(f"(?>[^/]*?{part})" for part in others[:-1] if part)
    if not others[-1]:
        return f"{first}{middle}{_ANY_NAME}"
    # Each token is one character, so the length of the last part is known, and a look-behind tests it once.
    size = len(_split(tokens, _STAR)[-1])
    return f"{first}{middle}[^/]{{{size},}}+(?<={others[-1]})"


def _tokens(glob: str) -> list[_Token]:
    """Split a glob into tokens.

    Raises:
        BrokenGlobError: The glob is invalid.
    """
    tokens: list[_Token] = []
    at = 0
    while at < len(glob):
        character = glob[at]
        if character == "*":
            end = at
            while glob[end : end + 1] == "*":
                end += 1
            is_span = end - at > 1 and (at == 0 or glob[at - 1] == "/") and _ends_name(glob, end)
            tokens.append(_Token(_SPAN if is_span else _STAR))
            at = end
        elif character == "[":
            regex, at = _character_set(glob, at + 1)
            tokens.append(_Token("", regex))
        else:
            if character == "\\":
                at += 1
                if at == len(glob):
                    raise BrokenGlobError
                character = glob[at]
            elif character == "?":
                character = ""
            tokens.append(_Token("/") if character == "/" else _Token("", re.escape(character) or "[^/]"))
            at += 1
    return tokens


def _ends_name(glob: str, end: int) -> bool:
    """Return True if a name of the path ends at an offset of the glob: at its end, at `/`, or at `\\/`."""
    return end == len(glob) or glob[end] == "/" or glob[end : end + 2] == "\\/"


def _character_set(glob: str, at: int) -> tuple[str, int]:
    """Translate a character set such as `[a-z]` to a regular expression.

    Args:
        glob: The whole glob.
        at: Offset of the character after the opening bracket.

    Returns:
        The regular expression, and the offset of the character after the closing bracket.

    Raises:
        BrokenGlobError: The set is not closed, or contains an unknown class.
    """
    negated = glob[at : at + 1] in ("!", "^") and at < len(glob)
    at += negated
    members: list[str] = []
    before = ""
    is_first = True
    while is_first or glob[at : at + 1] != "]":
        is_first = False
        if glob.startswith("[:", at) and (end := glob.find("]", at + 2)) >= 0 and glob[end - 1] == ":" and end > at + 2:
            if glob[at + 2 : end - 1] not in _CLASSES:
                raise BrokenGlobError
            members.append(_CLASSES[glob[at + 2 : end - 1]])
            before, at = "", end + 1
            continue
        is_range = glob[at : at + 1] == "-" and before and glob[at + 1 : at + 2] not in ("", "]")
        at += bool(is_range)
        at += glob[at : at + 1] == "\\"
        if at >= len(glob):
            raise BrokenGlobError
        if not is_range:
            before = glob[at]
            members.append(re.escape(before))
        else:
            if before <= glob[at]:
                members.append(f"{_escaped(before)}-{_escaped(glob[at])}")
            before = ""
        at += 1
    inner = "".join(members)
    if negated:
        return f"[^/{inner}]", at + 1
    return f"(?!/)[{inner}]" if inner else "(?!)", at + 1


def _escaped(character: str) -> str:
    """Return a character as it is written in a range of a regular expression, such as `\\]` for `]`."""
    return f"\\{character}" if character in "\\]^-[&~|" else character

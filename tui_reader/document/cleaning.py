"""Removal of characters that must never reach a terminal.

Every text that the program shows is cleaned by this module: control characters could move the cursor or start an escape
sequence, bidi overrides could show words that differ from the stored words, and tag characters hide words in a text.

There are two ways: `clean_text`, `clean_line` and `clean_row` drop such characters from text for the screen;
`escape` writes them as `\\x1b`, for messages and names on the command line, which must show that the characters exist.
"""

from __future__ import annotations

from functools import cache

from tui_reader.document.cooperative import yield_gil
from tui_reader.document.lazy_patterns import LazyPattern

_HARMFUL = LazyPattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ud800-\udfff\U000e0000-\U000e007f]")
_UNPRINTABLE = LazyPattern(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200e\u200f\u2028-\u202e\u2061-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e00ff]"
)
"""Characters that `escape` replaces: all harmful characters, line feed and tab, and invisible marks.

The joiners and the soft hyphen stay: words of many scripts, and emoji, are made with them."""

_LARGE = 65_536
"""Number of characters from which a search over UTF-8 bytes is faster: 9 ms, not 25, for a million words."""

_CONTROL_BYTES = bytes(code for code in range(0x20) if chr(code) not in "\t\n") + b"\x7f"
# Each pattern begins with literal bytes, so that the regex engine skips ahead at the speed of memchr.
_HARMFUL_BYTES = (
    LazyPattern(rb"\xc2[\x80-\x9f]"),
    LazyPattern(rb"\xe2\x80[\xa8-\xae]"),
    LazyPattern(rb"\xe2\x81[\xa6-\xaf]"),
    LazyPattern(rb"\xf3\xa0[\x80\x81]"),
)

_REPLACEMENT = "\ufffd"


@cache
def _substitutes() -> dict[int, str]:
    """Return the table of characters that `clean_text` drops or replaces."""
    dropped = (range(0x20), range(0x7F, 0xA0), range(0x202A, 0x202F), range(0x2066, 0x2070), range(0xE0000, 0xE0080))
    table = dict.fromkeys((code for codes in dropped for code in codes), "")
    table.update(dict.fromkeys(range(0xD800, 0xE000), _REPLACEMENT))
    table[0] = _REPLACEMENT
    # Page and line breaks of older encodings separate words, so they become line feeds.
    table.update(dict.fromkeys([0x0B, 0x0C, 0x0D, 0x2028, 0x2029], "\n"))
    for code in range(0x80, 0xA0):
        # Five of the 32 have no meaning in Windows-1252.
        table[code] = bytes([code]).decode("cp1252", "ignore")
    del table[0x09], table[0x0A]
    return table


def is_clean(text: str) -> bool:
    """Return True if `clean_text` would leave the text unchanged."""
    if len(text) < _LARGE:
        # The records of a library are many short texts, and `isprintable` takes a tenth of the pattern's time.
        return text.isprintable() or text.replace("\n", "").isprintable() or _HARMFUL.search(text) is None
    try:
        return is_clean_utf8(text.encode())
    except UnicodeEncodeError:  # a lone surrogate
        return False


def is_clean_utf8(data: bytes) -> bool:
    """Return True if `clean_text` would leave a text unchanged; the text is given as valid UTF-8."""
    if len(data.translate(None, _CONTROL_BYTES)) != len(data):
        return False
    if data.isascii():
        return True
    for pattern in _HARMFUL_BYTES:
        yield_gil()
        if pattern.search(data):
            return False
    return True


def clean_text(text: str) -> str:
    """Remove everything from a text that could affect a terminal; line feeds and tabs are kept.

    Line ends of other systems become line feeds; U+0080 to U+009F become the characters of Windows-1252, which were
    nearly always meant; NUL and lone surrogates become U+FFFD; other control characters, the overrides and isolates of
    the bidi algorithm, and tag characters are dropped.
    """
    if is_clean(text):
        return text
    return text.replace("\r\n", "\n").translate(_substitutes())


def clean_line(text: str) -> str:
    """Return a title, tag, name or message as one clean line with single spaces, stripped."""
    return " ".join(clean_text(text).split())


def clean_row(text: str) -> str:
    """Return the text as one row of the screen: clean, with a space for every line feed and tab."""
    return text if text.isprintable() else clean_text(text).replace("\n", " ").replace("\t", " ")


def escape(text: str, *, keep: str = "") -> str:
    r"""Replace characters that must not reach a terminal by Python escapes, such as `\x1b` or `\u202e`.

    Args:
        text: The text.
        keep: Characters that are not escaped, such as a line feed.
    """
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(
        lambda found: found[0] if found[0] in keep else found[0].encode("unicode_escape").decode("ascii"), text
    )


def escape_json(text: str) -> str:
    r"""Replace characters in JSON that must not reach a terminal by `\u` escapes; its value is unchanged.

    Args:
        text: JSON text; line feeds between values are kept.
    """
    return _UNPRINTABLE.sub(lambda found: found[0] if found[0] == "\n" else _json_escape(found[0]), text)


def _json_escape(character: str) -> str:
    """Return a character as JSON escapes of its UTF-16 code units."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))

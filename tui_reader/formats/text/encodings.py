"""From bytes to text: which encoding, and whether it is text at all.

In this order: a byte order mark; strict UTF-8; zero bytes that betray UTF-16 or UTF-32 without a mark; the encoding
that an XML or HTML file declares; UTF-8 with a few damaged places; and at last detection by charset-normalizer.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import NamedTuple

from tui_reader.document.cooperative import yield_gil

_MARKS = (
    # The mark of UTF-32 begins with that of UTF-16, so it must be looked for first.
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

_SIGNATURES = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive, as EPUB and office files are"),
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
)

_SAMPLE = 65_536
"""Bytes that are looked at to tell text from other things, and to detect an encoding."""

_PIECE = 500_000
"""Bytes that are decoded at a time: 10 ms for a million words would keep the screen's thread from a frame."""

_MOST_ZEROS = 0.01
"""Share of zero bytes up to which a file is text with damage, however short it is; others hold far more."""

_MOST_CONTROLS = 0.02
"""Share of other control bytes up to which a file is text with damage; packed data holds 10 %."""

_FEW = 8
"""Control bytes that prove nothing, however short the file is."""

_ONE_SIDED = 0.7
"""Share of zero bytes that stand in the high half of UTF-16; U+3000 and U+4E00 have one in the low half."""

_MOSTLY_ASCII = 0.7
"""Share of ASCII from which a text that fits no encoding is worth showing, damage and all."""

_CONTROLS = bytes(code for code in range(1, 0x20) if code not in b"\t\n\f\r\x1b")

_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,80}\bencoding\s*=\s*["']([\w.:-]+)|<meta[^>]{0,200}\bcharset\s*=\s*["']?([\w.:-]+)""",
    re.IGNORECASE,
)

_ALIASES = {"x-sjis": "cp932", "x-gbk": "gbk", "x-euc-jp": "euc_jp", "ks_c_5601-1987": "cp949"}

_MISREAD = {
    ord(bytes([code]).decode("cp1252")): code for code in range(0x80, 0xA0) if code not in b"\x81\x8d\x8f\x90\x9d"
}


class Decoded(NamedTuple):
    """The text of some bytes, or why there is none."""

    text: str
    encoding: str = ""
    """Name of the encoding for people, such as `UTF-8`."""
    notice: str = ""
    """A sentence for the reader where the bytes were not plain, undamaged UTF-8."""
    problem: str = ""
    """Why the bytes are not text, in a few words; empty where they are."""


def decode(data: bytes) -> Decoded:
    """The text of a file, line ends as they stand. Never raises: what is no text comes back with `problem` set."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], codec, name)
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            return Decoded("", problem=f"not text: {what}")
    escaped = _escaped(data)
    if escaped:
        return escaped
    problem = _binary(data[:_SAMPLE])
    if problem:
        return _wide(data) or Decoded("", problem=problem)
    try:
        text = _decode_utf8(data)
    except UnicodeDecodeError:
        return _declared(data) or _damaged(data) or _guessed(data)
    return _repaired(text)


def _decode_utf8(data: bytes) -> str:
    """The text of valid UTF-8; a piece at a time where it is long.

    Raises:
        UnicodeDecodeError: It is none.
    """
    if len(data) <= 2 * _PIECE:
        return data.decode()
    pieces = []
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _PIECE) + 1 or len(data)
        pieces.append(data[start:end].decode())
        start = end
        yield_gil()
    return "".join(pieces)


def _marked(data: bytes, codec: str, name: str) -> Decoded:
    text = data.decode(codec, "replace")
    notice = f"Read as {name}." if name != "UTF-8" else ""
    damage = text.count("\ufffd")
    # A mark is believed unless what follows makes no sense at all.
    if damage > _FEW and damage > len(text) // 10:
        return Decoded("", problem=f"not text: it is marked as {name}, but is not")
    if damage and damage != data.count("\ufffd".encode(codec)):
        notice = f"Read as {name}; places that could not be decoded are shown as \ufffd."
    return Decoded(text, name, notice)


def _told(text: str, codec: str, how: str) -> Decoded:
    from tui_reader.formats.text.legacy_encodings import name_of  # noqa: PLC0415 - 3 ms for the files that are not UTF-8 alone

    return Decoded(text, name_of(codec), f"Read as {name_of(codec)}{how}")


def _escaped(data: bytes) -> Decoded | None:
    """Seven-bit encodings of East Asia, which switch character sets in mid-text."""
    if b"\x1b" in data and b"\x1b$" in data:  # one byte alone is found ten times faster
        candidates = ["iso2022_jp", "iso2022_kr", "iso2022_jp_2"]
    elif b"~" in data and data.isascii() and b"~{" in data and b"~}" in data:
        candidates = ["hz"]
    else:
        return None
    for codec in candidates:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        return _told(text, codec, ".")
    return None


def _binary(sample: bytes) -> str:
    """Why this is no text, as far as its bytes alone tell; empty where it may be."""
    size = len(sample)
    zeros = sample.count(0)
    if zeros > size * _MOST_ZEROS:
        return f"not text: {_percent(zeros, size)} of its bytes are zero"
    controls = size - len(sample.translate(None, _CONTROLS))
    if controls > _FEW and controls > size * _MOST_CONTROLS:
        return f"not text: {_percent(controls, size)} of its bytes are control characters"
    return ""


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return f"{share:.0f} %" if share >= 1 else f"{share:.1f} %"


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 or UTF-32 without a mark: zero bytes stand in one place of each unit, and the text makes sense."""
    sample = data[: _SAMPLE - _SAMPLE % 4]
    zeros = sample.count(0)
    if zeros <= _FEW and zeros * 4 < len(sample):
        return None
    for codec, name, places, unit in (
        ("utf-32-le", "UTF-32", (2, 3), 4),
        ("utf-32-be", "UTF-32", (0, 1), 4),
        ("utf-16-le", "UTF-16", (1,), 2),
        ("utf-16-be", "UTF-16", (0,), 2),
    ):
        found = sum(sample[place::unit].count(0) for place in places)
        likely = found * 2 >= len(sample) * 0.95 if unit == 4 else found >= zeros * _ONE_SIDED
        if not likely:
            continue
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        head = text[:4096]
        strange = sum(unicodedata.category(c) in {"Cc", "Cn", "Co", "Cs"} and c not in "\t\n\f\r" for c in head)
        if strange <= len(head) // 100:
            return Decoded(text, name, f"Read as {name}.")
    return None


def _declared(data: bytes) -> Decoded | None:
    """The encoding that an XML or HTML file names in its first kilobyte, if it fits."""
    match = _DECLARED.search(data[:1024])
    if match is None:
        return None
    label = (match[1] or match[2]).decode("ascii", "replace").lower()
    try:
        codec = codecs.lookup(_ALIASES.get(label, label)).name
        text = data.decode(codec)
    except (LookupError, UnicodeDecodeError, ValueError):
        return None
    return _told(text, codec, ", as the file declares.")


def _damaged(data: bytes) -> Decoded | None:
    """UTF-8 in which a few bytes are wrong: at least three good characters beyond ASCII for each bad place."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - bad - _count_ascii(data)
    return _with_damage(text, bad) if good >= 3 * bad else None


def _with_damage(text: str, bad: int) -> Decoded:
    places = "one place that could not be decoded is" if bad == 1 else f"{bad:,} places that could not be decoded are"
    return Decoded(text, "UTF-8", f"Damaged UTF-8: {places} shown as \ufffd.")


def _count_ascii(data: bytes) -> int:
    return len(data.translate(None, bytes(range(0x80, 0x100))))


def _guessed(data: bytes) -> Decoded:
    from tui_reader.formats.text.legacy_encodings import guess_codec, name_of  # noqa: PLC0415 - as above

    codec = guess_codec(data)
    if codec:
        text = data.decode(codec, "replace")
        notice = f"Not UTF-8: read as {name_of(codec)}, which is a guess."
        if "\ufffd" in text:
            notice += " Places that could not be decoded are shown as \ufffd."
        return Decoded(text, name_of(codec), notice)
    if _count_ascii(data) >= len(data) * _MOSTLY_ASCII:
        text = data.decode("utf-8", "replace")
        return _with_damage(text, text.count("\ufffd"))
    return Decoded("", problem="not text in any encoding tried (UTF-8, UTF-16 and those of older systems)")


def _repaired(text: str) -> Decoded:
    """UTF-8; where the whole of it was once misread as Windows-1252 and saved so (`â€™` for `’`), the text meant."""
    yield_gil()
    if "Ã" in text or ("â" in text and "â€" in text):
        try:
            meant = text.translate(_MISREAD).encode("latin-1").decode()
        except UnicodeError:  # anything that does not fit shows that the text is what it means to be
            return Decoded(text, "UTF-8")
        return Decoded(meant, "UTF-8", "The text had been saved in a wrong encoding; it is shown as it was meant.")
    return Decoded(text, "UTF-8")

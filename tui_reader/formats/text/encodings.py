"""Detection of a file's encoding, or of the reason why the file is not text.

Tried in this order: a byte order mark; strict UTF-8; UTF-16 or UTF-32 without a mark, by their zero bytes; the encoding
that an XML or HTML file declares; UTF-8 with a few damaged places; and last, detection by charset-normalizer.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import NamedTuple

from tui_reader.document.cooperative import yield_gil
from tui_reader.formats.reasons import WrongContent

_MARKS = (
    # The mark of UTF-32 begins with the mark of UTF-16, so UTF-32 must be tested first.
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
"""Byte order marks, with Python's name and the display name of the encoding."""

_ZIP = b"PK\x03\x04"
SIGNATURES = (
    (b"%PDF-", "a PDF file"),
    (_ZIP, "a ZIP archive, as EPUB and office files are"),
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of Word before 2007, or another old office file"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
"""The first bytes of files that are not text, and what such a file is."""

_SAMPLE = 65_536
"""Number of bytes at the start of a file that decide whether it is text, and in which encoding."""

_CHUNK = 500_000
"""Number of bytes decoded at a time: a million words at once take 10 ms, which delays a frame."""

_MOST_ZEROS = 0.01
"""Maximum share of zero bytes in a damaged text, however short it is; files that are not text have far more."""

_MOST_CONTROLS = 0.02
"""Maximum share of control bytes other than zero in a damaged text; compressed data has 10 %."""

_TOO_FEW_TO_JUDGE = 8
"""Up to this number of control bytes or damaged characters, a file counts as text, even a very short one."""

_ONE_SIDED = 0.7
"""Minimum share of the zero bytes of a UTF-16 text that are high bytes of its code units.

It is not 1, since frequent characters such as U+3000 and U+4E00 have a zero low byte.
"""

_MOSTLY_ASCII = 0.7
"""Minimum share of ASCII bytes for showing a text that fits no encoding, with its damage."""

_CONTROLS = bytes(code for code in range(1, 0x20) if code not in b"\t\n\f\r\x1b")

_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,80}\bencoding\s*=\s*["']([\w.:-]+)|<meta[^>]{0,200}\bcharset\s*=\s*["']?([\w.:-]+)""",
    re.IGNORECASE,
)
"""Pattern of a declared encoding: `<?xml version="1.0" encoding="ISO-8859-1"?>`, `<meta charset="gbk">`."""

_ALIASES = {"x-sjis": "cp932", "x-gbk": "gbk", "x-euc-jp": "euc_jp", "ks_c_5601-1987": "cp949"}
"""For each name of an encoding that files declare and Python does not know, Python's name of the encoding."""

_EXTENSIONS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
    "tis-620": "cp874",
    "iso-8859-11": "cp874",
}
"""Supersets of declared encodings, by which files are decoded instead."""
_DECLARED_WITHIN = 16_384
"""Number of bytes at the beginning of a file that are searched for a declared encoding."""

_MISREAD = {
    ord(bytes([code]).decode("cp1252")): code for code in range(0x80, 0xA0) if code not in b"\x81\x8d\x8f\x90\x9d"
}
"""For each character that Windows-1252 has for a byte from 0x80 to 0x9F (control characters of Latin-1), that byte."""


class Decoded(NamedTuple):
    """The decoded text of a file's bytes, or the reason why they are not text."""

    text: str
    encoding: str = ""
    """Display name of the encoding, such as `UTF-8`."""
    notice: str = ""
    """A sentence for the user if the bytes were not plain, undamaged UTF-8; else empty."""
    problem: str = ""
    """Reason why the bytes are not text, in a few words; empty for text."""


def decode(data: bytes) -> Decoded:
    """Decode a file and keep its line ends. Never raises: `problem` is set if the bytes are not text."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _decode_marked(data[len(mark) :], codec, name)
    for signature, what in SIGNATURES:
        if data.startswith(signature):
            reason = f"not text: {what}"
            # What is in a ZIP archive says more about it.
            return Decoded("", problem=WrongContent(reason) if signature == _ZIP else reason)
    seven_bit = _decode_seven_bit(data)
    if seven_bit:
        return seven_bit
    problem = _why_binary(data[:_SAMPLE])
    if problem:
        return _decode_utf16_or_32(data) or Decoded("", problem=problem)
    try:
        text = _decode_utf8(data)
    except UnicodeDecodeError:
        return _decode_declared(data) or _decode_damaged_utf8(data) or _decode_guessed(data)
    return _undo_misreading(text)


def _decode_utf8(data: bytes) -> str:
    """Decode UTF-8 in chunks; other threads can run between two chunks.

    Raises:
        UnicodeDecodeError: The bytes are not valid UTF-8.
    """
    if len(data) <= 2 * _CHUNK:
        return data.decode()
    chunks = []
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _CHUNK) + 1 or len(data)
        chunks.append(data[start:end].decode())
        start = end
        yield_gil()
    return "".join(chunks)


def _decode_marked(data: bytes, codec: str, name: str) -> Decoded:
    """Decode the bytes after a byte order mark.

    Args:
        data: The bytes without the mark.
        codec: Python's name of the encoding.
        name: Display name of the encoding.
    """
    text = data.decode(codec, "replace")
    notice = f"Read as {name}." if name != "UTF-8" else ""
    damage = text.count("\ufffd")
    # The mark decides unless more than a tenth of the text cannot be decoded.
    if damage > _TOO_FEW_TO_JUDGE and damage > len(text) // 10:
        return Decoded("", problem=f"not text: it is marked as {name}, but is not")
    if damage and damage != data.count("\ufffd".encode(codec)):
        notice = f"Read as {name}; places that could not be decoded are shown as \ufffd."
    return Decoded(text, name, notice)


def _with_notice(text: str, codec: str, how: str) -> Decoded:
    """Return a decoded text with a notice that names its encoding; the notice ends with `how`."""
    from tui_reader.formats.text.legacy_encodings import name_of  # noqa: PLC0415 - 3 ms, only for files that are not UTF-8

    return Decoded(text, name_of(codec), f"Read as {name_of(codec)}{how}")


def _decode_seven_bit(data: bytes) -> Decoded | None:
    """Decode seven-bit encodings of East Asia, such as ISO-2022-JP and HZ; None for bytes in another encoding."""
    if b"\x1b" in data and b"\x1b$" in data:  # a single byte is found ten times faster
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
        return _with_notice(text, codec, ".")
    return None


def _why_binary(sample: bytes) -> str:
    """Return the reason if bytes have too many zero or control bytes for text; else empty."""
    size = len(sample)
    zeros = sample.count(0)
    if zeros > size * _MOST_ZEROS:
        return f"not text: {_percent(zeros, size)} of its bytes are zero"
    controls = size - len(sample.translate(None, _CONTROLS))
    if controls > _TOO_FEW_TO_JUDGE and controls > size * _MOST_CONTROLS:
        return f"not text: {_percent(controls, size)} of its bytes are control characters"
    return ""


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return f"{share:.0f} %" if share >= 1 else f"{share:.1f} %"


def _decode_utf16_or_32(data: bytes) -> Decoded | None:
    """Decode UTF-16 or UTF-32 without a byte order mark.

    Returns:
        The text, if the zero bytes have the same position in nearly all code units and the text has hardly any
        control, unassigned or private characters; else None.
    """
    sample = data[: _SAMPLE - _SAMPLE % 4]
    zeros = sample.count(0)
    if zeros <= _TOO_FEW_TO_JUDGE and zeros * 4 < len(sample):
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


def _decode_declared(data: bytes) -> Decoded | None:
    """Decode by the encoding that an XML or HTML file declares at its beginning; None on failure.

    Files that declare an older encoding of East Asia often contain characters of its later extension.
    """
    match = _DECLARED.search(data[:_DECLARED_WITHIN])
    if match is None:
        return None
    label = (match[1] or match[2]).decode("ascii", "replace").lower()
    for name in (_ALIASES.get(label, label), _EXTENSIONS.get(label)):
        try:
            codec = codecs.lookup(name or "").name
            text = data.decode(codec)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
        return _with_notice(text, codec, ", as the file declares.")
    return None


def _decode_damaged_utf8(data: bytes) -> Decoded | None:
    """Decode UTF-8 that contains a few invalid bytes.

    Returns:
        The text; None if there are fewer than three valid characters beyond ASCII for each invalid sequence.
    """
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - bad - _count_ascii(data)
    return _with_damage(text, bad) if good >= 3 * bad else None


def _with_damage(text: str, bad: int) -> Decoded:
    places = "one place that could not be decoded is" if bad == 1 else f"{bad:,} places that could not be decoded are"
    return Decoded(text, "UTF-8", f"Damaged UTF-8: {places} shown as \ufffd.")


def _count_ascii(data: bytes) -> int:
    return len(data.translate(None, bytes(range(0x80, 0x100))))


def _decode_guessed(data: bytes) -> Decoded:
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


def _undo_misreading(text: str) -> Decoded:
    """Repair a text that another program read as Windows-1252 and saved so (`â€™` for `’`); keep any other text."""
    yield_gil()
    if "Ã" in text or ("â" in text and "â€" in text):
        try:
            meant = text.translate(_MISREAD).encode("latin-1").decode()
        except UnicodeError:  # one character that does not fit proves that the text was not misread
            return Decoded(text, "UTF-8")
        return Decoded(meant, "UTF-8", "The text had been saved in a wrong encoding; it is shown as it was meant.")
    return Decoded(text, "UTF-8")

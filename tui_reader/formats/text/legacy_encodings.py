"""Detection of the encodings of older systems, such as Windows-1252 and Shift JIS.

For languages in the table of letter pairs, the table decides; for all others, charset-normalizer.
"""

from __future__ import annotations

import codecs
import re

from tui_reader.formats.text.encoding_scores import most_probable_codec

_NAMES = {
    "big5": "Big5",
    "cp932": "Shift JIS",
    "euc_jp": "EUC-JP",
    "euc_kr": "EUC-KR",
    "gb18030": "GB 18030",
    "gb2312": "GB 2312",
    "gbk": "GBK",
    "hz": "HZ",
    "iso2022_jp": "ISO-2022-JP",
    "iso2022_kr": "ISO-2022-KR",
    "koi8_r": "KOI8-R",
    "koi8_u": "KOI8-U",
    "latin_1": "ISO-8859-1",
    "mac_cyrillic": "Mac Cyrillic",
    "mac_roman": "Mac Roman",
    "shift_jis": "Shift JIS",
}

_UNLIKELY = [
    *("cp037", "cp273", "cp424", "cp500", "cp720", "cp775", "cp858", "cp864", "cp869", "cp1006", "cp1026"),
    *("cp1125", "cp1140", "euc_jis_2004", "euc_jisx0213", "hp_roman8", "kz1048", "mac_iceland", "ptcp154"),
    *("shift_jis_2004", "shift_jisx0213"),
]
"""Code pages that no article uses, or that equal a better known one; a match with them is a coincidence."""

_WIDE = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"]
"""Encodings with zero bytes in line ends and spaces; for bytes without zeros, a match is a coincidence."""

_SAMPLE = 65_536
"""Number of bytes that charset-normalizer examines; it takes one second per 10 MB."""


def guess_codec(data: bytes) -> str:
    """Return Python's name of the most likely encoding of bytes that are not UTF-8; empty if none fits."""
    return most_probable_codec(data) or _detect(data)


def _detect(data: bytes) -> str:
    """Return the encoding that charset-normalizer detects; empty if it detects none."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 29 ms, and hardly any file needs it

    sample = _telling_sample(data)
    excluded = _UNLIKELY if b"\0" in sample else _UNLIKELY + _WIDE
    # A sample that ends within a character of several bytes fits no encoding: try again with up to 3 bytes less.
    for cut in range(4 if len(sample) < len(data) else 1):
        best = from_bytes(sample[: len(sample) - cut], cp_exclusion=excluded).best()
        if best is not None:
            return codecs.lookup(best.encoding).name.replace("-", "_")
    return ""


def _telling_sample(data: bytes) -> bytes:
    """Return up to 64 kB of text around the first byte beyond ASCII, cut at line ends."""
    if len(data) <= _SAMPLE:
        return data
    beyond = re.search(rb"[\x80-\xff]", data)
    first = beyond.start() if beyond else 0
    start = data.rfind(b"\n", 0, first) + 1 if first > _SAMPLE // 2 else 0
    end = data.rfind(b"\n", start, start + _SAMPLE)
    return data[start : end if end > first else start + _SAMPLE]


def name_of(codec: str) -> str:
    """Return the display name of an encoding, such as `Windows-1252`."""
    codec = codecs.lookup(codec).name.replace("-", "_")
    if codec in _NAMES:
        return _NAMES[codec]
    windows = re.fullmatch(r"cp(125\d)", codec)
    if windows:
        return f"Windows-{windows[1]}"
    iso = re.fullmatch(r"iso8859_(\d+)", codec)
    return f"ISO-8859-{iso[1]}" if iso else codec.upper().replace("_", "-")

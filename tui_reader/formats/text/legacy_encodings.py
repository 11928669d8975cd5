"""Detection of the encodings of older systems, such as Windows-1252 and Shift JIS."""

from __future__ import annotations

import codecs
import re

from tui_reader.formats.metadata.language import guess_language

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
"""Encodings with zero bytes in each line end and space; in bytes without zeros a match with them is a coincidence."""

_BEYOND_ASCII = bytes(range(0x80, 0x100))
_BEYOND_ASCII_RUN = re.compile(r"[^\x00-\x7f]+")

_MOST_FOR_BRIEF = 40
"""Number of bytes beyond ASCII (those of a few sentences) up to which spelling is more reliable than statistics."""
_MOST_FOR_SPARSE = 0.01
"""Largest share of bytes beyond ASCII in a text that is English with some typographic characters."""

_ACCENTED = "àáâãäåæçèéêëìíîïñòóôöøùúüÿœ"
_CAPITALS = _ACCENTED.upper()
_NOT_WESTERN = re.compile(
    "|".join(
        (
            # Any character except typographic ones and the accented letters of Western Europe, ...
            f"[^\\x00-\\x7f{_ACCENTED}{_CAPITALS}ß‘’‚“”„–—…•·«»‹›©®™°§¶†‡£€¢½¼¾¡¿ªº\\xa0\\xad\\u3000]",
            # ... a symbol within a word, or an opening mark with no word after it, ...
            "(?<=[a-z])[“„•·«»©®™°§¶†‡£€¢½¼¾¡¿]+[A-Za-z]",
            f'[¡¿](?![A-Za-z¡¿“"{_CAPITALS}])',
            # ... an accented capital within a word or alone, or three accents in a row.
            f"(?<=[a-z])[{_CAPITALS}]|(?<=[A-Z])[{_CAPITALS}](?=[a-z])",
            f"(?<![A-Za-z])[{_CAPITALS}](?<![ÀÅÉ])(?![A-Za-z’{_ACCENTED}{_CAPITALS}])",
            f"[{_ACCENTED}{_CAPITALS}]{{3}}",
        )
    )
)

_SIBLINGS = ("cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257", "mac_roman", "cp852")
_LATIN = frozenset(_SIBLINGS) | frozenset(
    (*[f"iso8859_{part}" for part in (1, 3, 4, 9, 10, 13, 14, 15, 16)], "cp850", "cp1258", "mac_latin2", "mac_turkish")
)
_KOREAN = frozenset(("euc_kr", "cp949", "johab"))
_JAMO = re.compile("[\u3131-\u318e]")
_ALPHABETS = {
    "ca": "àçèéíïòóúü·",
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøåé",
    "de": "äöüß",
    "en": "àâäçèéêëîïñôöûü",
    "es": "áéíñóúü",
    "et": "äöõüšž",
    "fi": "äöåšž",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "is": "áðéíóúýþæö",
    "it": "àèéìíîòóùú",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "nb": "æøåéòô",
    "nl": "áéèëíïóöúü",
    "pl": "ąćęłńóśźż",
    "pt": "áâãàçéêíóôõúü",
    "ro": "ăâîșțşţ",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšž",
    "sv": "åäöé",
    "tr": "çğıi̇öşüâîû",
}
"""The letters beyond ASCII of each language, by language code."""
_TYPOGRAPHY = frozenset("‘’‚“”„–—…•·«»‹›©®™°§†‡£€½¡¿ªº\xa0\xad")
_SYMBOL_IN_WORD = re.compile(r"[^\W\d_][£¢½¼¾¡¿©®¶]|[£¢½¼¾©®¶][^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"<[^<>]{0,500}>")
_LEAST_SHARE = 0.06
"""Smallest share of small words to guess a language: half of `language.LEAST_SHARE`, as its letters are checked too."""
_CONTEXT = 400
"""Number of bytes that the language sample includes before the first byte beyond ASCII."""

_SAMPLE = 65_536
"""Number of bytes that charset-normalizer examines; it takes one second per 10 MB."""


def guess_codec(data: bytes) -> str:
    """Return Python's name of the most likely encoding; empty if none fits. The bytes must not be UTF-8."""
    return _sparse_western(data) or _brief_western(data) or _best_sibling(_detect(data), data)


def _sparse_western(data: bytes) -> str:
    """Return the first encoding that makes the few bytes beyond ASCII Western characters; else empty.

    A few curly quotes and accents are too few bytes for statistics.
    """
    beyond = len(data) - len(data.translate(None, _BEYOND_ASCII))
    if beyond > len(data) * _MOST_FOR_SPARSE:
        return ""
    for codec in ("cp1252", "mac_roman", "big5", "cp932", "gb18030", "cp949"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if not _is_not_western(text):
            return codec
    return ""


def _is_not_western(text: str) -> bool:
    """Return True if a text has characters or sequences that Western European languages do not use."""
    # Only runs of characters beyond ASCII with their neighbours: the pattern depends on nothing else.
    around = (text[max(0, run.start() - 1) : run.end() + 1] for run in _BEYOND_ASCII_RUN.finditer(text))
    return _NOT_WESTERN.search("\n".join(around)) is not None


def _brief_western(data: bytes) -> str:
    """Return Windows-1252 or a similar encoding if it gives the text plausible words; else empty.

    Only texts with few accents are judged in this way.
    """
    if len(data) - len(data.translate(None, _BEYOND_ASCII)) > _MOST_FOR_BRIEF:
        return ""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    # In Windows-1252, other alphabets become words of accents only, and some of their letters symbols within words.
    strange = any(len(word) > 1 and not re.search("[A-Za-z]", word) for word in _WORD.findall(text))
    # û and õ are mostly misread ű and ő, but not in French `goût` and Portuguese `ações`.
    usual = re.sub("û|õ(?=e)", "o", text)
    return "" if strange or _is_not_western(usual) or _SYMBOL_IN_WORD.search(usual) else _best_sibling("cp1252", data)


def _detect(data: bytes) -> str:
    """Return the encoding that charset-normalizer finds; empty if it finds none."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 29 ms, and hardly any file needs it

    sample = _telling_sample(data)
    excluded = _UNLIKELY if b"\0" in sample else _UNLIKELY + _WIDE
    # A sample that ends within a character of several bytes fits no encoding: try it with up to 3 bytes less.
    for cut in range(4 if len(sample) < len(data) else 1):
        best = from_bytes(sample[: len(sample) - cut], cp_exclusion=excluded).best()
        if best is not None:
            return codecs.lookup(best.encoding).name.replace("-", "_")
    return ""


def _best_sibling(codec: str, data: bytes) -> str:
    """Return the Latin encoding similar to `codec` whose letters fit the language of the text best.

    Similar encodings differ in a dozen letters only, which statistics confuse. But the small words of a language have
    few of these letters, so that the language can be guessed first.
    """
    if codec in _KOREAN and len(_JAMO.findall(data.decode(codec, "replace"))) > len(data) // 20:
        # The codes of kana are single jamo in Korean encodings, and Korean text is not written in single jamo.
        return "euc_jp"
    if codec not in _LATIN:
        return codec
    beyond = re.search(rb"[\x80-\xff]", data)
    start = max(0, beyond.start() - _CONTEXT) if beyond else 0
    best, most = codec, 0.0
    for candidate in dict.fromkeys((codec, *_SIBLINGS)):
        text = _TAG.sub(" ", data[start : start + _SAMPLE].decode(candidate, "replace"))
        alphabet = _ALPHABETS.get(guess_language(text, _LEAST_SHARE))
        strange = [character for character in text if character > "\x7f"]
        if alphabet is None or not strange:
            continue
        fitting = sum(character in _TYPOGRAPHY or character.lower() in alphabet for character in strange) / len(strange)
        if fitting > most:
            best, most = candidate, fitting
    return best


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

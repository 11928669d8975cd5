"""The encodings of older systems: which of them some bytes are in, as far as that can be told."""

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
"""Code pages that hold no articles, or the same as a better known one; they only win by accident."""

_WIDE = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"]
"""Encodings with zero bytes in every line end and space: without any, they only win by accident, too."""

_BEYOND_ASCII = bytes(range(0x80, 0x100))
_BEYOND_ASCII_RUN = re.compile(r"[^\x00-\x7f]+")

_BRIEF = 40
"""Bytes beyond ASCII, those of some sentences, up to which statistics say less than what is usual."""
_SPARSE = 0.01
"""Share of bytes beyond ASCII up to which a text is taken for English with some typography."""

_ACCENTED = "àáâãäåæçèéêëìíîïñòóôöøùúüÿœ"
_CAPITALS = _ACCENTED.upper()
_ODD_HERE = re.compile(
    "|".join(
        (
            # Any character but typography and the accents of Western Europe, ...
            f"[^\\x00-\\x7f{_ACCENTED}{_CAPITALS}ß‘’‚“”„–—…•·«»‹›©®™°§¶†‡£€¢½¼¾¡¿ªº\\xa0\\xad\\u3000]",
            # ... a sign within a word or an opening one before none, ...
            "(?<=[a-z])[“„•·«»©®™°§¶†‡£€¢½¼¾¡¿]+[A-Za-z]",
            f'[¡¿](?![A-Za-z¡¿“"{_CAPITALS}])',
            # ... an accented capital within a word or alone, and three accents in a row: each shows another encoding.
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
"""Letters beyond ASCII that texts in a language are written with."""
_TYPOGRAPHY = frozenset("‘’‚“”„–—…•·«»‹›©®™°§†‡£€½¡¿ªº\xa0\xad")
_STICKING = re.compile(r"[^\W\d_][£¢½¼¾¡¿©®¶]|[£¢½¼¾©®¶][^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"<[^<>]{0,500}>")
_LEAST_SHARE = 0.06
"""Share of small words that tells a language here, where the letters have a say as well: half of what prose needs."""
_BEFORE = 400
"""Bytes before the first one beyond ASCII that are looked at as well."""

_SAMPLE = 65_536
"""Bytes that charset-normalizer sees: it costs a second per 10 MB."""


def guess_codec(data: bytes) -> str:
    """Python's name of the most likely encoding; empty where none fits. The bytes are known not to be UTF-8."""
    return _western(data) or _brief(data) or _sibling(_detected(data), data)


def _western(data: bytes) -> str:
    """English with a curly quote here and an accent there: too little for statistics, but enough to see what fits."""
    beyond = len(data) - len(data.translate(None, _BEYOND_ASCII))
    if beyond > len(data) * _SPARSE:
        return ""
    for codec in ("cp1252", "mac_roman", "big5", "cp932", "gb18030", "cp949"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if not _is_odd(text):
            return codec
    return ""


def _is_odd(text: str) -> bool:
    """Whether a text holds what Western European languages do not write."""
    # Each run of characters beyond ASCII with its neighbours: all that the pattern looks at.
    around = (text[max(0, run.start() - 1) : run.end() + 1] for run in _BEYOND_ASCII_RUN.finditer(text))
    return _ODD_HERE.search("\n".join(around)) is not None


def _brief(data: bytes) -> str:
    """A few words with accents: Windows-1252 where it makes words of them, but for a language that writes others."""
    if len(data) - len(data.translate(None, _BEYOND_ASCII)) > _BRIEF:
        return ""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    # Other alphabets become words of nothing but accents, and some of their letters signs that stick to words.
    strange = any(len(word) > 1 and not re.search("[A-Za-z]", word) for word in _WORD.findall(text))
    # `goût` and `ações`: these two letters mostly stand for ű and ő, but not here.
    usual = re.sub("û|õ(?=e)", "o", text)
    return "" if strange or _is_odd(usual) or _STICKING.search(usual) else _sibling("cp1252", data)


def _detected(data: bytes) -> str:
    """What charset-normalizer takes the bytes for."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 29 ms, and hardly any file needs it

    sample = _telling_sample(data)
    excluded = _UNLIKELY if b"\0" in sample else _UNLIKELY + _WIDE
    # A sample may end within a character of several bytes, and then fits no encoding.
    for cut in range(4 if len(sample) < len(data) else 1):
        best = from_bytes(sample[: len(sample) - cut], cp_exclusion=excluded).best()
        if best is not None:
            return codecs.lookup(best.encoding).name.replace("-", "_")
    return ""


def _sibling(codec: str, data: bytes) -> str:
    """The encoding whose letters are those of the text's language.

    Its siblings differ in a dozen letters only, which statistics confuse; but the small words of a language hold few
    of them, so that the language is known first.
    """
    if codec in _KOREAN and len(_JAMO.findall(data.decode(codec, "replace"))) > len(data) // 20:
        # Kana stand where the Korean sets have single jamo, which no text consists of.
        return "euc_jp"
    if codec not in _LATIN:
        return codec
    beyond = re.search(rb"[\x80-\xff]", data)
    start = max(0, beyond.start() - _BEFORE) if beyond else 0
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
    """The first 64 kB from shortly before the first byte beyond ASCII, cut at line ends."""
    if len(data) <= _SAMPLE:
        return data
    beyond = re.search(rb"[\x80-\xff]", data)
    first = beyond.start() if beyond else 0
    start = data.rfind(b"\n", 0, first) + 1 if first > _SAMPLE // 2 else 0
    end = data.rfind(b"\n", start, start + _SAMPLE)
    return data[start : end if end > first else start + _SAMPLE]


def name_of(codec: str) -> str:
    """What people call an encoding, such as `Windows-1252`."""
    codec = codecs.lookup(codec).name.replace("-", "_")
    if codec in _NAMES:
        return _NAMES[codec]
    windows = re.fullmatch(r"cp(125\d)", codec)
    if windows:
        return f"Windows-{windows[1]}"
    iso = re.fullmatch(r"iso8859_(\d+)", codec)
    return f"ISO-8859-{iso[1]}" if iso else codec.upper().replace("_", "-")

"""Measure how many texts in the encodings of older systems are decoded exactly, as a whole and cut to lines.

The texts are files in UTF-8, named by the code of their language (`cs.txt`). Each is encoded in every encoding that was
usual for its language, and cut to 12 lines and to single lines. A decoded text counts as right if it equals the
original, whichever encoding was named: two encodings can give the same text.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tui_reader.formats.text.encodings import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = Path(__file__).resolve().parents[2] / "../shared/corpora/unicode/udhr"
NAMES = {
    "eng": "en",
    "fra": "fr",
    "rus": "ru",
    "ell_monotonic": "el",
    "heb": "he",
    "arb": "ar",
    "tha": "th",
    "jpn": "ja",
    "kor": "ko",
    "cmn_hans": "zhs",
    "cmn_hant": "zht",
}
"""Language codes of the declarations of human rights in the corpora."""

_WESTERN = ("cp1252", "iso8859_1", "iso8859_15", "mac_roman", "cp850", "cp437")
_WESTERN_LANGUAGES = (
    "en",
    "fr",
    "de",
    "es",
    "pt",
    "ptbr",
    "it",
    "nl",
    "sv",
    "da",
    "nb",
    "fi",
    "is",
    "ca",
    "gl",
    "af",
    "ga",
)
_CENTRAL = ("cp1250", "iso8859_2", "cp852")
_CENTRAL_LANGUAGES = ("cs", "pl", "sk", "sl", "hr", "bs", "hu", "ro", "sq")
_BALTIC = ("cp1257", "iso8859_13", "iso8859_4", "cp775")
_CYRILLIC = ("cp1251", "iso8859_5", "cp855", "mac_cyrillic")
CODECS = {
    **dict.fromkeys(_WESTERN_LANGUAGES, _WESTERN),
    **dict.fromkeys(_CENTRAL_LANGUAGES, _CENTRAL),
    "et": ("iso8859_15", *_BALTIC),
    "lv": _BALTIC,
    "lt": _BALTIC,
    "tr": ("cp1254", "iso8859_9", "cp857"),
    "el": ("cp1253", "iso8859_7", "cp737"),
    "he": ("cp1255", "iso8859_8", "cp862"),
    "ar": ("cp1256", "iso8859_6"),
    "ru": ("koi8_r", "cp866", *_CYRILLIC),
    "bg": ("koi8_r", "cp866", *_CYRILLIC),
    "uk": ("koi8_u", "cp1251", "iso8859_5", "cp1125"),
    "be": ("koi8_u", "cp1251", "iso8859_5"),
    "sr": ("cp1251", "iso8859_5", "cp855"),
    "mk": ("cp1251", "iso8859_5", "cp855"),
    "th": ("cp874", "tis_620"),
    "ja": ("cp932", "euc_jp", "iso2022_jp"),
    "zhs": ("gb18030", "gb2312", "hz"),
    "zht": ("big5", "gb18030"),
    "ko": ("cp949", "euc_kr", "johab"),
}
"""The usual encodings of each language, by Python's names."""

_PLAIN = {
    "‐": "-",
    "‑": "-",
    "–": "-",
    "—": "-",
    "‘": "'",
    "’": "'",
    "‚": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "…": "...",
    "\xa0": " ",
    "\xad": "",
    "ș": "ş",
    "ț": "ţ",
    "Ș": "Ş",
    "Ț": "Ţ",
}
"""Substitutes that people type for characters that an encoding lacks."""


class Case(NamedTuple):
    """A text to decode."""

    language: str
    codec: str
    text: str


def encodable(text: str, codec: str) -> str:
    """Return a text as it would be written in an encoding; empty if its letters are missing there."""
    changed = []
    for character in text:
        try:
            kept = character if character.encode(codec).decode(codec) == character else _PLAIN[character]
        except (UnicodeError, KeyError):
            kept = _PLAIN.get(character, "")
            if character not in _PLAIN:
                return ""
        changed.append(kept)
    return "".join(changed)


def cases(folder: Path, length: int, half: int) -> Iterator[Case]:
    """Yield all cases of a folder.

    Args:
        folder: Folder of the texts.
        length: Number of lines of a case; 0 for whole texts.
        half: 1 or 2 for the odd or even cases only, 0 for all.
    """
    for path in sorted(folder.glob("*.txt")):
        language = NAMES.get(path.stem, path.stem)
        lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        size = length or len(lines)
        pieces = ["\n".join(lines[start : start + size]) + "\n" for start in range(0, len(lines), size)]
        for codec in CODECS.get(language, ()):
            for piece in pieces[half - 1 :: 2] if half and length else pieces:
                text = encodable(piece, codec)
                # Bytes that are UTF-8, such as ASCII, are not a question of older encodings.
                if text and not _is_utf8(text.encode(codec)):
                    yield Case(language, codec, text)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=TEXTS, help="folder of texts in UTF-8, such as cs.txt")
    parser.add_argument("--half", type=int, choices=(0, 1, 2), default=0, help="only the odd (1) or even (2) cases")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="print N of the texts that are not right")
    options = parser.parse_args()
    if not options.folder.is_dir():
        print(f"There is no folder {options.folder}.", file=sys.stderr)
        return 2
    for title, length in (("whole texts", 0), ("12 lines", 12), ("single lines", 1)):
        tried, right = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        wrong = []
        seconds = 0.0
        for case in cases(options.folder, length, options.half):
            data = case.text.encode(case.codec)
            began = time.process_time()
            decoded = decode(data)
            seconds += time.process_time() - began
            tried[case[:2]] += 1
            if decoded.text == case.text:
                right[case[:2]] += 1
            else:
                wrong.append((case, decoded))
        total = tried.total()
        print(
            f"{title:14}{total:7} cases {right.total() / max(total, 1):8.2%} right "
            f"{1000 * seconds / max(total, 1):7.2f} ms each"
        )
        worst = sorted((right[key] - tried[key], key) for key in tried if right[key] < tried[key])[:24]
        print("   ", ", ".join(f"{key[0]} {key[1]} {-missed}/{tried[key]}" for missed, key in worst) or "all right")
        for case, decoded in wrong[:: max(1, len(wrong) // options.wrong)] if options.wrong else []:
            print(f"      {case.language} {case.codec} as {decoded.encoding or decoded.problem}: {case.text[:90]!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

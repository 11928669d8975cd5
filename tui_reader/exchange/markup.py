"""Markup that is safe in HTML and in XML: escaped text, checked addresses and languages, writing directions.

All content of articles, notes and settings is treated as data. It is written to a page only through `escape` or
`attribute`, and addresses only through `safe_href`.
"""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML forbids, or that change the order of the displayed words."""
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
"""Characters of markup and what is written for them; the ampersand is first, since the others contain it."""
_SCHEME = re.compile(r"(?:https?://[^/?#]|mailto:[^/])", re.IGNORECASE)
_NOT_IN_ADDRESSES = re.compile(
    r"[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\u2066-\u206f\ud800-\udfff\ufeff\ufffe\uffff\"<>\\^`{|}]"
    "|%(?![0-9A-Fa-f]{2})"
)
"""Characters that no address may have as they are."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_RIGHT_TO_LEFT = re.compile(
    "[\u05be-\u05ea\u05ef-\u05f4\u0608-\u064a\u066d-\u06ef\u06fa-\u085e\u0860-\u08c9\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_LETTER = re.compile(r"[^\W\d_]")
_PICTURE_HEADS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_SAMPLE = 2_000
"""Number of characters from which the direction of a text is determined."""


def escape(text: str) -> str:
    """Return text as character data of HTML and XML, without characters that XML forbids."""
    if not text.isprintable():
        text = _FORBIDDEN.sub("", text)
    # A pattern or a table of all five characters takes several times as long.
    if "&" in text or "<" in text or ">" in text or '"' in text or "'" in text:
        for character, entity in _ENTITIES.items():
            text = text.replace(character, entity)
    return text


def attribute(name: str, value: str) -> str:
    """Return an HTML attribute with a leading space; empty if the value is empty."""
    return f' {name}="{escape(value).replace(chr(10), " ").replace(chr(9), " ")}"' if value else ""


def safe_href(target: str) -> str:
    """Return a link target if a page may link to it, else an empty string.

    Only whole addresses with http, https or mailto are safe: no scripts, no data, no paths of the user's disk. White
    space and other characters that addresses may not have are percent-encoded, so that no address can look like a
    second attribute or a separate line, and e-readers do not refuse a book for an address.
    """
    address = target.strip()
    if _SCHEME.match(address) is None:
        return ""
    address, _, fragment = address.partition("#")
    address += f"#{fragment.replace('#', '%23')}" if fragment else ""
    return escape(_NOT_IN_ADDRESSES.sub(lambda found: _percent(found[0]), address))


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "ignore"))


def picture_type(data: bytes) -> str:
    """Return the media type of a picture by its first bytes; empty if browsers and e-readers may not show it.

    SVG is not recognized, since it may contain scripts and links.
    """
    if data[8:12] == b"WEBP" and data.startswith(b"RIFF"):
        return "image/webp"
    return next((kind for head, kind in _PICTURE_HEADS.items() if data.startswith(head)), "")


def host(address: str) -> str:
    """Return the host of a web address for display, without a leading `www.`."""
    found = re.match(r"https?://(?:[^/?#@\s]*@)?([^/?#:\s]+)", address, re.IGNORECASE)
    return found[1].lower().removeprefix("www.") if found is not None else ""


def language_tag(language: str) -> str:
    """Return a language tag if it is well-formed BCP 47, else an empty string."""
    tag = language.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def direction(text: str) -> str:
    """Return the writing direction of most letters of a text, `rtl` or `ltr`; empty without letters."""
    sample = text[:_SAMPLE]
    backward = 0 if sample.isascii() else len(_RIGHT_TO_LEFT.findall(sample))
    if backward:
        return "rtl" if 2 * backward >= len(_LETTER.findall(sample)) else "ltr"
    return "ltr" if _LETTER.search(sample) else ""

"""The parts of a mail that are shown: its text, forwarded mails, pictures and attachments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.html.mhtml import lacks_end
from tui_reader.formats.text.encodings import decode

if TYPE_CHECKING:
    from email.message import EmailMessage

_MOST_PARTS = 2_000
_MOST_DEPTH = 20
"""Maximum depth of nested mails and multipart groups."""
_MOST_TEXT = 16_000_000
"""Maximum number of bytes of a text part that are read."""
_HIDDEN = frozenset(
    (
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "message/delivery-status",
    )
)
"""Types of parts that are not shown."""
_ENCRYPTED = frozenset(("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"))
_FLOWED = re.compile(r"\bformat\s*=\s*\"?flowed", re.IGNORECASE)
_DELETED_SPACE = re.compile(r"\bdelsp\s*=\s*\"?yes", re.IGNORECASE)


class Part(NamedTuple):
    """A part of a mail that is shown."""

    kind: str
    """`html`, `text`, `markdown`, `mail`, `picture` or `attachment`."""
    number: int
    """Number of the part, from 1, in the order of all parts of the mail, including groups and hidden ones."""
    text: str = ""
    """The text; for an attachment or a picture, its name."""
    media_type: str = ""
    size: int = 0
    message: EmailMessage | None = None
    """A forwarded mail."""


class Parts:
    """Finds the parts of a mail.

    Args:
        message: The mail.
    """

    def __init__(self, message: EmailMessage) -> None:
        self._count = 0
        self.shown: list[Part] = []
        """The parts that are shown, in the order of the mail."""
        self.is_encrypted = self.is_cut_off = False
        self._numbers: dict[int, EmailMessage] = {}
        """All parts by their numbers."""
        self._collect(message, 0)

    def payload(self, target: str) -> bytes | None:
        """Return the bytes of a part by `cid:` and its content id, or `part:` and its number; None if there is none."""
        if target.startswith("part:") and target[5:].isdecimal():
            found = self._numbers.get(int(target[5:]))
            return None if found is None else payload_of(found)
        wanted = target.removeprefix("cid:").strip("<>")
        for part in self._numbers.values():
            if wanted and str(header_of(part, "Content-ID")).strip(" <>") == wanted:
                return payload_of(part)
        return None

    def content_id(self, number: int) -> str:
        """Return the content id of a part, by which HTML refers to a picture; empty without one."""
        part = self._numbers.get(number)
        return "" if part is None else header_of(part, "Content-ID").strip(" <>")

    def _collect(self, part: EmailMessage, depth: int) -> None:
        """Number a part and the parts within it, and record those that are shown; of alternatives, only the best."""
        self._count += 1
        if self._count > _MOST_PARTS or depth > _MOST_DEPTH:
            return
        number = self._count
        self._numbers[number] = part
        media_type = part.get_content_type().lower()
        if media_type in _ENCRYPTED:
            self.is_encrypted = True
        elif media_type in _HIDDEN:
            return
        elif media_type == "message/rfc822" or (depth and media_type == "message/global"):
            inner = part.get_payload()
            if isinstance(inner, list) and inner:
                self.shown.append(Part("mail", number, message=inner[0]))  # type: ignore[arg-type]
        elif part.is_multipart():
            self.is_cut_off |= lacks_end(part)
            children: list[EmailMessage] = [each for each in part.get_payload() if not isinstance(each, str)]  # type: ignore[misc]
            if media_type == "multipart/alternative":
                children = _best(children)
            for child in children:
                self._collect(child, depth + 1)
        else:
            self._add_leaf(part, media_type, number)

    def _add_leaf(self, part: EmailMessage, media_type: str, number: int) -> None:
        """Record a part without parts of its own as a text, a picture or an attachment, by its media type."""
        name = _file_name(part)
        is_attached = part.get_content_disposition() == "attachment"
        main, _, sub = ("text", "", "plain") if media_type.startswith("multipart/") else media_type.partition("/")
        if main == "text" and not is_attached and sub not in ("calendar", "x-vcard", "vcard", "directory", "css"):
            text = text_of(part)
            kind = {"html": "html", "markdown": "markdown"}.get(sub, "text")
            if text.strip():
                self.shown.append(Part(kind, number, text, media_type))
        elif main == "image" and not is_attached:
            self.shown.append(Part("picture", number, name, media_type))
        else:
            size = len(payload_of(part))
            self.shown.append(Part("attachment", number, name or media_type, media_type, size))


def header_of(message: EmailMessage, name: str) -> str:
    """Return a header as one clean line, decoded; empty if it is missing."""
    try:
        value = message.get(name)
    except Exception:  # noqa: BLE001 - the parser of headers raises errors of many kinds for broken ones
        value = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), None)
    return clean_line(_decoded_words(str(value))) if value is not None else ""


def payload_of(part: EmailMessage) -> bytes:
    """Return the decoded bytes of a part; empty for groups of parts."""
    try:
        payload = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - as above, for broken transfer encodings
        return b""
    return payload if isinstance(payload, bytes) else b""


def text_of(part: EmailMessage) -> str:
    """Return the text of a part, decoded by its charset; if that is unknown or wrong, by a guess from the bytes."""
    data = payload_of(part)[:_MOST_TEXT]
    try:
        charset = str(part.get_content_charset() or "")
    except Exception:  # noqa: BLE001 - as above, for broken headers
        charset = ""
    text = None
    if charset and charset not in ("us-ascii", "unknown-8bit"):
        try:
            text = data.decode("cp1252" if charset in ("iso-8859-1", "latin-1", "latin1") else charset)
        except (LookupError, ValueError):
            text = None
    if text is None:
        guessed = decode(data)
        text = guessed.text if not guessed.problem else data.decode("utf-8", "replace")
    written = _raw_header(part, "Content-Type")
    if part.get_content_subtype() == "plain" and _FLOWED.search(written):
        return unflowed(text, deletes_space=_DELETED_SPACE.search(written) is not None)
    return text


def unflowed(text: str, *, deletes_space: bool = False) -> str:
    """Return a text in `format=flowed` (RFC 3676) with the lines of each paragraph joined."""
    found: list[str] = []
    goes_on = False
    last_depth = 0
    for line in text.replace("\r\n", "\n").split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        is_signature = bare == "-- "
        if goes_on and depth == last_depth and not is_signature:
            found[-1] += bare
        else:
            found.append(f"{'>' * depth} {bare}" if depth else bare)
        goes_on = bare.endswith(" ") and not is_signature
        if goes_on and deletes_space:
            found[-1] = found[-1][:-1]
        last_depth = depth
    return "\n".join(found)


def _best(parts: list[EmailMessage]) -> list[EmailMessage]:
    """Return the part of a `multipart/alternative` that is shown: HTML, else the last text."""
    for part in reversed(parts):
        if any(each.get_content_type() == "text/html" and payload_of(each).strip() for each in _walk(part)):
            return [part]
    texts = [
        part for part in parts if part.get_content_maintype() == "text" and part.get_content_subtype() != "calendar"
    ]
    return texts[-1:] or parts[-1:]


def _walk(part: EmailMessage, depth: int = 0) -> list[EmailMessage]:
    """Return a part and all parts within it; attached mails are not entered."""
    found = [part]
    if part.is_multipart() and depth < _MOST_DEPTH and part.get_content_maintype() == "multipart":
        for child in part.get_payload():
            if not isinstance(child, str):
                found += _walk(child, depth + 1)  # type: ignore[arg-type]
    return found[:_MOST_PARTS]


def _file_name(part: EmailMessage) -> str:
    try:
        return clean_line(_decoded_words(part.get_filename() or ""))
    except Exception:  # noqa: BLE001 - as above, for broken headers
        return ""


def _raw_header(part: EmailMessage, name: str) -> str:
    return next((str(value) for key, value in part.raw_items() if key.lower() == name.lower()), "")


def _decoded_words(value: str) -> str:
    """Decode encoded words that the parser left as they are, because they violate RFC 2047."""
    if "=?" not in value:
        return value
    from email.header import decode_header, make_header  # noqa: PLC0415 - only for broken headers

    try:
        return str(make_header(decode_header(value)))
    except (LookupError, ValueError):
        return value

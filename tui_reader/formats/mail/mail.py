"""Mail (`.eml`): the letter or newsletter as an article, with its sender, subject and date."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder, Span, SpanKind
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.formats.base import BY_CONTENT, BY_NAME, NO_MATCH, Format, suffix_of
from tui_reader.formats.mail.mail_parts import Part, Parts, header_of
from tui_reader.formats.metadata.fields import web_address
from tui_reader.formats.metadata.guesses import complete
from tui_reader.formats.plain import plain
from tui_reader.formats.problem_page import cut_off_notice, human_size, problem_document
from tui_reader.formats.reasons import WrongContent
from tui_reader.formats.text.concatenation import append_document
from tui_reader.formats.text.source import SourceText, open_source
from tui_reader.formats.titled_document import titled_document

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tui_reader.model.article import Metadata

_HEADERS = re.compile(
    rb"^(From|To|Subject|Date|Message-ID|Received|Return-Path|MIME-Version|Delivered-To|Content-Type|Reply-To):[ \t]",
    re.IGNORECASE | re.MULTILINE,
)
_FEWEST_HEADERS = 2
"""A file with more than this number of different headers of `_HEADERS` at its top is a mail."""
_FIRST_HEADER = re.compile(rb"\A(?:From [^\n]*\n)?[A-Za-z][\w-]*:[ \t]*[^\n]*\r?\n")
_OF_NEWSLETTERS = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Post", "Feedback-ID")
"""Headers that are written only by programs that send one mail to many people."""
_ANGLES = re.compile(r"<\s*([^<>\s]+)\s*>")
_MOST_FORWARDED = 5
"""Maximum depth of nested forwarded mails that are shown."""
_TINY = re.compile(r"\b(?:width|height)\s*:\s*[012](?:\.\d+)?(?:px)?\s*(?:;|\Z|!)|display\s*:\s*none", re.IGNORECASE)
"""Pattern of a style with which a picture is less than 3 pixels wide or high, or hidden."""


class Mail(Format):
    """The format of mails."""

    name = "mail"
    suffixes = (".eml", ".emlx")

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of mail by the suffix; without a suffix, by the headers at the top."""
        suffix = suffix_of(name)
        if suffix in self.suffixes:
            return BY_NAME
        if not _FIRST_HEADER.match(head):
            return NO_MATCH
        top = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
        return BY_CONTENT if len({found.lower() for found in _HEADERS.findall(top)}) > _FEWEST_HEADERS else NO_MATCH

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the text of the mail as a document."""
        message = _message(_without_length(data, name))
        if message is None:
            source = open_source(data)
            if source.problem:
                return problem_document(name, len(data), source.problem)
            return plain.read_body(source, name)
        try:
            parts = Parts(message)
            builder = DocumentBuilder()
            _add_parts(builder, parts, depth=0)
        except RecursionError:
            return problem_document(name, len(data), WrongContent("damaged: its parts are nested too deeply"))
        if parts.is_encrypted and not builder.blocks:
            return problem_document(name, len(data), "an encrypted mail, which only your mail program opens")
        metadata = _metadata(message, builder.build().text, name)
        notices = (cut_off_notice("text and attachments", "mail"),) if parts.is_cut_off else ()
        return titled_document(builder, metadata, "header", notices=notices)

    def resource(self, data: bytes, name: str, target: str) -> bytes | None:
        """Return the bytes of a picture of the mail; None if it is not in the mail.

        The target is `cid:` and the content id of its part, or `part:` and the part's number.
        """
        if not target.startswith(("cid:", "part:")):
            return None
        message = _message(_without_length(data, name))
        try:
            return None if message is None else Parts(message).payload(target) or None
        except RecursionError:
            return None


FORMAT: Format = Mail()


def _without_length(data: bytes, name: str) -> bytes:
    """Return the mail in a file of Apple Mail, whose first line is the length of the mail."""
    first, newline, rest = data.partition(b"\n")
    if suffix_of(name) == ".emlx" and newline and first.strip().isdigit():
        return rest[: int(first)]
    return data


def _message(data: bytes) -> EmailMessage | None:
    """Return the mail; None if the bytes have no header of a mail."""
    from email import message_from_bytes, policy  # noqa: PLC0415 - 40 ms, needed only for mails

    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if not _FIRST_HEADER.match(data):
        return None
    try:
        message: EmailMessage = message_from_bytes(data, policy=policy.default)
    except Exception:  # noqa: BLE001 - the parser raises errors of many kinds for broken mails
        return None
    keys = {key.lower() for key in message.keys()}  # noqa: SIM118 - a message is not a mapping
    return message if keys & {"from", "subject", "date", "to", "content-type", "message-id", "received"} else None


def _add_parts(builder: DocumentBuilder, parts: Parts, *, depth: int) -> None:
    shown = [part for part in parts.shown if part.kind not in ("attachment", "picture")]
    for part in shown:
        if part.kind == "html":
            _add_html(builder, part)
        elif part.kind == "mail" and part.message is not None:
            _add_forwarded(builder, part.message, depth)
        else:
            _add_text(builder, part)
    targets = {block.target for block in builder.blocks}
    for part in parts.shown:
        if part.kind == "picture" and not depth:
            _add_picture(builder, parts, part, targets)
    # Some programs mark the pictures within the text as attachments, too.
    attached = [
        part
        for part in parts.shown
        if part.kind == "attachment" and f"cid:{parts.content_id(part.number) or ' '}" not in targets
    ]
    for index, part in enumerate(attached):
        size = f", {human_size(part.size)}" if part.size else ""
        text = clean_line(f"Attachment: {part.text} ({part.media_type}{size})")
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True, tight=index + 1 < len(attached)), text)


def _add_picture(builder: DocumentBuilder, parts: Parts, part: Part, targets: set[str]) -> None:
    """Append a picture as a figure, unless its target is in `targets`, those of the pictures that the text contains."""
    identity = parts.content_id(part.number)
    if not identity or f"cid:{identity}" not in targets:
        builder.add(Block(BlockKind.FIGURE, 0, 0, target=f"part:{part.number}"), clean_line(part.text))


def _add_html(builder: DocumentBuilder, part: Part) -> None:
    """Append a part in HTML without tracking pixels."""
    from tui_reader.formats.html.addresses import Addresses  # noqa: PLC0415 - 30 ms, only for mails in HTML
    from tui_reader.formats.html.note_references import Notes  # noqa: PLC0415 - see above
    from tui_reader.formats.html.page_tree import parse  # noqa: PLC0415 - see above
    from tui_reader.formats.html.walker import walk  # noqa: PLC0415 - see above

    class MailAddresses(Addresses):
        """Keeps the content id as the target of pictures that are parts of the mail."""

        def picture(self, source: str) -> str:
            """Return the target of a picture: an address with `cid:` as it is, any other as in a page."""
            source = clean_line(source)
            return source if source.startswith("cid:") else super().picture(source)

    root = parse(clean_text(part.text))
    if root is None:
        return
    for image in list(root.iter("img")):
        sizes = {image.get("width", ""), image.get("height", "")}
        if sizes & {"0", "1", "2", "0px", "1px", "2px"} or _TINY.search(image.get("style", "")):
            image.drop_tree()
    addresses, notes = MailAddresses(), Notes()
    notes.find(root, addresses)
    walk(root, addresses, notes).append_to(builder)


def _add_text(builder: DocumentBuilder, part: Part) -> None:
    body = clean_text(part.text)
    document = plain.read_body(SourceText(body, {}), "-")
    if document.has_text:
        append_document(builder, document)


def _add_forwarded(builder: DocumentBuilder, message: EmailMessage, depth: int) -> None:
    """Append the headers of a mail that is part of another one, and below them its text if `depth` is not too large."""
    lines = [
        f"{label}: {value}"
        for label, key in (("Subject", "Subject"), ("From", "From"), ("Date", "Date"), ("To", "To"))
        if (value := header_of(message, key))
    ]
    builder.add(Block(BlockKind.RULE, 0, 0), "")
    for index, line in enumerate(lines):
        label = line.partition(":")[0]
        block = Block(BlockKind.PARAGRAPH, 0, 0, quiet=True, tight=index + 1 < len(lines))
        builder.add(block, line, [Span(SpanKind.STRONG, 0, len(label) + 1)])
    if depth < _MOST_FORWARDED:
        _add_parts(builder, Parts(message), depth=depth + 1)


def _metadata(message: EmailMessage, text: str, name: str) -> Metadata:
    """Return the metadata from the headers of a mail; missing fields are guessed from its text and the file name."""
    sender = _name_of(header_of(message, "From"))
    date = _date(header_of(message, "Date"))
    identity = _ANGLES.search(header_of(message, "Message-ID"))
    archived = _ANGLES.search(header_of(message, "Archived-At"))
    fields = (
        ("title", header_of(message, "Subject")),
        ("author", sender),
        ("date", date),
        ("source", _source(message)),
        ("id", identity[1] if identity else ""),
        ("url", web_address(archived[1]) if archived else ""),
        ("keywords", header_of(message, "Keywords")),
        ("language", header_of(message, "Content-Language").partition(",")[0]),
    )
    return complete({key: value for key, value in fields if value}, text, name)


def _source(message: EmailMessage) -> str:
    """Return the list that a mail was sent to, else the sender's organization, else the sender of a newsletter.

    A letter from a person has no source: the domain of its address, such as `gmail.com`, says nothing.
    """
    listed = header_of(message, "List-Id")
    if listed:
        phrase = _ANGLES.sub("", listed).strip(' "')
        identity = _ANGLES.search(listed)
        return phrase or (identity[1] if identity else listed)
    if organization := header_of(message, "Organization"):
        return organization
    is_newsletter = any(header_of(message, key) for key in _OF_NEWSLETTERS)
    return _name_of(header_of(message, "From")) if is_newsletter else ""


def _name_of(written: str) -> str:
    """Return the name in an address such as `Ada Example <ada@example.org>`; the address if it has none.

    Of several addresses, the first five names are joined by commas.
    """
    from email.utils import getaddresses  # noqa: PLC0415 - with the parser

    found = [clean_line(name or address) for name, address in getaddresses([written]) if name or address]
    return ", ".join(found[:5]) or written


def _date(written: str) -> str:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - with the parser

    try:
        return parsedate_to_datetime(written).isoformat()
    except (TypeError, ValueError, IndexError, OverflowError):
        return ""

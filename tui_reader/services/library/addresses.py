"""Which addresses of an article may be given to another program, and in what form.

An address comes from a text that anyone may have written: `mailto:a@b.c?attach=/etc/passwd` would put a file of the
user's into a message. So only http, https and mailto are let through, and of a message only what a link needs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from tui_reader.document.clean import clean_line, clean_text
from tui_reader.errors import ReaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_URL = 8_192
"""Characters of an address; browsers take about as many, and Linux 128 KiB in one argument."""
_SHOWN = 80
_SCHEME = re.compile(r"(https?|mailto):", re.IGNORECASE)
_AUTHORITY = re.compile(r"[^/?#\\]*")
_HOST = re.compile(r"(?:[\w.~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?")
_UNSAFE = re.compile(r"[ \"'<>\\^`{|}]")
"""What is written as `%20` and such, since programs that pass an address on may take it for its end."""
MAIL_FIELDS = ("to", "cc", "bcc", "subject", "in-reply-to", "body")
"""Fields of a message that a link may fill in. Others name files to attach, or headers that forge a sender."""
_RECIPIENT = re.compile(r"[\w.+'~!$*=-]+(?:@[\w.-]+)?")
_RECIPIENTS = frozenset(("to", "cc", "bcc"))


class RefusedUrlError(ReaderError):
    """An address that is not given to any program."""


def safe_url(address: str) -> str:
    """Return the form of an address that may be given to another program.

    Args:
        address: As it stands in an article.

    Returns:
        An http or https address without a user's name, or a mailto address with safe fields only.

    Raises:
        RefusedUrlError: It is of another kind, has no host or no recipient, or is too long.
    """
    shown = clean_line(address[:_SHOWN]) + ("…" if len(address) > _SHOWN else "")
    scheme = _SCHEME.match(address)
    if scheme is None:
        raise RefusedUrlError(f"The address {shown} is not opened: only http, https and mailto are.")
    if len(address) > LONGEST_URL:
        raise RefusedUrlError(f"The address {shown} is not opened: it has {len(address):,} characters.")
    kind, rest = scheme[1].lower(), address[scheme.end() :]
    if kind != "mailto" and not address.isprintable():
        raise RefusedUrlError(f"The address {shown} is not opened: it has characters that no address has.")
    checked = _message(rest) if kind == "mailto" else _page(scheme[1], rest)
    if not checked:
        missing = "recipient" if kind == "mailto" else "host"
        raise RefusedUrlError(f"The address {shown} is not opened: it has no {missing}, or one that cannot be.")
    if len(checked) > LONGEST_URL:
        raise RefusedUrlError(f"The address {shown} is not opened: it has {len(checked):,} characters.")
    return checked


def _page(scheme: str, rest: str) -> str:
    if not rest.startswith("//"):
        return ""
    authority = _AUTHORITY.match(rest, 2)
    if authority is None:
        return ""
    # `https://bank.example@elsewhere.example` leads elsewhere: what stands before the host names a user.
    host = authority[0].rpartition("@")[2]
    behind = rest[authority.end() :]
    if behind.startswith("\\"):  # browsers read it as a slash; escaped, it would belong to a user's name
        behind = f"/{behind[1:]}"
    address = f"{scheme}://{host}{_escaped(behind)}"
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return ""
    return address if is_whole and _HOST.fullmatch(host) and not host.startswith(("-", ".")) else ""


def _message(rest: str) -> str:
    recipients, _, query = rest.partition("#")[0].partition("?")
    fields = dict[str, str]()
    for name, value in _given(query):
        if name in MAIL_FIELDS and value:
            fields.setdefault(name, value)
    to = _recipients(unquote(recipients))
    if not to and not any(name in fields for name in _RECIPIENTS):
        return ""
    written = [f"{name}={quote(fields[name], safe='@,')}" for name in fields]
    return f"mailto:{quote(to, safe='@,')}" + ("?" + "&".join(written) if written else "")


def _given(query: str) -> Iterator[tuple[str, str]]:
    """Name and value of each field; only a body may have several lines."""
    for field in re.split(r"&(?:amp;)?", query, flags=re.IGNORECASE):
        name, _, value = field.partition("=")
        name, value = unquote(name).strip().lower(), unquote(value)
        if name == "body":
            yield name, clean_text(value).strip().replace("\n", "\r\n")
        else:
            yield name, _recipients(value) if name in _RECIPIENTS else clean_line(value)


def _recipients(written: str) -> str:
    """Addresses parted by commas, without those that a mail program could take for an option or a field."""
    addresses = (clean_line(each) for each in written.split(","))
    return ",".join(each for each in addresses if _RECIPIENT.fullmatch(each) and not each.startswith("-"))


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda found: quote(found[0], errors="replace"), text)

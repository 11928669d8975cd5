"""Check and clean addresses in an article before they are passed to another program.

An address may come from an untrusted text: `mailto:a@b.c?attach=/etc/passwd` would attach a file of the
user to a message. So only http, https and mailto are allowed, and of a message only the fields that a link needs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.errors import ReaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_URL = 8_192
"""Longest address in characters. Browsers accept about as many; Linux limits an argument of a program to 128 KiB."""
_SHOWN = 80
"""Number of characters of a refused address that the error message shows."""
_SCHEME = re.compile(r"(https?|mailto):", re.IGNORECASE)
_AUTHORITY = re.compile(r"[^/?#\\]*")
_HOST = re.compile(r"(?:[\w.~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?")
_UNSAFE = re.compile(r"[ \"'<>\\^`{|}]")
"""Characters that are percent-encoded, since some programs treat these characters as the end of an address."""
MAIL_FIELDS = ("to", "cc", "bcc", "subject", "in-reply-to", "body")
"""Message fields that a link may set. Other fields could attach files or forge a sender."""
_RECIPIENT = re.compile(r"[\w.+'~!$*=-]+(?:@[\w.-]+)?")
_RECIPIENTS = frozenset(("to", "cc", "bcc"))


class RefusedUrlError(ReaderError):
    """Raised for an address that must not be passed to another program."""


def safe_url(address: str) -> str:
    """Convert an address to a form that is safe to pass to another program.

    Args:
        address: The address from the article.

    Returns:
        An http or https address without a user name, or a mailto address with safe fields only.

    Raises:
        RefusedUrlError: The address is of another kind, has no host or no recipient, or is too long.
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
    checked = _safe_mail_address(rest) if kind == "mailto" else _safe_web_address(scheme[1], rest)
    if not checked:
        missing = "recipient" if kind == "mailto" else "host"
        raise RefusedUrlError(f"The address {shown} is not opened: it has no {missing}, or one that cannot be.")
    if len(checked) > LONGEST_URL:
        raise RefusedUrlError(f"The address {shown} is not opened: it has {len(checked):,} characters.")
    return checked


def _safe_web_address(scheme: str, rest: str) -> str:
    """Return an http or https address without its user name; empty if it has no valid host."""
    if not rest.startswith("//"):
        return ""
    authority = _AUTHORITY.match(rest, 2)
    if authority is None:
        return ""
    # `https://bank.example@elsewhere.example` opens elsewhere.example: the text before `@` is a user name.
    host = authority[0].rpartition("@")[2]
    path = rest[authority.end() :]
    if path.startswith("\\"):  # browsers read a backslash as a slash; percent-encoded, it would belong to a user name
        path = f"/{path[1:]}"
    address = f"{scheme}://{host}{_percent_encoded(path)}"
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return ""
    return address if is_whole and _HOST.fullmatch(host) and not host.startswith(("-", ".")) else ""


def _safe_mail_address(rest: str) -> str:
    """Return a mailto address with safe fields only; empty if it has no valid recipient."""
    recipients, _, query = rest.partition("#")[0].partition("?")
    fields = dict[str, str]()
    for name, value in _mail_fields(query):
        if name in MAIL_FIELDS and value:
            fields.setdefault(name, value)
    to = _recipients(unquote(recipients))
    if not to and not any(name in fields for name in _RECIPIENTS):
        return ""
    written = [f"{name}={quote(fields[name], safe='@,')}" for name in fields]
    return f"mailto:{quote(to, safe='@,')}" + ("?" + "&".join(written) if written else "")


def _mail_fields(query: str) -> Iterator[tuple[str, str]]:
    """Yield the decoded name and value of each field of a mailto query, such as `subject` and its text.

    A body may have several lines; every other value is reduced to one line, and recipients to valid addresses.
    """
    for field in re.split(r"&(?:amp;)?", query, flags=re.IGNORECASE):
        name, _, value = field.partition("=")
        name, value = unquote(name).strip().lower(), unquote(value)
        if name == "body":
            yield name, clean_text(value).strip().replace("\n", "\r\n")
        else:
            yield name, _recipients(value) if name in _RECIPIENTS else clean_line(value)


def _recipients(written: str) -> str:
    """Return the valid addresses in a comma-separated list of mail addresses, separated by commas.

    Addresses that begin with `-`, which a mail program could take for an option, or that contain other characters than
    mail addresses need, such as `?`, `&` or a space, are left out.
    """
    addresses = (clean_line(each) for each in written.split(","))
    return ",".join(each for each in addresses if _RECIPIENT.fullmatch(each) and not each.startswith("-"))


def _percent_encoded(text: str) -> str:
    """Percent-encode the characters that could end an address."""
    return _UNSAFE.sub(lambda found: quote(found[0], errors="replace"), text)

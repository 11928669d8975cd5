"""Addresses in a page: targets of links and pictures as the document holds them, and names of link targets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.text.running_text import safe_target
from tui_reader.model.hashing import blake2b
from tui_reader.model.saved_pages import is_in_saved_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA = "data:"
VARIABLE = "data:--sf-img-"
"""Prefix of the target of a picture that SingleFile stored in a CSS variable of the page."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Addresses:
    """Converts the addresses of one page to targets. EPUB, which has several pages in a file, subclasses it."""

    def __init__(self, page: str = "", base: str = "", *, own: Iterable[str] = (), is_saved: bool = False) -> None:
        """Store the addresses that relative addresses are resolved against.

        Args:
            page: Web address of the page; empty if unknown.
            base: Address of the page's `<base>`, may be relative to `page`; empty if there is none.
            own: Further addresses of the page; links to a name in any of them are links within the document.
            is_saved: True if a browser saved the page with its pictures, whose relative addresses are paths of files.
        """
        self._base = urljoin(page, base) if base else page
        self._is_saved = is_saved and not base
        self._own = {urldefrag(address).url for address in (page, self._base, *own) if address}

    def link(self, href: str) -> str:
        """Return the target of a link; empty if the link leads nowhere or its scheme could run code.

        Links within the page begin with `#`.
        """
        href = clean_line(href)
        if href.startswith("#"):
            return f"#{self.name(href[1:])}" if len(href) > 1 else ""
        target = safe_target(self._resolved(href))
        address, hash_sign, fragment = target.partition("#")
        if hash_sign and fragment and (not address or address in self._own):
            return f"#{self.name(fragment)}"
        return target

    def name(self, identifier: str) -> str:
        """Return the link target in the document for the `id` of an element."""
        return identifier

    def picture(self, source: str) -> str:
        """Return the target of a picture: a web address, a relative path, or a short name of a `data:` address."""
        source = source.strip()
        if source[:5].lower() == DATA:
            return source if source.startswith(VARIABLE) else data_name(source)
        source = clean_line(source)
        if not _SCHEME.match(source) and not source.startswith("/"):
            path = clean_line(unquote(source.partition("?")[0].partition("#")[0]))
            if self._is_saved or is_in_saved_folder(path):
                return path.removeprefix("./")
        return safe_target(self._resolved(source))

    def _resolved(self, address: str) -> str:
        if not self._base or _SCHEME.match(address):
            return address
        try:
            return urljoin(self._base, address)
        except ValueError:  # such as an unclosed bracket of an IPv6 address
            return address


def data_name(source: str) -> str:
    """Return a short name for a `data:` address, equal for equal addresses.

    Pages saved by SingleFile contain megabytes of pictures in such addresses, which must not be copied with the
    document; `Format.resource` finds the address by this name.
    """
    return DATA + blake2b("".join(source.split()).encode("utf-8", "replace"), digest_size=6).hexdigest()

"""HTML: saved pages, of which the article is shown, or the whole page if the reader asks for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.formats.base import BY_CONTENT, BY_NAME, NO_MATCH, Format, suffix_of
from tui_reader.formats.html.mhtml import is_mhtml
from tui_reader.formats.html.page_source import open_page
from tui_reader.formats.problem_page import problem_document

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document

_SIGN = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
"""Pattern of the beginning of a page: `<!doctype html` or `<html`, after a declaration and comments."""


class Html(Format):
    """The format of saved pages."""

    name = "HTML"
    suffixes = (".html", ".htm", ".xhtml", ".mhtml", ".mht")

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of HTML by the suffix; without a suffix, by a document type or an archive's header."""
        suffix = suffix_of(name)
        if suffix:
            return BY_NAME if suffix in self.suffixes else NO_MATCH
        return BY_CONTENT + 1 if _SIGN.match(head) or is_mhtml(head) else NO_MATCH

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the article of a page as a document, or the whole page."""
        page = open_page(data)
        if page.problem:
            return problem_document(name, len(data), page.problem)
        from tui_reader.formats.html.page_document import read_page  # noqa: PLC0415 - 30 ms, and only pages need it

        return read_page(page, name, whole=whole)

    def resource(self, data: bytes, name: str, target: str) -> bytes | None:
        """Return the bytes of a picture in the page (`data:…`) or in its archive; None if it is in neither."""
        if not target:
            return None
        page = open_page(data)
        if page.problem or (page.archive is None and not target.startswith("data:")):
            return None
        from tui_reader.formats.html.embedded_pictures import embedded_picture  # noqa: PLC0415 - see above

        return embedded_picture(page, target)


FORMAT: Format = Html()

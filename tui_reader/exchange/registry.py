"""The table of quote writers: one row per format in which a passage can be copied.

A further format is one module with a `write` function and one row here; the choice of formats in the program shows the
rows in this order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.exchange import bibtex, footnote, markdown, org, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.exchange.quote_source import QuoteSource


class Writer(NamedTuple):
    """The entry of a quote writer in the table."""

    name: str
    """The name in the settings and on the screen."""
    description: str
    """An example of the format in a few characters, for the list of choices."""
    write: Callable[[str, QuoteSource], str]
    """Function that formats a passage with its source; the result ends with a line feed."""


WRITERS = (
    Writer("markdown", "> words, — author, title", markdown.write),
    Writer("org", "#+begin_quote", org.write),
    Writer("plain", "“words” — author, title", plain.write),
    Writer("bibtex", "@article{…}", bibtex.write),
    Writer("footnote", "“words”[^1]", footnote.write),
)
"""Every writer; the setting `quote_style` allows the same names."""

DEFAULT_STYLE = WRITERS[0].name
"""The name of the writer that is used if the settings choose none."""


def find_writer(name: str) -> Writer:
    """Return the quote writer with a name.

    Raises:
        ValueError: No writer has this name.
    """
    for writer in WRITERS:
        if writer.name == name:
            return writer
    raise ValueError(f"no quote style is called {name}")

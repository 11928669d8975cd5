"""Conversion of directives that docutils does not know, such as those of Sphinx."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import NamedTuple

_FIRST = re.compile(r"\.\.[ \t]+(?:\|[^|]+\|[ \t]+)?([\w:+.-]+)::[ \t]*(.*)")
"""The first line of a directive: `.. py:function:: name(argument)`, `.. |logo| image:: logo.png`."""
_OPTION = re.compile(r":[\w -]+:(?:[ \t]+.*)?\Z")
"""An option below the first line: `:maxdepth: 2`."""
_HIDDEN = frozenset(
    """
    index highlight currentmodule module tabularcolumns default-domain automodule autoclass autofunction automethod
    autosummary autodata autoexception autoattribute py:module py:currentmodule cssclass rst-class meta
    sectionauthor codeauthor post raw include contents
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Names of directives that are not shown."""
_TITLES = {
    "versionadded": "Added in version {}",
    "versionchanged": "Changed in version {}",
    "versionremoved": "Removed in version {}",
    "deprecated": "Deprecated since version {}",
    "seealso": "See also",
    "todo": "To do",
    "deprecated-removed": "Deprecated, {}",
}
"""Titles of directives, by name; `{}` is the first word of the argument, usually a version."""
_CODE = frozenset(("graphviz", "digraph", "graph", "mermaid", "uml", "plantuml", "ipython", "prompt", "productionlist"))
"""Names of directives whose content is shown as code."""
_SIGNATURES = frozenset(("function", "class", "method", "attribute", "data", "exception", "option", "describe"))
"""Names of directives whose argument is shown as code: a declaration."""
_FILES = frozenset(("literalinclude", "plot", "image", "figure", "csv-table"))
"""Names of directives that show another file, of which only the name is shown."""


class Directive(NamedTuple):
    """The parts of a directive that are shown."""

    title: str = ""
    """Text of a bold line above the body; may be empty."""
    signature: str = ""
    """A line shown as code, such as the name and arguments of a function; may be empty."""
    paths: tuple[str, ...] = ()
    """Paths of the documents that a table of contents (`toctree`) lists, in order."""
    code: str = ""
    """Text that is shown as code; may be empty."""
    body: str = ""
    """Text below title and signature, in reStructuredText that is still to be parsed; may be empty."""
    quiet: str = ""
    """A line in the colour of remarks, such as `plot: curve.py` for a file that is not read; may be empty."""


def read_directive(source: str) -> Directive:
    """Return the parts of a directive that are shown.

    Args:
        source: The text of the directive, from `..` on.
    """
    first, _, rest = source.strip().partition("\n")
    match = _FIRST.match(first)
    if match is None:
        return Directive(body=dedent(rest))
    name, argument = match[1].lower(), match[2].strip()
    content = _content(rest)
    kind = name.rpartition(":")[2]
    if name in _HIDDEN or kind.startswith("auto"):
        return Directive()
    if kind == "toctree":
        entries = [line.strip() for line in content.split("\n") if line.strip()]
        return Directive(paths=tuple(entry for entry in entries if entry not in ("self", "genindex", "search")))
    if kind in _TITLES:
        about = kind.startswith(("version", "deprecated"))
        title = _TITLES[kind].format(argument.split(" ")[0] if about else "")
        more = argument.partition(" ")[2] if about else argument
        return Directive(title=title, body=f"{more}\n\n{content}".strip())
    if kind in _CODE:
        return Directive(code=content or argument)
    if kind in _FILES:
        return Directive(quiet=f"{kind}: {argument}" if argument else "", body="")
    if (":" in name and argument) or kind in _SIGNATURES:
        lines = [argument]
        while "\n" in content and lines[-1].endswith("\\"):
            line, _, content = content.partition("\n")
            lines.append(line.strip())
        return Directive(signature="\n".join(filter(None, lines)), body=content)
    return Directive(title=argument, body=content)


def _content(rest: str) -> str:
    """Return the content of a directive, without the options above it and without indentation.

    Args:
        rest: The lines of the directive after the first one.
    """
    lines = dedent(rest).split("\n")
    while lines and _OPTION.match(lines[0].strip()):
        lines.pop(0)
        while lines and lines[0].startswith((" ", "\t")) and lines[0].strip():  # an option of several lines
            lines.pop(0)
    return "\n".join(lines).strip("\n")

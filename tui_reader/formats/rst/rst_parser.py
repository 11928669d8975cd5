"""Parsing of reStructuredText by docutils: no file is included, no code is run, and roles of Sphinx become text."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from docutils.parsers.rst import states

_TITLED = re.compile(r"(?s)(.+?)\s*<([^<>]+)>\Z")
"""Text with a role that gives the target after the words: `words <target>`."""
_LITERAL_ROLES = frozenset(
    """
    func meth class mod attr data const exc obj type macro member var expr any option envvar token keyword file command
    program samp regexp makevar mimetype newsgroup cmacro cfunc cdata ctype confval setting code-file guilabel-code
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Roles whose text is shown as code."""
_STRONG_ROLES = frozenset(("guilabel", "menuselection", "dfn"))
"""Roles whose text is shown in bold type."""
_DOCUMENT_ROLES = frozenset(("doc", "download"))
"""Roles of links to other files."""
_REFERENCE_ROLES = frozenset(("ref", "numref", "eq", "term"))
"""Roles of links to a name in the text."""
_SETTINGS: dict[str, Any] = {
    "_disable_config": True,
    "doctitle_xform": True,
    "docinfo_xform": False,
    "sectsubtitle_xform": False,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 6,
    "warning_stream": False,
    "input_encoding": "unicode",
    "smart_quotes": False,
    "syntax_highlight": "none",
    "trim_footnote_reference_space": False,
    "line_length_limit": 100_000,
    "expose_internals": None,
    "dump_settings": None,
}
"""Settings of docutils: no other files are read or included, and no messages are written."""


def parsed(source: str) -> nodes.document:
    """Return the tree of a text.

    Raises:
        Exception: docutils raises errors of many kinds for texts that its parser does not expect.
    """
    from docutils.core import publish_doctree  # noqa: PLC0415 - 40 ms, needed only for reStructuredText
    from docutils.parsers.rst import Parser, states  # noqa: PLC0415 - see above

    inliner = states.Inliner()
    # Not a subclass: docutils looks for the patterns of an inliner in its class alone.
    inliner.interpreted = partial(_interpreted, inliner)  # type: ignore[method-assign, assignment]
    return publish_doctree(source, parser=Parser(inliner=inliner), settings_overrides=dict(_SETTINGS))


def _interpreted(
    inliner: states.Inliner, rawsource: str, text: str, role: str, lineno: int
) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """Return the nodes of a text with a role; unknown roles become styled text or links. The signature is docutils'."""
    from docutils.parsers.rst import roles  # noqa: PLC0415 - see `parsed`

    function, messages = roles.role(role, inliner.language, lineno, inliner.reporter)
    if function is None:
        return [_role_node(role, text)], []
    found, more = function(role, rawsource, text, lineno, inliner)  # type: ignore[call-arg]
    return list(found), [*messages, *more]


def _role_node(role: str, written: str) -> nodes.Node:
    """Return the node of a text with a role that docutils does not know."""
    from docutils import nodes  # noqa: PLC0415 - see `parsed`

    text = re.sub(r"\x00(.?)", r"\1", written)  # docutils marks escapes by NUL
    name = role.rpartition(":")[2].lower()
    titled = _TITLED.match(text)
    shown, target = (titled[1], titled[2]) if titled else (text, text)
    if name in _DOCUMENT_ROLES:
        path = target if "." in target.rpartition("/")[2] else f"{target}.rst"
        return nodes.reference(text, shown, refuri=path)
    if name in _REFERENCE_ROLES:
        return nodes.reference(text, shown, refid=nodes.make_id(target))
    if not titled and shown[:1] in "~!" and len(shown) > 1:
        shown = shown[1:].rpartition(".")[2] if shown[0] == "~" else shown[1:]
    if name == "kbd":
        return nodes.literal(text, shown, classes=["kbd"])
    if name in _LITERAL_ROLES:
        suffix = "()" if name in ("func", "meth") and not shown.endswith(")") and not titled else ""
        return nodes.literal(text, f"{shown}{suffix}")
    if name in _STRONG_ROLES:
        return nodes.strong(text, shown.replace("-->", "▸").replace("&", ""))
    return nodes.inline(text, shown)

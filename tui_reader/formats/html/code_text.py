"""The text of a block of code in a page, byte for byte, without what highlighters add to it.

Line numbers, copy buttons and prompts in elements of their own are left out; lines in elements of their own get their
line ends back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.formats.html.elements import attributes_of, has_inside, is_in_class, tag_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

NUMBER_CLASSES = frozenset(
    """
    lineno linenos linenodiv line-number line-numbers line-numbers-rows linenumber linenumbers lineno-container gutter
    gutter-line hljs-ln-numbers hljs-ln-n blob-num rouge-gutter code-gutter ln lnt lntd-num lnt-num line_number
    line_numbers react-syntax-highlighter-line-number
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Classes of the line numbers that syntax highlighters add to code."""
_BUTTON_CLASSES = frozenset(("copy", "copy-button", "copybtn", "copy-btn", "btn-copy", "clipboard", "toolbar"))
_TABLE_CLASSES = frozenset(("hljs-ln", "js-file-line-container", "code-table", "highlight-table", "codetable"))
_DROPPED_TAGS = frozenset(("button", "script", "style", "svg", "input", "textarea", "select", "template"))
_LINES = frozenset(("div", "p", "li", "tr", "ol", "ul", "table", "tbody"))
"""Elements within code whose content begins and ends a line."""
_LINE_CLASSES = frozenset(("line", "code-line", "token-line", "view-line", "cl", "codeline", "code_line"))
_NO_SELECTION = re.compile(r"user-select\s*:\s*none", re.IGNORECASE)
_LANGUAGE = re.compile(
    r"(?:^|[\s;])(?:lang(?:uage)?-|brush:\s*|highlight-source-|highlight-text-|mw-highlight-lang-|highlight-)"
    r"([A-Za-z0-9_+#.-]+)",
    re.IGNORECASE,
)
"""Pattern of a class with the name of a language: `language-python`, `brush: js`, `highlight-source-ruby`."""
_NO_LANGUAGE = frozenset("none text plain plaintext default nohighlight txt notranslate undefined auto wrapper".split())  # noqa: SIM905 - see above
_BARE = re.compile(r"(?:^|\s)(?:hljs|sourceCode|prettyprint|prettyprinted|src)(?=\s|$)")
"""Pattern of a highlighter's class, beside which another class is the language: `hljs python`."""
_NAME = re.compile(r"[a-z][a-z0-9+#]{0,14}")
"""Pattern of a class that may be a language because the class of a highlighter (`_BARE`) is beside it."""
_LEVELS = 4
"""Number of ancestors of a block of code that are searched for its language."""


def is_code_table(table: Element, given: Mapping[str, str]) -> bool:
    """Return True if a table contains the lines of one block of code, one in each row."""
    return is_in_class(given, _TABLE_CLASSES) and not has_inside(table, "pre")


def is_line_number(element: Element, given: Mapping[str, str]) -> bool:
    """Return True if an element contains only the line numbers of code."""
    if is_in_class(given, NUMBER_CLASSES):
        return True
    return "data-line-number" in given and not text_of(element, 10).strip("0123456789")


def code_of(pre: Element) -> str:
    """Return the code in an element, without empty lines at its start and white space at its end."""
    parts: list[str] = []
    parts.append(pre.text or "")
    element: Element | None = pre[0] if len(pre) else None
    while element is not None:
        if _enter(element, parts) and len(element):
            element = element[0]
            continue
        after = None
        while element is not None and after is None:
            _leave(element, parts)
            after = element.getnext()
            element = element.getparent() if after is None else after
            if element is pre:
                element = None
    text = "".join(parts).replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in text.strip("\n"):
        text = _by_line_elements(pre) or text
    return _without_empty_ends(text)


def _enter(element: Element, parts: list[str]) -> bool:
    """Begin an element within code: append a line end if it is a line, then its text up to its first child.

    Returns:
        True if the content of the element is code, False if it is left out.
    """
    tag = tag_of(element)
    given = attributes_of(element)
    if not tag or tag in _DROPPED_TAGS or _is_added(element, given):
        return False
    if tag == "br":
        parts.append("\n")
    elif tag == "img":
        parts.append(given.get("alt", ""))
    elif tag in _LINES:
        _break(parts)
    parts.append(element.text or "")
    return True


def _leave(element: Element, parts: list[str]) -> None:
    """Append a line end if an element is a line of code, and then the text after the element."""
    tag = tag_of(element)
    if tag in _LINES and not _is_added(element, attributes_of(element)):
        _break(parts)
    elif tag in ("td", "th") and element.getnext() is not None and parts and parts[-1] and parts[-1][-1:] != "\n":
        parts.append("\t")
    tail = element.tail
    if tail and not (tag in _LINES and not tail.strip()):
        parts.append(tail)


def _break(parts: list[str]) -> None:
    """Begin a line, unless the text is at the beginning of one."""
    last = next((part for part in reversed(parts) if part), "\n")
    if last[-1] != "\n":
        parts.append("\n")


def _is_added(element: Element, given: Mapping[str, str]) -> bool:
    """Return True if an element within code was added by a highlighter."""
    if is_line_number(element, given) or is_in_class(given, _BUTTON_CLASSES):
        return True
    return _NO_SELECTION.search(given.get("style", "")) is not None


def _by_line_elements(pre: Element) -> str:
    """Return code of which each line is an element without a line end, such as `<code>`; empty for other code."""
    lines = [inner for inner in pre.iter("code", "span") if is_in_class(attributes_of(inner), _LINE_CLASSES)]
    if len(lines) < 2:
        lines = [inner for inner in pre if tag_of(inner) == "code"]
    if len(lines) < 2:
        return ""
    return "\n".join("".join(line.itertext()) for line in lines)


def _without_empty_ends(text: str) -> str:
    """Return code without empty lines at its start and white space at its end; its first indentation stays."""
    text = text.rstrip(" \t\n")
    start = len(text) - len(text.lstrip("\n \t"))
    return text[text.rfind("\n", 0, start) + 1 :]


def language_of(pre: Element) -> str:
    """Return the language of a block of code, by the classes and attributes around it; empty if unknown."""
    inner = next(iter(pre.iter("code", "{http://www.w3.org/1999/xhtml}code")), None)
    around: list[Element] = [] if inner is None or inner is pre else [inner]
    element: Element | None = pre
    for _ in range(_LEVELS):
        if element is None:
            break
        around.append(element)
        element = element.getparent()
    for number, each in enumerate(around):
        given = attributes_of(each)
        for name in ("data-lang", "data-language", "data-code-language"):
            if language := _named(given.get(name, "")):
                return language
        classes = given.get("class", "")
        if found := _LANGUAGE.search(classes):
            if language := _named(found[1]):
                return language
        elif number < 3 and (bare := _BARE.search(classes)):
            others = [
                word for word in (classes[: bare.start()] + classes[bare.end() :]).split() if _NAME.fullmatch(word)
            ]
            if others and (language := _named(others[0])):
                return language
    return ""


def _named(word: str) -> str:
    word = word.strip().lower().rstrip(";")
    return "" if word in _NO_LANGUAGE or " " in word or len(word) > 20 else word

"""Share among the apps of all tests what each would compute again from the same input."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from textual.css.stylesheet import Stylesheet
from textual.design import ColorSystem

from tui_reader.formats.markdown.markdown import Markdown
from tui_reader.tui import app as reader_app
from tui_reader.tui.commands.keymap import Keymap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui_reader.document.blocks import Document

LARGEST = 50_000
"""Bytes of an article up to which its document is kept."""

_rules: dict[frozenset[tuple[str, str]], dict[Any, Any]] = {}
"""The parsed style sheets by colours. No app changes a rule."""
_colours: dict[tuple[Any, ...], dict[str, str]] = {}
"""The generated colours by everything that a theme defines."""
_make_sheet = Stylesheet.__init__
_read = Markdown.read
_generate = ColorSystem.generate


def share() -> None:
    """Share parsed style sheets, the colours of themes, keymaps and the documents of short Markdown files."""
    Stylesheet.__init__ = _make_sheet_with_shared_rules  # type: ignore[method-assign]
    ColorSystem.generate = _generate_once  # type: ignore[method-assign]
    vars(reader_app).update(Keymap=_keymap)
    Markdown.read = _read_once  # type: ignore[method-assign]


def _make_sheet_with_shared_rules(self: Stylesheet, *, variables: dict[str, str] | None = None) -> None:
    _make_sheet(self, variables=variables)
    self._parse_cache = _SharedRules(frozenset((variables or {}).items()))  # type: ignore[assignment]


class _SharedRules:
    """Stands in for the cache of one style sheet."""

    def __init__(self, colours: frozenset[tuple[str, str]]) -> None:
        self._rules: dict[Any, Any] = _rules.setdefault(colours, {})

    def __getitem__(self, key: Any) -> Any:
        return self._rules[key]

    def __setitem__(self, key: Any, rules: Any) -> None:
        self._rules[key] = rules

    def clear(self) -> None:
        """Share no more: the style sheet gets other colours."""
        self._rules = {}


def _generate_once(self: ColorSystem) -> dict[str, str]:
    key = tuple(tuple(value.items()) if isinstance(value, dict) else value for value in vars(self).values())
    if key not in _colours:
        _colours[key] = _generate(self)
    return dict(_colours[key])


def _keymap(remapped: Mapping[str, Sequence[str]] | None = None) -> Keymap:
    return _made_keymap(tuple((name, tuple(keys)) for name, keys in (remapped or {}).items()))


@lru_cache
def _made_keymap(remapped: tuple[tuple[str, tuple[str, ...]], ...]) -> Keymap:
    return Keymap(dict(remapped))


def _read_once(self: Markdown, data: bytes, name: str, *, whole: bool = False) -> Document:
    return _document(data, name) if len(data) <= LARGEST else _read(self, data, name, whole=whole)


@lru_cache(512)
def _document(data: bytes, name: str) -> Document:
    return _read(Markdown(), data, name)

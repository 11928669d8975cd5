"""Share among the apps of all tests what each would compute again from the same input."""

from __future__ import annotations

from contextlib import nullcontext
from functools import lru_cache
from inspect import isawaitable
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from textual import _callback, message_pump
from textual.css.stylesheet import Stylesheet
from textual.design import ColorSystem
from textual.message import Message
from textual.message_pump import MessagePump
from textual.reactive import Reactive

from tui_reader.formats.markdown.markdown import Markdown
from tui_reader.tui import app as reader_app
from tui_reader.tui.commands.keymap import Keymap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from types import CodeType

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Metadata

LARGEST = 50_000
"""Bytes of an article up to which its document is kept."""

_rules: dict[frozenset[tuple[str, str]], dict[Any, Any]] = {}
"""The parsed style sheets by colours. No app changes a rule."""
_colours: dict[tuple[Any, ...], dict[str, str]] = {}
"""The generated colours by everything that a theme defines."""
_handlers: dict[tuple[Any, ...], list[tuple[type, Any]] | None] = {}
"""The message handlers of classes; None if decorators choose them by the sender."""
_parameters: dict[CodeType, int] = {}
"""The numbers of parameters of functions."""
_computed: dict[tuple[type, str], bool] = {}
"""Whether a class has the method that computes a reactive attribute."""
_get_reactive: Any = Reactive.__get__
_NOTHING = nullcontext()
_prevent: Any = MessagePump.prevent
_make_sheet = Stylesheet.__init__
_read = Markdown.read
_scan = Markdown.scan
_generate = ColorSystem.generate
_find_handlers: Any = MessagePump._get_dispatch_methods
_count_parameters = _callback._count_parameters


def share() -> None:
    """Share parsed style sheets, colours, keymaps, short Markdown files, and the handlers of messages.

    Without the search for handlers and for methods that compute attributes, without detours of each message, and
    without the log that only a console of Textual shows, the tests take a tenth less time.
    """
    Stylesheet.__init__ = _make_sheet_with_shared_rules  # type: ignore[method-assign]
    ColorSystem.generate = _generate_once  # type: ignore[method-assign]
    vars(reader_app).update(Keymap=_keymap)
    Markdown.read = _read_once  # type: ignore[method-assign]
    Markdown.scan = _scan_once  # type: ignore[method-assign]
    Reactive.__get__ = _get_known  # type: ignore[method-assign, assignment]
    MessagePump._get_dispatch_methods = _known_handlers  # type: ignore[method-assign, assignment]
    vars(_callback).update(_count_parameters=_known_parameters)
    MessagePump.prevent = _prevent_any  # type: ignore[method-assign, assignment]
    vars(message_pump).update(log=_NoLog(), invoke=_invoke)


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
        """Stop sharing, since the style sheet gets other colours."""
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


def _scan_once(self: Markdown, data: bytes, name: str) -> tuple[Metadata, str]:
    return _metadata(data, name) if len(data) <= LARGEST else _scan(self, data, name)


@lru_cache(512)
def _metadata(data: bytes, name: str) -> tuple[Metadata, str]:
    return _scan(Markdown(), data, name)


def _get_known(self: Reactive[Any], obj: Any, owner: type) -> Any:
    """Stand in for `Reactive.__get__`, which is called a million times: look at once where it looks last."""
    if obj is not None:
        values = obj.__dict__
        name = self.internal_name
        if name in values:
            key = type(obj), self.compute_name
            if key not in _computed:
                _computed[key] = hasattr(*key)
            if not _computed[key]:
                return values[name]
    return _get_reactive(self, obj, owner)


def _known_handlers(self: MessagePump, name: str, message: Message) -> Iterator[tuple[type, Callable[..., Any]]]:
    cls = type(self)
    # A handler that a test has replaced is another one.
    key = cls, type(message), getattr(cls, name, None), getattr(cls, f"_{name}", None)
    if key not in _handlers:
        _handlers[key] = plain_handlers(cls, name, type(message))
    found = _handlers[key]
    if found is None:
        yield from _find_handlers(self, name, message)
        return
    for owner, handler in found:
        if message._no_default_action:
            return
        yield owner, handler.__get__(self, owner)


def plain_handlers(cls: type, name: str, message: type[Message]) -> list[tuple[type, Any]] | None:
    """Return the handlers of a class and its bases; None if a decorator is among them."""
    messages = [each for each in message.__mro__ if issubclass(each, Message)]
    found = []
    for owner in cls.__mro__:
        decorated = vars(owner).get("_decorated_handlers") or {}
        if any(each in decorated for each in messages):
            return None
        handler = vars(owner).get(f"_{name}") or vars(owner).get(name)
        if handler is not None and not getattr(handler, "_textual_on", None):
            found.append((owner, handler))
    return found


def _known_parameters(function: Any) -> int:
    code = getattr(function, "__code__", None)
    if code is None or hasattr(function, "__wrapped__"):
        return _count_parameters(function)
    if code not in _parameters:
        _parameters[code] = _count_parameters(function)
    return _parameters[code]


def _prevent_any(self: MessagePump, *types: type[Message]) -> AbstractContextManager[None]:
    """Stand in for `MessagePump.prevent`: hardly any message prevents others, and a generator for each is dear."""
    return _prevent(self, *types) if types else _NOTHING


async def _invoke(callback: Any, *given: object) -> Any:
    """Stand in for `_callback.invoke`, without the check whether to report slow handlers."""
    result = callback(*given[: _callback.count_parameters(callback)])
    return await result if isinstance(result, CoroutineType) or isawaitable(result) else result


class _NoLog:
    """Stands in for the log of messages, which no console of Textual shows."""

    event = warning = property(lambda self: self)

    def verbosity(self, _verbose: bool) -> _NoLog:
        return self

    def __call__(self, *_words: object) -> None:
        """Write nothing."""

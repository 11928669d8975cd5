"""Pass messages from widget to widget at less cost than Textual, in the same order and to the same handlers.

A start of the app passes 200 messages, and the way of each through Textual takes longer than most handlers do. Left out
is what has no effect here: the hook for each message, the search for slow handlers, signals without subscribers, and
several calls for each message that only call the next one.
"""

from __future__ import annotations

from asyncio import CancelledError, sleep
from inspect import isawaitable
from threading import get_ident
from time import monotonic
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from textual import _callback, events
from textual._context import prevent_message_types_stack
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget

from tests.counts import FULL
from tests.tui.sharing import plain_handlers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NEVER_REPLACES: Any = Message.can_replace
_MOUSE_EVENTS = (events.MouseEvent, events.Enter, events.Leave)
"""The messages whose way is longer, since a disabled widget gets only some of them."""

_flush: Any = MessagePump._flush_next_callbacks
_is_enabled_by_textual: Any = Widget.check_message_enabled
_functions: dict[tuple[Any, ...], Sequence[tuple[Callable[..., Any], bool]] | None] = {}
"""The handlers of classes, each with whether it takes the message; None if decorators choose them by the sender."""


def pump_cheaply() -> None:
    """Let all apps pass messages as this module does, except with the full counts."""
    if FULL:
        return
    MessagePump._process_messages_loop = _process  # type: ignore[method-assign]
    MessagePump._dispatch_message = _dispatch  # type: ignore[method-assign]
    MessagePump._on_message = _handle  # type: ignore[method-assign]
    MessagePump._flush_next_callbacks = _flush_some  # type: ignore[method-assign]
    MessagePump.post_message = _post  # type: ignore[method-assign]
    Widget.post_message = _post  # type: ignore[method-assign]
    Widget.check_message_enabled = _is_enabled  # type: ignore[method-assign]


def _post(self: MessagePump, message: Message) -> bool:
    """Stand in for `post_message`."""
    if self._closing or self._closed or not self.check_message_enabled(message):
        return False
    stack = prevent_message_types_stack.get(None)
    if stack is not None and stack[-1]:
        message._prevent.update(stack[-1])
    if self._thread_id != get_ident() and self.app._loop is not None:
        self.app._loop.call_soon_threadsafe(self._message_queue.put_nowait, message)
    else:
        self._message_queue.put_nowait(message)
    return True


def _is_enabled(self: Widget, message: Message) -> bool:
    """Stand in for `Widget.check_message_enabled`."""
    if isinstance(message, _MOUSE_EVENTS):
        enabled: bool = _is_enabled_by_textual(self, message)
        return enabled
    kind = type(message)
    stack = prevent_message_types_stack.get(None)
    return kind not in self._disabled_messages and (stack is None or kind not in stack[-1])


async def _process(self: MessagePump) -> None:
    """Stand in for `MessagePump._process_messages_loop`."""
    self._thread_id = get_ident()
    queue: Any = self._message_queue
    values, ready = queue.values, queue.ready_event
    await sleep(0)
    while not self._closed:
        message = self._pending_message
        self._pending_message = None
        while True:
            if message is None:
                while not values:
                    await ready.wait()
                message = values.popleft()
                if not values:
                    ready.clear()
                if message is None:
                    self._closed = True
                    return
            if not values or self._closing or self._closed:
                break
            # The next message leaves the queue even if it replaces nothing: only then does Textual see the queue empty.
            following = values.popleft()
            if not values:
                ready.clear()
            if following is None:
                self._closed = True
                break
            if type(message).can_replace is _NEVER_REPLACES or not message.can_replace(following):
                self._pending_message = following
                break
            message = following
        try:
            await self._dispatch_message(message)
        except CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - as Textual does
            self._mounted_event.set()
            self._is_mounted = True
            self.app._handle_exception(error)
            return
        finally:
            self.message_signal.publish(message)
            if not values:
                await _idle(self)


async def _idle(self: MessagePump) -> None:
    """Tell a widget that no messages are waiting, and run what it has left for that time."""
    self._last_idle = monotonic()
    if not self._closed:
        try:
            await _run_handlers(self, "on_idle", events.Idle())
        except Exception as error:  # noqa: BLE001 - as Textual does
            self.app._handle_exception(error)
    await self._flush_next_callbacks()


async def _dispatch(self: MessagePump, message: Message) -> None:
    """Stand in for `MessagePump._dispatch_message`."""
    if message.no_dispatch:
        return
    if message._prevent:
        with self.prevent(*message._prevent):
            await _take(self, message)
    else:
        await _take(self, message)


async def _take(self: MessagePump, message: Message) -> None:
    if isinstance(message, events.Event):
        await self.on_event(message)
    else:
        await self._on_message(message)
    if self._next_callbacks:
        await self._flush_next_callbacks()


async def _flush_some(self: MessagePump) -> None:
    if self._next_callbacks:
        await _flush(self)


async def _handle(self: MessagePump, message: Message) -> None:
    """Stand in for `MessagePump._on_message`."""
    await _run_handlers(self, message.handler_name, message)
    if message.bubble and not message._stop_propagation and self._parent is not None:
        if message._sender is not None and message._sender == self._parent:
            message.stop()
        if self.is_parent_active and self.is_attached:
            message._bubble_to(self._parent)


async def _run_handlers(self: MessagePump, name: str, message: Message) -> None:
    cls = type(self)
    # A handler that a test has replaced is another one.
    key = cls, type(message), getattr(cls, name, None), getattr(cls, f"_{name}", None)
    if key not in _functions:
        _functions[key] = _functions_of(self, name, message)
    found = _functions[key]
    if found is None:
        for _cls, method in self._get_dispatch_methods(name, message):
            await _callback.invoke(method, message)
        return
    for function, takes_message in found:
        if message._no_default_action:
            return
        result = function(self, message) if takes_message else function(self)
        if isinstance(result, CoroutineType) or (result is not None and isawaitable(result)):
            await result


def _functions_of(self: MessagePump, name: str, message: Message) -> Sequence[tuple[Callable[..., Any], bool]] | None:
    found = plain_handlers(type(self), name, type(message))
    if found is None:
        return None
    return [(handler, bool(_callback.count_parameters(handler.__get__(self, owner)))) for owner, handler in found]

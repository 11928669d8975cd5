"""Join the keys of a text that are waiting into one event, so that a text field inserts them at once.

A terminal without bracketed paste sends a pasted text as keys. A text field wraps, completes or searches after each
insertion, for a time that grows with its text: 10,000 letters, one at a time, would take minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import events
from textual.message_pump import MessagePumpClosed

from tui_reader.tui.screens.dialog import Dialog
from tui_reader.tui.screens.key_screen import KeyScreen
from tui_reader.tui.terminal_input import JOINED, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.message import Message
    from textual.screen import Screen

PASTED = 64
"""Number of waiting messages, or length of the query, from which keys are joined in a query bar.

The cursor of the list follows the matches of each letter, and a query typed ahead leaves it where slow typing does.
"""


async def joined(event: events.Key, app: App[Any], ahead: list[events.Event]) -> events.Key:
    """Return a key, or one event for the key and the keys waiting behind it whose text goes into the same field.

    The first waiting message that is not such a key ends the joining, so that all messages keep their order.

    Args:
        event: The key to be handled, which is in no queue any more.
        app: The app, from whose queue the waiting keys are taken.
        ahead: Keys that were queued by the app, which come before those of its queue.
    """
    following = _following(app, ahead)
    if not isinstance(following, events.Key):
        return event
    inserted = _inserted_text(app.screen, len(ahead) + app._message_queue.qsize())
    text = inserted(event) if inserted is not None else ""
    if inserted is None or not text:
        return event
    pieces = [text]
    while isinstance(following, events.Key) and not following.is_forwarded and (text := inserted(following)):
        pieces.append(text)
        if ahead:
            del ahead[0]
        else:
            await app._get_message()
        following = _following(app, ahead)
    return events.Key(JOINED, "".join(pieces)) if len(pieces) > 1 else event


def _following(app: App[Any], ahead: list[events.Event]) -> Message | None:
    """Return the message that follows the current one, without taking it from its queue; None if none is waiting."""
    if ahead:
        return ahead[0]
    try:
        return app._peek_message()
    except MessagePumpClosed:
        return None


def _inserted_text(screen: Screen[Any], waiting: int) -> Callable[[events.Key], str] | None:
    """Return the function that returns the text a key inserts on a screen, empty for other keys.

    Args:
        screen: The active screen.
        waiting: The number of waiting messages.

    Returns:
        The function; None if no keys are to be joined.
    """
    if isinstance(screen, KeyScreen):
        if screen.query_typing is not None and screen.is_typing_query:
            is_paste = max(waiting, len(screen.query_typing.bar.edit.text)) >= PASTED
            return _plain_text if is_paste else None
        return screen.typing.inserted_text if screen.typing is not None else None
    if not isinstance(screen, Dialog):
        return None
    from textual.widgets import Input  # noqa: PLC0415 - not needed for the first frame

    if not isinstance(screen.focused, Input):
        return None
    bindings = screen._bindings.key_to_bindings

    def inserted(event: events.Key) -> str:
        has_priority = any(each.priority for each in bindings.get(event.key, ()))
        return text_of(event) if event.is_printable and not has_priority and "+" not in event.key else ""

    return inserted


def _plain_text(event: events.Key) -> str:
    """Return the text of a key without modifiers: `alt+a` is esc and then a."""
    return text_of(event) if "+" not in event.key else ""

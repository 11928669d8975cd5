"""Emoji by name in running text: `:rocket:` becomes the character."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.emoji_names import EMOJI_NAME, emoji_of

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

EMOJI = "emoji"
"""Type of the token of an emoji; `markup` is its name with colons, which the id of a heading needs."""


def read_emoji(state: StateInline, silent: bool) -> bool:
    """Parse the name of an emoji at the current position.

    Returns:
        True if there is a known name at the position; an unknown name remains text.
    """
    if state.src[state.pos] != ":":
        return False
    found = EMOJI_NAME.match(state.src, state.pos)
    character = emoji_of(found[1]) if found and found.end() <= state.posMax else ""
    if found is None or not character:
        return False
    if not silent:
        token = state.push(EMOJI, "", 0)
        token.content, token.markup = character, found[0]
    state.pos = found.end()
    return True

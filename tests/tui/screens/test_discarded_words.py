"""Words of a note that was not opened are discarded until a pause; keys that write no text always remain commands."""

from __future__ import annotations

import pytest
from textual._time import get_time

from tui_reader.tui.screens.discarded_words import PAUSE_SECONDS, DiscardedWords

KEPT = (("a",), (")",), ("g", "a"))
"""Key sequences that remain commands until a key is discarded."""


@pytest.fixture
def begun() -> tuple[DiscardedWords, float]:
    """Return an object that discards words, and the time at which it began."""
    words = DiscardedWords()
    words.begin("not used", KEPT)
    return words, get_time()


def test_each_discarded_key_begins_the_pause_again(begun: tuple[DiscardedWords, float]) -> None:
    words, start = begun
    step = PAUSE_SECONDS * 0.8
    taken = [words.takes("s", start + number * step, ()) for number in range(5)]
    assert taken == [True] * 5
    assert not words.takes("s", start + 4 * step + PAUSE_SECONDS, ())


def test_a_key_typed_after_the_pause_is_a_command(begun: tuple[DiscardedWords, float]) -> None:
    words, start = begun
    assert not words.takes("s", start + PAUSE_SECONDS, ())


def test_a_key_typed_before_the_command_had_run_is_discarded_whenever_it_is_handled(
    begun: tuple[DiscardedWords, float],
) -> None:
    words, start = begun
    assert words.takes("s", start - 30, ())


@pytest.mark.parametrize("key", ["ctrl+d", "down", "pageup", "f1", "alt+a"])
def test_keys_that_write_no_text_remain_commands(begun: tuple[DiscardedWords, float], key: str) -> None:
    words, start = begun
    assert not words.takes(key, start, ())
    assert words.takes("s", start, ())
    assert not words.takes(key, start, ())


@pytest.mark.parametrize("keys", [("a",), (")",), ("g", "a")])
def test_kept_sequences_are_commands_until_a_word_was_typed(
    begun: tuple[DiscardedWords, float], keys: tuple[str, ...]
) -> None:
    words, start = begun
    for number, key in enumerate(keys):
        assert not words.takes(key, start, keys[:number])
    assert words.takes("s", start, ())
    assert words.takes(keys[0], start, ())


def test_the_beginning_of_a_kept_sequence_does_not_let_another_command_through(
    begun: tuple[DiscardedWords, float],
) -> None:
    words, start = begun
    assert not words.takes("g", start, ())
    assert words.takes("n", start, ("g",))


def test_esc_ends_the_discarding_and_is_a_command_only_if_nothing_was_typed(
    begun: tuple[DiscardedWords, float],
) -> None:
    words, start = begun
    assert not words.takes("escape", start, ())
    assert not words.takes("s", start, ())
    words.begin("not used", KEPT)
    assert words.takes("s", start, ())
    assert words.takes("escape", start, ())
    assert not words.takes("s", start, ())


def test_the_message_is_due_once_for_many_keys_typed_at_once(begun: tuple[DiscardedWords, float]) -> None:
    words, _ = begun
    assert [words.due_message() for _ in range(3)] == ["not used", "", ""]

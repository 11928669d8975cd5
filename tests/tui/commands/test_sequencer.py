"""The sequencer: key sequences, counts, and what ends an incomplete one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.tui.commands.command import Command, Group, Pane
from tui_reader.tui.commands.keymap import Keymap
from tui_reader.tui.commands.sequencer import Sequencer, Step

ARTICLE = Keymap().of(Pane.ARTICLE)


def type_keys(*keys: str) -> list[tuple[Step, str, int | None]]:
    sequencer = Sequencer()
    fed = [sequencer.feed(key, ARTICLE) for key in keys]
    return [(each.step, each.command.id if each.command else "", each.times) for each in fed]


def test_a_single_key_runs_its_command_at_once() -> None:
    assert type_keys("j") == [(Step.RUN, "down", None)]


def test_a_sequence_waits_for_its_last_key() -> None:
    assert type_keys("g", "g") == [(Step.WAIT, "", None), (Step.RUN, "top", None)]


def test_a_count_may_precede_a_key_or_a_sequence() -> None:
    assert type_keys("1", "2", "}")[-1] == (Step.RUN, "next_paragraph", 12)
    assert type_keys("5", "0", "g", "g")[-1] == (Step.RUN, "top", 50)


def test_a_zero_begins_no_count() -> None:
    assert type_keys("0") == [(Step.PASS, "", None)]


def test_escape_drops_a_half_typed_sequence_and_is_an_ordinary_key_otherwise() -> None:
    assert [step for step, *_ in type_keys("3", "g", "escape")] == [Step.WAIT, Step.WAIT, Step.CANCEL]
    assert type_keys("escape") == [(Step.RUN, "back", None)]


def test_a_key_that_continues_no_sequence_drops_it() -> None:
    assert [step for step, *_ in type_keys("g", "~", "j")] == [Step.WAIT, Step.CANCEL, Step.RUN]


def test_a_half_typed_sequence_lists_the_keys_that_may_follow() -> None:
    sequencer = Sequencer()
    sequencer.feed("3", ARTICLE)
    sequencer.feed("]", ARTICLE)
    assert sequencer.typed == "3 ]"
    assert {"u", "]"} <= {keys for keys, _ in sequencer.continuations(ARTICLE)}


def test_a_command_may_take_the_next_key_as_its_argument() -> None:
    to = Command("to", ("f",), "to", "To a character", Group.MOVE, counts=True, takes_key=True)
    keymap: dict[tuple[str, ...], Command] = {("f",): to}
    sequencer = Sequencer()
    fed = [sequencer.feed(key, keymap) for key in ("2", "f", "3")]
    assert (fed[-1].step, fed[-1].command, fed[-1].times, fed[-1].key) == (Step.RUN, to, 2, "3")
    assert [sequencer.feed(key, keymap).key for key in ("f", "space")] == ["", " "]
    assert [sequencer.feed(key, keymap).step for key in ("f", "escape", "f", "pageup")][1::2] == [Step.CANCEL] * 2


@given(st.lists(st.sampled_from([*"jkgG[]u{}()0123456789", "escape", "ctrl+d", "~"]), max_size=40))
def test_escape_twice_resets_the_sequencer_after_any_keys(keys: list[str]) -> None:
    sequencer = Sequencer()
    for key in keys:
        fed = sequencer.feed(key, ARTICLE)
        assert (fed.command is not None) == (fed.step is Step.RUN)
        assert sequencer.pending == (fed.step is Step.WAIT)
    sequencer.feed("escape", ARTICLE)
    assert not sequencer.pending


@pytest.mark.parametrize("digits", ["9" * 20])
def test_a_count_cannot_grow_without_bound(digits: str) -> None:
    assert type_keys(*digits, "j")[-1][2] == 999_999

"""The command table and the keys in force: every row can be reached, and remapping is checked."""

from __future__ import annotations

import pytest

from tests.tui.conftest import case
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.command_texts import footer_hints, help_lines, markdown_table
from tui_reader.tui.commands.keymap import Keymap, is_key_sequence, written
from tui_reader.tui.commands.table import BY_ID, COMMANDS


def test_the_command_table_has_no_key_conflicts() -> None:
    assert Keymap().warnings == []


def test_every_command_can_be_reached_and_is_described() -> None:
    keymap = Keymap()
    table = markdown_table(keymap)
    for command in COMMANDS:
        with case(command.id):
            assert keymap.keys_of(command) == command.keys, "a key of it is taken by another command"
            assert command.keys or command.palette, "neither a key nor the palette leads to it"
            assert command.help[0].isupper()
            assert not command.help.endswith(".")
            assert all(is_key_sequence(keys) for keys in command.keys)
            assert command.help in table


def test_command_names_are_unique_and_every_row_is_in_the_help_once() -> None:
    shown = [text for _, rows in help_lines(Keymap()) for _, _, text in rows]
    assert len(BY_ID) == len(COMMANDS) == len(shown) == len(set(shown))


def test_a_remapped_command_keeps_none_of_its_old_keys() -> None:
    keymap = Keymap({"star": ["f5", "g z"]})
    assert keymap.warnings == []
    assert keymap.keys_of(BY_ID["star"]) == ("f5", "g z")
    assert ("s",) not in keymap.of(Pane.LIST)
    assert keymap.hint("star") == "f5"


def test_a_remapped_key_wins_over_the_table_and_a_warning_names_what_lost_it() -> None:
    keymap = Keymap({"star": ["j"]})
    assert keymap.of(Pane.LIST)["j",].id == "star"
    assert keymap.warnings == ["[keys] “j” belongs to star in the list and the article; down goes without it."]
    assert keymap.keys_of(BY_ID["down"], Pane.LIST) == ("down",)
    assert footer_hints(keymap, Pane.LIST)[0].keys == "↓ k"


def test_a_key_that_would_hide_a_sequence_is_a_conflict() -> None:
    keymap = Keymap({"star": ["g"]})
    assert keymap.of(Pane.LIST)["g",].id == "star"
    assert ("g", "g") not in keymap.of(Pane.LIST)
    assert sum("top goes" in warning for warning in keymap.warnings) == 1, "once for all panes"


def test_unknown_commands_and_keys_give_a_warning_and_change_nothing() -> None:
    keymap = Keymap({"sta": ["x"], "undo": ["control+u"], "sort": [""]})
    said = " ".join(keymap.warnings)
    assert "Did you mean “star”?" in said
    assert "undo: “control+u” is not a key" in said
    assert keymap.hint("undo") == "u"
    assert keymap.hint("sort") == "S"


def test_quit_help_and_palette_always_keep_a_key() -> None:
    keymap = Keymap({"quit": [], "star": ["Q"], "help": []})
    assert keymap.hint("quit") == "Q"
    assert keymap.of(Pane.ARTICLE)["Q",].id == "quit"
    assert keymap.hint("help") == "?"


def test_footer_hints_join_keys_with_one_label_and_follow_remapped_keys() -> None:
    first = footer_hints(Keymap({"down": ["f1"]}), Pane.LIST)[0]
    assert (first.keys, first.label) == ("f1 k", "move")


@pytest.mark.parametrize(
    ("keys", "shown"), [("g g", "gg"), ("pagedown", "PgDn"), ("ctrl+d", "ctrl+d"), ("alt+left", "alt+←"), ("] u", "]u")]
)
def test_keys_are_printed_in_their_usual_form(keys: str, shown: str) -> None:
    assert written(keys) == shown

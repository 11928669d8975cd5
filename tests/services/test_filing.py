"""Filing rules act once on each article, are undone in one step, and are checked when the settings are read."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.services.test_searches import Machine
from tui_reader import config
from tui_reader.config import Rule
from tui_reader.services.articles.filing import Filing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TODAY = date(2026, 6, 10)
RULES = (
    Rule("title:1 OR title:2", tag=("short", "new"), star=True),
    Rule("tag:short", read=True),
    Rule("words>2500", archive=True, up_next=True, tag=("long",)),
)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "library.json")
    yield made
    made.store.close()


def filing_of(machine: Machine) -> Filing:
    return Filing(machine.state, machine.catalogue, machine.reading)


def file_all(machine: Machine, rules: tuple[Rule, ...] = RULES) -> str:
    filing = filing_of(machine)
    return filing.apply(filing.pending(rules, None, today=TODAY)).message


def test_rules_act_once_on_each_article_also_after_a_restart_and_an_undo(machine: Machine) -> None:
    assert file_all(machine) == "filed 4 articles by your rules"
    states = {number: machine.catalogue.row(f"{number}.md").state for number in range(5)}
    assert [states[n].starred for n in range(5)] == [False, True, True, False, False]
    assert states[1].tags == ("new", "short")
    assert states[3].archived
    assert machine.queue == "43"
    machine.again()
    assert file_all(machine, RULES[::2]) == "", "each rule has acted"
    assert "undid: filed 4 articles" in machine.reading.undo().message
    assert not machine.catalogue.row("1.md").state.starred
    assert machine.queue == ""
    assert file_all(machine, RULES[::2]) == "", "what was undone is not filed again"


def test_a_rule_that_is_added_later_acts_on_articles_that_others_filed(machine: Machine) -> None:
    file_all(machine, RULES[:1])
    assert file_all(machine, RULES[:2]) == "filed 2 articles by your rules"
    assert machine.catalogue.row("1.md").state.read


def test_an_article_gets_the_tags_of_all_matching_rules(machine: Machine) -> None:
    both = (Rule("title:1", tag=("a",)), Rule("title:1", tag=("b",), archive=True))
    assert file_all(machine, both) == "filed 1 article by your rules"
    state = machine.catalogue.row("1.md").state
    assert (state.tags, state.archived) == (("a", "b"), True)


def test_rules_are_tried_only_on_the_requested_articles(machine: Machine) -> None:
    found = filing_of(machine).pending(RULES[:1], ["2.md", "4.md", "unknown"], today=TODAY)
    assert [row.id for _, rows in found for row in rows] == ["2.md"]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("rules = 5", "must be tables, each begun by a line [[rules]]"),
        ("rules = [5]", "rule 1 is left out: it must be a table"),
        ("[[rules]]\nstar = true", "rule 1 is left out: it needs a query"),
        ('[[rules]]\nquery = "x"', "rule 1 is left out: it does nothing"),
        ('[[rules]]\nquery = "x"\nstar = 1', "each of its values must be true or false"),
        ('[[rules]]\nquery = "x"\ntag = [1]', "each of its values must be a list of texts"),
        ('[[rules]]\nquery = "x"\nstarr = true', "it knows no “starr”, only query, tag"),
    ],
)
def test_a_wrong_rule_is_left_out_with_a_warning(tmp_path: Path, text: str, warning: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'{text}\n[[rules]]\nquery = "y"\ntag = "#a"\n' if text.startswith("[[") else text)
    settings, warnings = config.load(file)
    assert any(warning in each for each in warnings), warnings
    assert settings.rules == ((Rule("y", tag=("a",)),) if text.startswith("[[") else ())


def test_the_default_file_shows_a_rule_that_is_valid(tmp_path: Path) -> None:
    text = config.default_text()
    shown = "\n".join(
        line[1:] for line in text[text.index("#[[rules]]") : text.index("# Keys")].splitlines() if line.startswith("#")
    )
    tomllib.loads(shown)
    file = tmp_path / "config.toml"
    file.write_text(shown)
    settings, warnings = config.load(file)
    assert warnings == ()
    assert settings.rules == (Rule("source:desk words<300", tag=("short",), archive=True),)

"""Filing rules from the settings: actions on each new article that matches a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.quotation import quoted
from tui_reader.model.hashing import blake2b
from tui_reader.search.effect import finds_everything
from tui_reader.search.evaluation import Context
from tui_reader.search.parser import parse
from tui_reader.search.text_fields import text_values
from tui_reader.services.articles.reading import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from tui_reader.config import Rule
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.services.articles.catalogue import MemoryCatalogue
    from tui_reader.services.articles.reading import Reading
    from tui_reader.services.library.state import LibraryState
    from tui_reader.storage.base import Edit


class Filed(NamedTuple):
    """The articles that a filing rule would change."""

    rule: Rule
    articles: tuple[Headline, ...]


class Filing:
    """Applies filing rules. Used from the library's owner thread.

    Each rule acts on an article once, even if its action is undone: the field `filed` of the article's record lists
    the rules that have acted.
    """

    def __init__(self, state: LibraryState, catalogue: MemoryCatalogue, reading: Reading) -> None:
        self._state, self._catalogue, self._reading = state, catalogue, reading

    def problems(self, rules: Iterable[Rule], colours: Sequence[str] = ()) -> list[str]:
        """Return a message for each part of a rule's query that does not mean what it seems to.

        Args:
            rules: The rules.
            colours: The reader's names of the highlight colours.
        """
        found: list[str] = []
        for rule in rules:
            query = parse(rule.query, colours)
            wrong = query.sentences
            if finds_everything(query.term):
                wrong.append("It finds everything, so the rule is left out; words>=0 is for all articles.")
            if any(text_values(query.term)):
                wrong.append("Rules do not search texts, so text: finds nothing.")
            found += [f"Filing rule {quoted(rule.query)}: {each}" for each in wrong]
        return found

    def pending(
        self, rules: Iterable[Rule], ids: Collection[ArticleId] | None, *, today: date, colours: Sequence[str] = ()
    ) -> list[Filed]:
        """Return the articles that each rule would change now.

        Args:
            rules: The rules, each applied independently of the others. Those that find everything are left out.
            ids: The articles to consider; None for all.
            today: The day from which ages count.
            colours: The reader's names of the highlight colours.
        """
        found: list[Filed] = []
        context = Context(today, colours)
        tried = [row.id for row in self._catalogue.everything()] if ids is None else ids
        for rule in rules:
            name, query = name_of(rule), parse(rule.query, colours).term
            if finds_everything(query):
                continue
            matching = self._catalogue.matching(tried, query, context)
            rows = [row for row in self._catalogue.rows(matching) if name not in row.state.filed.split()]
            if rows:
                found.append(Filed(rule, tuple(rows)))
        return found

    def apply(self, filed: Sequence[Filed]) -> Outcome:
        """Apply rules as one undoable change, and record in each article which rules have acted.

        Returns:
            The outcome; its message is empty if no article was changed.
        """
        edits: dict[tuple[str, str], Edit] = {}
        for rule, rows in filed:
            # A later rule sees the changes of earlier rules.
            for edit in self._edits(rule, [_amended(row, edits) for row in rows]):
                edits[edit.key, edit.field] = edit
        names: dict[ArticleId, set[str]] = {}
        for rule, rows in filed:
            for row in rows:
                names.setdefault(row.id, set(row.state.filed.split())).add(name_of(rule))
        if not names:
            return Outcome()
        count = f"{len(names):,} {'article' if len(names) == 1 else 'articles'}"
        label = f"filed {count} by your rules"
        ids = self._state.commit(list(edits.values()), label) if edits else ()
        marks = [
            edit
            for row in self._catalogue.rows(names)
            for edit in self._state.record_fields(row, {"filed": " ".join(sorted(names[row.id]))})
        ]
        # Not undoable: an article whose filing was undone must not be filed again.
        self._state.commit(marks, label, undoable=False)
        return Outcome(label if edits else "", ids, undo=bool(edits))

    def _edits(self, rule: Rule, rows: Sequence[Headline]) -> list[Edit]:
        """Return the edits that apply one rule to its articles."""
        edits: list[Edit] = []
        for row in rows:
            fields: dict[str, object] = {}
            tags = sorted({*row.tags, *rule.tag})
            if rule.tag and tags != sorted(set(row.tags)):
                fields["tags"] = tags
            fields |= {name: True for name, value in (("starred", rule.star), ("archived", rule.archive)) if value}
            if rule.read:
                fields["read"] = True
            edits += self._state.record_fields(row, fields)
        return edits if not rule.up_next else [*edits, *self._reading.edits_to_queue([row.id for row in rows])]


def name_of(rule: Rule) -> str:
    """Return the name that an article's record stores for an applied rule: a hash of query and actions."""
    return blake2b(repr(rule).encode("utf-8", "replace"), digest_size=4).hexdigest()


def _amended(row: Headline, edits: dict[tuple[str, str], Edit]) -> Headline:
    """Return a headline with the tags that it has after `edits`, which are keyed by article id and field."""
    edit = edits.get((row.id, "tags"))
    return row if edit is None else row._replace(state=row.state._replace(tags=tuple(edit.after)))

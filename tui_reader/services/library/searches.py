"""Saved searches: named queries in a manual order, stored in the table `searches` of the state file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.document.quotation import quoted
from tui_reader.services.annotations.annotation_records import Ids
from tui_reader.services.articles.reading import Outcome
from tui_reader.services.library.order_keys import key_at
from tui_reader.storage.base import SEARCHES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.services.library.state import LibraryState


class SavedSearch(NamedTuple):
    """A saved search: a named query."""

    id: str
    name: str
    query: str
    """The text of the query, as typed."""
    order: str
    """Key that sorts the searches as text, see `order_keys`."""


DEFAULTS = (
    SavedSearch("00000000-0000-7000-8000-000000000001", "Long reads", "minutes>=15 is:unread", "G"),
    SavedSearch("00000000-0000-7000-8000-000000000002", "This week", "date:<7d", "V"),
    SavedSearch("00000000-0000-7000-8000-000000000003", "With open questions", "tag:check", "k"),
)
"""The initial searches of a library. Their ids are fixed, so that a merge of two libraries does not duplicate
them."""

_MARKER = "00000000-0000-7000-8000-000000000000"
"""Key of the record that marks `DEFAULTS` as written; the record has no query, so it is not a search."""


class Searches:
    """The saved searches of a library. Used from the library's owner thread; no method waits for the disk.

    `DEFAULTS` are written with the first change. Before that they are only displayed: opening a folder writes nothing.
    """

    def __init__(self, state: LibraryState, machine: Callable[[], str]) -> None:
        """Create the service; nothing is read yet.

        Args:
            state: The library's state.
            machine: Returns the name of this machine.
        """
        self._state, self._machine = state, machine
        self._new_id = Ids()
        self._read: tuple[int, tuple[SavedSearch, ...]] | None = None
        """Cache: the searches, with the change number at which they were read."""

    def all(self) -> tuple[SavedSearch, ...]:
        """Return all searches in their order."""
        changes = self._state.changes_of_searches
        if self._read is None or self._read[0] != changes:
            records = dict(self._state.store.items(SEARCHES))
            found = [_decode(key, record) for key, record in records.items() if key != _MARKER]
            searches = [each for each in found if each is not None]
            if not searches and _MARKER not in records:
                searches = list(DEFAULTS)
            self._read = changes, tuple(sorted(searches, key=lambda each: (each.order, each.id)))
        return self._read[1]

    def get(self, search_id: str) -> SavedSearch | None:
        """Return a search; None for an unknown id."""
        return next((each for each in self.all() if each.id == search_id), None)

    def named(self, name: str) -> SavedSearch | None:
        """Return the first search with a name, ignoring case; None if there is none."""
        wanted = name.strip().casefold()
        return next((each for each in self.all() if each.name.casefold() == wanted), None)

    def add(self, name: str, query: str) -> Outcome:
        """Save a query under a name, at the end of the list; if the name exists, replace its query."""
        name, query = clean_line(name), clean_line(query)
        if not name or not query:
            return Outcome("a search needs a name and a query")
        same = self.named(name)
        if same is not None:
            return self.edit(same.id, query)
        key = key_at([each.order for each in self.all()], len(self.all()), self._machine())
        fields = {"name": name, "query": query, "order": key}
        search_id = self._new_id()
        return self._commit(
            [Edit(SEARCHES, search_id, field, None, value) for field, value in fields.items()],
            f"saved the search {quoted(name)}",
        )

    def rename(self, search_id: str, name: str) -> Outcome:
        """Change the name of a saved search."""
        search, name = self.get(search_id), clean_line(name)
        if search is None or not name or name == search.name:
            return Outcome()
        label = f"renamed the search {quoted(search.name)} to {quoted(name)}"
        return self._commit([Edit(SEARCHES, search.id, "name", search.name, name)], label)

    def edit(self, search_id: str, query: str) -> Outcome:
        """Replace the query of a saved search."""
        search, query = self.get(search_id), clean_line(query)
        if search is None or not query or query == search.query:
            return Outcome(f"{quoted(search.name)} is saved already" if search is not None else "")
        return self._commit(
            [Edit(SEARCHES, search.id, "query", search.query, query)], f"changed the search {quoted(search.name)}"
        )

    def move(self, search_id: str, by: int) -> Outcome:
        """Move a search down by a number of positions; negative moves up."""
        searches = self.all()
        index = next((index for index, each in enumerate(searches) if each.id == search_id), None)
        if index is None:
            return Outcome()
        wanted = max(0, min(index + by, len(searches) - 1))
        if wanted == index:
            return Outcome()
        others = [each.order for each in searches if each.id != search_id]
        search = searches[index]
        key = key_at(others, wanted, self._machine())
        return self._commit(
            [Edit(SEARCHES, search.id, "order", search.order, key)], f"moved the search {quoted(search.name)}"
        )

    def delete(self, search_id: str) -> Outcome:
        """Delete a saved search."""
        search = self.get(search_id)
        if search is None:
            return Outcome()
        edits = [Edit(SEARCHES, search.id, field, value, None) for field, value in _fields(search).items()]
        return self._commit(edits, f"deleted the search {quoted(search.name)}")

    def _commit(self, edits: Sequence[Edit], label: str) -> Outcome:
        """Commit edits; if `DEFAULTS` were never written, write them first."""
        records = dict(self._state.store.items(SEARCHES))
        written = [*edits]
        if not records:
            changed = {(edit.key, edit.field): edit.after for edit in edits}
            written = [Edit(SEARCHES, _MARKER, "given", None, True)]
            for search in DEFAULTS:
                for field, value in _fields(search).items():
                    after = changed.pop((search.id, field), value)
                    if after is not None:
                        written.append(Edit(SEARCHES, search.id, field, None, after))
            written += [edit for edit in edits if (edit.key, edit.field) in changed]
        self._state.commit(written, label)
        return Outcome(label, undo=True)


def _fields(search: SavedSearch) -> dict[str, Any]:
    return {"name": search.name, "query": search.query, "order": search.order}


def _decode(key: str, record: Any) -> SavedSearch | None:
    """Return the search of a record; None if the record has no name or no query, or has values of wrong types."""
    name, query, order = (record.get(field) for field in ("name", "query", "order"))
    if not isinstance(name, str) or not isinstance(query, str) or not clean_line(name) or not clean_line(query):
        return None
    return SavedSearch(key, clean_line(name), clean_line(query), order if isinstance(order, str) else "")

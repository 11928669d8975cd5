"""Changes of one field in the reading states of thousands of articles, within the time of a frame.

Articles that were never opened share one `ReadingState` object, also after a bulk change: this saves memory and time.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import chain, compress
from operator import ne
from typing import TYPE_CHECKING, Any

from tui_reader.document.normalization import search_key
from tui_reader.model.article import Headline, ReadingState
from tui_reader.model.query import Shelf
from tui_reader.services.annotations.annotation_records import decode_tags
from tui_reader.services.articles.article_records import FLAGS, amended
from tui_reader.services.articles.counts import shelves_of_state
from tui_reader.storage.base import ARTICLES, Column, distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from tui_reader.model.article import ArticleId
    from tui_reader.storage.base import Json

MANY = 64
"""Number of articles from which a change is applied as a `Column`; fewer edits are applied one by one."""
FIELDS = frozenset(("read", "starred", "archived", "joined", "finished", "filed", "up_next", "tags"))
"""Record fields that can be changed this way: each is an attribute of the reading state with the same name."""


def column_of(edits: Column) -> Column | None:
    """Return `edits` if they are suitable for `amended_all`; None if they are to be applied one by one.

    A suitable column has `MANY` edits or more of one of the `FIELDS` of articles.
    """
    if edits.table != ARTICLES or edits.field not in FIELDS or len(edits) < MANY:
        return None
    return edits


def edits_to_field(rows: Sequence[Headline], field: str, value: Json) -> Column:
    """Return the edits that set a field of `FIELDS`, other than `tags`, to one value in all articles.

    Articles that have the value already get no edit.
    """
    index = ReadingState._fields.index(field)
    before = [row[1][index] or None for row in rows]
    if value in before:
        pairs = [(row, held) for row, held in zip(rows, before, strict=True) if held != value]
        rows, before = [row for row, _ in pairs], [held for _, held in pairs]
    return Column(ARTICLES, field, [row[0][0] for row in rows], before, [value] * len(before))


def retagged(
    rows: Sequence[Headline], add: AbstractSet[str], remove: AbstractSet[str]
) -> tuple[Sequence[Headline], Sequence[list[str]]]:
    """Compute the tags of articles after some tags are added and some removed.

    Args:
        rows: The articles.
        add: Tags to add.
        remove: Search keys of tags to remove.

    Returns:
        The articles whose tags change, and the new tags of each, sorted; equal ones are one object.
    """
    before = tags_of(rows)
    wanted: dict[tuple[str, ...], list[str] | None] = {}
    shared: dict[tuple[str, ...], list[str]] = {}
    for tags in dict.fromkeys(before):
        kept = [tag for tag in tags if tag in add or search_key(tag) not in remove] if remove else tags
        if len(kept) == len(tags) and add <= set(tags):
            wanted[tags] = None
        else:
            new = sorted({*add, *kept})
            wanted[tags] = shared.setdefault(tuple(new), new)
    after = list(map(wanted.__getitem__, before))
    if None in wanted.values():
        rows = [row for row, tags in zip(rows, after, strict=True) if tags is not None]
    return rows, [tags for tags in after if tags is not None]


def edits_to_tags(rows: Sequence[Headline], tags: Sequence[list[str]]) -> Column:
    """Return the edits that give each article its new tags."""
    before = [row[1].tags for row in rows]
    known = {each: list(each) if each is not None else None for each in set(before)}
    return Column(ARTICLES, "tags", [row[0][0] for row in rows], list(map(known.__getitem__, before)), tags)


def edits_to_queue(rows: Sequence[Headline], keys: Sequence[str]) -> Column:
    """Return the edits that put articles into the up-next queue, each with its sort key."""
    before = [row.state.up_next or None for row in rows]
    return Column(ARTICLES, "up_next", [row.article.id for row in rows], before, keys)


def edits_to_texts(field: str, ids: Sequence[ArticleId], before: Sequence[str], after: Sequence[str]) -> Column:
    """Return the edits that change a text of articles; an empty text is stored as None."""
    if not all(map(ne, before, after)):
        is_changed = list(map(ne, before, after))
        ids, before, after = (list(compress(each, is_changed)) for each in (ids, before, after))
    return Column(ARTICLES, field, ids, [each or None for each in before], [each or None for each in after])


def amended_all(states: Sequence[ReadingState], field: str, values: Sequence[Json]) -> list[ReadingState]:
    """Return copies of reading states in which one field has a new value.

    Args:
        states: The states.
        field: The field, one of `FIELDS`.
        values: The new value for each state, as stored in a record; an object that occurs several times is decoded
            once.
    """
    index = ReadingState._fields.index(field)
    decoded = _decoded(field, index, distinct(values))
    parts = {address: (state[:index], state[index + 1 :]) for address, state in distinct(states).items()}
    make = tuple.__new__  # half of the time of `_make`
    if len(decoded) == 1:
        middle = tuple(decoded.values())
        known = {address: make(ReadingState, start + middle + end) for address, (start, end) in parts.items()}
        if len(known) < len(states) // _FEW:
            known = _merged(known)
        return [known[id(state)] for state in states]
    if len(decoded) == len(states) > 0:  # no two articles can share a state
        columns = list(zip(*states, strict=True))
        columns[index] = tuple(decoded.values())
        return list(map(partial(make, ReadingState), zip(*columns, strict=True)))
    if len(parts) == 1:
        [(start, end)] = parts.values()
        known = {address: make(ReadingState, (*start, value, *end)) for address, value in decoded.items()}
        return [known[address] for address in map(id, values)]
    shared: dict[tuple[int, int], ReadingState] = {}
    found: list[ReadingState] = []
    for pair in zip(map(id, states), map(id, values), strict=True):
        new = shared.get(pair)
        if new is None:
            start, end = parts[pair[0]]
            new = shared[pair] = make(ReadingState, (*start, decoded[pair[1]], *end))
        found.append(new)
    return found


def _merged(states: Mapping[int, ReadingState]) -> dict[int, ReadingState]:
    """Return the states with one object for those whose attributes are the same objects, as after an undo."""
    shared: dict[tuple[int, ...], ReadingState] = {}
    return {address: shared.setdefault(tuple(map(id, state)), state) for address, state in states.items()}


_USUAL = ReadingState()
_FEW = 3
"""Changed states are merged only if there are fewer of them than the number of articles divided by this."""


def _decoded(field: str, index: int, values: Mapping[int, Json]) -> Mapping[int, Any]:
    """Decode the values of a record field to values of a reading state's attribute.

    Args:
        field: The record field, one of `FIELDS`.
        index: Index of the attribute in `ReadingState`.
        values: Values of records by their `id()`.

    Returns:
        The decoded values by the `id()` of the value in the record.
    """
    if field == "tags" and set(map(type, values.values())) == {list}:
        each_tag = list(dict.fromkeys(chain.from_iterable(values.values())))
        if list(decode_tags(each_tag)) == each_tag:  # all of them are clean
            return {address: tuple(dict.fromkeys(value)) for address, value in values.items()}
    elif field != "tags" and field not in FLAGS and set(map(type, values.values())) == {str}:
        text = "".join(values.values())
        if text.isascii() and text.isprintable() and " " not in text:  # nothing to clean
            return values
    return {address: amended(_USUAL, {field: value})[index] for address, value in values.items()}


def moves_between_shelves(field: str, old: Sequence[ReadingState], new: Sequence[ReadingState]) -> Mapping[Shelf, int]:
    """Return for each shelf by how much its number of articles changes if states change from `old` to `new`.

    Args:
        field: The only record field in which `old` and `new` differ.
        old: The states before the change.
        new: The states after the change, in the same order.
    """
    if field == "up_next":
        return {Shelf.UP_NEXT: [state.up_next for state in old].count("") - [state.up_next for state in new].count("")}
    if field == "starred":
        return {Shelf.STARRED: sum([state.starred for state in new]) - sum([state.starred for state in old])}
    if field not in ("read", "archived"):
        return {}
    moves: Counter[Shelf] = Counter()
    for states, sign in ((old, -1), (new, 1)):
        few = distinct(states)
        addresses = Counter(map(id, states)) if len(few) < len(states) // 4 else None
        kinds: Counter[tuple[bool, bool]] = Counter()
        if addresses is None:
            kinds.update([(state.read, state.archived) for state in states])
        else:
            for address, number in addresses.items():
                kinds[few[address].read, few[address].archived] += number
        for (read, archived), number in kinds.items():
            for shelf in shelves_of_state(ReadingState(read=read, archived=archived)):
                moves[shelf] += sign * number
    return moves


def numbers_by_tag(headlines: Sequence[Headline]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Count headlines by tag.

    Returns:
        The number of headlines for each tag; and for each tag the number of headlines to which the reader gave it and
        whose files lack it.
    """
    numbers: dict[str, int] = {}
    own_numbers: dict[str, int] = {}
    columns = [state.tags for _, state, _ in headlines], [article.metadata.tags for article, _, _ in headlines]
    for (own, of_file), number in Counter(zip(*columns, strict=True)).items():
        for tag in set(of_file if own is None else own):
            numbers[tag] = numbers.get(tag, 0) + number
        for tag in set(own).difference(of_file) if own else ():
            own_numbers[tag] = own_numbers.get(tag, 0) + number
    return numbers, own_numbers


def moves_between_tags(
    old: Sequence[Headline], new: Sequence[ReadingState]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return by how much the numbers of `numbers_by_tag` change if the tags of headlines outside the archive change.

    Args:
        old: The headlines before the change; those in the archive are not counted.
        new: Their states after it, in the same order, which differ in tags alone.
    """
    moves: dict[str, int] = {}
    own_moves: dict[str, int] = {}
    is_shown = [not state.archived for state in new]
    if False in is_shown:
        old, new = list(compress(old, is_shown)), list(compress(new, is_shown))
    columns = [one[1].tags for one in old], [state.tags for state in new], [one[0].metadata.tags for one in old]
    for (own, new_own, of_file), number in Counter(zip(*columns, strict=True)).items():
        before, after = of_file if own is None else own, of_file if new_own is None else new_own
        for tag in {*before}.symmetric_difference(after):
            change = number if tag in after else -number
            moves[tag] = moves.get(tag, 0) + change
            if tag not in of_file:
                own_moves[tag] = own_moves.get(tag, 0) + change
    return moves, own_moves


def tags_of(headlines: Iterable[Headline]) -> list[tuple[str, ...]]:
    """Return the tags of each headline, twice as fast as `Headline.tags`."""
    return [article.metadata.tags if state.tags is None else state.tags for article, state, _ in headlines]


def sources_of(headlines: Iterable[Headline]) -> list[str]:
    """Return the source of each headline, twice as fast as `Headline.field`."""
    return [each.field("source") if each[1].edits else each[0].metadata.source for each in headlines]

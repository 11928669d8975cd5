"""The state that the articles of a folder have in another state file, for a library that the folder is to become."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reader import paths
from tui_reader.errors import StoreError
from tui_reader.services.annotations.annotation_records import decode
from tui_reader.services.annotations.text_snapshots import TEXTS
from tui_reader.services.articles.article_records import LOCATION
from tui_reader.services.library.library_paths import STATE_FILE, is_library, name_inside
from tui_reader.storage import open_store
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.storage.base import Json, Record, Store


class CarriedState(NamedTuple):
    """Edits that give a new state file what another one has of a folder's articles."""

    edits: list[Edit]
    articles: int
    annotations: int
    problem: str = ""
    """Why not all could be read, as a sentence for the user; empty without a problem."""


def default_state_of(folder: Path) -> CarriedState:
    """Return what the state file in the program's data folder has of a folder's articles; it is not changed."""
    file = paths.data_dir() / STATE_FILE
    try:
        store = open_store(file) if is_library(file) else None
    except StoreError as error:
        return CarriedState([], 0, 0, error.message)
    if store is None:
        return CarriedState([], 0, 0)
    try:
        return state_of_folder(store, folder.absolute())._replace(problem=store.damage)
    finally:
        store.close()


def state_of_folder(store: Store, folder: Path) -> CarriedState:
    """Return the edits that copy the state of the articles in a folder into a state file in this folder.

    In `store` the names of files are absolute paths, and in the new file relative ones; so are the ids that are names.
    Deleted annotations are left out, and articles that are links out of the folder: the new file may be shared, and
    their texts and titles may be private. For the same reason, the text of a missing file is left out.

    Args:
        store: The store with the state; it is not changed.
        folder: Absolute path of the folder.
    """
    edits: list[Edit] = []
    articles = annotations = 0
    wanted: set[str] = set()
    home = os.path.realpath(folder)
    for key, record in list(store.items(ARTICLES)):
        location = str(record.get(LOCATION) or "")
        name = name_inside(location, folder)
        if name is None or not Path(os.path.realpath(location)).is_relative_to(home):
            continue
        new_key = name_inside(key, folder) or key
        parts = [(ARTICLES, new_key, {**record, LOCATION: name})]
        for annotation, fields in store.items(ANNOTATIONS, of=key):
            found = decode(annotation, fields)
            if found is not None and not found.is_deleted:  # an edit after a deletion elsewhere restores an annotation
                parts.append((ANNOTATIONS, annotation, {**fields, "article": new_key}))
        for table, each, fields in parts:
            edits += _edits(table, each, fields)
            if os.path.lexists(location):
                wanted.update(_strings(dict(fields)))
        articles, annotations = articles + 1, annotations + len(parts) - 1
    return CarriedState(edits + _texts(store, wanted), articles, annotations)


def _edits(table: str, key: str, fields: Record) -> list[Edit]:
    """Return the edits that create a record."""
    return [Edit(table, key, name, None, value) for name, value in fields.items() if name != "id" and value is not None]


def _texts(store: Store, wanted: set[str]) -> list[Edit]:
    """Return the edits that copy the texts whose fingerprints are among `wanted`, with the pieces of long ones."""
    texts = dict(store.items(TEXTS))
    waiting = [key for key in texts if key in wanted]
    copied: dict[str, None] = {}
    while waiting:
        key = waiting.pop()
        if key not in copied:
            copied[key] = None
            waiting += [each for each in _strings(dict(texts[key])) if each in texts]
    return [edit for key in copied for edit in _edits(TEXTS, key, texts[key])]


def _strings(value: Json) -> Iterator[str]:
    """Yield all strings in a JSON value that are not empty, without the names of fields."""
    if isinstance(value, str):
        yield from [value] if value else ()
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)

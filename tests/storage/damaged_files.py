"""Cut a journal and a snapshot at every byte, flip bits of every byte, and check what is recovered."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from tests.storage.crashes import Unflushed
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

KEYS = ("a", "b", "c", "d")
ANY = range(8)
"""The numbers of the bits of a byte."""
TAILS = (b"\0" * 50, b"\xff" * 20, b"\n", b"{", b'{"journal":1}\n', b"0badc0de {}\n")

Document = dict[str, Any]


def prepare(folder: Path) -> tuple[bytes, bytes, list[Document]]:
    """Return snapshot and journal of a library with two documents in each, and the documents."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    library = LibraryFiles(folder / "library.json", "aaaa", disk=Unflushed())
    documents: list[Document] = [{"id": key, "n": n, "tags": ["x"]} for n, key in enumerate(KEYS)]

    def put(document: Document) -> None:
        registers = {"id": document["id"], "n": document["n"], "tags": [], "tags/x": True, "+": True}
        library.commit(lambda _: {"o": [["articles", str(document_id(document["id"])), registers]]})

    put(documents[0])
    put(documents[1])
    compact(library)
    put(documents[2])
    put(documents[3])
    path = folder / "library.json"
    return path.read_bytes(), (folder / "library.json.journal-aaaa").read_bytes(), documents


def _write(folder: Path, snapshot: bytes, journal: bytes) -> LibraryFiles:
    for item in folder.iterdir():
        if item.is_file():
            item.unlink()
    (folder / "library.json").write_bytes(snapshot)
    (folder / "library.json.journal-aaaa").write_bytes(journal)
    return LibraryFiles(folder / "library.json", "aaaa", disk=Unflushed())


def _found(library: LibraryFiles) -> dict[str, Document | None]:
    return {key: library.document("articles", document_id(key)) for key in KEYS}


def _goes_on(folder: Path, library: LibraryFiles) -> str:
    """Make one more change. Return what is wrong if that is not saved; else an empty text."""
    library.commit(lambda _: {"o": [["articles", str(document_id("e")), {"id": "e"}]]})
    again = LibraryFiles(folder / "library.json", "aaaa", disk=Unflushed())
    return "" if again.document("articles", document_id("e")) else "the next change was lost"


def journals(folder: Path, bits: Sequence[int], tick: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Yield the faults found after each cut, each added tail and each flipped bit of the journal."""
    snapshot, journal, documents = prepare(folder)
    whole = dict(zip(KEYS, documents, strict=True))
    for size in range(len(journal) + 1):
        tick()
        complete = max(0, journal[:size].count(b"\n") - 1)  # the first line is the heading
        library = _write(folder, snapshot, journal[:size])
        expected = {key: whole[key] if place < 2 + complete else None for place, key in enumerate(KEYS)}
        if _found(library) != expected:
            yield f"journal cut at {size}: {_found(library)}"
        elif wrong := _goes_on(folder, library):
            yield f"journal cut at {size}: {wrong}"
    for tail in TAILS:
        tick()
        library = _write(folder, snapshot, journal + tail)
        if _found(library) != whole:
            yield f"journal followed by {tail!r}: {_found(library)}"
        elif wrong := _goes_on(folder, library):
            yield f"journal followed by {tail!r}: {wrong}"
    for place in range(len(journal)):
        for bit in bits:
            tick()
            library = _write(folder, snapshot, _flipped(journal, place, bit))
            found = _found(library)
            if any(found[key] not in (whole[key], None) for key in KEYS) or found["a"] is None or found["b"] is None:
                yield f"bit {bit} of byte {place} of the journal flipped: {found}"
            elif journal[place : place + 1] != b"\n" and sum(found[key] is None for key in KEYS) > 1:
                yield f"bit {bit} of byte {place} of the journal flipped lost more than one: {found}"


def snapshots(
    folder: Path, bits: Sequence[int], tick: Callable[[], None] = lambda: None, every: int = 1
) -> Iterator[str]:
    """Yield the faults found after each cut and each flipped bit of the snapshot, or after one of `every`."""
    snapshot, journal, documents = prepare(folder)
    whole = dict(zip(KEYS, documents, strict=True))
    changed = [(f"cut at {size}", snapshot[:size]) for size in range(1, len(snapshot))]
    changed += [
        (f"bit {bit} of byte {n} flipped", _flipped(snapshot, n, bit)) for n in range(len(snapshot)) for bit in bits
    ]
    for what, data in changed[::every]:
        tick()
        library = _write(folder, data, journal)
        right = _found(library) == whole
        noticed = bool(library.damage or library.read_only) or not library.verify()
        if noticed:
            if not library.read_only:
                compact(library)
            if (folder / "library.json").read_bytes() != data:
                yield f"snapshot {what}: damaged, and replaced nevertheless"
            if _found(library)["c"] != whole["c"] or _found(library)["d"] != whole["d"]:
                yield f"snapshot {what}: the journal is not read any more"
        elif not right:
            yield f"snapshot {what}: {_found(library)} is treated as sound"


def _flipped(data: bytes, place: int, bit: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]

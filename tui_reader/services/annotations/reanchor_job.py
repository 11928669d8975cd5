"""The job of the worker process that re-anchors one article: arguments, result and function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.anchoring.description import fingerprint
from tui_reader.services.annotations.annotation_records import decode_anchor, encode_anchor, encode_placement
from tui_reader.services.annotations.text_snapshots import KeptText
from tui_reader.services.library.worker import JOB_MEMORY, Job

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tui_reader.model.anchor import Anchor
    from tui_reader.model.annotation import AnnotationId
    from tui_reader.services.library.worker import Worker

FUNCTION = f"{__name__}:find_in_file"
"""Name of the function that the worker process calls."""
MEMORY_PER_BYTE = 120
"""Bytes of memory that a byte of an article may take: parsing 5 MB of Markdown takes 420 MB, 85 for each byte."""


class ReanchorJob(NamedTuple):
    """The arguments of a job: the file, and the annotations whose passages to find in the file."""

    path: Path
    limit: int
    """Largest number of bytes that the file may have."""
    wanted: Mapping[AnnotationId, Anchor]
    """The anchors of the passages."""
    placed: Mapping[AnnotationId, str]
    """Fingerprint of the text in which each annotation was placed last."""
    texts: Mapping[str, KeptText]
    """The stored texts, or pieces of texts, in which the annotations were made, by fingerprint."""
    whole: bool = False
    """True if passages are searched in the whole page, in formats that distinguish it from the article."""

    def run(self, worker: Worker) -> Reanchored | None:
        """Find the passages in the worker process.

        Returns:
            The positions of the passages; None if the file cannot be read or has no text, or the worker failed.
        """
        arguments = {
            "path": str(self.path),
            "whole": self.whole,
            "limit": self.limit,
            "wanted": {each: encode_anchor(anchor) for each, anchor in self.wanted.items()},
            "placed": dict(self.placed),
            "texts": dict(self.texts),
        }
        memory = max(JOB_MEMORY, MEMORY_PER_BYTE * self.limit)
        answer = worker.run(Job(FUNCTION, arguments, memory=memory))
        return Reanchored(answer["file"], answer["text"], answer["found"]) if answer else None


class Reanchored(NamedTuple):
    """The result of a job: the positions of the passages in the current file."""

    file: str
    """Fingerprint of the file's bytes, as the scanner computes it: see `Content.fingerprint`."""
    text: str
    """Fingerprint of the text in the file."""
    found: Mapping[AnnotationId, Mapping[str, Any]]
    """Placements, as `encode_placement` returns them, of the annotations that were last placed in another text."""


def find_in_file(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Read the file of a job and find the passages of annotations in it; runs in the worker process.

    Args:
        arguments: The fields of a `ReanchorJob` as JSON values: `path` as a string, `limit` and `whole`; `wanted`, the
            anchors as `encode_anchor` returns them; `placed`; and `texts`, a `KeptText` as a list for each fingerprint.

    Returns:
        The fields of `Reanchored`; empty if the file cannot be read or has no text.
    """
    # Only the worker process needs these.
    from tui_reader.services.annotations.reanchoring import find_all  # noqa: PLC0415
    from tui_reader.services.articles.parsed_files import load_parsed  # noqa: PLC0415

    try:
        parsed = load_parsed(arguments["path"], arguments["limit"], whole=arguments["whole"])
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - an article whose format raises has no text to search
        return {}
    if parsed is None or not parsed.document.has_text:
        return {}
    document = parsed.document
    text = fingerprint(document.text)
    wanted: dict[AnnotationId, Anchor] = {}
    for each, anchor in arguments["wanted"].items():
        decoded = decode_anchor(anchor)
        if decoded is not None and arguments["placed"].get(each) != text:
            wanted[each] = decoded
    found = find_all(wanted, {each: KeptText(*kept) for each, kept in arguments["texts"].items()}, document)
    return {
        "file": parsed.fingerprint,
        "text": text,
        "found": {each: encode_placement(placement) for each, placement in found.items()},
    }

"""Anchors: descriptions of marked passages, with which they can be found in a changed text."""

# No `from __future__ import annotations`: named tuples compile each annotation that is a text, in 10 µs.

from typing import NamedTuple


class Anchor(NamedTuple):
    """A quote with its context and its position, used to find a passage again in a changed text."""

    exact: str
    """The quoted text, unchanged."""
    prefix: str = ""
    """Up to 32 code points of the text before the quote."""
    suffix: str = ""
    """Up to 32 code points of the text after the quote."""
    start: int = 0
    end: int = 0
    block: int = 0
    """Number of the block in which the quote begins."""
    fingerprint: str = ""
    """Fingerprint of the text that the quote was taken from, see `anchoring.description.fingerprint`."""

    @property
    def key(self) -> str:
        """Return position and fingerprint as text, by which a `Placement` names the anchor that it was found for."""
        return f"{self.start}-{self.end}-{self.fingerprint}"

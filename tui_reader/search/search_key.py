"""Text in the form in which filters compare words."""

from __future__ import annotations

import unicodedata


def search_key(text: str) -> str:
    """Return the text without case and accents, so that words match in whatever spelling they are typed."""
    if text.isascii():
        return text.lower()
    # Voicing marks of kana (class 8) and the vowel killer of Indic scripts (9) tell words apart; accents do not.
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if unicodedata.combining(c) in (0, 8, 9))

"""Regular expressions that are compiled at their first use.

Patterns that cover all scripts take 2 to 9 ms each to compile, together a tenth of the program's start.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class LazyPattern:
    """A pattern with the methods of `re.Pattern`, compiled when the first of them is used."""

    if TYPE_CHECKING:
        match: Callable[..., re.Match[str] | None]
        fullmatch: Callable[..., re.Match[str] | None]
        search: Callable[..., re.Match[str] | None]
        finditer: Callable[..., Iterator[re.Match[str]]]
        findall: Callable[..., list[Any]]
        sub: Callable[..., str]

    def __init__(self, pattern: str | bytes | Callable[[], str], flags: int = 0) -> None:
        """Store a pattern, or a function that builds a pattern; it is compiled at the first use."""
        self._pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """Compile the pattern and set all its methods as attributes, so that this method is called only once."""
        source = self._pattern if isinstance(self._pattern, str | bytes) else self._pattern()
        compiled = re.compile(source, self._flags)
        for method in ("match", "fullmatch", "search", "finditer", "findall", "sub"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)

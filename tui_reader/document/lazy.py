"""Regular expressions that are compiled when they are first used: those for all scripts take 2 to 9 ms each, together
as long as a tenth of the program's start.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class LazyPattern:
    """A pattern with the methods of `re.Pattern`, each an ordinary attribute once the first has been asked for."""

    if TYPE_CHECKING:
        match: Callable[..., re.Match[str] | None]
        fullmatch: Callable[..., re.Match[str] | None]
        search: Callable[..., re.Match[str] | None]
        finditer: Callable[..., Iterator[re.Match[str]]]
        findall: Callable[..., list[Any]]
        sub: Callable[..., str]

    def __init__(self, pattern: str | bytes | Callable[[], str], flags: int = 0) -> None:
        """Args: `pattern` may be a function that makes it, where making it takes time as well."""
        self._pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """Compile, and answer from now on without coming here."""
        source = self._pattern if isinstance(self._pattern, str | bytes) else self._pattern()
        compiled = re.compile(source, self._flags)
        for method in ("match", "fullmatch", "search", "finditer", "findall", "sub"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)

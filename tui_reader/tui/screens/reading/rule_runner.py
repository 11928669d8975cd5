"""Apply the filing rules of the settings to new articles."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.search.values import local_today

if TYPE_CHECKING:
    from collections.abc import Collection

    from tui_reader.config import Rule
    from tui_reader.model.article import ArticleId
    from tui_reader.services.articles.filing import Filed
    from tui_reader.tui.screens.reading.reading_host import ReadingHost


class RuleRunner:
    """Applies the rules one by one, each in a separate turn of the event loop, so that keys are handled between."""

    def __init__(self, host: ReadingHost) -> None:
        self._host, self._state = host, host.state
        self._found: list[Filed] = []
        self._is_scanned = False

    def scan_finished(self) -> None:
        """Apply the rules to all articles, since some may have been added while the program was not running."""
        self._is_scanned = True
        self._run(None)

    def articles_changed(self, ids: Collection[ArticleId]) -> None:
        """Apply the rules to articles that were added while the program runs."""
        if self._is_scanned and ids:
            self._run(ids)

    def _run(self, ids: Collection[ArticleId] | None) -> None:
        rules = self._state.settings.rules
        if not rules or self._state.library.read_only:
            return
        for rule in rules:
            self._host.app.call_later(partial(self._find, rule, ids))
        self._host.app.call_later(self._apply)

    def _find(self, rule: Rule, ids: Collection[ArticleId] | None) -> None:
        self._found += self._state.library.filing.pending(
            (rule,), ids, today=local_today(), colours=self._state.settings.colours
        )

    def _apply(self) -> None:
        found, self._found = self._found, []
        outcome = self._state.library.filing.apply(found)
        if outcome.ids:
            self._host.listing.refresh(hold=True)
            self._state.say_outcome(outcome)

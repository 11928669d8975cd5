"""The dialog that transfers the notes of a missing article to the article that replaces it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.services.annotations.transfer import MIN_SHOWN_SIMILARITY

if TYPE_CHECKING:
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.transfer import Guess
    from tui_reader.tui.screens.annotations.annotations_host import AnnotationsHost


class TransferDialog:
    """Finds the articles most similar to a missing article, and asks which of them receives its notes."""

    def __init__(self, host: AnnotationsHost) -> None:
        self._host, self._library = host, host.state.library
        self._source: ArticleId | None = None

    def begin(self, source: ArticleId) -> None:
        """Start to search for articles similar to the missing article `source`; the question follows the search."""
        if self._library.read_only:
            self._host.say(self._library.read_only, bad=True)
        elif not len(self._library.catalogue):
            self._host.say("there is no other article to give its notes to")
        elif self._source is None:
            self._source = source
            self._host.say("looking for a similar article…")
            self._library.transfer.guess(source, partial(self._ask, source))

    def _ask(self, source: ArticleId, guesses: list[Guess]) -> None:
        from tui_reader.tui.screens.choice import Choice, run_choice  # noqa: PLC0415 - only for missing articles
        from tui_reader.tui.screens.picker import Picker  # noqa: PLC0415 - with its matcher, 9 ms of a start

        self._source = None
        # The comparison may end while the library closes, after the program has left the screen.
        if not (self._host.is_running and self._host.is_current):
            return
        similarity = {each.id: each.similarity for each in guesses}
        choices = [
            Choice(row.title, _remark(similarity[row.id], row.article.location), partial(self._give, source, row.id))
            for row in self._library.catalogue.rows(similarity)
        ]
        self._host.say("")
        title = self._library.missing_articles.headline(source).title
        self._host.app.push_screen(Picker(f"Give the notes of “{title}” to…", choices), run_choice)

    def _give(self, source: ArticleId, target: ArticleId) -> None:
        self._host.show_outcome(self._library.transfer.move_annotations(source, target))


def _remark(similarity: float, location: str) -> str:
    return f"{similarity:.0%} alike · {location}" if similarity >= MIN_SHOWN_SIMILARITY else location

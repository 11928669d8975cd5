"""The pictures of the shown article, from the library to the article pane."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tui_reader.document.figures import figure_targets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from textual.app import App

    from tui_reader.document.blocks import Document
    from tui_reader.document.figures import PictureSize
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.article_pane.layers.pictures import WantedPicture

_NONE: Mapping[str, PictureSize] = MappingProxyType({})


class ArticlePictures:
    """Supplies the article pane with the pictures of the shown article."""

    def __init__(self, app: App[Any], state: ReadingScreenState) -> None:
        self._app, self._state = app, state

    def _can_draw(self) -> bool:
        """Return False if the terminal has too few colours for pictures: 16, or none."""
        return self._app.console.color_system in ("256", "truecolor") and not self._app.no_color

    def sizes(self, document: Document) -> Mapping[str, PictureSize]:
        """Return the sizes of pictures by target; empty until they are known, and where no picture is drawn."""
        state = self._state
        # The targets come first: the pictures of a library are a process, which articles without pictures do not need.
        if state.shown is None or not figure_targets(document) or not state.settings.pictures or not self._can_draw():
            return _NONE
        return state.library.pictures.sizes(state.shown, document)

    def pixels(self, picture: WantedPicture) -> bytes | None:
        """Return the pixels of a picture; None or empty unless it is drawn."""
        from tui_reader.services.articles.pictures import PictureOrder  # noqa: PLC0415 - only for articles with pictures

        if self._state.shown is None:
            return None
        drawn = self._state.library.pictures.get(PictureOrder(self._state.shown, *picture))
        return None if drawn is None else drawn.pixels

    def want(self, pictures: Sequence[WantedPicture]) -> None:
        """Request pictures, in place of those requested before."""
        from tui_reader.services.articles.pictures import PictureOrder  # noqa: PLC0415 - see `pixels`

        if self._state.shown is not None:
            self._state.library.pictures.want([PictureOrder(self._state.shown, *each) for each in pictures])
